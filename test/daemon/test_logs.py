"""Log lines: where they go, as JSON with the facts of a session, and what their loss costs (nothing)."""
import json
import os
import signal
import socket
import ssl

from harness.client import tls_context
from harness.waiting import until


def objects(front):
    return [json.loads(line) for line in front.lines if line.startswith("{")]


def session_object(front):
    return until(lambda: [one for one in objects(front) if one.get("event") == "session"], "a session's last object")[0]


def one_message(front):
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        message = b"Subject: x\r\n\r\nsecret text\r\n"
        assert client.mail(message, "a@example.org", ("b@example.org",)).code == 250
        client.expect("QUIT", 221)


def test_the_last_object_of_a_session_has_all_its_facts(serve, recorder):
    front = serve("--log-format json", wait=False)
    front.wait_for('"text":"ready"')
    one_message(front)
    one = session_object(front)
    assert one["client"] == "127.0.0.1" and one["client_port"] > 0
    assert one["listener"] == f"[127.0.0.1]:{front.address[1]} (STARTTLS)"
    assert one["backend"].endswith(f":{recorder.port}")
    assert (one["version"], one["resumed"], one["ticket"], one["verify"]) == ("TLSv1.3", False, "none", "none")
    assert one["cipher"].startswith("TLS_") and one["group"] and one["signature"].startswith("ECDSA")
    assert (one["result"], one["reason"], one["stage"]) == ("quit", "", "QUIT")
    assert (one["messages"], one["recipients"]) == (1, 1) and one["received"] > 0 and one["sent"] > 0
    assert 0 < one["handshake_us"] and one["duration_ms"] >= 0
    events = [event["event"] for event in objects(front) if event.get("session") == one["session"]]
    assert events == ["connect", "tls", "session"]


def test_a_failed_handshake_tells_what_the_client_offered(serve):
    front = serve("--log-format json --tls-min TLSv1.3", wait=False)
    front.wait_for('"text":"ready"')
    try:
        front.tls_client(tls=tls_context("1.2"))
    except (ssl.SSLError, ConnectionError):
        pass
    one = session_object(front)
    assert (one["result"], one["reason"], one["stage"]) == ("tls_failed", "no_shared_version", "TLS")
    assert one["offered_versions"] == ["TLSv1.2"] and one["offered_groups"] and one["offered_ciphers"]


def test_no_event_has_a_password_or_message_text(serve, backend):
    front = serve("--log-format json", wait=False)
    front.wait_for('"text":"ready"')
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        client.command("AUTH PLAIN AHVzZXIAaHVudGVyMg==")
        client.expect("QUIT", 221)
    one_message(front)
    front.wait_for('"event":"session"', count=2)
    assert not [line for line in front.lines if "AHVzZXIAaHVudGVyMg" in line or "hunter2" in line or "secret text" in line]


def test_a_log_file_is_opened_anew_by_usr1(serve, place, recorder):
    log = place / "ehlock.log"
    front = serve(f"--log file:{log} --log-name postfix/ehlock", wait=False)
    until(lambda: log.exists() and ": ready\n" in log.read_text(), "the line ready")
    assert log.stat().st_mode & 0o777 == 0o640
    one_message(front)
    until(lambda: "disconnect from" in log.read_text(), "the session's last line")
    line = log.read_text().splitlines()[-1]
    assert f" {socket.gethostname()} postfix/ehlock[{front.one('worker').pid}]: " in line
    os.rename(log, place / "ehlock.log.1")
    front.tell(signal.SIGUSR1)
    until(lambda: log.exists() and "log opened anew" in log.read_text(), "the new file")
    one_message(front)
    until(lambda: "disconnect from" in log.read_text(), "a worker's line in the new file")
    assert (place / "ehlock.log.1").read_text().count("disconnect from") == 1


def test_the_resolver_lets_go_of_the_old_log_file(serve, place):
    log, old = place / "ehlock.log", place / "ehlock.log.1"
    front = serve(f"--log file:{log} --reverse-names", wait=False)
    until(lambda: log.exists() and ": ready\n" in log.read_text(), "the line ready")
    files = lambda: front.one("resolver").descriptors().values()  # noqa: E731
    until(lambda: str(log) in files(), "the resolver's log")
    os.rename(log, old)
    assert str(old) in files()
    front.tell(signal.SIGUSR1)
    until(lambda: str(log) in files() and str(old) not in files(), "the resolver's new log")


def test_a_log_file_that_cannot_be_opened_is_told_on_standard_error(serve, place):
    front = serve(f"--log file:{place}/none/ehlock.log")
    assert front.count(r"/none/ehlock.log: No such file or directory; the log goes to standard error")


def test_a_reader_of_the_log_that_stalls_stops_no_mail(serve, place, recorder):
    fifo = place / "stalled"
    os.mkfifo(fifo)
    end = os.open(fifo, os.O_RDWR)
    import fcntl
    fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, 4096)
    front = serve(wait=False, under=["sh", "-c", f"exec \"$@\" 2>{fifo}", "sh"])
    def answers():
        try:
            front.client().close()
            return True
        except OSError:
            return False
    until(answers, "the listener")
    for _ in range(10):
        one_message(front)
    os.close(end)  # and now it has gone altogether
    one_message(front)
    recorder.wait_messages(11)


def test_lines_for_journald_have_fields(serve, place):
    # systemd's socket has a fixed path: only where it is there.
    if not os.path.exists("/run/systemd/journal/socket"):
        front = serve("--log journald")
        assert front.count(r"/run/systemd/journal/socket: .*; the log goes to standard error")
