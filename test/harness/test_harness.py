"""The harness against its own parts: what a scenario says must not come from a fault of the harness."""
import signal
import socket
import sys

import pytest

from harness import procfs
from harness.backend import Recorder, aiosmtpd
from harness.certs import openssl
from harness.client import Client, at_once, stuffed
from harness.process import Program, run
from harness.waiting import free_port, until


def test_recorder_keeps_stuffed_bodies_byte_for_byte(recorder):
    body = stuffed(b"Subject: x\r\n\r\n.dot\r\n..two\r\nbare\nlf\rcr\0nul\r\n")
    with Client(("127.0.0.1", recorder.port)) as client:
        client.hello()
        assert client.mail(body).code == 250
        assert client.mail(b"").code == 250
        client.expect("QUIT", 221)
    assert [message.raw for message in recorder.messages] == [body, b""]
    assert recorder.messages[0].recipients == ["<b@mail.example>"]


def test_recorder_finds_the_end_of_a_body_in_any_cutting(recorder):
    body = b"one\r\n..two\r\nthree\r\n"
    for cut in range(len(body) + 3):
        with Client(("127.0.0.1", recorder.port)) as client:
            client.hello()
            client.expect("MAIL FROM:<a@b>", 250)
            client.expect("RCPT TO:<a@b>", 250)
            client.expect("DATA", 354)
            whole = body + b".\r\n"
            client.send(whole[:cut])
            client.send(whole[cut:])
            assert client.reply().code == 250
    assert {message.raw for message in recorder.messages} == {body}


def test_recorder_counts_octets_of_chunks(recorder):
    recorder.keywords += ["CHUNKING"]
    with Client(("127.0.0.1", recorder.port)) as client:
        client.hello()
        client.expect("MAIL FROM:<a@b>", 250)
        client.expect("RCPT TO:<a@b>", 250)
        client.send(b"BDAT 5\r\n\r\n.\r\nBDAT 2 LAST\r\nxy")
        assert [client.reply().code, client.reply().code] == [250, 250]
    assert recorder.messages[0].raw == b"\r\n.\r\nxy"
    assert recorder.messages[0].chunks == 2


def test_recorder_answers_as_told():
    recorder = Recorder(answers={"MAIL": "451 4.3.0 later"}, keywords=["SIZE 10", "AUTH PLAIN"])
    with Client(("127.0.0.1", recorder.port)) as client:
        assert client.hello().keywords == {"SIZE": ["10"], "AUTH": ["PLAIN"]}
        client.expect("MAIL FROM:<a@b>", 451)
        client.expect("AUTH PLAIN AGEAYg==", 235)
    recorder.close()


def test_aiosmtpd_takes_mail_from_swaks():
    controller, kept, endpoint = aiosmtpd()
    try:
        status, text = run(["swaks", "--server", endpoint, "--from", "a@b.example", "--to", "c@d.example"])
        assert status == 0, text
        until(lambda: kept, "a message")
        assert kept[0].rcpt_tos == ["c@d.example"]
    finally:
        controller.stop()


def test_waiting_for_a_line_fails_when_the_program_ended(place):
    program = Program([sys.executable, "-c", "print('one')"], place)
    assert program.wait_for("o(n)e").group(1) == "n"
    with pytest.raises(AssertionError, match="has ended"):
        program.wait_for("two")
    assert program.wait() == 0


def test_programs_and_their_children_are_seen_and_ended(place):
    program = Program(["sh", "-c", "cat /dev/zero >/dev/null & echo up; wait"], place)
    program.wait_for("up")
    child = until(lambda: [one for one in procfs.children(program.pid) if one.name == "cat"], "the child")[0]
    until(lambda: "/dev/zero" in child.descriptors().values(), "its descriptor")
    program.tell(signal.SIGSTOP)
    program.end()
    until(lambda: child.pid not in [one.pid for one in procfs.children(1)], "the end of the child")


def test_memory_is_searched(place):
    # The needle stands in the program's memory only after it was computed there.
    needle = b"a needle of this very test, long enough"
    program = Program([sys.executable, "-c", "import sys; needle = bytes(b ^ 1 for b in bytes.fromhex(sys.argv[1]));"
                       "print('up', flush=True); sys.stdout.flush(); __import__('signal').pause(); print(needle)",
                       bytes(b ^ 1 for b in needle).hex()], place)
    program.wait_for("up")
    program.tell(signal.SIGSTOP)
    assert procfs.memory_holds(program.pid, [needle, b"no" + needle]) == {needle}


def test_certificates_have_names_and_secret_numbers(certificates):
    ecdsa, rsa = certificates.get("a.example", "b.example"), certificates.get("a.example", kind="rsa")
    assert certificates.get("a.example", "b.example") is ecdsa
    assert b"DNS:b.example" in openssl("x509", "-in", ecdsa.cert, "-noout", "-text")
    assert [len(number) > 30 for number in ecdsa.secret_numbers()] == [True]
    assert len(rsa.secret_numbers()) == 3


def test_many_at_once_tell_the_first_failure():
    assert at_once(5, lambda number: number * 2) == [0, 2, 4, 6, 8]
    with pytest.raises(ZeroDivisionError):
        at_once(3, lambda number: 1 // number)


def test_free_ports_differ():
    ports = {free_port() for _ in range(50)}
    assert len(ports) == 50
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports.pop()))
