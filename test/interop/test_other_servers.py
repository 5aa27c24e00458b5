"""Servers with few tests of their own behind us: Haraka (PROXY, XCLIENT) and OpenSMTPD, which understands neither."""
import pytest

import peers
from harness.client import stuffed
from peers import haraka as harakas
from peers import opensmtpd as opensmtpds
from peers.arrival import Arrival

MAIL = b"Subject: in front\r\n\r\nwords\r\n.dotted\r\n\xc3\xbc\r\n"


@pytest.fixture
def haraka(place):
    if harakas.reason_against():
        pytest.skip(harakas.reason_against())
    return lambda introduced_by: harakas.Haraka(place / "haraka", introduced_by)


@pytest.fixture
def opensmtpd(place, recorder):
    peers.needed("unshare")
    if opensmtpds.reason_against():
        pytest.skip(opensmtpds.reason_against())
    return lambda options="": opensmtpds.Opensmtpd(place / "opensmtpd", recorder.endpoint, options)


def deliver(client):
    assert client.mail(stuffed(MAIL)).code == 250
    client.expect("QUIT", 221)


@pytest.mark.parametrize("identity", ["proxy-v1", "xclient"])
def test_haraka_learns_who_the_client_is_and_takes_its_mail(serve, haraka, identity):
    server = haraka("proxy" if identity == "proxy-v1" else "xclient")
    front = serve(backend=server.endpoint, identity=identity)
    with Arrival(front.address, source="127.0.0.2") as client:
        assert "XCLIENT" not in client.hello().keywords
        client.starttls()
        client.expect("EHLO client.example", 250)
        deliver(client)
    mail = server.message()
    assert mail.endswith(MAIL) and b"127.0.0.2" in mail.split(b"\r\n\r\n", 1)[0]


def test_haraka_behind_implicit_tls(serve, haraka):
    server = haraka("proxy")
    front = serve(backend=server.endpoint, identity="proxy-v1")
    with Arrival(front.tls_address, source="127.0.0.2", tls=True) as client:
        client.hello()
        deliver(client)
    assert server.message().endswith(MAIL)


def client_behind(front, door):
    if door == "implicit":
        client = Arrival(front.tls_address, source="127.0.0.2", tls=True)
        client.hello()
    else:
        client = Arrival(front.address, source="127.0.0.2")
        assert "STARTTLS" in client.hello().keywords
        client.starttls()
        client.expect("EHLO client.example", 250)
    return client


@pytest.mark.parametrize("door", ["starttls", "implicit"])
def test_opensmtpd_behind_us_takes_mail(serve, opensmtpd, recorder, door):
    # It answers a second EHLO with 503, so the session after STARTTLS needs a connection of its own.
    front = serve(["--trace-header", "--on-starttls", "reconnect"], backend=opensmtpd().endpoint, identity="none")
    with client_behind(front, door) as client:
        deliver(client)
    raw = recorder.wait_messages(1)[0].raw
    assert raw.endswith(b".dotted\r\n\xc3\xbc\r\n") and b"[127.0.0.2]" in raw and b"ESMTPS" in raw


@pytest.mark.parametrize("door", ["starttls", "implicit"])
def test_opensmtpd_learns_who_the_client_is(serve, opensmtpd, recorder, door):
    server = opensmtpd("proxy-v2")
    front = serve(backend=server.endpoint, identity="proxy-v2-tls")
    with client_behind(front, door) as client:
        deliver(client)
    head = recorder.wait_messages(1)[0].raw.split(b"\r\n\r\n", 1)[0]
    assert b"127.0.0.2" in head
    server.wait_for(r"smtp connected address=127\.0\.0\.2")
