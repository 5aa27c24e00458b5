"""Programs of others that the tests put before, behind and beside ours. Each lives in the folder of its test alone."""
import os
import shutil
from pathlib import Path

import pytest

UNPACKED = Path(__file__).parents[3] / "build/peers"


def needed(*names):
    """Skips the test unless it runs as root and every program is there; returns their paths."""
    if os.getuid() != 0:
        pytest.skip("this server changes its user: needs root")
    return [program(name) or pytest.skip(f"{name} is not installed (./dev setup interop)") for name in names]


def program(name):
    """The path of an installed program, or of one unpacked beside the installed ones; None when there is none."""
    for place in ("/usr/sbin", str(UNPACKED / "usr/sbin")):
        if (Path(place) / name).exists():
            return str(Path(place) / name)
    return shutil.which(name)
