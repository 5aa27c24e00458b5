"""HAProxy in front of our listeners: identities pass through it and us; its checks cost neither sessions nor log lines."""
import re

import pytest

from harness.backend import Recorder
from harness.client import Client
from harness.waiting import free_port
from peers.arrival import Arrival

HAPROXY_CHECKS = {
    "tcp": [],
    "tcp-check": ["option tcp-check", "tcp-check connect default"],
    "smtpchk": ["option smtpchk EHLO check.example"],
    "greeting": ["option tcp-check", "tcp-check connect default", "tcp-check expect rstring ^220"],
}


def sent_through(address, door, tls_before=False):
    client = Client(address, tls=(door == "implicit" or tls_before) or None)
    client.hello()
    if door == "starttls":
        client.starttls()
        client.expect("EHLO client.example", 250)
    assert client.mail(b"Subject: x\r\n\r\ny\r\n").code == 250
    client.expect("QUIT", 221)
    assert client.rest() == b""


@pytest.mark.parametrize("door", ["starttls", "implicit"])
@pytest.mark.parametrize("option", ["send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options ssl,cert-cn,unique-id,crc32c"],
                         ids=["v1", "v2", "v2-with-tlvs"])
def test_the_client_of_haproxy_reaches_postfix_by_name(serve, postfix, haproxy, recorder, door, option):
    server = postfix(smtpd={"smtpd_upstream_proxy_protocol": "haproxy"}, relay=recorder.endpoint)
    front = serve("--accept-proxy 127.0.0.1/32", backend=server.endpoint, identity="proxy-v2")
    balancer = haproxy({"mail": (front.address if door == "starttls" else front.tls_address,
                                 option + " source 127.0.0.1", "", ["unique-id-format %pid-%Ts"] if "unique" in option else [])})
    client = Arrival(balancer.address("mail"), source="127.0.0.2", tls=door == "implicit" or None)
    port = client.socket.getsockname()[1]
    client.hello()
    if door == "starttls":
        client.starttls()
        client.expect("EHLO client.example", 250)
    assert client.mail(b"Subject: x\r\n\r\ny\r\n").code == 250
    client.expect("QUIT", 221)
    server.wait_for(rf"client=unknown\[127\.0\.0\.2\]:{port}$")
    front.wait_for(rf"connect from unknown\[127\.0\.0\.2\]:{port} to \[127\.0\.0\.1\]:{balancer.ports['mail']} ")
    assert b"(unknown [127.0.0.2])" in recorder.wait_messages(1)[0].raw


def test_haproxy_that_ends_tls_itself_tells_so_in_its_header(serve, haproxy, recorder, certificates):
    front = serve("--accept-proxy 127.0.0.1/32")
    balancer = haproxy({"mail": (front.address, "send-proxy-v2-ssl-cn", f"ssl crt {certificates.get().both}", [])})
    sent_through(balancer.address("mail"), "clear", tls_before=True)
    recorder.wait_messages(1)
    front.wait_for("outcome=quit")


@pytest.fixture
def checked(serve, haproxy):
    """checked("implicit", options, lines): HAProxy found us down before we started, and up after 25 good checks in a row."""
    def start(door, options, lines):
        address = "127.0.0.1", free_port()
        balancer = haproxy({"mail": (address, options + " check inter 20ms fall 1 rise 25", "", lines)})
        balancer.wait_for("Server mail/front is DOWN")
        here = [f"127.0.0.1:{address[1]}"]
        front = serve("--accept-proxy 127.0.0.1/32", **({"listen_tls": here} if door == "implicit" else {"listen": here}))
        mark = front.mark()
        balancer.wait_for("Server mail/front is UP")
        return front, balancer, [line for line in front.lines[mark:]]
    return start


def checks():
    """Every way to check through every kind of header."""
    for option in ("send-proxy", "send-proxy-v2", "send-proxy check-ssl verify none"):
        for check in HAPROXY_CHECKS:
            yield pytest.param(option, check, id=f"{option.replace(' ', '-')}-{check}")


@pytest.mark.parametrize("option,check", checks())
def test_health_checks_of_haproxy_find_us_up_and_make_no_noise(checked, recorder, option, check):
    door = "implicit" if "check-ssl" in option else "starttls"
    front, balancer, noise = checked(door, option, HAPROXY_CHECKS[check])
    # A check by TLS may leave before it has said its last word of the handshake: that is an SSL_accept error as any.
    bad = "warning|fatal|panic|died|signal" + ("" if door == "implicit" else "|error")
    assert not [line for line in noise if re.search(bad, line)], front.text()
    if check in ("tcp", "tcp-check") and door == "starttls":
        assert noise == [], front.text()
    sent_through(balancer.address("mail"), door)
    recorder.wait_messages(1)


def test_health_checks_without_a_header_are_quiet_as_well(checked):
    noise = checked("starttls", "", [])[2]
    assert noise == []


def test_haproxy_sees_us_down_while_the_backend_is(serve, haproxy, backend):
    one = backend(Recorder)
    front = serve("--accept-proxy 127.0.0.1/32", backend=one.endpoint)
    one.close()
    balancer = haproxy({"mail": (front.address, "send-proxy check inter 40ms fall 2 rise 2", "",
                                 ["option smtpchk EHLO check.example"])})
    balancer.wait_for("Server mail/front is DOWN")
    assert front.process.poll() is None
