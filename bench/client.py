"""The load generator, bench_load, as a process that waits for its signs."""
import json
import subprocess

from peer import Failed


class Client:
    """The load generator between its two signs: "ready", and the outcome after begin()."""

    def __init__(self, bench, words):
        self.words = ["taskset", "-c", str(bench.client_core), str(bench.programs / "bench_load"), *map(str, words)]
        self.child = subprocess.Popen(self.words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait_ready(self):
        if self.child.stdout.readline().strip() != "ready":
            raise Failed(self.child.communicate()[1].strip() or "the load generator ended")

    def begin(self):
        self.child.stdin.write("\n")
        self.child.stdin.flush()

    def line(self):
        text = self.child.stdout.readline()
        if not text:
            raise Failed(self.child.communicate()[1].strip() or "the load generator ended")
        return json.loads(text)

    def end(self):
        self.child.kill()
        self.child.communicate()


def checked(outcome, expected):
    if outcome["failed"] or outcome["done"] < expected:
        raise Failed(f"{outcome['failed']} of {expected} sessions failed: {outcome['reason']}")
    return outcome


def value_after(words, name):
    return words[words.index(name) + 1]
