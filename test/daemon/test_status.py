"""The admin socket and the commands that speak to it: status, top, sessions, kill, reload, drain."""
import grp
import json
import os
import socket
import stat

import pytest

from harness import front as fronts
from harness.process import run
from harness.waiting import until


@pytest.fixture
def managed(serve, place):
    """A front with an admin socket: (front, ask), where ask("status", "--json") gives (exit status, text)."""
    def start(options=""):
        path = place / "admin.sock"
        front = serve(f"--admin unix:{path} {options}")
        return front, lambda *words: run([fronts.program(), *words, "--admin", f"unix:{path}"])
    return start


def talking(front):
    client = front.secured()
    client.expect("EHLO client.example", 250)
    return client


def test_status_tells_what_happened_and_is_zero_when_all_is_well(managed, recorder):
    front, ask = managed()
    with talking(front) as client:
        client.expect("QUIT", 221)
    front.sessions_ended()
    code, text = ask("status")
    assert code == 0 and "ready" in text, text
    assert f"{recorder.endpoint}: ok 1" in text and "TLSv1.3 1" in text and "days left" in text
    code, text = ask("status", "--json")
    status = json.loads(text)
    assert code == 0 and status["state"] == "serving" and status["unready"] == "" and status["pid"] == front.pid
    assert status["counts"]["handshakes"] == [
        {"listener": front.starttls[0], "resumed": "false", "version": "TLSv1.3", "count": 1}]
    assert status["certificates"][0]["name"] == "mail.example" and status["certificates"][0]["days_left"] in (29, 30)


def test_status_warns_of_a_certificate_that_ends_soon(serve, place, certificates):
    path = place / "admin.sock"
    serve(f"--admin unix:{path}", certs_used=[certificates.get(days=5)])
    assert run([fronts.program(), "status", "--admin", f"unix:{path}"])[0] == 1


def test_status_is_critical_when_the_backend_is_gone_and_unknown_when_nobody_answers(managed, recorder, place):
    front, ask = managed()
    recorder.close()
    with front.client() as client:
        client.reply()
    code, text = ask("status")
    assert code == 2 and "NOT READY: the backend could not be reached" in text, text
    code, text = run([fronts.program(), "status", "--admin", f"unix:{place}/none.sock"])
    assert code == 3 and text.endswith(f'does the service run, with admin = "unix:{place}/none.sock"?\n'), text


def test_a_session_is_listed_and_can_be_killed(managed):
    front, ask = managed()
    victim, other = talking(front), talking(front)
    listed = json.loads(ask("sessions", "--json")[1])
    port = victim.socket.getsockname()[1]
    chosen = [one for one in listed if one["client"] == f"unknown[127.0.0.1]:{port}"][0]
    assert len(listed) == 2 and chosen["listener"] == front.starttls[0]
    assert ask("kill", chosen["session"]) == (0, "ok\n")
    front.wait_for(rf"session {chosen['session']} is ended by the operator")
    front.wait_for(rf"{chosen['session']}: disconnect from .* outcome=client_gone")
    other.expect("NOOP", 250)
    until(lambda: len(json.loads(ask("sessions", "--json")[1])) == 1, "one session")
    assert ask("kill", chosen["session"])[0] == 1
    assert ask("kill", "x")[0] == 1


def test_reload_says_whether_it_worked(managed, certificates):
    front, ask = managed()
    assert ask("reload") == (0, "ok\n")
    front.wait_for("reloading: admin socket")
    certificate = certificates.get()
    kept = certificate.cert.read_bytes()
    try:
        certificate.cert.write_text("nothing")
        code, text = ask("reload")
        assert code == 1 and "no certificate in it" in text
        assert json.loads(ask("status", "--json")[1])["last_reload"].startswith("failed: ")
    finally:
        certificate.cert.write_bytes(kept)


def test_drain_ends_the_service_and_takes_the_socket_away(managed, place):
    front, ask = managed()
    assert ask("drain") == (0, "ok\n")
    assert front.wait() == 0
    assert not (place / "admin.sock").exists()


def test_top_without_a_terminal_is_one_view_with_rates(managed):
    front, ask = managed()
    code, text = ask("top", "--interval", "1s")
    assert code == 0 and "\x1b" not in text
    assert text.count("handshakes ") >= 1 and "a second" in text


def test_the_socket_is_for_root_and_the_group_alone(managed, place):
    group = grp.getgrgid(os.getgid()).gr_name
    managed(f"--admin-group {group}")
    facts = os.stat(place / "admin.sock")
    assert stat.S_IMODE(facts.st_mode) == 0o660 and facts.st_gid == os.getgid()


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to give up its rights")
@pytest.mark.parametrize("groups", ["--clear-groups", "--groups=daemon"])
def test_without_the_right_to_give_files_away_we_must_be_in_the_group(serve, place, groups):
    front = serve(f"--admin unix:{place}/admin.sock --admin-group daemon",
                  under=["setpriv", "--bounding-set=-chown", "--inh-caps=-chown", groups])
    if groups == "--clear-groups":
        front.wait_for("admin socket: .* group daemon .*SupplementaryGroups=.*: Operation not permitted")
    else:
        assert os.stat(place / "admin.sock").st_gid == grp.getgrnam("daemon").gr_gid


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to become somebody else")
def test_who_may_not_ask_is_told_who_may(managed, place):
    managed()
    code, text = run(["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", fronts.program(), "status", "--admin",
                      f"unix:{place}/admin.sock"])
    assert code == 3 and "Permission denied; root may ask" in text, text


def test_who_babbles_on_the_admin_socket_is_dropped(managed, place):
    front, ask = managed()
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(10)
        one.connect(str(place / "admin.sock"))
        one.sendall(b"x" * 300)
        try:
            assert one.recv(10) == b""
        except ConnectionResetError:
            pass
    with socket.socket(socket.AF_UNIX) as one:
        one.settimeout(10)
        one.connect(str(place / "admin.sock"))
        one.sendall(b"nonsense\n")
        assert one.recv(100).startswith(b"error: status, sessions,")
    assert ask("status")[0] == 0 and front.process.poll() is None


def test_a_trace_tells_the_dialog_without_secrets(managed):
    front, ask = managed()
    assert ask("trace", "--client", "127.0.0.0/8", "--time", "1m")[0] == 0
    with talking(front) as client:
        client.expect("AUTH LOGIN", 334)
        client.expect("aHVudGVyMg==", 235)
        message = b"Subject: x\r\n\r\nsecret text\r\n"
        assert client.mail(message, "a@example.org", ("b@example.org",)).code == 250
        client.expect("QUIT", 221)
    front.sessions_ended()
    front.wait_for(r"trace: C: AUTH LOGIN \(\.\.\.\)$")
    front.wait_for(r"trace: C: RCPT TO:<b@example.org>$")
    front.wait_for(r"trace: S: 221 ")
    assert not [line for line in front.lines if "secret text" in line or "aHVudGVyMg" in line]
    assert ask("trace", "--client", "nonsense")[0] == 1
    assert ask("trace", "--client", "192.0.2.1")[0] == 0
    mark = front.mark()
    talking(front).close()
    front.sessions_ended(after=mark)
    assert not front.count("trace: C", after=mark)
