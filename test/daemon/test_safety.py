"""Each safety default, by the name of the attack it stops. What the backend heard is the measure."""
import ssl

import pytest

from harness.client import tls_context

EVIL = "MAIL FROM:<injected@evil.example>"


def refused(reply):
    assert 500 <= reply.code < 600, reply


@pytest.mark.parametrize("rest", [EVIL + "\r\n", EVIL + "\r\nRCPT TO:<b@mail.example>\r\nDATA\r\n", "MAIL FROM:<injec",
                                  "R", "\r\n"])
def test_cve_2011_0411_bytes_behind_starttls_are_refused(serve, recorder, rest):
    front = serve()
    with front.client() as client:
        client.hello()
        client.send("STARTTLS\r\n" + rest)
        reply = client.reply()
        assert reply.code != 220 and 400 <= reply.code < 600, reply
        assert client.rest() == b""
    assert session_outcome(front) == "injection_refused"
    assert not [line for line in recorder.commands if "injec" in line]


def session_outcome(front, count=1):
    from harness.front import session_line
    return session_line(front.sessions_ended(count))["outcome"]


def test_cve_2011_0411_bytes_between_reply_and_handshake_are_no_commands(serve, recorder):
    front = serve()
    with front.client() as client:
        client.hello()
        client.expect("STARTTLS", 220)
        client.send(EVIL + "\r\n")
        client.finish()
        assert b"250" not in client.rest()
    front.wait_for("not_tls")
    assert EVIL not in recorder.commands


def test_cve_2021_38371_replies_of_before_are_not_sent_after_the_handshake(serve, recorder):
    # Pipelined commands before STARTTLS: their answers come before the 220, none inside TLS.
    with serve().client() as client:
        client.hello()
        client.send("NOOP\r\nVRFY a\r\nSTARTTLS\r\n")
        assert [client.reply().code for _ in range(3)] == [250, 252, 220]
        client.secure()
        assert client.expect("NOOP", 250).raw == b"250 2.0.0 ok\r\n"


def test_rfc_3207_state_is_forgotten_at_the_switch(serve, recorder):
    with serve().client() as client:
        client.hello()
        client.expect(EVIL, 250)
        client.command("RCPT TO:<b@mail.example>")
        if client.command("STARTTLS").code != 220:
            return  # refused inside a transaction: as good
        client.secure()
        client.expect("EHLO client.example", 250)
        refused(client.command("DATA"))
        assert client.mail(b"x\r\n").code == 250
    assert recorder.messages[0].sender == "<a@client.example>"


def test_rfc_3207_state_is_forgotten_by_reconnecting_too(serve, recorder):
    with serve("--on-starttls reconnect").secured() as client:
        client.expect("EHLO client.example", 250)
        assert client.mail(b"x\r\n").code == 250
    assert len(recorder.sessions) == 2
    assert not [line for line in recorder.sessions[0] if line.startswith("MAIL")]


def test_starttls_twice_is_refused_and_the_session_goes_on(serve):
    with serve().secured() as client:
        client.expect("EHLO client.example", 250)
        refused(client.command("STARTTLS"))
        client.expect("NOOP", 250)


def test_starttls_with_a_parameter_is_refused(serve):
    with serve().client() as client:
        client.hello()
        client.expect("STARTTLS now", 501)
        client.starttls()
        client.expect("NOOP", 250)


def test_starttls_in_implicit_tls_is_refused(serve):
    with serve().tls_client() as client:
        client.hello()
        refused(client.command("STARTTLS"))


def test_starttls_inside_a_message_is_text(serve, recorder):
    with serve().client() as client:
        client.hello()
        assert client.mail(b"STARTTLS\r\n").code == 250
        client.starttls()
        client.expect("NOOP", 250)
    assert recorder.messages[0].raw == b"STARTTLS\r\n"


SMUGGLED = b"MAIL FROM:<injected@evil.example>\r\nRCPT TO:<b@mail.example>\r\nDATA\r\nforged\r\n"
ENDS = [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\r\n.\n", b"\n.\r", b"\r\n\0.\r\n", b"\r\n.\0\r\n"]


@pytest.mark.parametrize("end", ENDS, ids=repr)
def test_cve_2023_51764_no_false_end_of_message(serve, recorder, end):
    front = serve()
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        for line in ("MAIL FROM:<a@client.example>", "RCPT TO:<b@mail.example>"):
            client.expect(line, 250)
        client.expect("DATA", 354)
        client.send(b"text" + end + SMUGGLED + b".\r\n")
        refused(client.reply())
    assert session_outcome(front) in ("bare_newline", "quit", "client_gone")
    assert recorder.messages == []
    assert not [line for line in recorder.commands if "injected" in line]


@pytest.mark.parametrize("end", ENDS, ids=repr)
def test_cve_2023_51764_passed_bare_newlines_are_bytes_like_others(serve, recorder, end):
    with serve("--bare-newline pass").secured() as client:
        client.expect("EHLO client.example", 250)
        body = b"text" + end + SMUGGLED
        assert client.mail(body).code == 250
        client.expect("NOOP", 250)
    assert [message.raw for message in recorder.messages] == [body]


@pytest.mark.parametrize("command", [b"NOOP\n", b"NOOP\rQUIT\r\n", b"NO\0OP\r\n", b"MAIL FROM:<a\nRCPT TO:<b>\r\n"], ids=repr)
def test_bare_newlines_and_nul_never_end_a_command(serve, recorder, command):
    with serve().client() as client:
        client.hello()
        client.send(command if command.endswith(b"\r\n") else command + b"\r\n")
        refused(client.reply())
    assert not [line for line in recorder.commands if "\n" in line or "\r" in line or "\0" in line]
    assert len(recorder.commands) <= 2


@pytest.mark.parametrize("command", ["AUTH PLAIN AGpvZQBwdw==", "AUTH LOGIN", "auth plain"])
def test_auth_in_clear_is_neither_offered_nor_accepted(serve, recorder, command):
    recorder.keywords.append("AUTH PLAIN LOGIN")
    with serve().client() as client:
        assert "AUTH" not in client.hello().keywords
        refused(client.command(command))
        client.starttls()
        assert "AUTH" in client.expect("EHLO client.example", 250).keywords
        client.expect("AUTH PLAIN AGpvZQBwdw==", 235)
    assert [line for line in recorder.commands if line.upper().startswith("AUTH")] == ["AUTH PLAIN AGpvZQBwdw=="]


def test_auth_in_clear_can_be_asked_for(serve, recorder):
    recorder.keywords.append("AUTH PLAIN")
    with serve("--auth-before-tls").client() as client:
        assert "AUTH" in client.hello().keywords
        client.expect("AUTH PLAIN AGpvZQBwdw==", 235)


def test_auth_continuation_lines_are_no_commands(serve, recorder):
    recorder.keywords.append("AUTH PLAIN")
    with serve().secured() as client:
        client.expect("EHLO client.example", 250)
        client.expect("AUTH PLAIN", 334)
        client.expect("STARTTLS", 235)  # base64 by its letters
        client.expect("NOOP", 250)


@pytest.mark.parametrize("command,code", [("MAIL FROM:<a@b>", 530), ("RCPT TO:<a@b>", 530), ("DATA", 530), ("VRFY a", 530),
                                          ("AUTH PLAIN x", 530), ("RSET", 530), ("NOOP", 250), ("QUIT", 221)])
def test_require_tls_lets_nothing_but_hello_through(serve, recorder, command, code):
    with serve("--require-tls").client() as client:
        client.hello()
        client.expect(command, code)
    if code == 530:
        assert command not in recorder.commands


def test_require_tls_is_satisfied_inside_tls(serve, recorder):
    with serve("--require-tls").secured() as client:
        client.expect("EHLO client.example", 250)
        assert client.mail(b"x\r\n").code == 250


@pytest.mark.parametrize("command", ["XCLIENT ADDR=192.0.2.1", "XFORWARD ADDR=192.0.2.1", "xclient NAME=trusted.example",
                                     "PROXY TCP4 192.0.2.1 192.0.2.2 1 25"])
def test_identities_from_the_client_never_reach_the_backend(serve, recorder, command):
    recorder.keywords += ["XCLIENT ADDR", "XFORWARD ADDR"]
    recorder.answers["XCLIENT"] = recorder.answers["XFORWARD"] = "250 believed"
    for secured in (False, True):
        front = serve()
        client = front.secured() if secured else front.client()
        if not secured:
            client.reply()
        keywords = client.expect("EHLO client.example", 250).keywords
        assert "XCLIENT" not in keywords and "XFORWARD" not in keywords
        refused(client.command(command))
    if not command.startswith("PROXY"):
        assert command not in recorder.commands


def test_a_line_too_long_is_told_and_never_cut_into_commands(serve, recorder):
    with serve().client() as client:
        client.hello()
        client.send(b"NOOP " + b"x" * 5000 + b"\r\n")
        assert client.reply().code == 500
        try:
            after = client.command("NOOP")
            assert after.code in (250, 421)
        except (AssertionError, ConnectionError):
            pass  # closed after the 500: as good
    assert not [line for line in recorder.commands if "xx" in line]


def test_an_endless_line_does_not_grow_the_worker(serve, recorder):
    front = serve()
    before = front.one("worker").resident_kib
    with front.client() as client:
        client.hello()
        try:
            for _ in range(400):
                client.send(b"x" * 65536)
        except (ConnectionError, TimeoutError):
            pass
        after = front.one("worker").resident_kib
    assert after - before < 8192, f"{before} -> {after} KiB"


def test_no_chunking_removes_the_keyword_and_refuses_bdat_with_its_octets(serve, recorder):
    recorder.keywords += ["CHUNKING", "BINARYMIME"]
    with serve("--no-chunking").secured() as client:
        keywords = client.expect("EHLO client.example", 250).keywords
        assert "CHUNKING" not in keywords and "BINARYMIME" not in keywords
        client.expect("MAIL FROM:<a@client.example>", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)
        client.send(b"BDAT 6 LAST\r\nQUIT\r\n")
        assert client.reply().code == 502
        client.expect("NOOP", 250)
    assert not [line for line in recorder.commands if line.startswith(("BDAT", "QUIT"))]


HIDDEN = (b"XCLIENT ADDR=127.0.0.1\r\nAUTH PLAIN AGEAYg==\r\nMAIL FROM:<hidden@evil.example>\r\nRCPT TO:<b@mail.example>\r\n"
          b"DATA\r\nSubject: hidden\r\n\r\nx\r\n.\r\n")


@pytest.mark.parametrize("greeting", ["EHLO client.example", "HELO client.example"])
def test_threat_10_commands_hidden_in_a_chunk_do_not_reach_a_backend_without_chunking(serve, recorder, greeting):
    # Its octets are counted here and would be commands there, behind the back of every rule for them.
    if greeting.startswith("HELO"):
        recorder.keywords += ["CHUNKING"]
    with serve().secured() as client:
        if greeting.startswith("HELO"):
            client.expect("EHLO client.example", 250)
        client.expect(greeting, 250)
        client.send(b"BDAT %d LAST\r\n" % len(HIDDEN) + HIDDEN)
        assert client.reply().code == 502
        client.expect("NOOP", 250)
    assert not [line for line in recorder.commands if line.startswith(("BDAT", "XCLIENT", "AUTH", "MAIL"))]
    assert recorder.messages == []


@pytest.mark.parametrize("size", ["-1", "x", "", "99999999999999999999999", "1 2 LAST", "+5"])
def test_bdat_with_a_malformed_size_is_refused(serve, recorder, size):
    recorder.keywords += ["CHUNKING"]
    with serve().secured() as client:
        client.expect("EHLO client.example", 250)
        refused(client.command(f"BDAT {size}"))
    assert not [line for line in recorder.commands if line.startswith("BDAT")]


def test_truncation_attack_is_no_end_of_message(serve, recorder):
    # WOOT 2013: an end of file without close_notify in mid-message.
    front = serve()
    client = front.secured()
    client.expect("EHLO client.example", 250)
    for line in ("MAIL FROM:<a@client.example>", "RCPT TO:<b@mail.example>"):
        client.expect(line, 250)
    client.expect("DATA", 354)
    client.send(b"half a message\r\n")
    raw = client.socket.detach()
    import socket as sockets
    sockets.socket(fileno=raw).close()
    front.sessions_ended()
    assert recorder.messages == []


def test_cve_2026_45185_clear_bytes_after_close_notify_are_not_read(serve, recorder):
    front = serve()
    client = front.secured()
    client.expect("EHLO client.example", 250)
    bare = client.socket.unwrap()
    try:
        bare.sendall(EVIL.encode() + b"\r\n")
        bare.shutdown(1)
    except OSError:
        pass
    front.sessions_ended()
    assert EVIL not in recorder.commands


def test_early_talkers_hello_at_the_plain_port_is_refused_cheaply(serve, recorder):
    front = serve()
    with front.client() as client:
        client.reply()
        client.send(bytes.fromhex("16030100c8010000c40303") + bytes(100) + b"\r\n")
        client.finish()
        client.rest()
    front.sessions_ended()
    assert "\x16" not in "".join(front.lines)


def test_cve_2009_3555_no_renegotiation(serve):
    from harness.process import run
    host, port = serve().address
    _, text = run(["openssl", "s_client", "-starttls", "smtp", "-connect", f"{host}:{port}", "-tls1_2"], b"R\n")
    assert "RENEGOTIATING" in text and "no renegotiation" in text, text


@pytest.mark.parametrize("ciphers", ["AES128-SHA", "DHE-RSA-AES128-GCM-SHA256", "AES128-GCM-SHA256",
                                     "ECDHE-ECDSA-AES128-SHA"])
def test_ciphers_without_forward_secrecy_or_aead_are_not_shared(serve, certificates, ciphers):
    front = serve(certs_used=[certificates.get(), certificates.get(kind="rsa")])
    with pytest.raises((ssl.SSLError, ConnectionError)):
        front.secured(tls_context("1.2", ciphers=ciphers + ":@SECLEVEL=0"))
    front.wait_for("no_shared_cipher")


def test_log_injection_and_terminal_escapes_stay_out_of_the_log(serve, recorder):
    front = serve()
    with front.client() as client:
        client.hello()
        client.command(b"MAIL FROM:<\x1b[31mred@evil.example> \xff\xfe")
        client.command(b"FOO\x07\x08 bar")
        client.command("QUIT")
    front.sessions_ended()
    assert all(character.isprintable() for line in front.lines for character in line)


def test_credentials_and_text_are_never_logged(serve, recorder):
    recorder.keywords.append("AUTH PLAIN")
    front = serve()
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        client.expect("AUTH PLAIN", 334)
        client.expect("c2VjcmV0d29yZA==", 235)
        client.mail(b"very private text\r\n")
        client.expect("QUIT", 221)
    front.sessions_ended()
    assert not [line for line in front.lines if "c2VjcmV0" in line or "private" in line]


def test_alpaca_a_foreign_application_protocol_is_refused(serve):
    # CVE-2021-3618: a browser's handshake with http/1.1 meets a mail server.
    front = serve()
    context = tls_context()
    context.set_alpn_protocols(["http/1.1"])
    with pytest.raises((ssl.SSLError, ConnectionError)):
        front.secured(context)


def test_too_many_errors_end_the_session(serve):
    with serve("--max-errors 3").client() as client:
        client.hello()
        codes = [client.command("FOO").code for _ in range(3)]
        assert codes[:2] == [500, 500] and (codes[2] == 421 or client.reply().code == 421)
        assert client.rest() == b""


def test_too_many_commands_end_the_session(serve):
    with serve("--max-commands 5").client() as client:
        client.hello()
        codes = []
        while 421 not in codes and len(codes) < 8:
            codes.append(client.command("NOOP").code)
        assert 421 in codes and 3 <= len(codes) <= 6, codes


def test_too_many_recipients_are_told_452(serve, recorder):
    with serve("--max-recipients 2").client() as client:
        client.hello()
        client.expect("MAIL FROM:<a@client.example>", 250)
        assert [client.command(f"RCPT TO:<{number}@mail.example>").code for number in range(3)] == [250, 250, 452]
        client.expect("DATA", 354)
        client.send(b"x\r\n.\r\n")
        assert client.reply().code == 250
    assert len(recorder.messages[0].recipients) == 2
