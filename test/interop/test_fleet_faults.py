"""Three nodes in network namespaces of their own behind HAProxy with PROXY v2, with a Redis server that all of them ask, during
constant load: whatever is taken away, no accepted message is lost, decisions are as configured, and nothing needs a restart."""
import contextlib
import os
import socket

import pytest

from harness import backend as backends
from harness.process import end_running
from harness.reputation import accepted_at_last
from harness.client import Client
from harness.waiting import free_port, until
from peers.namespaces import BACKEND, STORE, Machines
from test_fleet import Sessions, Told421, arrived

GONE = "warning: reputation: nothing is known of clients: "


class Patient(Sessions):
    """Clients that come again also when they are greylisted, as mail servers do."""

    @staticmethod
    def _unless_421(reply):
        if reply.code in (421, 450, 451):
            raise Told421
        assert reply.code in (220, 250), reply


class Stubborn(Patient):
    """Clients that come again also when their connection is cut or refused."""

    interrupted = 0

    def _tried(self, context, session, name):
        try:
            return super()._tried(context, session, name)
        except (AssertionError, OSError) as cut:
            assert not isinstance(cut, AssertionError) or "no reply but [b'']" in str(cut), cut
            self.interrupted += 1
            until(self._answers, "somebody listens again", 20)
            return session

    def _answers(self):
        with contextlib.suppress(OSError), socket.create_connection(self._address, timeout=5):
            return True
        return False


class Fleet:
    def __init__(self, serve, redis, haproxy, place):
        self.machines = Machines(3)
        self._serve, self.redis, self._haproxy = serve, redis, haproxy
        self.recorder = backends.Recorder(host="0.0.0.0")
        self.secret = place / "secret"
        self.secret.write_bytes(os.urandom(48))
        self.secret.chmod(0o600)
        self.port = free_port()
        self.stores = [redis("bind 0.0.0.0"), redis("bind 0.0.0.0")]
        self.stores[1].ask("REPLICAOF", STORE, str(self.stores[0].port))
        until(lambda: "master_link_status:up" in self.stores[1].ask("INFO", "replication"), "the replica follows")
        self.nodes = [self.start(number) for number in range(3)]
        self.balance()

    def start(self, number):
        machine = self.machines[number]
        options = ["--ticket-secret", self.secret, "--accept-proxy", "198.18.77.0/24", "--timeout-drain", "30s",
                   "--limit-exempt", "unix", "--max-client-connections", "0", "--max-errors", "0", "--reputation-greylist", "--reputation-greylist-delay",
                   "1s", "--reputation-greylist-pass", "1", "--reputation-client-rate", "1000000/1h", "--reputation-client-errors",
                   "1000000/1h"]
        for store in self.stores:
            options += ["--reputation-redis", f"{STORE}:{store.port}"]
        return self._serve(options, backend=f"{BACKEND}:{self.recorder.port}", listen=[f"{machine.address}:{self.port}"],
                           listen_tls=[], under=machine.under)

    def balance(self, ports=None):
        lines = ["balance roundrobin", "option redispatch", "retries 3", "retry-on conn-failure", "option tcp-check",
                 "tcp-check connect default send-proxy"]
        servers = [(machine.address, self.port) for machine in self.machines]
        self.balancer = self._haproxy({"mail": (servers, "send-proxy-v2 check inter 50ms fall 1 rise 1", "", lines)}, ports)

    def load(self, kind=Patient):
        with Client(self.balancer.address("mail")) as client:
            client.hello()
            accepted_at_last(client)  # from now on this network is trusted
        return kind(self.balancer.address("mail"))

    def roll(self, number):
        server = f"mail/front{number or ''}"
        self.balancer.tell(f"set server {server} state drain")
        assert self.nodes[number].stop() == 0
        self.nodes[number] = self.start(number)
        self.balancer.tell(f"set server {server} state ready")

    def end(self):
        end_running()
        self.recorder.close()
        self.machines.end()


@pytest.fixture
def fleet(serve, redis, haproxy, place):
    one = Fleet(serve, redis, haproxy, place)
    yield one
    one.end()


def more(load, count=40):
    before = load.done
    until(lambda: load.done >= before + count, "sessions", 60)


def nothing_lost(fleet, load, failures=0):
    load.end()
    assert len(load.failures) <= failures, load.failures
    assert set(load.accepted) <= set(arrived(fleet.recorder))


def test_three_machines_rolled_lose_no_message_and_resume(fleet):
    load = fleet.load()
    for number in (0, 1, 2):
        more(load)
        fleet.roll(number)
    more(load)
    nothing_lost(fleet, load)
    assert load.resumed >= 0.95 * load.done, f"{load.resumed} of {load.done} resumed"
    assert arrived(fleet.recorder) == sorted(load.accepted)


def test_the_store_dies_and_its_replica_is_promoted(fleet):
    load = fleet.load()
    more(load)
    fleet.stores[0].die()
    for node in fleet.nodes:
        node.wait_for(GONE)
    more(load)  # fail-open
    fleet.stores[1].ask("REPLICAOF", "NO", "ONE")
    for node in fleet.nodes:
        node.wait_for(f"reputation: {STORE}:{fleet.stores[1].port} answers")
    more(load)
    nothing_lost(fleet, load)
    assert int(fleet.stores[1].ask("GET", fleet.stores[1].keys("*rate*")[0])) > 80  # counted before and after


def test_the_store_stalls_and_goes_on(fleet):
    load = fleet.load()
    more(load)
    fleet.stores[0].stall()
    for node in fleet.nodes:
        node.wait_for(GONE + ".*(no answer within|hung up)")
    more(load)
    fleet.stores[0].go_on()
    for node in fleet.nodes:
        node.wait_for(f"reputation: {STORE}:{fleet.stores[0].port} answers")
    more(load)
    nothing_lost(fleet, load)


def test_the_store_is_flushed(fleet):
    load = fleet.load()
    more(load)
    fleet.stores[0].ask("FLUSHALL")
    fleet.stores[0].ask("SCRIPT", "FLUSH")
    more(load)  # after they were greylisted anew
    nothing_lost(fleet, load)
    assert not any(node.count(GONE) for node in fleet.nodes)


def test_a_node_is_cut_off_from_the_store(fleet):
    load = fleet.load()
    more(load)
    machine, node = fleet.machines[1], fleet.nodes[1]
    machine.cut(STORE)
    node.wait_for(GONE + ".*no answer within 200 ms")
    more(load)
    assert not fleet.nodes[0].count(GONE)
    machine.mend(STORE)
    node.wait_for(f"reputation: {STORE}:{fleet.stores[0].port} answers", seconds=30)
    more(load)
    nothing_lost(fleet, load)


def test_a_node_is_killed_under_load(fleet):
    load = fleet.load()
    more(load)
    fleet.nodes[2].end()  # SIGKILL to all of its processes
    more(load)
    fleet.nodes[2] = fleet.start(2)
    more(load)
    nothing_lost(fleet, load, failures=4)  # one for each client that was there


def test_the_balancer_is_restarted_under_load(fleet):
    load = fleet.load(Stubborn)
    for _ in range(3):
        more(load)
        fleet.balancer.end()
        fleet.balance(fleet.balancer.ports)
    more(load)
    nothing_lost(fleet, load)
    assert load.interrupted > 0
