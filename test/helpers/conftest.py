"""Fixtures of the helpers' tests."""
import pytest

import chain


@pytest.fixture
def cells(place, certificates):
    """Chains of wrapper and helper: cells.start("ours", "debian", ...)."""
    if chain.missing(chain.WRAPPERS["ours"]) or chain.missing(chain.HELPERS["ours"]):
        pytest.skip("the helpers are not built (./dev build)")
    if not chain.have("tcpserver"):
        pytest.skip("tcpserver is not installed")
    return chain.Cells(place, certificates)


def pytest_generate_tests(metafunc):
    """wrapper, helper: each of both generations that can run here (Debian's need root)."""
    for name, table in (("wrapper", chain.WRAPPERS), ("helper", chain.HELPERS)):
        if name in metafunc.fixturenames and name not in str(metafunc.definition.own_markers):
            metafunc.parametrize(name, [one for one in table if one == "ours" or chain.usable(one, table)])
