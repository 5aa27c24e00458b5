"""The units of packaging/systemd, by systemd's own judgement: they can be loaded, and how much they leave a service."""
import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "packaging/systemd"
pytestmark = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


def analyze(*words):
    done = subprocess.run(["systemd-analyze", "--no-pager", *map(str, words)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def exposure(unit):
    """0 (nothing left to it) to 10, as `systemd-analyze security` counts."""
    text = analyze("security", "--offline=true", unit)
    return float(re.search(r"Overall exposure level for \S+: ([\d.]+)", text).group(1))


def test_every_unit_can_be_loaded(place):
    for unit in UNITS.iterdir():
        if unit.suffix in (".service", ".socket"):
            text = re.sub(r"/usr/(sbin/ehlock|bin/tlswrapper)\b", "/bin/true", unit.read_text(encoding="utf-8"))
            (place / unit.name).write_text(text, encoding="utf-8")
    said = analyze("verify", *place.iterdir())
    assert [line for line in said.splitlines() if "man " not in line] == []


def test_the_service_that_starts_as_root_is_left_what_its_processes_need():
    # A root that may change ids, with the network, scores no less: 2.3 is what these alone make.
    assert exposure(UNITS / "ehlock.service") <= 2.3


def test_the_service_without_root_is_left_little_but_the_network(place):
    drop_in = (UNITS / "unprivileged.conf").read_text(encoding="utf-8").split("[Service]\n")[1]
    unit = (UNITS / "ehlock.service").read_text(encoding="utf-8").replace("\n[Install]", "\n" + drop_in + "\n[Install]")
    (place / "ehlock.service").write_text(unit, encoding="utf-8")
    assert exposure(place / "ehlock.service") <= 1.5
