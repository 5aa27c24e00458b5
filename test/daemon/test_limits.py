"""Limits seen from outside: what a session may cost, whatever the client or the backend does."""
import contextlib
import ssl
import threading

import pytest

from harness.backend import Recorder
from harness.client import Client, client_hello
from harness.waiting import free_port, until

GROWTH_KIB = 8192  # of a worker, for one session that does its worst


def worker_grows(front, before):
    return front.one("worker").resident_kib - before


def test_threat_24_a_command_of_single_bytes_ends_at_an_absolute_limit(serve):
    front = serve("--timeout-command 1s")
    pace = threading.Event()
    with front.client() as client:
        client.hello()
        sent = 0
        with contextlib.suppress(ConnectionError):
            for _ in range(400):
                client.send(b"x")
                sent += 1
                pace.wait(0.05)
        assert sent < 400, "the command lived for 20 s"
    front.wait_for("timeout after EHLO")


def test_threat_52_a_backend_that_does_not_read_does_not_grow_the_worker(serve, backend):
    gate = threading.Event()

    def stops_reading(connection, _line):
        connection.send("354 go on\r\n")
        gate.wait(60)

    front = serve("--timeout-data 2s --timeout-reply 2s", backend=backend(Recorder, answers={"DATA": stops_reading}).endpoint)
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        client.expect("MAIL FROM:<a@client.example>", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)
        client.expect("DATA", 354)
        before = front.one("worker").resident_kib
        client.socket.settimeout(0.5)
        with contextlib.suppress(ConnectionError, ssl.SSLError, TimeoutError):
            for _ in range(500):
                client.send((b"x" * 70 + b"\r\n") * 1000)
        assert worker_grows(front, before) < GROWTH_KIB
    gate.set()


def test_threat_52_a_client_that_does_not_read_does_not_grow_the_worker(serve, recorder):
    front = serve("--timeout-command 2s --max-commands 1000000 --max-errors 1000000")
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        before = front.one("worker").resident_kib
        client.socket.settimeout(0.5)
        with contextlib.suppress(ConnectionError, ssl.SSLError, TimeoutError):
            for _ in range(500):
                client.send(b"EHLO client.example\r\n" * 1000)
        assert worker_grows(front, before) < GROWTH_KIB


def test_threat_50_an_endless_ehlo_reply_does_not_grow_the_worker(serve, backend):
    def endless(connection, _line):
        with contextlib.suppress(OSError):
            while True:
                connection.send(b"250-X-" + b"y" * 500 + b"\r\n")

    front = serve(backend=backend(Recorder, answers={"EHLO": endless}).endpoint)
    before = front.one("worker").resident_kib
    with front.client() as client:
        assert client.reply().code == 220
        assert client.command("EHLO client.example").code in (421, 451, 502)
    assert worker_grows(front, before) < GROWTH_KIB


def test_threat_25_half_open_connections_do_not_hold_up_others(serve, recorder):
    front = serve("--timeout-handshake 20s")
    idle = [Client(front.tls_address) for _ in range(200)]
    for one in idle:
        one.send(bytes.fromhex("16030100"))
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        assert client.mail(b"x\r\n").code == 250
    for one in idle:
        one.close()
    front.sessions_ended(len(idle))


def test_threat_22_a_client_hello_in_records_of_one_octet_is_served(serve):
    front = serve()
    record = client_hello()
    with Client(front.tls_address) as client:
        client.send(b"".join(record[:3] + b"\0\1" + bytes([octet]) for octet in record[5:]))
        until(lambda: client.socket.recv(65536), "an answer")


@pytest.mark.parametrize("recipients", [3000])
def test_recipients_without_end_are_bounded(serve, recorder, recipients):
    front = serve("--max-recipients 1000 --max-errors 1000000 --max-commands 1000000")
    with front.client() as client:
        client.hello()
        client.expect("MAIL FROM:<a@client.example>", 250)
        before = front.one("worker").resident_kib
        client.send(b"".join(b"RCPT TO:<r%06d@mail.example>\r\n" % number for number in range(recipients)))
        codes = [client.reply().code for _ in range(recipients)]
        assert codes == [250] * 1000 + [452] * (recipients - 1000)
        assert worker_grows(front, before) < GROWTH_KIB


def test_a_proxy_header_of_single_bytes_ends_at_an_absolute_limit(serve):
    front = serve("--accept-proxy 127.0.0.1/32 --timeout-proxy 1s")
    pace = threading.Event()
    with front.client() as client:
        sent = 0
        with contextlib.suppress(ConnectionError):
            for octet in b"PROXY TCP4 " + b"1" * 90:
                client.send(bytes([octet]))
                sent += 1
                pace.wait(0.05)
        assert sent < 90, "the header lived for 4 s"
        assert client.rest() == b""
    front.wait_for("PROXY header: not finished in time")


@pytest.mark.parametrize("header", [b"PROXY TCP4 " + b"1" * 200, b"\r\n\r\n\0\r\nQUIT\n\x21\x11\xff\xff" + b"x" * 5000], ids=["v1", "v2"])
def test_a_proxy_header_over_its_limit_is_refused(serve, header):
    front = serve("--accept-proxy 127.0.0.1/32")
    with front.client(header=header) as client:
        assert client.rest() == b""
    front.wait_for("PROXY header: PROXY v[12]: .*from unknown.127.0.0.1.*which accept_proxy names")


@pytest.mark.parametrize("header", [b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"], ids=["v1", "v2"])
def test_a_proxy_header_of_a_balancer_that_is_not_listed_is_named_in_the_log(serve, header):
    front = serve()
    with front.client(header=header) as client:
        assert client.reply().code == 220
        assert client.reply().code // 100 == 5
    front.wait_for("warning: a PROXY header came from unknown.127.0.0.1.*, from whom none is expected")


@pytest.mark.parametrize(("octets", "code"), [(6000, 250), (12000, 421)])
def test_a_reply_over_max_reply_ends_the_session(serve, backend, octets, code):
    lines = "".join("250-X-" + "y" * 92 + "\r\n" for _ in range(octets // 100))
    front = serve("--max-reply 8KiB", backend=backend(Recorder, answers={"NOOP": lines + "250 done"}).endpoint)
    with front.client() as client:
        client.hello()
        assert client.command("NOOP").code == code


@pytest.mark.parametrize("answer", ["250 2.0.0 ok\r\n", ("250-" + "x" * 94 + "\r\n") * 10 + "250 " + "y" * 18 + "\r\n"],
                         ids=["short", "of a whole block"])
def test_threat_50_a_reply_nobody_asked_for_is_not_the_next_answer(serve, backend, answer):
    # In one packet with the answer before it.
    front = serve(backend=backend(Recorder, answers={"NOOP": answer + "250 2.0.0 of what?"}).endpoint)
    with front.client() as client:
        client.hello()
        client.send("NOOP\r\nMAIL FROM:<a@client.example>\r\n")
        assert [client.reply().code, client.reply().code] == [250, 421]
        assert client.rest() == b""
    front.wait_for("outcome=backend_babbled")


def test_silent_peers_of_the_exporter_do_not_grow_in_number(serve):
    port = free_port()
    front = serve(f"--metrics 127.0.0.1:{port}")
    silent = [Client(("127.0.0.1", port)) for _ in range(40)]
    exporter = front.one("exporter")
    until(lambda: len(exporter.sockets()) <= 33, "the ones too many to be closed")
    for one in silent:
        one.close()

    def answers():
        with Client(("127.0.0.1", port)) as one:
            one.send(b"GET /healthz HTTP/1.0\r\n\r\n")
            return one.rest().startswith(b"HTTP/1.")
    until(answers, "the exporter to answer again")


def test_silent_peers_of_the_admin_socket_do_not_grow_in_number(serve, place):
    front = serve(f"--admin unix:{place}/admin.sock")
    silent = [Client(f"{place}/admin.sock") for _ in range(16)]
    with Client(f"{place}/admin.sock") as more:
        assert more.rest() == b""
    for one in silent:
        one.close()
    with front.client() as client:
        client.hello()
