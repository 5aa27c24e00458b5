"""Programs under test: started in a directory of their own, their lines collected, ended at the end of the test."""
import os
import re
import signal
import subprocess
import threading
import time

from harness.waiting import DEADLINE

def _environment(more):
    """Ours without EHLOCK_*, which the program reads as settings."""
    return {**{name: value for name, value in os.environ.items() if not name.startswith("EHLOCK_")}, **(more or {})}


_running = []  # every Program of the present test, for the dump of logs and the end


class Program:
    """A started program. Standard output and error arrive as lines of one list, in order of arrival."""

    def __init__(self, arguments, directory, environment=None, feed=None):
        self.arguments = [str(argument) for argument in arguments]
        self.lines = []
        self._changed = threading.Condition()
        self._open_ends = 1
        self.process = subprocess.Popen(
            self.arguments, cwd=directory, stdin=subprocess.PIPE if feed is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            env=_environment(environment))
        threading.Thread(target=self._collect, daemon=True).start()
        _running.append(self)
        if feed is not None:
            self.process.stdin.write(feed)
            self.process.stdin.close()

    @property
    def pid(self):
        return self.process.pid

    def _collect(self):
        for raw in self.process.stdout:
            self.heard(raw)
        with self._changed:
            self._open_ends = 0
            self._changed.notify_all()

    def heard(self, raw):
        """Takes one more line of the program, as bytes."""
        with self._changed:
            self.lines.append(raw.decode("utf-8", "backslashreplace").rstrip("\n"))
            self._changed.notify_all()

    def mark(self):
        """Where the log is now; wait_for(..., after=mark) looks at later lines only."""
        with self._changed:
            return len(self.lines)

    def wait_for(self, pattern, seconds=DEADLINE, after=0, count=1):
        """The first match of `pattern` in a line (the `count`-th); an AssertionError when it does not come."""
        end = time.monotonic() + seconds
        with self._changed:
            while True:
                found = [hit for hit in (re.search(pattern, line) for line in self.lines[after:]) if hit]
                if len(found) >= count:
                    return found[count - 1]
                left = end - time.monotonic()
                if left <= 0 or not self._open_ends:
                    ended = "" if self._open_ends else " (the program has ended)"
                    raise AssertionError(f"no line matches {pattern!r}{ended}; the log:\n" + self.text())
                self._changed.wait(left)

    def count(self, pattern, after=0):
        with self._changed:
            return sum(1 for line in self.lines[after:] if re.search(pattern, line))

    def text(self):
        return "\n".join("  | " + line for line in self.lines[-400:])

    def tell(self, number):
        self.process.send_signal(number)

    def wait(self, seconds=DEADLINE):
        """The exit status; all output has been collected then, unless a grandchild keeps it open."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.arguments[0]} did not end within {seconds:g} s; the log:\n{self.text()}") from None
        with self._changed:
            self._changed.wait_for(lambda: not self._open_ends, 2)
        return status

    def stop(self, number=signal.SIGTERM, seconds=DEADLINE):
        if self.process.poll() is None:
            self.tell(number)
        return self.wait(seconds)

    def end(self):
        """At the end of a test: the program and everything it started in its session."""
        try:
            os.killpg(self.pid, signal.SIGCONT)
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass
        self.process.wait()


def dump_running():
    """The logs of the present test's programs, for the report of a failure."""
    return "\n".join(f"--- {' '.join(program.arguments)}\n{program.text()}" for program in _running)


def end_running():
    while _running:
        _running.pop().end()


def run(arguments, feed=b"", seconds=DEADLINE, directory=None, environment=None):
    """Runs a program to its end: (exit status, standard output and error as one text)."""
    done = subprocess.run([str(argument) for argument in arguments], input=feed, cwd=directory, timeout=seconds,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                          env=_environment(environment))
    return done.returncode, done.stdout.decode("utf-8", "backslashreplace")
