"""XCLIENT to a scripted backend: what is told, in how many commands, and what a refusal costs. (Real Postfix: test/interop.)"""
import socket

import pytest

from harness.backend import Server


def believing(attributes, answers, heard):
    """A backend that announces XCLIENT with these attributes; `answers` are its replies to XCLIENT, one after the other."""
    def script(connection):
        said = iter(answers)
        connection.send("220 backend.example\r\n")
        while (line := connection.line()) is not None:
            heard.append(line)
            verb = line.split(" ")[0].upper()
            if verb == "EHLO":
                connection.send(f"250-backend.example\r\n250 XCLIENT {attributes}\r\n")
            elif verb == "XCLIENT":
                connection.send(next(said))
            else:
                connection.send("221 bye\r\n" if verb == "QUIT" else "250 ok\r\n")
    return script


def test_only_announced_attributes_are_told(serve, backend):
    heard = []
    front = serve(backend=backend(Server, believing("ADDR PORT DESTPORT LOGIN", ["220 after\r\n"], heard)).endpoint, identity="xclient")
    with front.client() as client:
        port = client.socket.getsockname()[1]
        assert client.line() == b"220 after\r\n"
        client.expect("EHLO client.example", 250)
    assert heard[:3] == ["EHLO localhost", f"XCLIENT ADDR=127.0.0.1 PORT={port} DESTPORT={front.address[1]}", "EHLO client.example"]


def test_the_name_is_unavailable_where_nobody_looked_it_up(serve, backend):
    heard = []
    front = serve(backend=backend(Server, believing("NAME REVERSE_NAME ADDR", ["220 after\r\n"], heard)).endpoint, identity="xclient")
    with front.client() as client:
        client.hello()
    assert heard[1] == "XCLIENT NAME=[UNAVAILABLE] REVERSE_NAME=[UNAVAILABLE] ADDR=127.0.0.1"


@pytest.mark.parametrize("refusal", ["550 5.7.0 no\r\n", "421 4.3.2 later\r\n", "501 5.5.4 syntax\r\n", "250 fine\r\n", "x"])
def test_threat_9_a_client_gets_no_session_that_would_count_as_ours(serve, backend, refusal):
    # A refused XCLIENT leaves a session of 127.0.0.1 behind, which may be trusted.
    heard = []
    front = serve(backend=backend(Server, believing("ADDR", [refusal], heard)).endpoint, identity="xclient")
    with front.client() as client:
        assert client.reply().code == 421
        assert client.rest() == b""
    front.wait_for(r"warning: backend: the backend refused XCLIENT: ")
    assert [line.split(" ")[0] for line in heard] == ["EHLO", "XCLIENT"]


def test_names_are_told_where_they_are_asked_for(serve, recorder):
    name = socket.gethostbyaddr("127.0.0.1")[0]
    front = serve("--reverse-names --trace-header")
    with front.client() as client:
        client.hello()
        assert client.mail(b"Subject: x\r\n\r\ny\r\n").code == 250
    front.wait_for(rf"connect from {name}\[127\.0\.0\.1\]:\d+ to ")
    assert f"({name} [127.0.0.1])".encode() in recorder.wait_messages(1)[0].raw
