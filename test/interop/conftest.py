"""Fixtures of the tests with real servers, balancers and policy services. A peer that is not installed skips its tests."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import peers  # noqa: E402
from harness import process  # noqa: E402
from peers.aiosmtp import Aiosmtpd  # noqa: E402
from peers.dovecot import Dovecot  # noqa: E402
from peers.exim import Exim  # noqa: E402
from peers.haproxy import Haproxy  # noqa: E402
from peers.postfix import Postfix  # noqa: E402
from peers.redis import Redis  # noqa: E402
from peers.services import Postgrey, SpfService  # noqa: E402


def maker(place, kind, *programs):
    """A function that starts peers of a kind, each in a new folder of the test."""
    peers.needed(*programs)
    count = iter(range(100))
    return lambda *arguments, **options: kind(place / f"{kind.__name__.lower()}{next(count)}", *arguments, **options)


@pytest.fixture
def postfix(place):
    """postfix(smtpd={...}, screen={...}, relay="HOST:PORT", main={...})"""
    return maker(place, Postfix, "postfix")


@pytest.fixture
def exim(place):
    yield maker(place, Exim, "exim4", "tail")
    process.end_running()  # before the folder goes: Exim would make it again for its log


@pytest.fixture
def dovecot(place, certificates, recorder):
    start = maker(place, Dovecot, "dovecot")
    peers.needed("dovecot")
    if not Path("/usr/lib/dovecot/submission-login").exists():
        pytest.skip("dovecot-submissiond is not installed (./dev setup interop)")
    return lambda: start(certificates.get("dovecot.example"), recorder.endpoint)


@pytest.fixture
def haproxy(place):
    return maker(place, Haproxy, "haproxy")


@pytest.fixture
def postgrey(place):
    return maker(place, Postgrey, "postgrey")


@pytest.fixture
def redis(place):
    return maker(place, Redis, "redis-server", "redis-cli")


@pytest.fixture
def spf_service(place):
    return maker(place, SpfService, "tcpserver", "policyd-spf")


@pytest.fixture
def aiosmtpd():
    one = Aiosmtpd()
    yield one
    one.close()
