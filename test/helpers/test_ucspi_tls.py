"""tlswrapper-smtp under a host that speaks UCSPI-TLS: s6-ucspitlsd of s6-networking, which Debian 12 has not. A folder with it and
s6-tlsd-io, built elsewhere, is named by EHLOCK_S6; else it is searched in PATH."""
import os
import shutil
from pathlib import Path

import pytest

import chain
from harness.client import tls_context

MESSAGE = b"Subject: hello\r\n\r\none\r\n"


@pytest.fixture
def host(cells, certificates):
    folder = os.environ.get("EHLOCK_S6") or str(Path(shutil.which("s6-ucspitlsd") or "missing/x").parent)
    if not Path(folder, "s6-ucspitlsd").exists():
        pytest.skip("s6-ucspitlsd is not here (EHLOCK_S6)")
    one = certificates.get()
    environment = {"CERTFILE": str(one.cert), "KEYFILE": str(one.key), "PATH": f"{folder}:{os.environ['PATH']}"}
    return cells.start(None, "ours", prefix=["s6-ucspitlsd", "-v2", "--"], environment=environment)


def inside(front):
    client = front.client()
    client.hello()
    client.starttls(tls_context("1.2"))
    return client


def test_mail_in_clear(host):
    with host.client() as client:
        assert "STARTTLS" in client.hello().keywords
        assert client.mail(MESSAGE).code == 250
        client.expect("QUIT", 221)
    assert MESSAGE in host.program_heard()


def test_mail_inside_tls(host):
    with inside(host) as client:
        assert "STARTTLS" not in client.expect("EHLO client.example", 250).keywords
        assert client.mail(MESSAGE).code == 250
        client.expect("QUIT", 221)
        assert client.rest() == b""
    assert host.status() == 0
    assert MESSAGE in host.program_heard()


def test_swaks_sends_mail(host):
    if not chain.have("swaks"):
        pytest.skip("swaks is not installed")
    host.swaks("-tls")
    assert host.status() == 0


def test_starttls_injection_cve_2011_0411(host):
    with host.client() as client:
        client.hello()
        client.send(b"STARTTLS\r\nMAIL FROM:<injected@evil.example>\r\n")
        assert client.reply().code == 220
        client.secure(tls_context("1.2"))
        client.expect("EHLO client.example", 250)
        client.expect("QUIT", 221)
    host.status()
    assert b"injected@evil.example" not in host.program_heard()
