"""Limits before the backend is bothered: connections in all, of one client, their rate, handshakes; early talkers."""
import os
import signal
import socket
import ssl

import pytest

from harness.client import Client, tls_context
from harness.waiting import free_port, has_ipv6, until

COUNTED = "--limit-exempt 192.0.2.255"  # loopback is exempt by default


class Caller(Client):
    """A client from a chosen address, or one a balancer names."""

    def __init__(self, address, source="127.0.0.1", header=b""):  # pylint: disable=super-init-not-called
        self.socket = socket.create_connection(address, 20, source_address=(source, 0))
        self._unread = b""
        self.send(header)


def v1(source):
    family = "TCP6" if ":" in source else "TCP4"
    return f"PROXY {family} {source} {'::1' if ':' in source else '192.0.2.1'} 4711 25\r\n".encode()


def greeted(address, **options):
    client = Caller(address, **options)
    client.hello()
    return client


def refused(address, text, **options):
    with Caller(address, **options) as client:
        reply = client.reply()
        assert reply.code == 421 and text in reply.text, reply
        assert client.rest() == b""


def test_threat_25_connections_in_all_are_of_all_workers(serve, recorder):
    front = serve("--max-connections 4", workers=3)
    held = [greeted(front.address) for _ in range(4)]
    for _ in range(3):
        refused(front.address, "too many connections")
    front.wait_for(r"warning: Total connection limit exceeded: 5 from unknown\[127\.0\.0\.1\] \(max\.connections = 4\)$")
    held.pop().close()
    until(lambda: front.count("disconnect from"), "the end of a session")
    held.append(greeted(front.address))
    assert len(recorder.sessions) == 5  # the backend saw none of those that were refused


def test_threat_25_connections_of_one_client_are_of_all_workers(serve, recorder):
    front = serve(f"{COUNTED} --max-client-connections 3", workers=3)
    held = [greeted(front.address, source="127.0.0.2") for _ in range(3)]
    for _ in range(4):
        refused(front.address, "too many connections from 127.0.0.2", source="127.0.0.2")
    front.wait_for(r"warning: Connection concurrency limit exceeded: 4 from unknown\[127\.0\.0\.2\] "
                   r"\(max\.client_connections = 3 for 127\.0\.0\.2/32\)$")
    greeted(front.address, source="127.0.0.3").close()
    held.pop().close()
    until(lambda: front.count("disconnect from"), "the end of a session")
    until(lambda: front.count(r"disconnect from unknown\[127\.0\.0\.2\]"), "that of this client")
    greeted(front.address, source="127.0.0.2").close()
    assert len(recorder.sessions) == 5


def test_threat_49_a_killed_worker_gives_back_what_it_counted(serve):
    front = serve(f"{COUNTED} --max-client-connections 3 --max-connections 3", workers=1)
    held = [greeted(front.address, source="127.0.0.2") for _ in range(3)]
    refused(front.address, "too many", source="127.0.0.2")
    os.kill(front.one("worker").pid, signal.SIGKILL)
    front.wait_for("worker 0 started again")
    again = [greeted(front.address, source="127.0.0.2") for _ in range(3)]
    refused(front.address, "too many", source="127.0.0.2")
    for client in held + again:
        client.close()


def test_a_reload_counts_the_sessions_of_before(serve):
    front = serve(f"{COUNTED} --max-client-connections 2", workers=2)
    held = [greeted(front.address, source="127.0.0.2")]
    assert front.reload() == "reloaded"
    held.append(greeted(front.address, source="127.0.0.2"))
    refused(front.address, "too many", source="127.0.0.2")
    held[0].expect("NOOP", 250)


def test_threat_26_new_connections_of_one_client_have_a_rate(serve, recorder):
    front = serve(f"{COUNTED} --max-client-rate 3/1h", workers=2)
    for _ in range(3):
        greeted(front.address, source="127.0.0.2").close()
    for _ in range(3):
        refused(front.address, "too many connections from 127.0.0.2", source="127.0.0.2")
    front.wait_for(r"warning: Connection rate limit exceeded: 4 from unknown\[127\.0\.0\.2\] "
                   r"\(max\.client_rate = 3/3600s for 127\.0\.0\.2/32\)$")
    greeted(front.address, source="127.0.0.3").close()
    assert len(recorder.sessions) == 4


def test_networks_count_as_one_client_by_their_prefix(serve):
    front = serve(f"{COUNTED} --max-client-connections 2 --limit-ipv4-prefix 24")
    held = [greeted(front.address, source=f"127.0.7.{number}") for number in (1, 2)]
    refused(front.address, "too many connections from 127.0.7.3", source="127.0.7.3")
    front.wait_for(r"for 127\.0\.7\.0/24\)$")
    held.append(greeted(front.address, source="127.0.8.1"))


def test_exempt_networks_are_not_counted(serve):
    front = serve("--limit-exempt 127.0.0.3,127.0.0.4 --max-client-connections 1 --max-client-rate 1/1h")
    held = [greeted(front.address, source="127.0.0.3") for _ in range(3)]
    held.append(greeted(front.address, source="127.0.0.2"))
    refused(front.address, "too many", source="127.0.0.2")


def test_loopback_is_exempt_by_default(serve):
    front = serve("--max-client-connections 1")
    held = [greeted(front.address) for _ in range(3)]
    assert len(held) == 3


@pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")
def test_ipv6_clients_are_counted(serve):
    endpoint = f"[::1]:{free_port('::1')}"
    front = serve(f"{COUNTED} --max-client-connections 1", listen=[endpoint])
    held = greeted(front.address, source="::1")
    refused(front.address, "too many connections from ::1", source="::1")
    front.wait_for(r"for ::/64\)$")
    held.expect("NOOP", 250)


def test_threat_25_behind_a_balancer_the_client_counts_and_not_the_balancer(serve):
    front = serve("--accept-proxy 127.0.0.1 --max-client-connections 1", workers=2)
    held = [greeted(front.address, header=v1(f"192.0.2.{number}")) for number in range(1, 6)]
    refused(front.address, "too many connections from 192.0.2.1", header=v1("192.0.2.1"))
    held.append(greeted(front.address, header=v1("2001:db8:0:1::1")))
    refused(front.address, "too many connections from 2001:db8:0:1::2", header=v1("2001:db8:0:1::2"))
    held.append(greeted(front.address, header=v1("2001:db8:0:2::1")))
    front.wait_for(r"for 2001:db8:0:1::/64\)$")


def test_a_balancers_own_connections_are_not_counted(serve):
    front = serve("--accept-proxy 127.0.0.1 --limit-exempt 192.0.2.255 --max-client-connections 1")
    held = [greeted(front.address, header=b"PROXY UNKNOWN\r\n") for _ in range(3)]
    assert len(held) == 3


def test_implicit_tls_is_refused_without_a_word_in_clear(serve):
    front = serve(f"{COUNTED} --max-client-connections 1")
    held = greeted(front.address, source="127.0.0.2")
    with Caller(front.tls_address, source="127.0.0.2") as client:
        assert client.rest() == b""
    held.expect("NOOP", 250)


def test_threat_38_a_flood_of_refusals_is_not_a_flood_of_lines(serve):
    front = serve(f"{COUNTED} --max-client-connections 1", workers=1)
    held = greeted(front.address, source="127.0.0.2")
    for _ in range(50):
        refused(front.address, "too many", source="127.0.0.2")
    front.tell(signal.SIGUSR2)
    front.wait_for("counters: .*refused=50 ")
    assert front.count("limit exceeded") < 25
    held.expect("NOOP", 250)


def test_threat_26_handshakes_under_way_are_limited_and_nobody_stays_in_clear(serve):
    front = serve("--max-handshakes 1", workers=2)
    stuck = front.client()
    stuck.hello()
    stuck.expect("STARTTLS", 220)
    other = front.client()
    other.hello()
    reply = other.command("STARTTLS")
    assert reply.code == 421 and "too many TLS handshakes" in reply.text
    assert other.rest() == b""
    front.wait_for(r"warning: TLS handshake limit exceeded: 2 from unknown\[127\.0\.0\.1\] \(max\.handshakes = 1\)$")
    front.wait_for("disconnect from .*outcome=limit_reached")
    stuck.secure()
    stuck.expect("EHLO client.example", 250)  # answered: the front has counted its handshake out
    with front.secured() as client:
        client.expect("EHLO client.example", 250)


def test_threat_26_a_silent_client_of_implicit_tls_is_no_handshake(serve):
    front = serve("--max-handshakes 1")
    silent = [front.tls_client(tls=None) for _ in range(3)]
    with front.tls_client() as client:
        client.hello()
    halfway = front.tls_client(tls=None)
    halfway.send(b"\x16\x03\x01\x02\x00\x01")
    until(lambda: not served(front), "the handshake that takes the place")
    halfway.close()
    until(lambda: served(front), "the place to be free again")
    assert len(silent) == 3


def served(front):
    try:
        with front.tls_client(tls_context()) as client:
            client.hello()
        return True
    except (ssl.SSLError, ConnectionError):
        return False


def test_threat_26_established_sessions_go_on_beside_a_flood_of_handshakes(serve):
    front = serve("--max-handshakes 2", workers=1)
    held = front.secured()
    stuck = []
    for _ in range(2):
        client = front.client()
        client.hello()
        client.expect("STARTTLS", 220)
        stuck.append(client)
    held.expect("EHLO client.example", 250)
    assert held.mail(b"x\r\n").code == 250


def test_threat_15_who_talks_before_the_greeting_is_logged_as_by_postscreen_and_dropped(serve, recorder):
    front = serve(f"{COUNTED} --greet-delay 1h")
    with Caller(front.address, source="127.0.0.2", header=b"EHLO spam\r\n\x1b[2J") as client:
        port = client.socket.getsockname()[1]
        assert client.rest() == b"521 5.5.1 Protocol error\r\n"
    front.wait_for(rf"PREGREET 15 after 0(\.\d+)? from \[127\.0\.0\.2\]:{port}: EHLO spam\\r\\n\\033\[2J$")
    front.wait_for(r"disconnect from unknown\[127\.0\.0\.2\] .*outcome=early_talker")
    assert recorder.sessions == []


def test_early_talkers_can_be_let_in(serve):
    front = serve(f"{COUNTED} --greet-delay 1h --early-talker ignore")
    with Caller(front.address, header=b"EHLO hasty.example\r\n") as client:
        assert client.reply().code == 220
        assert client.reply().code == 250
        client.starttls()
    front.wait_for("PREGREET 20 after")


def test_who_waits_is_greeted_behind_the_banner(serve):
    front = serve([*COUNTED.split(), "--greet-delay", "1s", "--greet-banner", "mx.example ESMTP"])
    with Caller(front.address) as client:
        assert client.line() == b"220-mx.example ESMTP\r\n"
        assert client.line().startswith(b"220 backend.example")
        client.expect("EHLO client.example", 250)


def test_who_falls_for_the_banner_is_found_out(serve, recorder):
    front = serve([*COUNTED.split(), "--greet-delay", "1h", "--greet-banner", "mx.example ESMTP"])
    with Caller(front.address) as client:
        assert client.line() == b"220-mx.example ESMTP\r\n"
        client.send(b"HELO spam\r\n")
        assert client.line() == b"521 5.5.1 Protocol error\r\n"
    front.wait_for("PREGREET 11 after")
    assert recorder.sessions == []


def test_who_leaves_while_it_should_wait_is_logged(serve, recorder):
    front = serve(f"{COUNTED} --greet-delay 1h")
    Caller(front.address).close()
    front.wait_for(r"lost connection after CONNECT from unknown\[127\.0\.0\.1\]$")
    assert recorder.sessions == []


def test_nobody_waits_who_is_exempt_or_comes_with_tls(serve):
    front = serve("--greet-delay 1h")
    greeted(front.address).close()
    counted = serve(f"{COUNTED} --greet-delay 1h")
    with counted.tls_client() as client:
        client.hello()


def test_a_drain_ends_the_wait_for_the_greeting(serve):
    front = serve(f"{COUNTED} --greet-delay 1h")
    with Caller(front.address) as client:
        front.wait_for("connect from")
        front.tell(signal.SIGTERM)
        assert client.reply().code == 421
    assert front.wait() == 0
