"""tlswrapper --handoff: a worker of `ehlock serve` does the TLS, tlswrapper becomes the program. The dialog of
tlswrapper-smtp is the worker's too, unless it is to ask a policy service."""
import json
import os
import signal
import socket

import pytest

from harness import front
from harness.client import client_hello, tls_context
from harness.process import Program, run
from harness.waiting import until

MESSAGE = b"Subject: hello\r\n\r\none\r\n"
NOBODY = ["-g", "127.0.0.1:9"]  # a policy service that does not answer: mail passes
INJECTED = b"STARTTLS\r\nMAIL FROM:<injected@evil.example>\r\n"


class Taker(Program):
    """`ehlock serve` for hand-overs alone."""

    def __init__(self, place, certificate, under=(), options=()):
        self.path = place / "handoff"
        jail = []
        if os.getuid() == 0:
            (place / "jail").mkdir(mode=0o555)
            jail = ["--jail", place / "jail"]
        super().__init__([*under, front.program(), "serve", "--listen-handoff", f"unix:{self.path}", "--cert", certificate.cert,
                          "--key", certificate.key, "--workers", "1", "--admin", f"unix:{place}/admin", *jail, *options], place)
        self.place = place
        self.wait_for(r": ready$")

    def ask(self, *words):
        return run([front.program(), *words, "--admin", f"unix:{self.place}/admin"])

    def sessions(self):
        return json.loads(self.ask("sessions", "--json")[1])


@pytest.fixture
def taker(place, certificates, cells):
    del cells  # it skips where there are no helpers
    if not front.program():
        pytest.skip("ehlock is not built (./dev build)")
    return Taker(place, certificates.get())


@pytest.fixture(params=["the worker's dialog", "tlswrapper-smtp's dialog"])
def dialog(request):
    """Options of tlswrapper-smtp."""
    return NOBODY if request.param.startswith("tlswrapper") else []


@pytest.fixture
def handing(cells, taker):
    def start(*arguments, options=(), **rest):
        return cells.start(*arguments, options=["--handoff", taker.path, *options], certs=[], **rest)
    return start


def test_mail_passes_in_clear_and_inside_tls(handing, taker, dialog):
    front_ = handing(helper_options=dialog)
    for secured in (False, True):
        with front_.client() as client:
            client.hello()
            if secured:
                client.starttls(tls_context("1.3"))
                client.expect("EHLO client.example", 250)
            assert client.mail(MESSAGE).code == 250
            client.expect("QUIT", 221)
        assert front_.status(count=2 if secured else 1) == 0
    assert front_.program_heard().count(MESSAGE) == 2
    taker.wait_for(r"Anonymous TLS connection established from unknown\[127\.0\.0\.1\]")
    taker.wait_for(r"disconnect from .* outcome=done" if dialog else r"starttls=1 mail=1 .*data=1 .* outcome=quit",
                   count=2 if dialog else 1)
    taker.tell(signal.SIGUSR2)
    taker.wait_for("counters: connections=2 .*handshakes=1 resumed=0 failed_handshakes=0 ")


def test_no_process_of_the_wrapper_stays(handing, dialog):
    front_ = handing(helper_options=dialog)
    with front_.client() as client:
        client.hello()
        names = [one.name for one in front_.processes()]
        assert ("tlswrapper-smtp" in names) == bool(dialog)
        assert "tlswrapper" not in names
    assert "LOG_ID" in front_.environment()


def test_the_program_is_the_user_it_is_to_be(handing, place):
    place.chmod(0o777)
    if os.getuid() != 0:
        pytest.skip("needs root")
    front_ = handing(helper_options=["-u", "nobody"])
    with front_.client() as client:
        client.hello()
        program, = front_.processes()
        assert program.uids == {65534}
    seen = front_.environment()
    assert seen["USER"] == "nobody"
    open_ = [line.split()[0] for line in (place / "descriptors").read_text(encoding="utf-8").splitlines()]
    assert set(open_) & {"5", "6"} == set()


def test_a_session_ends_at_its_limit(handing):
    front_ = handing(helper_options=["-t", "1"])
    with front_.client() as client:
        client.hello()
        assert client.reply().code == 421
        assert client.rest() == b""


def test_a_program_that_cannot_be_run_is_told_as_421(handing):
    front_ = handing(program=["/nonexistent/program"])
    with front_.client() as client:
        assert client.reply().code == 421
    assert front_.status() == 111
    front_.wait_for("/nonexistent/program")


def test_starttls_injection_cve_2011_0411(handing, dialog):
    front_ = handing(helper_options=dialog)
    with front_.client() as client:
        client.hello()
        client.send(INJECTED)
        assert client.reply().code == 220
        client.secure()
        client.expect("EHLO client.example", 250)
        client.expect("QUIT", 221)
    front_.status()
    assert b"injected@evil.example" not in front_.program_heard()


def test_tlswrapper_smtp_hands_over_without_tlswrapper(cells, taker):
    front_ = cells.start(None, helper_options=["--handoff", taker.path], environment={"LOG_ID": "mine"})
    with front_.client() as client:
        client.hello()
        assert [one.name.startswith("python") for one in front_.processes()] == [True]
        client.starttls(tls_context("1.3"))
        client.expect("EHLO client.example", 250)
        assert client.mail(MESSAGE).code == 250
        client.expect("QUIT", 221)
    assert front_.status() == 0
    assert MESSAGE in front_.program_heard()
    assert front_.environment()["LOG_ID"] == "mine"
    taker.wait_for("mine: disconnect from .*starttls=1 .* outcome=quit")


def test_tlswrapper_smtp_without_a_worker_refuses_the_connection(cells, place):
    front_ = cells.start(None, helper_options=["--handoff", place / "nobody"])
    with front_.client() as client:
        assert client.rest() == b""
    assert front_.status() == 111
    assert front_.started() == 0


@pytest.mark.parametrize(("words", "status"), [(NOBODY, 100), ([], 111)], ids=["a policy service", "behind tlswrapper"])
def test_tlswrapper_smtp_does_not_hand_over_what_is_not_its_own(cells, taker, words, status):
    front_ = cells.start("ours" if status == 111 else None, helper_options=["--handoff", taker.path, *words])
    with front_.client() as client:
        assert client.rest() == b""
    assert front_.status() == status
    front_.wait_for("--handoff")
    assert front_.started() == 0


def test_tls_from_the_first_octet_tells_the_program_about_it(handing):
    front_ = handing("ours", None, delayed=False)
    with front_.client(tls=True) as client:
        client.hello()
        remote = client.socket.getsockname()
        client.send("EXIT 7\r\n")
        assert client.rest() == b""
    assert front_.status() == 7
    seen = front_.environment()
    assert seen["SSL_PROTOCOL"] == "TLSv1.3"
    assert (seen["TCPREMOTEIP"], seen["TCPREMOTEPORT"]) == (remote[0], str(remote[1]))


def test_no_program_without_a_handshake(handing, taker):
    front_ = handing("ours", None, delayed=False)
    with front_.client() as client:
        client.send(b"EHLO plain\r\n")
        client.finish()
        client.rest()
    assert front_.status() == 111
    assert front_.started() == 0
    taker.wait_for("outcome=tls_failed")


def test_a_proxy_header_tells_the_addresses(handing):
    front_ = handing("ours", None, options=["-p1"])
    with front_.client() as client:
        client.send(b"PROXY TCP4 192.0.2.7 198.51.100.9 4711 25\r\n")
        client.hello()
    assert front_.environment()["TCPREMOTEIP"] == "192.0.2.7"


@pytest.mark.parametrize("handed", [False, True], ids=["ours alone", "handed over"])
def test_threat_9_a_proxy_that_names_nobody_is_not_taken_for_the_client(cells, taker, handed):
    front_ = cells.start(helper=None, options=["-p1", *(["--handoff", taker.path] if handed else [])])
    with front_.client() as client:
        client.send(b"PROXY UNKNOWN\r\n")
        client.hello()
    assert front_.environment()["TCPREMOTEIP"] == front_.environment()["TCPLOCALIP"] == "::"


def test_a_proxy_header_is_read_before_the_dialog(handing, taker, dialog):
    front_ = handing(options=["-p1"], helper_options=dialog)
    with front_.client() as client:
        client.send(b"PROXY TCP4 192.0.2.7 198.51.100.9 4711 25\r\n")
        client.hello()
        client.starttls()
        client.expect("EHLO client.example", 250)
        client.expect("QUIT", 221)
    assert front_.status() == 0
    assert front_.environment()["TCPREMOTEIP"] == "192.0.2.7"
    taker.wait_for(r"TLS connection established from unknown\[192\.0\.2\.7\]")


def test_a_dialog_inside_tls_from_the_first_octet(handing, dialog):
    front_ = handing(delayed=False, helper_options=dialog)
    with front_.client(tls=True) as client:
        assert "STARTTLS" not in "".join(client.hello().lines)
        client.expect("QUIT", 221)
    assert front_.status() == 0
    assert front_.environment()["SSL_PROTOCOL"] == "TLSv1.3"


def test_a_silent_client_is_sent_away(handing, taker):
    front_ = handing(options=["-t", "1"])
    with front_.client() as client:
        client.hello()
        assert client.reply().code == 421
        assert client.rest() == b""
    front_.status()
    taker.wait_for("outcome=client_silent")


def test_without_a_worker_the_connection_is_refused_or_served_by_ourselves(cells, place):
    nobody = ["--handoff", place / "nobody"]
    front_ = cells.start(options=nobody, certs=[])
    with front_.client() as client:
        assert client.rest() == b""
    assert front_.status() == 111
    front_ = cells.start(options=nobody)  # with -f
    with front_.client() as client:
        client.hello()
        client.starttls()
        client.expect("EHLO client.example", 250)
        client.expect("QUIT", 221)
    assert front_.status() == 0


def test_threat_55_sessions_that_have_no_descriptors_are_refused_and_the_others_are_whole(cells, place, certificates):
    taker = Taker(place, certificates.get(), under=["prlimit", "--nofile=64"])
    front_ = cells.start(None, helper_options=["--handoff", taker.path])
    held = []
    client = front_.client()
    while client.line():
        held.append(client)
        assert len(held) < 20
        client = front_.client()
    taker.wait_for(rf"hand-over: too many connections \(descriptors for {len(held)} sessions\)")
    for client in held:
        client.expect("EHLO client.example", 250)
        client.starttls()
        client.expect("EHLO client.example", 250)


def test_threat_26_handshakes_under_way_are_counted(cells, place, certificates, dialog):
    taker = Taker(place, certificates.get(), options=["--max-handshakes", "1"])
    front_ = cells.start(delayed=False, options=["--handoff", taker.path], certs=[], helper_options=dialog)
    with front_.client() as slow, front_.client() as silent, front_.client() as quick:
        slow.send(client_hello()[:20])
        taker.wait_for("handed over", count=3)
        quick.send(client_hello())
        assert quick.rest() == b""
        taker.wait_for("TLS handshake limit exceeded")
        slow.close()
        silent.secure()
        silent.hello()


@pytest.mark.root
def test_threat_9_only_the_owner_may_hand_over(taker):
    assert os.stat(taker.path).st_mode & 0o777 == 0o600


def test_nonsense_is_refused(taker):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as one:
        one.connect(str(taker.path))
        one.send(b"nonsense")
        assert one.recv(100) == b""
    taker.wait_for("hand-over: not understood")


def test_sessions_go_on_while_the_configuration_is_loaded_again(handing, taker):
    front_ = handing()
    with front_.client() as client:
        client.hello()
        taker.tell(signal.SIGHUP)
        taker.wait_for(r": reloaded")
        client.starttls()
        client.expect("EHLO client.example", 250)
        client.expect("QUIT", 221)
    with front_.client() as client:
        client.hello()
        client.expect("QUIT", 221)
    until(lambda: front_.status(count=2) == 0, "the second session's end")


@pytest.mark.parametrize("secured", [False, True], ids=["clear", "tls"])
def test_a_drain_tells_an_idle_session_421(handing, taker, dialog, secured):
    front_ = handing(helper_options=dialog)
    with front_.client() as client:
        client.hello()
        if secured:
            client.starttls()
            client.expect("EHLO client.example", 250)
        taker.tell(signal.SIGTERM)
        assert client.reply().code == 421
        assert client.rest() == b""
    assert taker.wait() == 0
    front_.status()


def test_a_drain_lets_a_message_end(handing, taker, dialog):
    front_ = handing(helper_options=dialog)
    with front_.client() as client:
        client.hello()
        client.starttls()
        client.expect("EHLO client.example", 250)
        client.expect("MAIL FROM:<a@client.example>", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)
        client.expect("DATA", 354)
        client.send(b"Subject: half\r\n")
        taker.tell(signal.SIGTERM)
        taker.wait_for("drain")
        client.send(b"\r\nthe other half\r\n.\r\n")
        assert client.reply().code == 250
        assert client.reply().code == 421
        assert client.rest() == b""
    assert taker.wait() == 0
    assert b"the other half" in front_.program_heard()


@pytest.mark.parametrize("name", ["by-hand", ""])
def test_a_session_is_listed_and_can_be_killed(handing, taker, dialog, name):
    front_ = handing(helper_options=dialog, environment={"LOG_ID": name} if name else None)
    with front_.client() as client:
        client.hello()
        client.starttls()
        client.expect("EHLO client.example", 250)
        listed, = taker.sessions()
        assert listed["client"] == f"unknown[127.0.0.1]:{client.socket.getsockname()[1]}"
        assert listed["listener"].endswith(str(taker.path))
        assert listed["session"] == name or not name
        assert taker.ask("kill", listed["session"]) == (0, "ok\n")
        assert client.rest() == b""
    front_.status()
    until(lambda: not taker.sessions(), "no session")
    assert taker.ask("kill", listed["session"])[0] == 1
