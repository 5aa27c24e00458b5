"""The plaintext side's protocol: each generation against ours, the installed one against both, and what breaks it."""
import socket
import ssl

import pytest

from harness.client import tls_context
from peers import plainside
from peers.plainside import PlainSide, tcp_pair

ENDPOINT = "[192.0.2.1]:40162"


def carry(one, generation, flags=1, endpoint=ENDPOINT):
    """A whole session over the hand-off; returns the TLS context that came, as (names, dictionary)."""
    with PlainSide(one.socket_path, generation) as plain:
        assert plain.asked(endpoint, flags=flags) == 1
        one.told(endpoint, r"CONNECT from %s$")
        near, far = tcp_pair()
        plain.pass_descriptor(far)
        with tls_context("1.3").wrap_socket(near) as client:
            context = plain.read_list() if flags & 4 else []
            client.sendall(b"EHLO client.example\r\n")
            assert plain.received(21) == b"EHLO client.example\r\n"
            plain.socket.sendall(b"250 " + b"x" * 20000 + b"\r\n")
            got = b""
            while not got.endswith(b"\r\n"):
                got += client.recv(65536)
            assert len(got) == 20006
            plain.socket.close()
            assert client.recv(1) == b"", "close_notify comes before the end"
    one.told(endpoint, r"DISCONNECT %s$")
    return [name for name, _ in context], dict(context)


def test_a_session_of_the_installed_version(site):
    one = site()
    carry(one, "d")
    carry(one, "d", endpoint="[2001:db8::1]:25")
    one.nothing_broke()


def test_the_tls_context_of_the_installed_version(site):
    one = site()
    names, context = carry(one, "d", flags=5)
    assert " ".join(names) == plainside.RESULTS["d"]
    assert context["cipher_protocol"] == "TLSv1.3" and context["cipher_name"] == "TLS_AES_256_GCM_SHA384"
    assert (context["cipher_usebits"], context["cipher_algbits"]) == ("256", "256")
    assert (context["key_exchange"], context["srvr_signature"]) == ("X25519", "ECDSA")
    assert context["srvr_signature_curve"] == "prime256v1" and context["srvr_signature_bits"] == "0"
    assert context["peer_CN"] == context["issuer_CN"] == context["peer_fingerprint"] == "" and context["peer_status"] == "0"


def test_rsa_key_exchange_is_left_to_the_original(site, program, certificates):
    one = site([certificates.get(kind="rsa")])
    with PlainSide(one.socket_path) as plain:
        assert plain.asked(ENDPOINT) == 1
        near, far = tcp_pair()
        plain.pass_descriptor(far)
        context = tls_context("1.2", ciphers="AES256-GCM-SHA384")
        if program.ours:
            with pytest.raises(ssl.SSLError, match="(?i)handshake.failure"):
                context.wrap_socket(near)
        else:
            context.wrap_socket(near).close()
    one.told(ENDPOINT, r"DISCONNECT %s$")


@pytest.mark.parametrize("flags", [1, 5])
@pytest.mark.parametrize("generation", plainside.VERSIONS)
def test_every_generation_is_spoken(make_site, ours, generation, flags):
    """The version decides, so ours is told that another one is installed."""
    one = make_site(ours, arguments=f"-o mail_version={plainside.VERSIONS[generation]}")
    names, _ = carry(one, generation, flags)
    assert " ".join(names) == (plainside.RESULTS[generation] if flags & 4 else "")
    one.nothing_broke()


def test_a_probe_is_answered_and_left_alone(make_site, ours):
    one = make_site(ours, arguments=f"-o mail_version={plainside.VERSIONS['e']}")
    with PlainSide(one.socket_path, "e") as plain:
        assert plain.asked(ENDPOINT, flags=9) == 1
    one.told(ENDPOINT, r"DISCONNECT %s$")
    assert one.count("TLS handshake failed") == 0
    carry(one, "e")


@pytest.mark.parametrize("flags", [0, 3])
def test_flags_that_name_no_role_are_refused(site, flags):
    one = site()
    with PlainSide(one.socket_path) as plain:
        assert plain.asked(ENDPOINT, flags=flags) == 0
    one.wait_for(rf"/tlsproxy\[\d+\]: warning: .*bad request flags: 0x{flags:x}")
    one.told(ENDPOINT, r"DISCONNECT %s$")
    carry(one, "d")


MALFORMED = {
    "nothing": b"",
    "half a request": b"remote_endpoint\0[192.0.2.1]:1\0fla",
    "another order": plainside.attributes([("flags", 1), ("remote_endpoint", "x")]),
    "another generation": plainside.attributes([("remote_endpoint", "x"), ("flags", 1), ("timeout", 3), ("server_id", "smtpd")]),
    "no number": plainside.attributes([("remote_endpoint", "x"), ("flags", "one")]),
    "no list": b"GET / HTTP/1.0\r\n\r\n",
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_request_nobody_understands_ends_the_stream(site, what):
    one = site()
    with PlainSide(one.socket_path) as plain:
        plain.greeted()
        plain.socket.sendall(MALFORMED[what])
        plain.socket.shutdown(socket.SHUT_WR)
        assert plain.ended()
    one.wait_for(r"/tlsproxy\[\d+\]: warning: .*receive request attributes")
    carry(one, "d")
    one.nothing_broke()


def test_no_descriptor_comes(site):
    one = site()
    for data in (b"", b"\0", b"EHLO"):
        with PlainSide(one.socket_path) as plain:
            assert plain.asked(ENDPOINT) == 1
            plain.socket.sendall(data)
            plain.socket.shutdown(socket.SHUT_WR)
            assert plain.ended()
    one.wait_for(r"/tlsproxy\[\d+\]: warning: .*receive remote SMTP peer file descriptor", count=3)
    carry(one, "d")
    one.nothing_broke()


def test_a_descriptor_that_is_no_live_connection(site):
    one = site()
    near, far = tcp_pair()
    near.close()
    dead = socket.socket()
    for passed in (far, dead):
        with PlainSide(one.socket_path) as plain:
            assert plain.asked(ENDPOINT) == 1
            plain.pass_descriptor(passed)
            assert plain.ended()
    one.wait_for(r"/tlsproxy\[\d+\]: DISCONNECT ", count=2)
    carry(one, "d")
    one.nothing_broke()


def test_the_plaintext_side_leaves_during_the_handshake(make_site, ours):
    """The original does not look; ours ends the client's connection at once."""
    one = make_site(ours)
    near, far = tcp_pair()
    with PlainSide(one.socket_path) as plain:
        assert plain.asked(ENDPOINT) == 1
        plain.pass_descriptor(far)
    near.settimeout(20)
    assert near.recv(1) == b""
    one.told(ENDPOINT, r"DISCONNECT %s$")


def test_half_requests_do_not_stand_in_the_way(make_site, ours):
    """The original waits up to five seconds for the rest of each, and for nothing else meanwhile: two are its end."""
    one = make_site(ours)
    waiting = [PlainSide(one.socket_path) for _ in range(20)]
    for plain in waiting[:10]:
        plain.greeted()
        plain.socket.sendall(plain.request(ENDPOINT)[:25])
    carry(one, "d")
    for plain in waiting:
        plain.socket.close()
    carry(one, "d")
    one.nothing_broke()
