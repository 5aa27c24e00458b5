"""Fixtures of the tests that put a tlsproxy into a real Postfix. Each test runs with Postfix's own and with ours."""
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "interop"))

import peers  # noqa: E402
from harness import front  # noqa: E402
from peers.tlsproxy_site import ORIGINAL, Tlsproxy, TlsproxySite  # noqa: E402


def tlsproxy(name):
    """Postfix's tlsproxy or ours; skips the test where it is not there."""
    peers.needed("postfix")
    if name == "original":
        return Tlsproxy(name, ORIGINAL)
    path = front.program("tlsproxy")
    if not path or not path.exists():
        pytest.skip("tlsproxy is not built (./dev build)")
    return Tlsproxy(name, path.resolve())


@pytest.fixture(params=["original", "ours"])
def program(request):
    return tlsproxy(request.param)


@pytest.fixture
def ours():
    return tlsproxy("ours")


@pytest.fixture
def original():
    return tlsproxy("original")


@pytest.fixture
def make_site(place, certificates):
    """make_site(program, certificates=[...], main={...}, ...): each in a folder of its own."""
    count = iter(range(100))

    def make(which, used=None, **options):
        used = [certificates.get()] if used is None else used
        return TlsproxySite(place / f"postfix{next(count)}", which, used, **options)

    return make


@pytest.fixture
def site(make_site, program):
    """A Postfix with the program of the test's parameter and an ECDSA certificate."""
    return lambda used=None, **options: make_site(program, used, **options)
