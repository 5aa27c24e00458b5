"""What a server under test is to the bench, and the process it is."""
import os
import socket
import subprocess
import time
from pathlib import Path

import measure


class Failed(Exception):
    """Something did not start, or a load did not go through: a text for the user."""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


class Process:
    """A program on one core; its output goes to a file."""

    def __init__(self, words, core, log):
        self.log = Path(log)
        with open(self.log, "ab") as sink:
            self.child = subprocess.Popen(["taskset", "-c", str(core), *map(str, words)], stdin=subprocess.DEVNULL,
                                          stdout=sink, stderr=sink, env={**os.environ, **self.environment()})
        self.pid = self.child.pid  # taskset becomes the program

    def environment(self):
        return {}

    def wait_for_port(self, port):
        end = time.monotonic() + 20
        while not answers(port):
            if self.child.poll() is not None or time.monotonic() > end:
                text = self.log.read_text(errors="replace").strip()[-600:]
                self.end()
                raise Failed(f"does not start: {text}")
            time.sleep(0.05)
        return self

    def end(self):
        """Ends it and, with it gone, whatever it started and did not take along."""
        family = measure.tree(self.pid)
        self.child.terminate()
        try:
            self.child.wait(5)
        except subprocess.TimeoutExpired:
            pass
        for pid in family if self.child.poll() is None else family[1:]:
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                pass
        self.child.wait()


class Peer:
    """name; door: how TLS begins; idle_most: connections it can hold at once in this setting; package: whose version it has;
    two_kinds: it is set up with all of bench.pairs(); works: those it can do, None for all that everybody can; more: works
    beside these; without: (work, TLS) it cannot do nevertheless."""
    door = "starttls"
    works = None
    more = ()
    without = ()
    two_kinds = False
    idle_most = 1_000_000
    package = ""

    def __init__(self, name):
        self.name = name

    def missing(self, bench):
        """Why it cannot run here; empty: it can."""
        del bench
        return ""

    def words(self, bench, folder, port):
        """Writes configuration into the folder; the command line."""
        raise NotImplementedError

    def cores(self, bench):
        """Those it runs on, in words of taskset(1)."""
        return bench.server_core

    def start(self, bench, folder, port):
        os.chmod(folder, 0o755)
        return Process(self.words(bench, folder, port), self.cores(bench), folder / "log").wait_for_port(port)

    def version(self):
        return package(self.package) if self.package else ""


def said(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0].strip() if lines else ""


def package(name):
    return f"{name} {said('dpkg-query', '-W', '-f', '${Version}', name)}"
