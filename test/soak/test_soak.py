"""Long runs: reloads, renewed certificates and killed processes under constant load. `./dev soak [MINUTES]` runs them.

What must hold: a ledger on both ends says that each accepted message arrived exactly once, and at the end the processes hold no
more than at the beginning.
"""
import os
import random
import signal
import time

import pytest

from harness import procfs
from harness.client import Client
from harness.waiting import until
from load import BROKEN, Ledger, Load, holdings

MINUTES = float(os.environ.get("EHLOCK_SOAK_MINUTES", "10"))
RELOADS, CHANGES, SESSIONS = 500, 200, 10_000
GROWTH_KIB = 24 << 10  # of all processes together; a leak of 3 KiB for each of 10,000 sessions would show


class Renewed:
    """Certificate and key in one file that is replaced as ACME clients do."""

    def __init__(self, place, certificates):
        self._folder, self._certificates = place, certificates
        self.file = place / "live.pem"
        self.renewals = 0
        self.renew()

    def renew(self):
        self.renewals += 1
        fresh = self._folder / "next"
        fresh.write_bytes(self._certificates.get(copy=self.renewals % 2).both.read_bytes())
        fresh.chmod(0o600)
        fresh.rename(self.file)
        return self._certificates.get(copy=self.renewals % 2)


def settled(front):
    """What the front holds without sessions, once earlier generations are gone: one key process and two workers are left."""
    until(lambda: sorted(one.role for one in procfs.children(front.pid)) == ["key", "worker", "worker"],
          "the end of earlier generations", 60)
    return holdings(front)


@pytest.mark.timeout(3600)
def test_reloads_and_renewals_under_load_lose_nothing_and_leave_nothing(serve, place, certificates, recorder):
    live = Renewed(place, certificates)
    front = serve(["--cert", live.file], certs_used=[], workers=2)
    ledger = Ledger()
    warm = Load(front, ledger)
    until(lambda: warm.sessions > 200, "a warm front", 120)
    for _ in range(3):
        assert front.reload() == "reloaded"
    warm.stop()
    first = settled(front)
    load = Load(front, ledger)
    for number in range(RELOADS):
        assert front.reload() == "reloaded"
        if number * CHANGES // RELOADS != (number + 1) * CHANGES // RELOADS:
            mark = front.mark()
            renewed = live.renew()
            front.wait_for(rf"(?i)serial.*{renewed.serial}", after=mark)
    until(lambda: load.sessions > SESSIONS, "enough sessions", 1800)
    load.stop()
    last = settled(front)
    print(f"{load.sessions} sessions, {ledger.given} messages, {RELOADS} reloads, {live.renewals - 1} renewals; "
          f"(processes, descriptors, KiB) before {first}, after {last}")
    assert ledger.failures == [] and not ledger.unknown
    assert ledger.compare(recorder.messages) == {}
    assert last[1] <= first[1] and last[2] < first[2] + GROWTH_KIB


class Faults:
    """One fault after the other, chosen by chance; each is over when the next begins."""

    def __init__(self, front, recorder, live):
        self._front, self._recorder, self._live = front, recorder, live
        self.count = {}

    def one(self):
        name = random.choice([name for name in dir(self) if name.startswith("fault_")])
        self.count[name[6:]] = self.count.get(name[6:], 0) + 1
        getattr(self, name)()

    def _kill(self, role):
        victim = random.choice(self._front.roles().get(role) or [None])
        if victim:
            os.kill(victim.pid, signal.SIGKILL)

    def fault_worker_killed(self):
        self._kill("worker")

    def fault_key_process_killed(self):
        self._kill("key")

    def fault_key_process_stopped(self):
        victim = self._front.one("key").pid
        os.kill(victim, signal.SIGSTOP)
        time.sleep(0.2)  # how long a stall lasts, not a wait for something
        os.kill(victim, signal.SIGCONT)

    def fault_reload(self):
        self._front.tell(signal.SIGHUP)

    def fault_renewal(self):
        self._live.renew()

    def fault_backend_cuts(self):
        for connection in list(self._recorder.connections)[-8:]:
            connection.socket.close()

    def fault_client_vanishes(self):
        client = self._front.secured()
        client.expect("EHLO client.example", 250)
        client.send(b"MAIL FROM:<a@client.example>\r\nRCPT TO:<b@mail.example>\r\nDATA\r\nhalf a mess")
        client.close()

    def fault_client_sends_garbage(self):
        with Client(self._front.address) as client:
            client.reply()
            client.send(os.urandom(5000))


@pytest.mark.timeout(MINUTES * 60 + 600)
def test_faults_under_load_lose_no_accepted_message(serve, place, certificates, recorder):
    live = Renewed(place, certificates)
    front = serve(["--cert", live.file], certs_used=[], workers=2)
    ledger = Ledger()
    load = Load(front, ledger, tolerant=True)
    faults = Faults(front, recorder, live)
    until(lambda: load.sessions > 100, "a warm front", 120)
    end = time.monotonic() + MINUTES * 60
    while time.monotonic() < end:
        sessions = load.sessions
        try:
            faults.one()
        except BROKEN:
            pass  # a fault that meets another one
        until(lambda before=sessions: load.sessions > before + 5, "service after a fault", 60)
    load.stop()
    front.reload()
    last = settled(front)
    print(f"{load.sessions} sessions, {ledger.given} messages ({len(ledger.unknown)} without an answer), faults "
          f"{faults.count}; (processes, descriptors, KiB) after {last}")
    assert ledger.compare(recorder.messages) == {}
    with front.secured() as client:
        client.expect("EHLO client.example", 250)
