"""Clients that break off, send garbage, or take their time; what is logged of them, and that the next one is served."""
import contextlib
import socket
import ssl
import struct
import threading

import pytest

from harness import floods
from harness.client import at_once, client_hello, tls_context
from harness.waiting import until


def before_tls(one, source="127.0.0.2"):
    """A client that has been told to start TLS, and its "[address]:port"."""
    client = one.client(source)
    client.hello()
    client.expect("STARTTLS", 220)
    one.carried(client)
    return client, one.name_of(client)


def reset(client):
    """Ends the connection with RST."""
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.socket.close()


def failed_handshake(one, name):
    """What both programs and postscreen say after a handshake that came to nothing."""
    one.told(name, r"TLS handshake failed for service=smtpd peer=%s$")
    one.told(name, r"DISCONNECT %s$")
    address = name.replace("[", r"\[").replace("]", r"\]")
    one.wait_for(rf"/postscreen\[\d+\]: HANGUP after \S+ from {address} in tests after SMTP handshake")


def still_serves(one):
    one.session(source="127.0.0.3")
    one.nothing_broke()


def test_garbage_instead_of_a_client_hello(site):
    one = site()
    client, name = before_tls(one)
    client.send(b"this is no TLS at all, whatever one may think\r\n" * 4)
    client.rest()
    failed_handshake(one, name)
    one.wait_for(r"/tlsproxy\[\d+\]: warning: TLS library problem: error:0A00010B:SSL routines::wrong version number:")
    still_serves(one)


@pytest.mark.parametrize("how", ["close", "reset", "half-close"])
@pytest.mark.parametrize("share", [0, 0.5], ids=["at once", "half a ClientHello"])
def test_a_client_that_leaves_before_the_handshake_is_done(site, how, share):
    one = site()
    client, name = before_tls(one)
    hello = client_hello()
    client.send(hello[:int(len(hello) * share)])
    if how == "reset":
        reset(client)
    elif how == "close":
        client.close()
    else:
        client.finish()
        assert client.rest() == b""
    failed_handshake(one, name)
    still_serves(one)


def test_threats_20_to_23_floods_of_records_end_their_sessions(make_site, ours):
    one = make_site(ours)

    def flood(number):
        name = floods.NAMES[number]
        client, address = before_tls(one, f"127.0.0.{number + 10}")
        with client:
            floods.pour(client, floods.records(client, name))
            one.told(address, r"DISCONNECT %s$")
    at_once(len(floods.NAMES), flood)
    assert max(process.resident_kib for process in one.processes()) < 32768
    still_serves(one)


@pytest.mark.parametrize("how", ["close", "reset"])
def test_a_client_that_leaves_without_close_notify(site, how):
    one = site()
    client = one.secured(source="127.0.0.2")
    name = one.name_of(client)
    client.expect("EHLO client.example", 250)
    mark = one.mark()
    if how == "reset":
        reset(client)
    else:
        socket.socket(fileno=client.socket.detach()).close()
    one.told(name, r"DISCONNECT %s$")
    said = one.proxy_lines(mark)
    assert len(said) <= 3, said  # no flood
    assert one.count("TLS handshake failed") == 0
    still_serves(one)


def test_close_notify_ends_the_session(site):
    one = site()
    client = one.secured(source="127.0.0.2")
    name = one.name_of(client)
    client.expect("EHLO client.example", 250)
    with contextlib.suppress(ssl.SSLError, OSError):
        client.socket.unwrap()  # the answer is an end of file or a close_notify, and then the end
    client.rest()
    one.told(name, r"DISCONNECT %s$")
    one.wait_for(r"/postscreen\[\d+\]: HANGUP after")
    still_serves(one)


def test_no_cipher_in_common(site, certificates):
    one = site([certificates.get(kind="ecdsa")])
    client, name = before_tls(one)
    with pytest.raises(ssl.SSLError, match="(?i)handshake.failure"):
        client.secure(tls_context("1.2", ciphers="ECDHE-RSA-AES128-GCM-SHA256"))
    failed_handshake(one, name)
    one.wait_for(r"/tlsproxy\[\d+\]: warning: TLS library problem: error:0A0000C1:SSL routines::no shared cipher:")
    still_serves(one)


def test_a_dripped_client_hello(site, program):
    """One octet a second. The original's limit begins anew at each; ours is absolute, and hears postscreen hang up too."""
    one = site(screen={"postscreen_command_time_limit": "4s"})
    client, name = before_tls(one)
    hello, given = client_hello(), 0
    pause = threading.Event()
    with contextlib.suppress(OSError):
        while given < 12:
            client.send(hello[given:given + 1])
            given += 1
            client.socket.settimeout(1)
            with contextlib.suppress(TimeoutError):
                if not client.socket.recv(1):
                    break
            pause.wait(0.05)
    if program.ours:
        assert given < 12
        one.told(name, r"TLS handshake failed for service=smtpd peer=%s$")
        one.told(name, r"DISCONNECT %s$")
    else:
        assert given == 12 and one.count(r"/tlsproxy\[\d+\]: DISCONNECT") == 0
        client.close()
    still_serves(one)


def test_a_client_that_says_nothing_is_ended_by_the_limit(site):
    one = site(screen={"postscreen_command_time_limit": "3s"})
    client, name = before_tls(one)
    assert client.rest() == b""
    one.told(name, r"DISCONNECT %s$")
    still_serves(one)


def test_a_client_that_does_not_read(site):
    """Replies that nobody takes fill buffers; the session ends when postscreen has had enough, others go on meanwhile."""
    one = site(screen={"postscreen_command_time_limit": "4s", "postscreen_command_count_limit": "100000"})
    client = one.secured(source="127.0.0.2")
    name = one.name_of(client)
    client.expect("EHLO client.example", 250)
    client.socket.settimeout(1)
    with contextlib.suppress(OSError, TimeoutError):
        for _ in range(3000):
            client.send(b"EHLO client.example\r\n" * 50)
    one.session(source="127.0.0.4")
    client.close()
    one.told(name, r"DISCONNECT %s$")
    still_serves(one)


def test_many_that_break_off_leave_nothing_behind(site):
    one = site()
    for number in range(5):
        client, _ = before_tls(one, f"127.0.0.{20 + number}")
        client.send(client_hello()[:100 * number])
        reset(client)
    one.wait_for(r"/tlsproxy\[\d+\]: DISCONNECT ", count=5)
    still_serves(one)
    idle = lambda: all(not process.sockets() for process in one.processes())  # noqa: E731
    until(idle, "no client's socket is left in tlsproxy")
