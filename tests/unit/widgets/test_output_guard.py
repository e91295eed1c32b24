"""The second line of defence: what reaches the terminal when somebody forgot the first."""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from console.text import clean
from tests.hostile import HOSTILE
from tests.paths import ROOT
from tests.pty.harness import Terminal
from widgets.terminal.output_guard import UNSAFE, guarded


def strip_of(text: str, link: str | None = None) -> Strip:
    return Strip([Segment("> "), Segment(text, Style(bold=True, link=link))])


def test_it_knows_exactly_what_clean_replaces() -> None:
    """Unassigned and private code points aside: no terminal takes a command from those."""
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if UNSAFE.match(char):
            assert clean(char) != char, f"U+{code:04X} passes clean() and not the choke"
        elif unicodedata.category(char) not in ("Cn", "Co"):
            assert clean(char) == char, f"U+{code:04X} passes the choke"


def test_a_safe_strip_is_the_same_object() -> None:
    for text in ("plain", "é ● ▁▂▃ 漢", ""):
        strip = strip_of(text, link="https://console.aws.amazon.com/")
        assert guarded(strip) is strip


@pytest.mark.parametrize(
    "text", ["a\x1b]0;title\x07b", "a\tb", "a\u202eb", "a\u200bb", "a\ud800b", "a\x9b2Jb", "\u00ad"]
)
def test_an_unsafe_strip_becomes_a_safe_one_as_wide(text: str) -> None:
    strip = strip_of(text)
    safe = guarded(strip)
    assert UNSAFE.search(safe.text) is None
    assert Strip(list(safe)).cell_length == safe.cell_length == strip.cell_length


def test_a_link_cannot_carry_a_sequence() -> None:
    strip = strip_of("console", link="https://x/\x07\x1b]0;title\x07")
    assert all(segment.style is None or segment.style.link is None for segment in guarded(strip))
    assert guarded(strip).text == strip.text


# What Textual itself writes. A hostile string's own colours and moves hide behind the first two, all else is seen.
OURS = re.compile(
    r"\x1b\[[0-9;]*m|\x1b\[[0-9]+;[0-9]+H|\x1b\[\?(?:7|25|1000|1003|1004|1006|1015|1049|2004|2026)[hl]"
    r"|\x1b\[\?(?:2026|2048)\$p|\x1b\[>25u|\x1b\[<u|\x1b\]22;[a-z]+\x07|\x1b\]8;[ -~]*\x1b\\|[\n\r]"
)


def foreign(program: str) -> set[str]:
    """The control, bidirectional and invisible code points that a program wrote besides Textual's sequences."""
    argv: list[str | Path] = [sys.executable, ROOT / "tests/pty/hostile_app.py", program]
    with Terminal(argv, 200, 45, cwd=ROOT, env={"PYTHONIOENCODING": "utf-8:surrogatepass"}, emulate=False) as terminal:
        terminal.wait_for(lambda terminal: b"all drawn" in terminal.raw)
        terminal.press("q")
        assert terminal.wait_exit() == 0
    drawn = bytes(terminal.raw).decode("utf-8", "surrogatepass")
    assert all(hostile.name in drawn for hostile in HOSTILE), "not every string was drawn"
    return set(UNSAFE.findall(OURS.sub("", drawn)))


@pytest.mark.pty
def test_no_hostile_string_reaches_the_terminal() -> None:
    assert foreign("guarded") == set()


@pytest.mark.pty
def test_without_the_guard_they_do() -> None:
    assert len(foreign("bare")) > 50
