"""Reverse names: found outside the jail, confirmed as Postfix does, told to log, policy service, backend. The system's
resolver is led by nss_wrapper to a file of the test."""
import os
import signal
from pathlib import Path

import pytest

from harness.waiting import until
from peers.arrival import Arrival, v1
from peers.services import Asked

WRAPPER = "libnss_wrapper.so"
HOSTS = """\
127.0.0.1 localhost
127.0.0.2 client.example.org
192.0.2.7 far.example.org
2001:db8::7 far6.example.org
"""


@pytest.fixture
def named(serve, place):
    """serve with reverse names from HOSTS."""
    if not list(Path("/usr/lib").glob(f"*/{WRAPPER}")):
        pytest.skip("libnss-wrapper is not installed (./dev setup interop)")
    hosts = place / "hosts"
    hosts.write_text(HOSTS, encoding="ascii")
    hosts.chmod(0o644)

    def start(options="", **rest):
        return serve("--reverse-names " + options, environment={"LD_PRELOAD": WRAPPER, "NSS_WRAPPER_HOSTS": str(hosts)}, **rest)
    return start


def test_a_name_that_leads_back_is_logged(named):
    front = named()
    with Arrival(front.address, source="127.0.0.2") as client:
        client.hello()
        front.wait_for(r"connect from client\.example\.org\[127\.0\.0\.2\]:\d+ to ")
        client.expect("QUIT", 221)
    front.wait_for(r"disconnect from client\.example\.org\[127\.0\.0\.2\] ")


def test_the_client_a_balancer_names_is_looked_up(named):
    front = named("--accept-proxy 127.0.0.1")
    for address, name in (("192.0.2.7", "far.example.org"), ("2001:db8::7", "far6.example.org")):
        with Arrival(front.address, header=v1(address, 4711, "::1" if ":" in address else "192.0.2.1")) as client:
            client.hello()
        front.wait_for(rf"connect from {name}\[{address}\]:4711 to ")


def test_the_policy_service_is_told_both_names(named, backend):
    service = backend(Asked)
    front = named(f"--policy {service.endpoint} --policy-at connect --accept-proxy 127.0.0.1")
    with Arrival(front.address, header=v1("192.0.2.7", 4711)) as client:
        client.hello()
    asked = service.requests[0]
    assert asked["client_name"] == asked["reverse_client_name"] == "far.example.org"


def test_xclient_tells_the_name(named, postfix, recorder):
    server = postfix(smtpd={"smtpd_authorized_xclient_hosts": "127.0.0.1"}, relay=recorder.endpoint)
    front = named(backend=server.endpoint, identity="xclient")
    with Arrival(front.address, source="127.0.0.2") as client:
        client.hello()
        assert client.mail(b"Subject: x\r\n\r\ny\r\n").code == 250
        client.expect("QUIT", 221)
    server.wait_for(r"client=client\.example\.org\[127\.0\.0\.2\]")
    assert b"(client.example.org [127.0.0.2])" in recorder.wait_messages(1)[0].raw


def test_sessions_go_on_while_the_resolver_does_not(named):
    front = named("--timeout-names 1s")
    with Arrival(front.address, source="127.0.0.2") as held:
        held.hello()
        resolver = front.one("resolver")
        os.kill(resolver.pid, signal.SIGSTOP)
        with Arrival(front.address, source="127.0.0.2") as waiting:
            held.expect("NOOP", 250)
            waiting.hello()
        front.wait_for(r"connect from unknown\[127\.0\.0\.2\]")
        os.kill(resolver.pid, signal.SIGCONT)


def test_a_killed_resolver_is_replaced(named):
    front = named()
    old = front.one("resolver").pid
    os.kill(old, signal.SIGKILL)
    front.wait_for("resolver started again")
    until(lambda: front.one("resolver").pid != old, "a new resolver")
    with Arrival(front.address, source="127.0.0.2") as client:
        client.hello()
    front.wait_for(r"connect from client\.example\.org\[127\.0\.0\.2\]")


def test_the_resolver_has_no_privilege(named):
    resolver = named().one("resolver")
    assert resolver.capabilities == 0 and resolver.no_new_privs
    if os.getuid() == 0:
        assert 0 not in resolver.uids and 0 not in resolver.gids
    assert resolver.sockets() == {}
