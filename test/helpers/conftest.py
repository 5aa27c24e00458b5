"""Fixtures of the helpers' tests."""
import itertools
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "interop"))  # peers

import chain  # noqa: E402
from harness import process  # noqa: E402

MORE_TRIES = 4


@pytest.fixture
def cells(place, certificates):
    """Chains of wrapper and helper: cells.start("ours", "debian", ...)."""
    if chain.missing(chain.WRAPPERS["ours"]) or chain.missing(chain.HELPERS["ours"]):
        pytest.skip("the helpers are not built (./dev build)")
    if not chain.have("tcpserver"):
        pytest.skip("tcpserver is not installed")
    return chain.Cells(place, certificates)


def pytest_generate_tests(metafunc):
    """wrapper, helper: each generation that can run here (others' need root), in cells that can work at all."""
    wanted = [name for name in ("wrapper", "helper") if name in metafunc.fixturenames]
    tables = {"wrapper": chain.WRAPPERS, "helper": chain.HELPERS}
    usable = {name: [one for one in tables[name] if chain.usable(one, tables[name])] for name in wanted}
    if len(wanted) == 2:
        metafunc.parametrize("wrapper,helper", [cell for cell in itertools.product(*usable.values()) if chain.fit(*cell)])
    elif wanted:
        metafunc.parametrize(wanted[0], usable[wanted[0]])


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """The newest tlswrapper sometimes takes the handshake of a quick client for clear text: its tests get more tries."""
    callspec = getattr(pyfuncitem, "callspec", None)
    if not callspec or callspec.params.get("wrapper") != "newest":
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    for _ in range(MORE_TRIES):
        try:
            pyfuncitem.obj(**arguments)
            return True
        except OSError:  # a handshake that failed, a connection that was cut
            process.end_running()
    return None
