"""The other shapes under load with faults: the helpers under a super-server, and tlsproxy in a Postfix. As test_soak.py: each accepted
message arrived exactly once (postscreen accepts none), every session ends, and nothing is left."""
import os
import random
import re
import signal
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

TEST = Path(__file__).parents[1]
sys.path += [str(TEST / "helpers"), str(TEST / "interop")]

import chain  # noqa: E402
import peers  # noqa: E402
from harness import front as fronts  # noqa: E402
from harness.client import Client, tls_context  # noqa: E402
from harness.load import Repeating  # noqa: E402
from harness.waiting import until  # noqa: E402
from load import BROKEN, Ledger, one_session  # noqa: E402
from peers.tlsproxy_site import Tlsproxy, TlsproxySite  # noqa: E402

MINUTES = float(os.environ.get("EHLOCK_SOAK_MINUTES", "10"))


class Shape:
    """Sessions in four threads, and faults one after the other: session(context) is one session, victims() the processes
    that may be killed or stopped, address where a client may misbehave."""

    def __init__(self, session, victims, address):
        self._session, self._victims, self._address = session, victims, address
        self.sessions, self.broken, self.faults = 0, 0, {}
        self._contexts = [tls_context("1.2"), tls_context("1.3")]

    def _one(self, number, turn):
        try:
            self._session(self._contexts[(number + turn) % 2])
            self.sessions += 1
        except BROKEN:
            self.broken += 1

    def fault_killed(self):
        victim = random.choice(self._victims() or [None])
        if victim:
            os.kill(victim.pid, signal.SIGKILL)

    def fault_stopped(self):
        victim = random.choice(self._victims() or [None])
        if victim:
            os.kill(victim.pid, signal.SIGSTOP)
            time.sleep(0.2)  # how long a stall lasts, not a wait for something
            os.kill(victim.pid, signal.SIGCONT)

    def fault_client_vanishes(self):
        client = Client(self._address)
        client.hello()
        client.starttls(self._contexts[1])
        client.send(b"EHLO client.example\r\nMAIL FROM:<a@client.example>\r\nRCPT TO:<b@mail.example>\r\nDATA\r\nhalf a mess")
        client.close()

    def fault_client_sends_garbage(self):
        with Client(self._address) as client:
            client.reply()
            client.send(b"STARTTLS\r\n" + os.urandom(5000))

    def run(self):
        load = Repeating(4, self._one)
        end = time.monotonic() + MINUTES * 60
        while time.monotonic() < end:
            done = self.sessions
            name = random.choice([name for name in dir(self) if name.startswith("fault_")])
            self.faults[name[6:]] = self.faults.get(name[6:], 0) + 1
            try:
                getattr(self, name)()
            except (*BROKEN, ProcessLookupError):
                pass  # a fault that meets another one
            until(lambda before=done: self.sessions > before + 3, "service after a fault", 60)
        load.stop()
        print(f"{self.sessions} sessions, {self.broken} broken by faults {self.faults}")


@pytest.mark.timeout(MINUTES * 60 + 300)
def test_helpers_under_load_with_faults(place, certificates):
    if chain.missing(chain.WRAPPERS["ours"]) or not chain.have("tcpserver"):
        pytest.skip("the helpers are not built, or tcpserver is not installed")
    cells = chain.Cells(place, certificates).start()
    door = SimpleNamespace(address=("127.0.0.1", cells.port))
    ledger = Ledger()

    def helpers():
        return [one for one in cells.processes() if one.name.startswith("tlswrapper")]
    shape = Shape(lambda context: one_session(door, ledger, "starttls", context), helpers, door.address)
    shape.run()
    until(lambda: cells.processes() == [], "the end of every process of a session", 100)
    # The program wrote down all it heard: whole messages are what stands between DATA and the dot.
    bodies = [body for file in sorted(place.glob("heard.*"))
              for body in re.findall(rb"DATA\r\n(.*?)\r\n\.\r\n", file.read_bytes(), re.DOTALL)]
    assert ledger.accepted and ledger.compare([SimpleNamespace(raw=body) for body in bodies]) == {}


@pytest.mark.timeout(MINUTES * 60 + 300)
def test_tlsproxy_under_load_with_faults(place, certificates):
    path = fronts.program("tlsproxy")
    if not path or not path.exists():
        pytest.skip("tlsproxy is not built (./dev build)")
    peers.needed("postfix")
    site = TlsproxySite(place / "postfix", Tlsproxy("ours", path.resolve()), [certificates.get()])
    sources = iter(range(1, 1 << 30))

    def session(context):
        number = next(sources)
        source = f"127.{1 + number // 60000 % 200}.{number // 250 % 240}.{1 + number % 250}"
        with site.client(source) as client:
            client.hello()
            client.starttls(context)
            client.expect("EHLO client.example", 250)
            client.expect("MAIL FROM:<a@client.example>", 250)
            assert client.command("RCPT TO:<b@mail.example>").code in (250, 450)  # postscreen takes no mail itself
            client.expect("QUIT", 221)

    def workers():
        child = site.child().pid
        return [one for one in site.processes() if one.pid != child]
    site.session()
    before = len(site.processes())
    shape = Shape(session, workers, ("127.0.0.1", site.port))
    shape.run()
    until(lambda: all(not process.sockets() for process in site.processes()), "no client's socket is left in tlsproxy", 100)
    until(lambda: len(site.processes()) <= before, "as many processes as before", 100)
    site.session(source="127.0.0.250")
