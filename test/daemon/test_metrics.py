"""The exporter: what it counts, what it answers, and that counts outlive the processes that count."""
import os
import re
import signal
import socket
import ssl
import urllib.error
import urllib.request

import pytest

from harness.client import tls_context
from harness.waiting import free_port, until


@pytest.fixture
def watched(serve):
    """Starts a front with --metrics: (front, fetch), where fetch(path) gives (status, text)."""
    def start(options="", **rest):
        port = free_port()
        front = serve(f"--metrics 127.0.0.1:{port} {options}", **rest)

        def fetch(path="/metrics"):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as refused:
                return refused.code, refused.read().decode()
        fetch.address = ("127.0.0.1", port)
        return front, fetch
    return start


def value(text, metric, **labels):
    """The sum of the samples of a metric that have these labels."""
    total = 0.0
    for line in text.splitlines():
        found = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
        if found and found[1] == metric and all(f'{key}="{one}"' in found[2] for key, one in labels.items()):
            total += float(found[3])
    return total


def when_idle(fetch):
    """The metrics once no session is left: one counts a little longer than its last log line."""
    until(lambda: value(fetch()[1], "ehlock_connections_active") == 0, "no session")
    return fetch()[1]


def session(front):
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        client.expect("QUIT", 221)


def test_sessions_and_handshakes_are_counted_by_listener_and_facts(watched, recorder):
    front, fetch = watched("--tls-min TLSv1.3")
    session(front)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        front.tls_client(tls=tls_context("1.2"))
    front.sessions_ended(2)
    text = when_idle(fetch)
    plain, implicit = f"127.0.0.1:{front.address[1]}", f"127.0.0.1:{front.tls_address[1]}"
    assert value(text, "ehlock_connections_total", listener=plain) == 1
    assert value(text, "ehlock_tls_handshakes_total", listener=plain, version="TLSv1.3", resumed="false") == 1
    assert value(text, "ehlock_tls_handshake_failures_total", listener=implicit, reason="no_shared_version") == 1
    assert value(text, "ehlock_sessions_total", listener=plain, result="quit") == 1
    assert value(text, "ehlock_backend_connect_total", backend=recorder.endpoint, result="ok") == 1
    assert value(text, "ehlock_tls_handshake_duration_seconds_count") == 1
    assert value(text, "ehlock_connections_active") == 0 and value(text, "ehlock_workers") == 1
    assert value(text, "ehlock_certificate_not_after_seconds", name="mail.example") > 1.7e9
    assert 0 <= value(text, "ehlock_ticket_key_age_seconds") <= 3600
    assert value(text, "ehlock_bytes_total", direction="received") > 0


def test_counts_outlive_workers_and_reloads(watched):
    front, fetch = watched()
    held = front.secured()
    session(front)
    front.sessions_ended()
    os.kill(front.one("worker").pid, signal.SIGKILL)
    front.wait_for("worker 0 started again")
    held.close()
    session(front)
    front.sessions_ended(2)
    assert front.reload() == "reloaded"
    session(front)
    front.sessions_ended(3)
    until(lambda: value(fetch()[1], "ehlock_workers") == 1, "one worker")
    text = when_idle(fetch)
    assert value(text, "ehlock_tls_handshakes_total") == 4
    assert value(text, "ehlock_connections_active") == 0
    assert value(text, "ehlock_process_ends_total", process="worker") == 1
    assert value(text, "ehlock_reload_total", result="ok") == 1


def test_readiness_follows_the_backend(watched, recorder):
    front, fetch = watched()
    assert fetch("/healthz") == (200, "ok\n") and fetch("/readyz") == (200, "ready\n")
    recorder.close()
    with front.client() as client:
        client.reply()
    assert fetch("/readyz") == (503, "the backend could not be reached\n")
    assert fetch("/healthz") == (200, "ok\n")


def test_a_service_that_drains_is_not_ready(watched, recorder):
    front, fetch = watched()
    held = front.secured()
    held.expect("EHLO client.example", 250)
    held.expect("MAIL FROM:<a@example.org>", 250)  # not idle: the drain waits for it
    front.tell(signal.SIGTERM)
    front.wait_for("draining")
    assert fetch("/readyz") == (503, "draining\n")
    held.close()


def test_what_is_no_request_is_refused(watched):
    front, fetch = watched()
    assert fetch("/elsewhere")[0] == 404
    with socket.create_connection(fetch.address, 10) as one:
        one.sendall(b"EHLO client.example\r\n\r\n")
        assert one.recv(100).startswith(b"HTTP/1.1 400 ")
    with socket.create_connection(fetch.address, 10) as one:
        one.sendall(b"GET / HTTP/1.1\r\n" + b"x" * 5000)
        assert one.recv(100).startswith(b"HTTP/1.1 400 ")
    assert fetch("/healthz")[0] == 200
    assert len(front.roles()["exporter"]) == 1


def test_an_exporter_that_dies_is_replaced(watched):
    front, fetch = watched()
    os.kill(front.one("exporter").pid, signal.SIGKILL)
    front.wait_for("exporter started again")
    assert fetch("/healthz")[0] == 200
