"""What each part behind the front can do wrong, one table for backend, program and policy service: each fault gives the client a
clear reply within the limit and the log a reason, and the front serves the next client."""
import os
import signal
import socket
import ssl
import struct
import sys
import threading

import pytest

from harness.backend import Recorder
from harness.front import session_line
from harness.waiting import free_port, until

LIMITS = "--timeout-greeting 1s --timeout-reply 1s --timeout-policy 1s --timeout-connect 1s"
PACE = 0.2  # between the octets of a peer that trickles, so that each single wait would be short enough


def reset(connection):
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.socket.close()


def trickle(connection, good):
    pace = threading.Event()
    for octet in good * 20:
        connection.send(bytes([octet]))
        pace.wait(PACE)


# What a peer does where `good` would be its answer.
FAULTS = {
    "silent": lambda connection, good: connection.until_closed(),
    "dies_in_mid_line": lambda connection, good: connection.send(good[:5]),
    "garbage": lambda connection, good: (connection.send(b"\x16\x03\x01\x02\x00 nonsense \xff\r\n\n"), connection.until_closed()),
    "half_closes": lambda connection, good: (connection.socket.shutdown(socket.SHUT_WR), connection.until_closed()),
    "resets": lambda connection, good: reset(connection),
    "trickles": trickle,
    "answers_without_end": lambda connection, good: [connection.send(b"250-x\r\n" * 4000) for _ in range(100)],
}
each_fault = pytest.mark.parametrize("fault", FAULTS)
OUTCOMES = {"silent": "backend_silent", "dies_in_mid_line": "backend_lost", "garbage": "backend_babbled", "half_closes": "backend_lost",
            "resets": "backend_lost", "trickles": "backend_silent", "answers_without_end": "backend_babbled"}


def ended(front, count=1):
    return session_line(front.sessions_ended(count))["outcome"]


def serves(front, recorder_says=250):
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        assert client.mail(b"x\r\n").code == recorder_says


# --- backend ---------------------------------------------------------------------------------------------------------

@each_fault
def test_backend_instead_of_its_greeting(serve, backend, fault):
    one = backend(lambda connection: FAULTS[fault](connection, b"220 backend.example\r\n"))
    front = serve(LIMITS, backend=one.endpoint)
    with front.client() as client:
        assert client.reply().code == 421
        assert client.rest() == b""
    # A reset may come while connecting is under way still.
    assert ended(front) in ((OUTCOMES[fault], "backend_refused") if fault == "resets" else (OUTCOMES[fault],))


@each_fault
def test_backend_instead_of_a_reply(serve, backend, fault):
    once = []

    def answer(connection, _line):
        if once:
            return "250 2.1.0 ok"
        once.append(True)
        FAULTS[fault](connection, b"250 2.1.0 ok\r\n")
        return None

    one = backend(Recorder, answers={"MAIL": answer})
    front = serve(LIMITS, backend=one.endpoint)
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        reply = client.command("MAIL FROM:<a@client.example>")
        assert reply.code in (421, 451), reply
    assert ended(front) == OUTCOMES[fault]
    front.wait_for(r"disconnect from .*outcome=backend_\w+")


def test_backend_that_refuses(serve):
    front = serve(LIMITS, backend=f"127.0.0.1:{free_port()}")
    with front.client() as client:
        assert client.reply().code == 421
    front.wait_for(r"backend\b.*refused")


def test_backend_that_answers_before_it_is_asked(serve, backend):
    def script(connection):
        connection.send(b"220 backend.example\r\n250 2.0.0 of what\r\n")
        connection.until_closed()

    front = serve(LIMITS, backend=backend(script).endpoint)
    with front.client() as client:
        codes = [client.reply().code]
        if codes[0] == 220:
            codes.append(client.command("EHLO client.example").code)
        assert codes[-1] == 421, codes
    assert ended(front) == "backend_babbled"


# --- policy service --------------------------------------------------------------------------------------------------

def policy_front(serve, endpoint):
    return serve(f"{LIMITS} --policy {endpoint} --policy-fail closed")


def asks(front):
    """The code of one recipient's reply; the session goes on behind it."""
    with front.client() as client:
        client.hello()
        client.expect("MAIL FROM:<a@client.example>", 250)
        reply = client.command("RCPT TO:<b@mail.example>")
        client.expect("RSET", 250)
        client.expect("QUIT", 221)
    return reply


def question(connection):
    line = connection.line()
    while line:
        line = connection.line()


@each_fault
def test_policy_service_instead_of_an_answer(serve, backend, fault):
    def script(connection):
        question(connection)
        FAULTS[fault](connection, b"action=dunno\n\n")

    front = policy_front(serve, backend(script).endpoint)
    assert asks(front).code == 451
    front.wait_for(r"(?i)policy")


def test_policy_service_that_refuses(serve):
    front = policy_front(serve, f"127.0.0.1:{free_port()}")
    assert asks(front).code == 451
    front.wait_for(r"(?i)policy.*refused")


def test_policy_service_that_answers_before_it_is_asked_never_answers_the_next_question(serve, backend):
    # An answer too many would be taken for that of the next recipient, from then on.
    sent = threading.Event()

    def script(connection):
        question(connection)
        connection.send(b"action=dunno\n\n")
        sent.wait(10)
        connection.send(b"action=dunno\n\n")
        connection.said = True
        question(connection)
        connection.send(b"action=reject\n\n")
        question(connection)

    service = backend(script)
    front = policy_front(serve, service.endpoint)
    assert asks(front).code == 250
    sent.set()
    kept = service.connected()
    until(lambda: getattr(kept, "said", False), "the answer too many")
    service.script = lambda connection: (question(connection), connection.send(b"action=reject\n\n"), connection.until_closed())
    assert asks(front).code == 554


# --- program ---------------------------------------------------------------------------------------------------------

PROGRAM = """
import os, signal, socket, sys, time
fault, good = sys.argv[1], b"220 program\\r\\n"
def rest():
    while os.read(0, 4096):
        pass
if fault == "silent":
    rest()
elif fault == "dies_in_mid_line":
    os.write(1, good[:5])
elif fault == "garbage":
    os.write(1, b"\\x16\\x03\\x01\\x02\\x00 nonsense \\xff\\r\\n\\n")
    rest()
elif fault == "half_closes":
    socket.socket(fileno=1).shutdown(socket.SHUT_WR)
    rest()
elif fault == "resets":
    os.kill(os.getpid(), signal.SIGKILL)
elif fault == "trickles":
    for octet in good * 20:
        os.write(1, bytes([octet]))
        time.sleep(0.2)
elif fault == "answers_without_end":
    while True:
        os.write(1, b"220-x\\r\\n" * 4000)
"""


def program_front(serve, words):
    user = ["--program-user", "nobody"] if os.getuid() == 0 else []
    return serve(LIMITS.split() + user, backend=[str(word) for word in words])


@each_fault
def test_program_instead_of_its_greeting(serve, place, fault):
    path = place / "program.py"
    path.write_text(PROGRAM, encoding="ascii")
    python = sys.executable if sys.executable.startswith("/usr/") else "/usr/bin/python3"
    front = program_front(serve, [python, path, fault])
    with front.client() as client:
        assert client.reply().code == 421
        assert client.rest() == b""
    assert ended(front) == OUTCOMES[fault]


def test_program_that_cannot_be_started(serve, place):
    front = program_front(serve, [place / "nobody"])
    with front.client() as client:
        assert client.reply().code == 421
    assert ended(front) == "backend_refused"


# --- launcher and key process ----------------------------------------------------------------------------------------

@pytest.fixture
def stopped():
    """Processes that are stopped for the test and go on after it."""
    pids = []

    def stop(process):
        os.kill(process.pid, signal.SIGSTOP)
        pids.append(process.pid)
    yield stop
    for pid in pids:
        os.kill(pid, signal.SIGCONT)


def test_launcher_that_is_silent(serve, stopped):
    user = ["--program-user", "nobody"] if os.getuid() == 0 else []
    front = serve(["--timeout-program", "1s", *user], backend=["/bin/cat"])
    stopped(front.one("launcher"))
    with front.client() as client:
        assert client.reply().code == 421
    assert ended(front) == "backend_refused"
    front.wait_for(r"backend\b.*")


def test_key_process_that_is_silent(serve, stopped):
    front = serve("--timeout-handshake 1s")
    stopped(front.one("key"))
    with front.client() as client:
        client.hello()
        with pytest.raises((ssl.SSLError, ConnectionError, OSError)):
            client.starttls()
    assert ended(front) == "tls_failed"
    front.wait_for(r"SSL_accept error from .*")


@pytest.mark.parametrize("role", ["key", "launcher", "worker"])
def test_process_of_ours_that_dies_again_and_again(serve, place, role):
    path = place / "program.py"
    path.write_text("import os, sys\nos.write(1, b'220 program\\r\\n')\nfor line in sys.stdin: os.write(1, b'250 ok\\r\\n')\n",
                    encoding="ascii")
    front = program_front(serve, ["/usr/bin/python3", "-u", path])
    for _ in range(3):
        victim = front.one(role).pid
        os.kill(victim, signal.SIGKILL)
        until(lambda gone=victim: [one for one in front.roles().get(role, []) if one.pid != gone], f"a new {role}")

    def works():
        try:
            with front.secured() as client:
                client.expect("EHLO client.example", 250)
                return True
        except (OSError, AssertionError, ValueError):
            return False
    until(works, "service")
