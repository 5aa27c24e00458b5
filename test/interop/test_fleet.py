"""Three nodes behind HAProxy: what one began another resumes, and restarting them one after the other loses nothing."""
import os
import re
import shutil
import ssl
import threading
from pathlib import Path

import pytest
import yaml

from harness.client import Client, tls_context
from harness.front import check
from harness.load import Repeating
from harness.process import Program, run
from harness.reputation import GREYLIST, accepted_at_last, deferred, opened, recipient
from harness.waiting import free_port, until


@pytest.fixture
def fleet(serve, place, haproxy, recorder):
    """(nodes, balancer, start): nodes share a ticket secret and take identities from the balancer; start(n) starts one."""
    secret = place / "secret"
    secret.write_bytes(os.urandom(48))
    secret.chmod(0o600)
    ports = [free_port() for _ in range(3)]

    def start(number):
        return serve(["--ticket-secret", secret, "--accept-proxy", "127.0.0.1/32", "--timeout-drain", "30s"],
                     listen=[f"127.0.0.1:{ports[number]}"], listen_tls=[])

    nodes = [start(number) for number in range(3)]
    lines = ["balance roundrobin", "option redispatch", "retries 3", "retry-on conn-failure", "option tcp-check",
             "tcp-check connect default send-proxy"]
    balancer = haproxy({"mail": ([("127.0.0.1", port) for port in ports],
                                 "send-proxy-v2 check inter 50ms fall 1 rise 1", "", lines)})
    return nodes, balancer, start


class Told421(Exception):
    """The node is about to end and said so: a client tries again elsewhere (RFC 5321 3.8)."""


class Sessions:
    """Threads of resuming clients. Each message is numbered; as an MTA does, a client that is told 421 sends it again."""

    def __init__(self, address, count=4):
        self._address, self._lock = address, threading.Lock()
        self.done, self.resumed, self.accepted, self.failures, self.told_421 = 0, 0, [], [], 0
        self._contexts, self._sessions = [tls_context("1.3") for _ in range(count)], [None] * count
        self.end = Repeating(count, self._message).stop

    def _message(self, number, turn):
        name = f"fleet-{number}-{turn}"
        try:
            while name not in self.accepted:
                self._sessions[number] = self._tried(self._contexts[number], self._sessions[number], name)
        except (AssertionError, OSError, ssl.SSLError, ValueError) as failure:
            self.failures.append(f"{name}: {failure!r}")

    def _tried(self, context, session, name):
        try:
            return self._one(context, session, name)
        except Told421:
            self.told_421 += 1
            return session

    def _one(self, context, session, name):
        with Client(self._address) as client:
            self._unless_421(client.reply())
            for line in ("EHLO client.example", "STARTTLS"):
                self._unless_421(client.command(line))
            client.secure(context, session=session)
            for line in ("EHLO client.example", "MAIL FROM:<a@client.example>", "RCPT TO:<b@mail.example>"):
                self._unless_421(client.command(line))
            client.expect("DATA", 354)
            client.send(f"Subject: {name}\r\n\r\nx\r\n.\r\n".encode())
            assert client.reply().code == 250
            self.accepted.append(name)
            client.command("QUIT")  # 221, or 421 of a node that ends
            with self._lock:
                self.done += 1
                self.resumed += client.socket.session_reused
            return client.socket.session

    @staticmethod
    def _unless_421(reply):
        if reply.code == 421:
            raise Told421
        assert reply.code in (220, 250), reply


def arrived(recorder):
    return sorted(message.raw.split(b"\r\n")[0].split(b" ")[1].decode() for message in recorder.messages)


def test_what_one_node_began_every_other_resumes(fleet, recorder):
    _, balancer, _ = fleet
    load = Sessions(balancer.address("mail"))
    until(lambda: load.done >= 200, "two hundred sessions", 60)
    load.end()
    assert load.failures == []
    assert load.resumed >= load.done - 4, f"{load.resumed} of {load.done} resumed"  # the first of each client is full
    assert arrived(recorder) == sorted(load.accepted)


def test_a_rolling_restart_loses_no_message_and_no_session(fleet, recorder):
    nodes, balancer, start = fleet
    load = Sessions(balancer.address("mail"))
    for number in (0, 1, 2, 0, 1, 2):
        before = load.done
        until(lambda reached=before + 30: load.done >= reached, "sessions", 60)
        server = f"mail/front{number or ''}"
        balancer.tell(f"set server {server} state drain")
        assert nodes[number].stop() == 0
        nodes[number] = start(number)
        balancer.tell(f"set server {server} state ready")
    load.end()
    assert load.failures == []
    assert load.resumed >= 0.95 * load.done, f"{load.resumed} of {load.done} resumed"
    assert arrived(recorder) == sorted(load.accepted)


def test_a_killed_node_costs_its_own_sessions_only(fleet, recorder):
    nodes, balancer, start = fleet
    load = Sessions(balancer.address("mail"))
    until(lambda: load.done >= 50, "sessions", 60)
    nodes[1].end()  # SIGKILL to all of its processes
    until(lambda: load.done >= 150, "sessions without it", 60)
    nodes[1] = start(1)
    until(lambda: load.done >= 200, "sessions with it", 60)
    load.end()
    assert len(load.failures) <= 4, load.failures  # one for each client, those that were there
    assert set(load.accepted) <= set(arrived(recorder))
    assert len(arrived(recorder)) == len(set(arrived(recorder)))


EXAMPLES = Path(__file__).parents[2] / "examples/fleet"


def test_the_example_of_haproxy_is_understood_by_it():
    status, text = run(["/usr/sbin/haproxy", "-c", "-f", EXAMPLES / "haproxy.cfg"])
    assert status == 0, text


@pytest.mark.parametrize("name", ["keepalived.conf", "lvs.conf"])
def test_the_examples_of_keepalived_are_understood_by_it(name):
    if not shutil.which("keepalived"):
        pytest.skip("keepalived is not installed (./dev setup interop)")
    # It ends its own process group and complains of interfaces that this machine does not have; its status says nothing.
    _, text = run(["setsid", "--wait", "keepalived", "-t", "-f", EXAMPLES / name])
    complaints = [line for line in text.splitlines() if "eth0" not in line and "interface" not in line and line != "Terminated"]
    assert not complaints, text


def test_redis_takes_its_example_and_ehlock_may_do_there_what_it_needs(redis, serve, place):
    lines = (EXAMPLES / "redis.conf").read_text(encoding="utf-8").splitlines()
    server = redis(*[line.split(" # ")[0] for line in lines if line and not line.startswith(("#", "port "))])
    password = place / "password"
    password.write_text("change-me")
    password.chmod(0o600)
    front = serve([*GREYLIST, "1s", "--reputation-client-errors", "9/1h", "--reputation-client-rate", "99/1h",
                   "--reputation-redis", server.endpoint, "--reputation-redis-user", "ehlock", "--reputation-redis-password", password,
                   "--reputation-fail", "closed"])
    with opened(front) as client:
        client.command("NONSENSE")
        accepted_at_last(client)
    front.sessions_ended()
    assert not front.count("nothing is known of clients")


def test_sentinel_promotes_a_replica_by_its_example_and_nodes_follow(redis, serve, place):
    lines = [line.split(" # ")[0] for line in (EXAMPLES / "redis.conf").read_text(encoding="utf-8").splitlines()
             if line and not line.startswith(("#", "port "))]
    first = redis(*lines)
    second = redis(*lines, f"replicaof 127.0.0.1 {first.port}")
    as_replica = ["--user", "replica", "--pass", "change-me-too", "--no-auth-warning"]
    until(lambda: "master_link_status:up" in second.ask(*as_replica, "INFO", "replication"), "the replica follows")
    text = (EXAMPLES / "sentinel.conf").read_text(encoding="utf-8")
    text = text.replace("192.0.2.31 6379 2", f"127.0.0.1 {first.port} 1").replace("26379", str(free_port()))
    (place / "sentinel.conf").write_text(text.replace("milliseconds ehlock 2000", "milliseconds ehlock 500"))
    sentinel = Program(["redis-server", place / "sentinel.conf", "--sentinel"], place)
    sentinel.wait_for("slave slave")
    password = place / "password"
    password.write_text("change-me")
    password.chmod(0o600)
    front = serve([*GREYLIST, "300s", "--reputation-redis", f"{first.endpoint},{second.endpoint}", "--reputation-redis-user", "ehlock",
                   "--reputation-redis-password", password])
    with opened(front) as client:
        deferred(client, 300)
        first.die()
        sentinel.wait_for("switch-master", seconds=40)
        front.wait_for(f"reputation: {second.endpoint} answers", seconds=30)
        assert recipient(client).code == 450


def test_ehlock_takes_the_examples_for_it(place, certificates):
    one = certificates.get()
    objects = yaml.safe_load_all((EXAMPLES / "kubernetes.yaml").read_text(encoding="utf-8"))
    kinds = {(each["kind"], each["metadata"]["name"]): each for each in objects}
    assert set(kinds) == {("ConfigMap", "ehlock-fleet"), ("DaemonSet", "ehlock"), ("Service", "ehlock"),
                          ("StatefulSet", "ehlock-redis"), ("Service", "ehlock-redis")}
    secret = place / "secret"
    secret.write_text("s" * 48)
    secret.chmod(0o600)
    for text in ((EXAMPLES / "ehlock.toml").read_text(encoding="utf-8"),
                 kinds["ConfigMap", "ehlock-fleet"]["data"]["ehlock.toml"]):
        for old, new in ((r"/etc/ehlock/(tls/tls.crt|fullchain.pem)", str(one.cert)), (r"/etc/ehlock/(tls/tls.key|privkey.pem)", str(one.key)),
                         (r"/etc/ehlock/(secrets/\w+|ticket.secret|redis.password)", str(secret)), ("ehlock-redis:|mail:", "127.0.0.1:")):
            text = re.sub(old, new, text)
        (place / "one.toml").write_text(text)
        status, said = check("--config", place / "one.toml")
        assert status == 0, said
