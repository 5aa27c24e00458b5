"""bash completion, made by tools/make-completion from what the program says of itself."""
from pathlib import Path

import pytest

from harness.front import program
from harness.process import run

MAKER = Path(__file__).parents[2] / "tools/make-completion"
ASK = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ehlock; echo "${COMPREPLY[@]}"'


@pytest.fixture
def offered(place):
    """offered("ehlock", "se"): the words bash would offer."""
    status, text = run(["sh", MAKER, program()])
    assert status == 0, text
    (place / "completion").write_text(text, encoding="utf-8")

    def ask(*words):
        status, text = run(["bash", "-c", ASK, "ask", place / "completion", *words], directory=place)
        assert status == 0, text
        return text.split()

    return ask


def test_commands_options_and_words_of_choices_are_offered(offered, place):
    assert {"serve", "sink", "send", "status"} <= set(offered("ehlock", "s"))
    assert offered("ehlock", "che") == ["check"]
    assert set(offered("ehlock", "serve", "--listen-")) == {"--listen-tls", "--listen-handoff"}
    assert offered("ehlock", "send", "--implicit", "--ti") == ["--times"]
    assert offered("ehlock", "check", "--identity", "proxy-v2") == ["proxy-v2", "proxy-v2-tls"]
    assert offered("ehlock", "serve", "--backend", "x") == []
    assert offered("ehlock", "serve", "--config", "compl") == ["completion"]
    assert offered("ehlock", "probe", "--tl") == ["--tlsa"]
