"""`clean()`: what it promises for any text there is, and for each hostile one."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.text import LIMIT, clean, is_plain
from tests.hostile import HOSTILE, Hostile

anything = st.text(st.characters(exclude_categories=())) | st.sampled_from([hostile.text for hostile in HOSTILE])
limits = st.integers(min_value=0, max_value=200)
ALLOWED_BLANK = {0x20, 0xA0}


def unsafe(text: str, *, multiline: bool = False) -> list[str]:
    """The code points of a text that no terminal may get, told by Unicode's own categories, not by our table."""
    found = []
    for char in text:
        category, code = unicodedata.category(char), ord(char)
        control = category in ("Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp") and not (multiline and char == "\n")
        bidi = unicodedata.bidirectional(char) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "BN")
        invisible = 0xFE00 <= code <= 0xFE0F or 0xE0000 <= code <= 0xE0FFF or code in (0x034F, 0x115F, 0x1160, 0x3164)
        if control or bidi or invisible:
            found.append(f"U+{code:04X}")
    return found


@given(anything, st.booleans())
def test_nothing_unsafe_is_left(text: str, multiline: bool) -> None:
    assert unsafe(clean(text, multiline=multiline), multiline=multiline) == []


@given(anything, st.booleans(), limits)
def test_cleaning_twice_changes_nothing(text: str, multiline: bool, limit: int) -> None:
    once = clean(text, multiline=multiline, limit=limit)
    assert clean(once, multiline=multiline, limit=limit) == once


@given(anything, st.booleans(), limits)
def test_it_is_never_longer_than_the_limit(text: str, multiline: bool, limit: int) -> None:
    assert len(clean(text, multiline=multiline, limit=limit)) <= limit


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=500))
def test_printable_ascii_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@given(anything)
def test_one_line_stays_one_line(text: str) -> None:
    assert len(clean(text).splitlines()) <= 1


@given(st.lists(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E))))
def test_lines_stay_lines_where_they_are_wanted(lines: list[str]) -> None:
    assert clean("\r\n".join(lines), multiline=True) == "\n".join(lines)


@pytest.mark.parametrize("code", range(0, sys.maxunicode + 1, 0x1000), ids=hex)
def test_no_code_point_is_forgotten(code: int) -> None:
    block = [chr(one) for one in range(code, code + 0x1000)]
    assert unsafe("".join(clean(f"a{char}b") for char in block)) == []


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_a_hostile_string_becomes_harmless(hostile: Hostile) -> None:
    text = clean(hostile.text)
    assert unsafe(text) == []
    assert len(text) <= LIMIT
    assert text.encode()
    assert clean(text) == text


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_a_name_that_can_be_typed_is_what_it_looks_like(hostile: Hostile) -> None:
    if is_plain(hostile.text):
        assert clean(hostile.text, limit=len(hostile.text)) == hostile.text
    else:
        assert not (hostile.text.isascii() and hostile.text.isprintable())


def test_what_was_replaced_can_be_seen() -> None:
    assert clean("a\x1b[2Jb") == "a␛[2Jb"
    assert clean("live\x00") == "live␀"
    assert clean("pay\u200broll") == "pay·roll"
    assert clean("a\x9bb") == "a\ufffdb"
    assert clean("a\tb") == "a    b"
    assert clean("one\ntwo") == "one␊two"


def test_a_cut_text_says_how_much_is_missing() -> None:
    text = clean("x" * (LIMIT + 1000))
    assert LIMIT - 2 <= len(text) <= LIMIT
    kept = text.index("…")
    assert text[kept:] == f"…[+{LIMIT + 1000 - kept} chars]"


def test_stacked_marks_are_bounded() -> None:
    text = clean("e" + "\u0301" * 100)
    assert 1 < len(text) <= 6


def test_letters_of_all_scripts_stay() -> None:
    for text in ("Zürich", "東京 ap-northeast-1", "Δίκτυο", "база-данных", "ابجد", "café", "emoji 🚀 ok"):
        assert clean(text) == text


@pytest.mark.parametrize("value", [None, 3, 2.5, True, ["x"]])
def test_what_is_no_text_becomes_text(value: object) -> None:
    assert clean(value) == str(value)


def test_only_printable_ascii_can_be_confirmed_by_typing() -> None:
    assert is_plain("mra-mines-frontend (2)")
    for name in ("", "pаyroll", "naïve", "a\tb", "a\x00", "a\u200bb"):
        assert not is_plain(name)
