"""Listeners and backends of every kind."""
import pytest

from harness.backend import Recorder
from harness.client import Client, tls_context
from harness.front import session_line
from harness.waiting import free_port, has_ipv6

ipv6 = pytest.mark.skipif(not has_ipv6(), reason="no IPv6 loopback here")


def deliver(client):
    client.hello()
    client.starttls()
    client.expect("EHLO client.example", 250)
    assert client.mail(b"x\r\n").code == 250
    client.expect("QUIT", 221)
    client.close()


def test_a_unix_backend_gets_the_mail(serve, place, backend):
    one = backend(Recorder, path=place / "backend")
    deliver(serve(backend=one.endpoint).client())
    one.wait_messages(1)


def test_a_unix_backend_may_come_and_go(serve, place, backend):
    one = backend(Recorder, path=place / "backend")
    front = serve(backend=one.endpoint)
    deliver(front.client())
    one.close()
    (place / "backend").unlink()
    with front.client() as client:
        assert client.reply().code == 421
    again = backend(Recorder, path=place / "backend")
    deliver(front.client())
    again.wait_messages(1)


def test_a_unix_listener_serves(serve, place, recorder):
    front = serve(listen=[f"unix:{place}/front"], listen_tls=[f"unix:{place}/front-tls"])
    deliver(front.client())
    with front.tls_client() as client:
        client.hello()
    recorder.wait_messages(1)


@ipv6
def test_ipv6_on_both_sides(serve, backend):
    one = backend(Recorder, host="::1")
    front = serve(listen=[f"[::1]:{free_port('::1')}"], listen_tls=[], backend=one.endpoint)
    deliver(front.client())
    one.wait_messages(1)
    front.wait_for(r"connect from \S*\[::1\]")


def test_several_listeners_of_both_kinds(serve, recorder):
    front = serve(listen=[f"127.0.0.1:{free_port()}" for _ in range(3)],
                  listen_tls=[f"127.0.0.1:{free_port()}" for _ in range(2)])
    for endpoint in front.starttls:
        deliver(Client(front.address_of(endpoint)))
    for endpoint in front.implicit:
        with Client(front.address_of(endpoint), tls=True) as client:
            client.hello()
    recorder.wait_messages(3)
    for endpoint in front.starttls + front.implicit:
        front.wait_for(rf"listening on \[?127\.0\.0\.1\]?:{endpoint.split(':')[1]} ")


def test_a_listener_without_host_takes_every_address(serve, recorder):
    port = free_port()
    front = serve(listen=[f":{port}"], listen_tls=[])
    deliver(Client(("127.0.0.1", port)))
    front.sessions_ended()
    if has_ipv6():
        deliver(Client(("::1", port)))


def test_a_backend_by_name(serve, recorder):
    deliver(serve(backend=f"localhost:{recorder.port}").client())
    recorder.wait_messages(1)


def test_workers_share_the_load(serve, recorder):
    front = serve(workers=3)
    assert len(front.roles()["worker"]) == 3
    clients = [front.client() for _ in range(40)]
    for client in clients:
        client.hello()
    busy = [worker for worker in front.roles()["worker"] if len(worker.sockets()) > 4]
    assert len(busy) >= 2
    for client in clients:
        client.close()
    front.sessions_ended(40)


def test_log_lines_of_a_session_in_postfix_form(serve, recorder):
    front = serve()
    mark = front.mark()
    with front.secured(tls_context("1.3"), name="mail.example") as client:
        client.expect("EHLO client.example", 250)
        client.mail(b"x\r\n")
        client.command("RCPT TO:<late@mail.example>")
        client.expect("QUIT", 221)
    last = front.sessions_ended(after=mark)
    connect = front.wait_for(r"^ehlock\[(\d+)\]: ([0-9a-f]{8}): connect from \S*\[127\.0\.0\.1\]:\d+", after=mark)
    name = connect.group(2)
    assert connect.group(1) == str(front.one("worker").pid)
    front.wait_for(rf"{name}: Anonymous TLS connection established from \S*\[127\.0\.0\.1\].*: TLSv1\.3 with cipher "
                   r"TLS_AES_\d+_GCM_SHA\d+ \(\d+/\d+ bits\) key-exchange X25519 server-signature ECDSA.* "
                   r"server-digest SHA256", after=mark)
    assert all(f": {name}: " in line for line in front.lines[mark:]), front.text()
    words = session_line(last)
    assert {key: words.get(key) for key in ("ehlo", "starttls", "mail", "rcpt", "data", "quit", "outcome")} == \
        {"ehlo": "2", "starttls": "1", "mail": "1", "rcpt": "1/2", "data": "1", "quit": "1", "outcome": "quit"}
    assert int(words["received"]) > 0 and int(words["sent"]) > 0


def test_log_as_json_has_one_object_a_line(serve, recorder):
    import json
    front = serve("--log-format json", wait=False)
    front.wait_for("ready")
    mark = front.mark()
    with front.secured() as client:
        client.expect("QUIT", 221)
    front.wait_for("quit", after=mark)
    for line in front.lines[mark:]:
        assert isinstance(json.loads(line), dict), line


def test_trace_header_names_client_and_tls(serve, recorder):
    with serve("--trace-header --name front.example").secured(tls_context("1.3")) as client:
        client.expect("EHLO client.example", 250)
        assert client.mail(b"Subject: x\r\n\r\ny\r\n").code == 250
    raw = recorder.wait_messages(1)[0].raw.decode()
    header, rest = raw.split("Subject: x", 1)
    assert header.startswith("Received: from client.example ")
    assert "[127.0.0.1]" in header and "TLSv1.3" in header and "front.example" in header and "ESMTPS" in header
    assert rest == "\r\n\r\ny\r\n"
