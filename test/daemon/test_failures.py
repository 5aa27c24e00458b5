"""What the client is told, and what the log says, when a part fails (design.md: every failure that can be told is told)."""
import ssl
import threading

import pytest

from harness.backend import Recorder
from harness.client import Client, tls_context
from harness.front import session_line
from harness.waiting import free_port

GREETING = "220 backend.example\r\n"


def outcome(front):
    return session_line(front.sessions_ended())["outcome"]


def hello_script(then):
    """A backend that greets and answers EHLO, then does `then(connection)`."""
    def script(connection):
        connection.send(GREETING)
        connection.line()
        connection.send("250-backend.example\r\n250 PIPELINING\r\n")
        then(connection)
    return script


def test_backend_that_refuses_is_told_as_421(serve):
    front = serve(backend=f"127.0.0.1:{free_port()}")
    with front.client() as client:
        assert client.reply().code == 421
        assert client.rest() == b""
    assert outcome(front) == "backend_refused"
    front.wait_for(r"backend\b.*refused")


def test_backend_that_refuses_is_told_inside_implicit_tls_too(serve):
    front = serve(backend=f"127.0.0.1:{free_port()}")
    with front.tls_client() as client:
        assert client.reply().code == 421


def test_backend_that_closes_before_its_greeting_is_told_as_421(serve, backend):
    front = serve(backend=backend(lambda connection: None).endpoint)
    with front.client() as client:
        assert client.reply().code == 421
        assert client.rest() == b""
    assert outcome(front) == "backend_lost"
    front.wait_for("warning: backend: it closed the connection after CONNECT")


def test_backend_without_a_greeting_is_told_as_421_after_the_limit(serve, backend):
    front = serve("--timeout-greeting 1s", backend=backend(lambda connection: connection.until_closed()).endpoint)
    with front.client() as client:
        assert client.reply().code == 421
    assert outcome(front) == "backend_silent"
    front.wait_for("warning: backend: it was silent for too long after CONNECT")


def test_backend_that_greets_with_554_is_quoted(serve, backend):
    front = serve(backend=backend(Recorder, greeting="554 5.3.2 no service today").endpoint)
    with front.client() as client:
        assert client.reply().raw == b"554 5.3.2 no service today\r\n"


def test_backend_that_dies_in_mid_command_is_told(serve, backend):
    front = serve(backend=backend(hello_script(lambda connection: connection.line())).endpoint)
    with front.client() as client:
        client.hello()
        assert client.command("MAIL FROM:<a@client.example>").code in (421, 451)
    assert outcome(front) == "backend_lost"


def test_backend_that_dies_between_commands_is_told(serve, backend):
    gate = threading.Event()
    front = serve(backend=backend(hello_script(lambda connection: gate.wait(20))).endpoint)
    with front.client() as client:
        client.hello()
        gate.set()
        assert client.reply().code == 421
    assert outcome(front) == "backend_lost"


def test_backend_that_dies_in_the_message_is_told(serve, backend):
    def dies_in_data(connection, _line):
        connection.send("354 go on\r\n")
        connection.exactly(10)

    front = serve(backend=backend(Recorder, answers={"DATA": dies_in_data}).endpoint)
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        try:
            assert client.mail(b"x" * 70 + b"\r\n").code in (421, 451)
        except (ConnectionError, ssl.SSLError):
            pytest.fail("the client was cut off without a word")
    assert outcome(front) == "backend_lost"


def test_backend_that_dies_in_the_message_ends_a_big_message_soon(serve, backend):
    def dies_in_data(connection, _line):
        connection.send("354 go on\r\n")
        connection.exactly(1000)

    front = serve(backend=backend(Recorder, answers={"DATA": dies_in_data}).endpoint)
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        client.expect("MAIL FROM:<a@client.example>", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)
        client.expect("DATA", 354)
        try:
            for _ in range(400):
                client.send((b"x" * 70 + b"\r\n") * 1000)
        except (ConnectionError, ssl.SSLError):
            pass  # told and closed while we still send
    assert outcome(front) == "backend_lost"


def test_backend_that_never_answers_is_told_after_the_limit(serve, backend):
    front = serve("--timeout-reply 1s",
                  backend=backend(hello_script(lambda connection: connection.until_closed())).endpoint)
    with front.client() as client:
        client.hello()
        assert client.command("MAIL FROM:<a@client.example>").code in (421, 451)
    assert outcome(front) == "backend_silent"


def test_backend_that_does_not_read_the_message_is_told_after_the_limit(serve, backend):
    gate = threading.Event()

    def stops_reading(connection, _line):
        connection.send("354 go on\r\n")
        gate.wait(60)

    front = serve("--timeout-reply 1s --timeout-data 2s",
                  backend=backend(Recorder, answers={"DATA": stops_reading}).endpoint)
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        client.expect("MAIL FROM:<a@client.example>", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)
        client.expect("DATA", 354)
        try:
            for _ in range(2000):
                client.send((b"x" * 70 + b"\r\n") * 1000)
        except (ConnectionError, ssl.SSLError, TimeoutError):
            pass
        assert front.one("worker").resident_kib < 100_000
    gate.set()
    assert outcome(front) == "backend_silent"


@pytest.mark.parametrize("babble", ["250 nobody asked\r\n", "hello\r\n", "\r\n", "2\r\n", "999 x\r\n"], ids=repr)
def test_backend_that_babbles_ends_the_session(serve, backend, babble):
    gate = threading.Event()

    def babbles(connection):
        gate.wait(20)
        connection.send(babble)
        connection.until_closed()

    front = serve(backend=backend(hello_script(babbles)).endpoint)
    with front.client() as client:
        client.hello()
        gate.set()
        assert client.reply().code == 421
    assert outcome(front) == "backend_babbled"
    front.wait_for("warning: backend: .* after EHLO.*" + ("nobody asked" if "nobody" in babble else "no reply of SMTP"))


def test_backend_with_an_endless_reply_ends_the_session(serve, backend):
    def endless(connection):
        connection.line()
        for _ in range(100_000):
            connection.send("250-" + "x" * 200 + "\r\n")

    front = serve(backend=backend(hello_script(endless)).endpoint)
    with front.client() as client:
        client.hello()
        assert client.command("NOOP").code == 421
    assert outcome(front) == "backend_babbled"


def test_backend_that_closes_with_421_is_quoted(serve, backend):
    gate = threading.Event()

    def closes(connection):
        gate.wait(20)
        connection.send("421 4.3.2 going down\r\n")

    front = serve(backend=backend(hello_script(closes)).endpoint)
    with front.client() as client:
        client.hello()
        gate.set()
        assert client.reply().raw == b"421 4.3.2 going down\r\n"
        assert client.rest() == b""
    assert outcome(front) == "backend_closed"


def test_a_silent_client_is_told_421(serve):
    front = serve("--timeout-command 1s")
    with front.client() as client:
        client.hello()
        assert client.reply().code == 421
        assert client.rest() == b""
    assert outcome(front) == "client_silent"
    front.wait_for("timeout after EHLO")


def test_a_client_silent_in_its_message_ends_without_a_message(serve, recorder):
    front = serve("--timeout-data 1s")
    with front.client() as client:
        client.hello()
        for line in ("MAIL FROM:<a@client.example>", "RCPT TO:<b@mail.example>"):
            client.expect(line, 250)
        client.expect("DATA", 354)
        client.send(b"half\r\n")
        assert client.reply().code == 421
    assert outcome(front) == "client_silent"
    assert recorder.messages == []


def test_a_client_that_leaves_is_logged_as_postfix_does(serve, recorder):
    front = serve()
    client = front.client()
    client.hello()
    client.close()
    front.wait_for(r"lost connection after EHLO from \S*\[127\.0\.0\.1\]")
    assert outcome(front) == "client_gone"


def test_a_silent_handshake_ends_at_its_limit(serve):
    front = serve("--timeout-handshake 1s")
    with front.client() as client:
        client.hello()
        client.expect("STARTTLS", 220)
        assert b"250" not in client.rest()
    front.wait_for("SSL_accept error from .*timeout")
    assert outcome(front) == "tls_failed"


def test_a_handshake_of_single_bytes_ends_at_an_absolute_limit(serve):
    # Threat 24: a limit for each read would never pass.
    front = serve("--timeout-handshake 1s")
    pace = threading.Event()
    with Client(front.tls_address) as client:
        hello = bytes.fromhex("16030103e8010003e40303") + bytes(2000)
        sent = 0
        try:
            for byte in hello:
                client.send(bytes([byte]))
                sent += 1
                pace.wait(0.05)
        except ConnectionError:
            pass
        assert sent < 400, "the handshake lived for 20 s"
    front.wait_for("timeout")


def test_no_shared_version_is_logged_with_what_was_offered(serve):
    front = serve("--tls-min TLSv1.3")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        front.secured(tls_context("1.2"))
    front.wait_for(r"SSL_accept error from .*no_shared_version.*TLSv1\.2")
    assert outcome(front) == "tls_failed"


def test_no_shared_group_is_logged(serve):
    front = serve("--groups P-384")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        context = tls_context("1.3")
        context.set_ecdh_curve("prime256v1")
        front.secured(context)
    front.wait_for("no_shared_group")


def test_plaintext_at_the_implicit_port_is_called_so(serve):
    front = serve()
    with Client(front.tls_address) as client:
        client.send("EHLO client.example\r\n")
        client.rest()
    front.wait_for("not_tls")


def test_a_client_that_rejects_our_certificate_is_logged_with_its_alert(serve, certificates):
    front = serve()
    with pytest.raises(ssl.SSLError):
        front.secured(tls_context(ca=str(certificates.get("other.example").cert)))
    front.wait_for(r"client_alert:\d+")


def test_a_client_that_leaves_before_its_hello_is_logged(serve):
    front = serve()
    client = front.client()
    client.hello()
    client.expect("STARTTLS", 220)
    client.close()
    front.wait_for("eof_before_hello")


def test_a_failed_handshake_closes_and_never_goes_on_in_clear(serve, recorder):
    front = serve()
    with front.client() as client:
        client.hello()
        client.expect("STARTTLS", 220)
        client.send(b"\x16\x03\x01\x00\x02\xff\xff" + b"NOOP\r\n" * 3)
        assert b"250" not in client.rest()
    assert outcome(front) == "tls_failed"


def test_the_connection_limit_is_told_as_421_and_frees_itself(serve):
    front = serve("--max-connections 2", listen_tls=[])
    first, second = front.client(), front.client()
    first.hello()
    second.hello()
    with front.client() as third:
        assert third.reply().code == 421
        assert third.rest() == b""
    first.expect("QUIT", 221)
    first.close()
    front.wait_for("disconnect from .*outcome=quit")
    with front.client() as fourth:
        fourth.hello()
    second.expect("NOOP", 250)


def test_a_unix_backend_that_is_not_there_is_told_as_421(serve, place):
    front = serve(backend=f"unix:{place}/nobody")
    with front.client() as client:
        assert client.reply().code == 421
    assert outcome(front) == "backend_refused"


def test_descriptor_exhaustion_pauses_and_recovers(serve, recorder):
    # Threat 55: no spinning, no crash, service afterwards.
    front = serve(listen_tls=[], under=["prlimit", "--nofile=64"])
    worker = front.one("worker").pid
    held = [front.client() for _ in range(100)]
    for client in held[:5]:
        client.hello()
    for client in held:
        client.close()
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        client.expect("QUIT", 221)
    assert front.one("worker").pid == worker
