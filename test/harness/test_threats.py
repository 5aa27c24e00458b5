"""docs/threats.md names tests: each of them exists, and each threat has a row."""
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/threats.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if re.match(r"\| \d+ ", line)]


def sources(folder, pattern):
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).rglob(pattern)))


def test_every_threat_has_a_row():
    assert [int(re.match(r"\| (\d+)", row).group(1)) for row in ROWS] == list(range(1, 59))


def test_every_scenario_named_exists():
    known = set(re.findall(r"^def (test_\w+)", sources("test", "test_*.py"), re.MULTILINE))
    named = set(re.findall(r"`(test_\w+)`", "\n".join(ROWS)))
    assert named and named <= known, sorted(named - known)


def test_every_unit_test_named_exists():
    known = {f"{suite}.{name}" for suite, name in re.findall(r"^TEST\w*\(\s*(\w+),\s*(\w+)\)", sources("src", "*_test.cpp"), re.MULTILINE)}
    named = {name for name in re.findall(r"`(\w+\.\w+)`", "\n".join(ROWS))}
    assert named and named <= known, sorted(named - known)


def test_every_transcript_named_exists():
    named = re.findall(r"`dialogs/(\w+)`", "\n".join(ROWS))
    assert named and all((ROOT / f"src/smtp/dialogs/{name}.txt").exists() for name in named)
