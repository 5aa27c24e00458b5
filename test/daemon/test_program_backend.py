"""Programs as backends: one for each session, told who the client is by their environment."""
import os
import shutil
import signal
import stat
import sys
from pathlib import Path

import pytest

from harness.client import at_once, tls_context
from harness.procfs import children
from harness.waiting import until

PROGRAM = """
import os, sys
def say(text):
    sys.stdout.write(text + "\\r\\n")
    sys.stdout.flush()
say("220 program")
for line in sys.stdin:
    verb = line.split()[0].upper()
    if verb == "EHLO":
        say("250-program")
        say("250 PIPELINING")
    elif verb == "ENVIRONMENT":
        pairs = sorted(os.environ.items())
        for name, value in pairs[:-1]:
            say("250-" + name + "=" + value)
        say("250 " + "=".join(pairs[-1]))
    elif verb == "FACTS":
        say("250-uid=%d" % os.getuid())
        say("250-fds=" + ",".join(sorted(fd for fd in os.listdir("/proc/self/fd"))))
        say("250 umask=%o" % os.umask(0o22))
    elif verb == "COMPLAIN":
        sys.stderr.write("a complaint\\n")
        sys.stderr.flush()
        say("250 complained")
    elif verb == "DIE":
        sys.exit(3)
    elif verb == "QUIT":
        say("221 bye")
        break
    else:
        say("250 ok")
"""


@pytest.fixture
def program(place):
    path = place / "program.py"
    path.write_text(PROGRAM, encoding="ascii")
    return [sys.executable if sys.executable.startswith("/usr/") else "/usr/bin/python3", "-u", str(path)]


@pytest.fixture
def serve_program(serve):
    def start(arguments, options="", **rest):
        words = options.split() + (["--program-user", "nobody"] if os.getuid() == 0 else [])
        return serve(words, backend=[str(word) for word in arguments], **rest)
    return start


def environment(client):
    lines = client.expect("ENVIRONMENT", 250).lines
    return dict(line.split("=", 1) for line in lines)


def test_the_environment_is_ucspi(serve_program, program):
    front = serve_program(program)
    with front.client() as client:
        client.hello()
        seen = environment(client)
        local, remote = front.address, client.socket.getsockname()
    wanted = {"PROTO": "TCP", "TCPREMOTEIP": remote[0], "TCPREMOTEPORT": str(remote[1]), "TCPLOCALIP": local[0],
              "TCPLOCALPORT": str(local[1])}
    assert {name: seen.get(name) for name in wanted} == wanted
    front.wait_for(rf": {seen['LOG_ID']}: connect from")
    assert "SSL_PROTOCOL" not in seen
    assert not [name for name in seen if name.startswith(("LD_", "EHLOCK", "TCPREMOTEHOST="))]


def test_the_environment_tells_implicit_tls(serve_program, program):
    with serve_program(program).tls_client(tls_context("1.3")) as client:
        client.hello()
        seen = environment(client)
    assert seen["SSL_PROTOCOL"] == "TLSv1.3" and seen["SSL_CIPHER"].startswith("TLS_AES")
    assert seen["SSL_TLS_SNI"] == "mail.example"


def test_the_environment_is_not_ours(serve_program, program):
    with serve_program(program, environment={"SECRET_OF_OURS": "x", "TCPREMOTEIP": "192.0.2.99"}).client() as client:
        client.hello()
        seen = environment(client)
    assert "SECRET_OF_OURS" not in seen and seen["TCPREMOTEIP"] == "127.0.0.1"


@pytest.mark.root
def test_the_program_runs_under_its_user_with_three_descriptors(serve_program, program):
    import pwd
    with serve_program(program).client() as client:
        client.hello()
        facts = dict(line.split("=") for line in client.expect("FACTS", 250).lines)
    assert facts["uid"] == str(pwd.getpwnam("nobody").pw_uid)
    assert facts["fds"] in ("0,1,2", "0,1,2,3") and facts["umask"] == "22"  # 3: the listing itself


@pytest.mark.root
def test_the_launcher_keeps_three_capabilities_and_no_network_socket(serve_program, program):
    launcher = serve_program(program).one("launcher")
    assert 0 not in launcher.uids and launcher.sockets() == {}
    kill, setgid, setuid = (1 << number for number in (5, 6, 7))  # CAP_KILL, CAP_SETGID, CAP_SETUID
    assert launcher.capabilities == kill | setgid | setuid


def test_starttls_in_front_of_a_program(serve_program, program):
    with serve_program(program).secured() as client:
        client.expect("EHLO client.example", 250)
        client.expect("QUIT", 221)


def test_what_the_program_says_on_stderr_is_in_the_log(serve_program, program):
    front = serve_program(program)
    with front.client() as client:
        client.hello()
        client.expect("COMPLAIN", 250)
    front.wait_for("a complaint")


def test_a_program_that_dies_closes_its_session_only(serve_program, program):
    front = serve_program(program)
    other = front.secured()
    with front.client() as client:
        client.hello()
        assert client.command("DIE").code in (421, 451)
    front.wait_for("exit status 3")
    other.expect("NOOP", 250)


def test_a_program_ends_with_its_session(serve_program, program):
    front = serve_program(program)
    client = front.client()
    client.hello()
    running = [one for one in children(front.pid) if one.name.startswith("python")]
    assert len(running) == 1
    client.close()
    until(lambda: not Path(f"/proc/{running[0].pid}").exists(), "the end of the program")


def test_a_killed_launcher_loses_no_session(serve_program, program):
    front = serve_program(program)
    clients = at_once(10, lambda _: front.secured())
    old = front.one("launcher").pid
    os.kill(old, signal.SIGKILL)
    until(lambda: [one for one in front.roles().get("launcher", []) if one.pid != old], "a new launcher")
    for client in clients:
        client.expect("NOOP", 250)
    until(lambda: front.client().hello(), "a session with a new program")


def test_a_program_that_cannot_be_started_is_told_as_421(serve_program, place):
    front = serve_program([place / "nothing"], wait=False)
    try:
        front.wait_for("ready", seconds=5)
    except AssertionError:
        assert front.wait() == 78
        return
    with front.client() as client:
        assert client.reply().code == 421


def test_a_program_that_hangs_is_ended_after_the_limit(serve_program, place):
    path = place / "hang"
    path.write_text("#!/bin/sh\nexec cat >/dev/null\n", encoding="ascii")
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    front = serve_program([path], "--timeout-greeting 1s --timeout-program 1s")
    with front.client() as client:
        assert client.reply().code == 421
    until(lambda: not [one for one in children(front.pid) if one.name in ("cat", "hang")], "the end of the program")


def test_the_number_of_programs_is_limited(serve_program, program):
    front = serve_program(program, "--max-programs 2")
    held = [front.client() for _ in range(2)]
    for client in held:
        client.hello()
    with front.client() as third:
        assert third.reply().code == 421
    held[0].expect("QUIT", 221)
    held[0].close()

    def fourth():
        with front.client() as client:
            return client.reply().code == 220
    until(fourth, "room for another program")


@pytest.mark.root
def test_a_program_as_root_is_refused(serve, program):
    front = serve("", backend=program, wait=False)
    assert front.wait() in (64, 78)
    front.wait_for("program-user")


def exim():
    unpacked = Path(__file__).parents[2] / "build/peers/usr/sbin/exim4"
    return shutil.which("exim4") or (str(unpacked) if unpacked.exists() else None)


@pytest.mark.root
@pytest.mark.skipif(not exim(), reason="Exim is neither installed nor unpacked (./dev setup interop)")
def test_exim_as_a_program_backend(serve_program, place):
    spool = place / "exim"
    spool.mkdir()
    spool.chmod(0o777)
    (place / "passwd").write_text("root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"
                                  "Debian-exim:x:65534:65534::/:/bin/sh\n", encoding="ascii")
    (place / "group").write_text("root:x:0:\nnogroup:x:65534:\nDebian-exim:x:65534:\n", encoding="ascii")
    (place / "exim.conf").write_text(f"""
spool_directory = {spool}
log_file_path = {spool}/%slog
primary_hostname = exim.example
keep_environment =
acl_smtp_rcpt = accept_all
chunking_advertise_hosts = *
begin acl
accept_all:
  accept
""", encoding="ascii")
    start = place / "exim-bs"
    start.write_text(f"#!/bin/sh\nexport LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_PASSWD={place}/passwd "
                     f"NSS_WRAPPER_GROUP={place}/group\nexec {exim()} -C {place}/exim.conf -odq -bs\n", encoding="ascii")
    start.chmod(0o755)
    front = serve_program([start])
    with front.secured() as client:
        assert "CHUNKING" in client.expect("EHLO client.example", 250).keywords
        assert client.mail(b"Subject: x\r\n\r\nthrough exim\r\n").code == 250
        client.expect("QUIT", 221)
    until(lambda: list((spool / "input").glob("*-D")), "a message in Exim's queue")


@pytest.mark.skipif(not shutil.which("smtpfront-echo"), reason="mailfront is not installed (./dev setup interop)")
def test_mailfront_as_a_program_backend(serve_program, place):
    start = place / "smtpfront"
    start.write_text("#!/bin/sh\nexport PLUGINS=+accept\nexec smtpfront-echo\n", encoding="ascii")
    start.chmod(0o755)
    with serve_program([start]).secured() as client:
        client.expect("EHLO client.example", 250)
        assert client.mail(b"Subject: x\r\n\r\ny\r\n").code == 250
        client.expect("QUIT", 221)
