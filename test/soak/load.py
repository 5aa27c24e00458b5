"""Constant load for the soak: clients that keep a ledger of every message, and what the processes hold meanwhile."""
import itertools
import random
import re
import ssl
import threading

from harness import procfs
from harness.client import Client, tls_context
from harness.load import Repeating

BROKEN = (AssertionError, ConnectionError, ssl.SSLError, OSError, ValueError)


class Ledger:
    """Which messages were given away, which of them got a 250, a refusal, or nothing before the connection broke."""

    def __init__(self):
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self.accepted, self.refused, self.unknown, self.failures = set(), set(), set(), []

    def number(self):
        return f"ledger-{next(self._numbers):08d}"

    def note(self, kind, name):
        with self._lock:
            getattr(self, kind).add(name)

    def failed(self, failure):
        with self._lock:
            self.failures.append(repr(failure))

    @property
    def given(self):
        return len(self.accepted) + len(self.refused) + len(self.unknown)

    def compare(self, messages):
        """What is wrong between this and what the backend got; empty when each accepted message is there exactly once
        and none is there that was refused."""
        arrived = [re.search(rb"ledger-\d{8}", message.raw).group(0).decode() for message in messages]
        there = set(arrived)
        return {word: names for word, names in {
            "lost": self.accepted - there, "refused but stored": self.refused & there,
            "from nowhere": there - self.accepted - self.unknown - self.refused,
            "twice": {name for name in there if arrived.count(name) > 1} if len(there) != len(arrived) else set(),
        }.items() if names}


def one_session(front, ledger, shape, context):
    """A whole session with one to three messages; `shape` chooses how TLS begins and how messages are sent."""
    client = Client(front.tls_address, tls=context) if shape == "implicit" else Client(front.address)
    with client:
        client.hello()
        if shape == "starttls":
            client.starttls(context)
            client.expect("EHLO client.example", 250)
        for _ in range(random.randint(1, 3)):
            name = ledger.number()
            ledger.note("unknown", name)
            body = f"Subject: {name}\r\n\r\n".encode() + b"x" * random.choice((10, 2000, 20_000)) + b"\r\n"
            reply = client.mail(body)
            if reply.code != 250 and reply.code < 500:
                continue  # a 4xx may mean that the backend's own answer was lost: the client tries again (RFC 5321 4.5.4.1)
            ledger.unknown.discard(name)
            ledger.note("accepted" if reply.code == 250 else "refused", name)
        client.expect("QUIT", 221)


class Load:
    """`count` threads of sessions until stop(). With tolerant=False every broken session counts as a failure."""

    SHAPES = ("starttls", "implicit", "starttls", "clear")

    def __init__(self, front, ledger, count=4, tolerant=False):
        self.sessions = 0
        self._front, self._ledger, self._tolerant = front, ledger, tolerant
        self._contexts = [tls_context("1.2"), tls_context("1.3")]
        self.stop = Repeating(count, self._one).stop

    def _one(self, number, turn):
        at = number + turn
        try:
            one_session(self._front, self._ledger, self.SHAPES[at % len(self.SHAPES)], self._contexts[at % 2])
            self.sessions += 1
        except BROKEN as failure:
            if not self._tolerant:
                self._ledger.failed(failure)


def holdings(front):
    """What all processes of the front hold together: (processes, descriptors, resident KiB)."""
    family = [procfs.ProcessFacts(front.pid), *procfs.children(front.pid)]
    return len(family), sum(len(one.descriptors()) for one in family), sum(one.resident_kib for one in family)
