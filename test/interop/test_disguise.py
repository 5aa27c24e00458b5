"""Clients that claim another address, to a real Postfix that would believe our own word for it."""
import ssl

import pytest

from harness.waiting import until
from peers.arrival import Arrival, v1, v2

TRUSTING = {"smtpd_authorized_xclient_hosts": "127.0.0.1", "smtpd_authorized_xforward_hosts": "127.0.0.1"}
BEHIND = {"none": TRUSTING, "xclient": TRUSTING, "proxy-v1": {"smtpd_upstream_proxy_protocol": "haproxy", **TRUSTING}}
# Postfix takes any white space for a space, also before the word.
CLAIMS = ["XCLIENT ADDR=192.0.2.66 NAME=trusted.example", "xclient addr=192.0.2.66", " XCLIENT ADDR=192.0.2.66",
          "\tXCLIENT\tADDR=192.0.2.66", "XCLIENT\x0bADDR=192.0.2.66", "\x0c XcLiEnT ADDR=192.0.2.66",
          "XFORWARD ADDR=192.0.2.66 NAME=trusted.example", "  xforward\tADDR=192.0.2.66",
          "PROXY TCP4 192.0.2.66 192.0.2.1 4711 25"]


def refused(client, claim):
    reply = client.command(claim)
    assert 500 <= reply.code <= 599, (claim, reply)


@pytest.mark.parametrize("identity", BEHIND)
@pytest.mark.parametrize("secured", [False, True], ids=["clear", "tls"])
def test_threat_13_identities_claimed_by_the_client_do_not_reach_postfix(serve, postfix, identity, secured):
    server = postfix(smtpd=BEHIND[identity])
    front = serve("--max-errors 0", backend=server.endpoint, identity=identity)
    with Arrival(front.address, source="127.0.0.2") as client:
        keywords = client.hello().keywords
        if secured:
            client.starttls()
            keywords = client.expect("EHLO client.example", 250).keywords
        assert not {"XCLIENT", "XFORWARD"} & set(keywords)
        for claim in CLAIMS:
            refused(client, claim)
        client.expect("MAIL FROM:<a@client.example>", 250)
        for claim in CLAIMS:
            refused(client, claim)
        client.expect("RCPT TO:<b@mail.example>", 250)
        client.expect("QUIT", 221)
    seen = "127.0.0.1" if identity == "none" else "127.0.0.2"
    server.wait_for(rf"client=unknown\[{seen}\]")
    server.wait_for(r"disconnect from")
    assert server.count(r"192\.0\.2\.66|trusted\.example") == 0


@pytest.mark.parametrize("identity", ["proxy-v1", "proxy-v2", "xclient", "none"])
@pytest.mark.parametrize("claim", [v1, v2], ids=["v1", "v2"])
@pytest.mark.parametrize("accepted", ["", "--accept-proxy 127.0.0.9/32"], ids=["nobody_listed", "another_listed"])
def test_threat_14_a_header_of_a_client_that_is_no_balancer_is_no_identity(serve, postfix, identity, claim, accepted):
    proxy = {"smtpd_upstream_proxy_protocol": "haproxy"} if identity.startswith("proxy") else TRUSTING
    server = postfix(smtpd=proxy)
    front = serve(accepted, backend=server.endpoint, identity=identity)
    with Arrival(front.address, source="127.0.0.2", header=claim("192.0.2.66", 4711) + b"EHLO x\r\nQUIT\r\n") as client:
        client.rest()
    front.sessions_ended()
    with pytest.raises((ssl.SSLError, ConnectionError)):
        Arrival(front.tls_address, source="127.0.0.2", header=claim("192.0.2.66", 4711), tls=True)
    with Arrival(front.address, source="127.0.0.3") as client:  # everybody else goes on as before
        client.hello()
        client.expect("MAIL FROM:<a@client.example>", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)
        client.expect("QUIT", 221)
    server.wait_for(r"client=unknown\[127\.0\.0\.%d\]" % (1 if identity == "none" else 3))
    assert server.count(r"192\.0\.2\.66") == 0 and front.count(r"connect from \S*192\.0\.2\.66") == 0


def test_threat_14_a_listed_balancer_must_say_a_header(serve, postfix):
    server = postfix(smtpd={"smtpd_upstream_proxy_protocol": "haproxy"})
    front = serve("--accept-proxy 127.0.0.1/32 --timeout-proxy 2s", backend=server.endpoint, identity="proxy-v1")
    for said in (b"EHLO client.example\r\n", b"PROXY TCP4 192.0.2.66\r\n", b"PROXY TCP4 192.0.2.066 192.0.2.1 1 25\r\n",
                 v2("192.0.2.66", 1)[:-3], b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"):
        mark = front.mark()
        with Arrival(front.address, header=said) as client:
            client.finish()
            assert client.rest() == b""
        front.wait_for("PROXY", after=mark)
    assert server.count("connect from") == 0


def test_threat_14_a_second_header_is_no_identity(serve, postfix):
    server = postfix(smtpd={"smtpd_upstream_proxy_protocol": "haproxy"})
    front = serve("--accept-proxy 127.0.0.1/32", backend=server.endpoint, identity="proxy-v2")
    with Arrival(front.address, header=v1("192.0.2.7", 4711) + v1("192.0.2.66", 4711)) as client:
        client.send(b"QUIT\r\n")
        client.rest()
    front.wait_for(r"disconnect from unknown\[192\.0\.2\.7\]")
    until(lambda: server.count("disconnect from") == server.count(": connect from"), "the end of Postfix's sessions")
    assert server.count(r"192\.0\.2\.66") == 0


def test_threat_14_a_header_in_pieces_is_believed_and_what_follows_is_kept(serve, postfix):
    server = postfix(smtpd={"smtpd_upstream_proxy_protocol": "haproxy"})
    front = serve("--accept-proxy 127.0.0.1/32", backend=server.endpoint, identity="proxy-v1")
    for number, header in enumerate((v1("192.0.2.7", 4711), v2("192.0.2.7", 4711, tlvs=b"\x04\x00\x03pad"))):
        with Arrival(front.address) as client:
            for octet in header:
                client.send(bytes([octet]))
            client.hello()
            client.starttls()
            client.expect("EHLO client.example", 250)
            client.expect("MAIL FROM:<a@client.example>", 250)
            client.expect("RCPT TO:<b@mail.example>", 250)
            client.expect("QUIT", 221)
        server.wait_for(r"client=unknown\[192\.0\.2\.7\]:4711", count=number + 1)


@pytest.mark.parametrize("word", [" DATA", "\tDATA", "DATA ", "DATA\x0b"])
def test_commands_in_disguise_mean_the_same_to_us_and_to_postfix(serve, postfix, recorder, word):
    server = postfix(relay=recorder.endpoint)
    with serve(backend=server.endpoint).secured() as client:
        client.expect("EHLO client.example", 250)
        client.expect("MAIL FROM:<a@client.example>", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)
        reply = client.command(word)
        if reply.code == 354:
            client.send("XCLIENT ADDR=192.0.2.66\r\n.\r\n")
            assert client.reply().code == 250
            assert recorder.wait_messages(1)[0].raw.endswith(b"XCLIENT ADDR=192.0.2.66\r\n")
        else:
            assert 500 <= reply.code <= 599, reply
        client.expect("NOOP", 250)
        client.expect("QUIT", 221)
