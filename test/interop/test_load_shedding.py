"""Very many sessions at once: idle ones are held while new ones are served, and a flood of handshakes starves nobody."""
import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from harness.client import Client, client_hello
from harness.load import Repeating
from harness.waiting import free_port

SESSIONS = int(os.environ.get("EHLOCK_IDLE_SESSIONS", "10000"))
SCRIPT = Path(__file__).with_name("idle_sessions.py")


class Many:
    """idle_sessions.py in a process of its own."""

    def __init__(self, *words):
        self._process = subprocess.Popen([sys.executable, "-B", SCRIPT, *map(str, words)], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)

    def line(self):
        return self._process.stdout.readline().strip()

    def alive(self):
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self.line()

    def end(self):
        self._process.kill()
        self._process.wait()


@pytest.fixture
def many():
    started = []

    def start(*words):
        started.append(Many(*words))
        return started[-1]
    yield start
    for one in started:
        one.end()


def latency(front):
    """Seconds from connecting to an accepted message and the end."""
    begun = time.monotonic()
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        assert client.mail(b"x\r\n").code == 250
        client.expect("QUIT", 221)
    return time.monotonic() - begun


@pytest.mark.timeout(900)
def test_10000_idle_sessions_are_held_while_new_ones_are_served(serve, many):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < SESSIONS + 1000:
        pytest.skip(f"needs RLIMIT_NOFILE of more than {SESSIONS}, and has {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        port = free_port()
        backend = many("backend", port)
        assert backend.line() == "listening"
        front = serve(backend=f"127.0.0.1:{port}", workers=2)
        empty = sum(process.resident_kib for process in front.roles()["worker"])
        held = many("clients", *front.tls_address, SESSIONS)
        assert held.line() == f"held {SESSIONS}"
        full = sum(process.resident_kib for process in front.roles()["worker"])
        times = sorted(latency(front) for _ in range(50))
        print(f"{SESSIONS} idle sessions: {(full - empty) / SESSIONS:.1f} KiB each in the workers; a message beside them takes "
              f"{times[25] * 1000:.0f} ms (median), {times[-1] * 1000:.0f} ms (longest of 50)")
        assert held.alive() == f"alive {SESSIONS}"
        assert (full - empty) / SESSIONS < 100
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.timeout(200)
def test_threat_26_a_flood_of_handshakes_does_not_starve_established_sessions(serve, recorder):
    # Each client of the flood begins a handshake and leaves in the middle of it: the expensive half is ours.
    front = serve(workers=1)
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
        hello = client_hello()

        def flood(_number, _turn):
            try:
                with Client(front.tls_address) as one:
                    one.send(hello)
                    one.socket.recv(65536)
            except OSError:
                pass

        attack = Repeating(8, flood)
        try:
            threading.Event().wait(0.5)  # how long the flood stands before, not a wait for something
            times = []
            for _ in range(100):
                begun = time.monotonic()
                client.expect("NOOP", 250)
                times.append(time.monotonic() - begun)
            assert client.mail(b"x\r\n").code == 250
        finally:
            attack.stop()
    times.sort()
    print(f"beside a flood of handshakes: {times[50] * 1000:.1f} ms (median), {times[-1] * 1000:.0f} ms (longest) a command")
