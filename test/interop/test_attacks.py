"""Attacks that take a while: sizes, numbers and shortages. Nothing grows, nothing spins, and the next client is served."""
import contextlib
import itertools
import os
import signal
import socket
import ssl
import subprocess
import threading

import pytest

from harness.backend import Recorder
from harness.client import Client, tls_context
from harness.floods import pour
from harness.load import Repeating
from harness.procfs import ticks
from harness.records import DATA, Forger
from harness.waiting import until

GROWTH_KIB = 8192  # of a worker, for one session that does its worst
MIB = 1 << 20


def works(front):
    try:
        with front.secured() as client:
            client.expect("EHLO client.example", 250)
            return client.mail(b"x\r\n").code == 250
    except (AssertionError, OSError, ValueError):
        return False


def one_mail(front):
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        assert client.mail(b"x\r\n").code == 250
        client.expect("QUIT", 221)


# --- sizes and numbers -----------------------------------------------------------------------------------------------

def test_a_line_of_64_mib_passes_without_memory(serve, backend):
    taken = []

    def counts(connection, _line):
        connection.send("354 go on\r\n")
        tail = b""
        while not tail.endswith(b"\r\n.\r\n"):
            block = connection.socket.recv(1 << 18)
            assert block
            taken.append(len(block))
            tail = (tail + block)[-5:]
        return "250 2.0.0 counted"

    front = serve(backend=backend(Recorder, answers={"DATA": counts}).endpoint)
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        client.expect("MAIL FROM:<a@client.example>", 250)
        client.expect("RCPT TO:<b@mail.example>", 250)
        client.expect("DATA", 354)
        before = front.one("worker").resident_kib
        for _ in range(64):
            client.send(b"x" * MIB)
        grown = front.one("worker").resident_kib - before
        client.send(b"\r\n.\r\n")
        assert client.reply().code == 250
    assert sum(taken) == 64 * MIB + 5 and grown < GROWTH_KIB


@pytest.mark.timeout(300)
def test_100000_recipients_cost_no_memory(serve, backend):
    def answers(connection):
        connection.send("220 backend.example\r\n")
        rest = b""
        while True:
            block = connection.socket.recv(1 << 16)
            if not block:
                return
            rest += block
            lines = rest.count(b"\n")
            rest = rest.rsplit(b"\n", 1)[-1]
            connection.send(b"250 2.0.0 ok\r\n" * lines)

    front = serve(backend=backend(answers).endpoint)
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        client.expect("MAIL FROM:<a@client.example>", 250)
        before = front.one("worker").resident_kib
        for turn in range(100):
            client.send(b"".join(b"RCPT TO:<r%06d@mail.example>\r\n" % (turn * 1000 + number) for number in range(1000)))
            assert [client.reply().code for _ in range(1000)] == [250] * 1000
        assert front.one("worker").resident_kib - before < GROWTH_KIB


@pytest.mark.timeout(200)
def test_threat_21_answers_to_key_updates_that_nobody_reads_are_bounded(serve, recorder):
    # Data between them, so that no limit of updates in a row is met: what ends it is that nobody takes the answers.
    front = serve()
    with front.client() as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.hello()
        client.expect("STARTTLS", 220)
        forger = Forger(client)
        for line in (b"EHLO client.example", b"MAIL FROM:<a@client.example>", b"RCPT TO:<b@mail.example>", b"DATA"):
            forger.say(line + b"\r\n")
            forger.hear()
        before = front.one("worker").resident_kib
        most = 30_000  # times 30 answers are more than the system's sockets hold
        endless = (b"".join(forger.key_update(1) for _ in range(30)) + forger.seal(DATA, b"x") for _ in itertools.count())
        assert pour(client, endless, most) < most
        assert front.one("worker").resident_kib - before < GROWTH_KIB
        front.sessions_ended()
    assert works(front) and len(recorder.messages) == 1


# --- shortages -------------------------------------------------------------------------------------------------------

def test_threat_55_a_worker_without_descriptors_does_not_spin_and_recovers(serve, recorder):
    front = serve(listen_tls=[], under=["prlimit", "--nofile=64"])
    worker = front.one("worker").pid
    held = [front.client() for _ in range(100)]
    front.wait_for(r"warning: Descriptor limit exceeded: \d+ from unknown\[127\.0\.0\.1\] \(descriptors for \d+ sessions\)")
    before = ticks(worker)
    threading.Event().wait(1)  # how long it is watched, not a wait for something
    assert ticks(worker) - before < 50
    told = []
    for client in held:
        client.socket.settimeout(0.2)
        try:
            told.append(client.reply().code)
        except (TimeoutError, OSError):
            pass
        client.close()
    assert 421 in told and set(told) <= {220, 421}
    until(lambda: works(front), "service")
    assert front.one("worker").pid == worker


def test_programs_that_the_system_refuses_to_start_are_told_as_421(serve, place):
    if os.getuid() != 0:
        pytest.skip("needs root: another user's limit of processes")
    path = place / "program.py"
    path.write_text("import os, sys\nos.write(1, b'220 program\\r\\n')\nfor line in sys.stdin: os.write(1, b'250 ok\\r\\n')\n",
                    encoding="ascii")
    front = serve(["--program-user", "nobody"], backend=["/usr/bin/python3", "-u", str(path)], under=["prlimit", "--nproc=8"])
    held, codes = [], []
    while 421 not in codes and len(codes) < 40:
        held.append(front.client())
        codes.append(held[-1].reply().code)
    assert codes[0] == 220 and codes[-1] == 421, codes
    for client in held:
        client.close()
    front.sessions_ended(len(held))

    def greets():
        with front.client() as client:
            return client.reply().code == 220
    until(greets, "programs to be started again")


def test_a_log_file_that_may_not_grow_costs_lines_only(serve, place, recorder):
    # A full disk is a unit test (LogFileTest); beyond RLIMIT_FSIZE a write is a signal, whose default is the end.
    log = place / "ehlock.log"
    front = serve(f"--log file:{log}", wait=False, under=["prlimit", "--fsize=4096"])
    until(lambda: log.exists() and ": ready" in log.read_text(encoding="utf-8"), "readiness")
    worker = front.one("worker").pid
    for _ in range(30):
        one_mail(front)
    assert log.stat().st_size == 4096 and front.one("worker").pid == worker
    front.tell(signal.SIGHUP)
    until(lambda: front.one("worker").pid != worker, "a reload")
    one_mail(front)
    assert len(recorder.wait_messages(31)) == 31


def test_a_worker_out_of_memory_is_replaced_and_the_others_go_on(serve, recorder):
    first = serve(workers=2)
    size = max(int(process.status["VmSize"].split()[0]) for processes in first.roles().values() for process in processes)
    first.stop()
    front = serve(workers=2, under=["prlimit", f"--as={(size << 10) + MIB}"])
    held, lost = [], 0
    while lost < 20 and len(held) < 600:
        try:
            held.append(front.secured())
        except (AssertionError, OSError, ValueError):
            lost += 1
    assert lost, "memory was never short"
    for client in held:
        client.close()
    until(lambda: works(front), "service")
    assert front.process.poll() is None
    assert sorted(role for role in front.roles() if role != "resolver") == ["key", "supervisor", "worker"]


# --- signals and clocks ----------------------------------------------------------------------------------------------

def test_threat_56_a_storm_of_interrupted_calls_costs_no_session(serve, recorder):
    front = serve(workers=1)
    victims = [process.pid for role in ("worker", "key") for process in front.roles()[role]]
    pace = threading.Event()

    def interrupt(number, _turn):
        os.kill(victims[number], signal.SIGSTOP)
        os.kill(victims[number], signal.SIGCONT)
        pace.wait(0.002)

    storm = Repeating(len(victims), interrupt)
    try:
        for _ in range(40):
            one_mail(front)
    finally:
        storm.stop()
    assert len(recorder.wait_messages(40)) == 40
    assert [process.pid for role in ("worker", "key") for process in front.roles()[role]] == victims


def steps(client):
    """A session's steps, one at a time; what is true after each: (name, in a transaction)."""
    assert client.reply().code == 220
    yield "greeted", False
    client.expect("EHLO client.example", 250)
    yield "ehlo", False
    client.expect("STARTTLS", 220)
    yield "starttls", False
    client.secure()
    yield "secured", False
    client.expect("EHLO client.example", 250)
    yield "ehlo_again", False
    client.expect("MAIL FROM:<a@client.example>", 250)
    yield "mail", True
    client.expect("RCPT TO:<b@mail.example>", 250)
    yield "rcpt", True
    client.expect("DATA", 354)
    yield "data", True
    client.send(b"half a mess")
    yield "half", True
    client.send(b"age\r\n.\r\n")
    assert client.reply().code == 250
    yield "accepted", False


def test_signals_at_every_step_change_no_session(serve, recorder):
    front = serve("--max-errors 0")
    with front.client() as client:
        for _ in steps(client):
            for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP, signal.SIGCHLD):
                front.tell(number)
            for process in [one for role in ("worker", "key") for one in front.roles().get(role, [])]:
                for number in (signal.SIGWINCH, signal.SIGURG, signal.SIGCONT, signal.SIGPIPE):
                    with contextlib.suppress(ProcessLookupError):  # of an earlier generation, without sessions
                        os.kill(process.pid, number)
        client.expect("NOOP", 250)
    assert [message.raw for message in recorder.wait_messages(1)] == [b"half a message\r\n"]


@pytest.mark.parametrize("moment", ["greeted", "ehlo", "starttls", "secured", "ehlo_again", "mail", "rcpt", "data", "half", "accepted"])
def test_term_at_every_step_finishes_what_was_begun_and_tells_the_rest(serve, recorder, moment):
    front = serve()
    with front.client() as client:
        finished = False
        try:
            for name, _ in steps(client):
                if name == moment:
                    mark = front.mark()
                    front.tell(signal.SIGTERM)
                    front.wait_for(r"(?i)draining|stopping|signal|TERM", after=mark)
                finished = name == "accepted"
        except AssertionError as told:
            assert "421" in str(told), told
        except (ssl.SSLError, OSError):
            assert moment in ("starttls", "secured")
        begun = moment in ("mail", "rcpt", "data", "half", "accepted")
        assert finished or not begun, "a transaction was cut"
    assert len(recorder.messages) == int(finished)
    assert front.wait() == 0


CLOCK = """
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
static volatile long* offset;
static int (*real)(clockid_t, struct timespec*);
__attribute__((constructor)) static void begin(void) {
  int fd = open(getenv("TEST_CLOCK"), O_RDONLY | O_CLOEXEC);
  offset = mmap(0, 4096, PROT_READ, MAP_SHARED, fd, 0);
  real = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
}
int clock_gettime(clockid_t id, struct timespec* now) {
  int result = real(id, now);
  if (id == CLOCK_REALTIME) now->tv_sec += *offset;
  return result;
}
time_t time(time_t* at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at) *at = now.tv_sec;
  return now.tv_sec;
}
"""


@pytest.fixture
def clock(place):
    """The calendar clock of a front: clock.environment, clock.jump(seconds). The monotonic clock goes on as it was."""
    class Clock:
        def __init__(self):
            (place / "clock.c").write_text(CLOCK, encoding="ascii")
            subprocess.run(["gcc", "-shared", "-fPIC", "-o", place / "clock.so", place / "clock.c"], check=True)
            self.file = place / "clock"
            self.file.write_bytes(bytes(4096))
            self.environment = {"LD_PRELOAD": str(place / "clock.so"), "TEST_CLOCK": str(self.file)}

        def jump(self, seconds):
            with self.file.open("r+b") as page:
                page.write(seconds.to_bytes(8, "little", signed=True))
    return Clock()


HOUR = 3600


@pytest.mark.timeout(200)
def test_threat_54_jumps_of_the_clock_cut_nobody_and_let_old_tickets_die(serve, recorder, clock):
    front = serve(environment=clock.environment)
    context = tls_context("1.2")
    held = front.secured(context)
    held.expect("EHLO client.example", 250)

    def resumes(session):
        with Client(front.tls_address, tls=context, session=session) as client:
            client.hello()
            return client.socket.session_reused

    with Client(front.tls_address, tls=context) as client:
        client.hello()
        session = client.socket.session
    assert resumes(session)
    for jump in (-24 * HOUR, 5 * HOUR, 400 * 24 * HOUR):
        clock.jump(jump)
        until(lambda: not resumes(session), f"new ticket keys after a jump of {jump} s", 40)
        held.expect("NOOP", 250)
        one_mail(front)
    clock.jump(0)
    until(lambda: resumes(session), "the keys of this hour again", 40)
    held.expect("QUIT", 221)
