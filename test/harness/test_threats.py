"""docs/threats.md and the bounds in SECURITY.md name tests: each of them exists, each threat has a row, and each bound a test."""
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
THREATS = (ROOT / "docs/threats.md").read_text(encoding="utf-8")
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
ROWS = [line for line in THREATS.splitlines() if re.match(r"\| \d+ ", line)]
BOUNDS = [line for line in SECURITY.split("\n## Bounds\n")[1].split("\n## ")[0].splitlines() if line.startswith("| ")][2:]
pages = pytest.mark.parametrize("rows", [ROWS, BOUNDS], ids=["threats", "bounds"])

# Scenarios and the folders of test/ they may be said to be in.
SCENARIO = re.compile(r"`(test_\w+)`")
UNIT_TEST = re.compile(r"`([a-zA-Z_]\w*\.[a-zA-Z]\w+)`")
TRANSCRIPT = re.compile(r"`dialogs/(\w+)`")


def sources(folder, pattern):
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).rglob(pattern)))


def last_column(rows):
    return "\n".join(row.rsplit("|", 2)[1] for row in rows)


def test_every_threat_has_a_row():
    assert [int(re.match(r"\| (\d+)", row).group(1)) for row in ROWS] == list(range(1, 59))


def test_every_bound_has_a_test():
    bare = [row for row in BOUNDS if not any(kind.search(row.rsplit("|", 2)[1]) for kind in (SCENARIO, UNIT_TEST, TRANSCRIPT))]
    assert BOUNDS and not bare


@pages
def test_every_scenario_named_is_in_its_folder(rows):
    known = {folder: set(re.findall(r"^def (test_\w+)", sources(f"test/{folder}", "test_*.py"), re.MULTILINE))
             for folder in ("daemon", "helpers", "interop", "package", "postfix")}
    missing, folder = [], None
    for word in re.findall(r"\b(daemon|helpers|interop|package|postfix) (?=`)|`(test_\w+)`", last_column(rows)):
        folder = word[0] or folder
        if word[1] and word[1] not in known.get(folder, ()):
            missing.append(f"{folder} {word[1]}")
    assert folder and not missing


@pages
def test_every_unit_test_named_exists(rows):
    known = {f"{suite}.{name}" for suite, name in re.findall(r"^TEST\w*\(\s*(\w+),\s*(\w+)\)", sources("src", "*_test.cpp"), re.MULTILINE)}
    named = set(UNIT_TEST.findall(last_column(rows)))
    assert named and named <= known, sorted(named - known)


@pages
def test_every_transcript_named_exists(rows):
    named = TRANSCRIPT.findall(last_column(rows))
    assert named and all((ROOT / f"src/smtp/dialogs/{name}.txt").exists() for name in named)
