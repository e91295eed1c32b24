"""Folding text into lines: nothing is lost, no line is too wide, words stay whole where they can."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from widgets.text_view import fold, hang

texts = st.text(st.sampled_from("ab  \n漢字e\u0301-"), max_size=60)
widths = st.integers(min_value=2, max_value=12)


def folds(text: str, width: int) -> list[str]:
    ends = [0]
    while ends[-1] < len(text):
        ends.append(fold(text, ends[-1], width))
    return [text[start:end] for start, end in pairwise(ends)]


@given(texts, widths)
def test_the_lines_are_the_text_and_none_is_too_wide(text: str, width: int) -> None:
    lines = folds(text, width)
    assert "".join(lines) == text
    assert all(cell_len(line.rstrip()) <= width for line in lines)
    assert all("\n" not in line[:-1] for line in lines)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("the quick brown fox", 10, ["the quick ", "brown fox"]),
        ("exactly 10 cells", 10, ["exactly 10 ", "cells"]),
        ("averyverylongword end", 5, ["avery", "veryl", "ongwo", "rd ", "end"]),
        ("arn:aws:ecs:eu-west-1", 10, ["arn:aws:", "ecs:eu-", "west-1"]),
        ("! /one/two/three/four", 12, ["! /one/two/", "three/four"]),
        ("wait for /one/two/three", 12, ["wait for ", "/one/two/", "three"]),
        ("漢字漢字", 5, ["漢字", "漢字"]),
        ("漢字", 1, ["漢", "字"]),
        ("é\n\n\ntwo", 10, ["é\n", "\n", "\n", "two"]),
        ("one\n\ntwo", 10, ["one\n", "\n", "two"]),
        ("  inset", 4, ["  in", "set"]),
    ],
)
def test_words_stay_whole_where_they_can(text: str, width: int, lines: list[str]) -> None:
    assert folds(text, width) == lines


def test_what_hangs_is_indented_under_its_first_words() -> None:
    assert [line.plain for line in hang("the quick brown fox", 12, "● ")] == ["● the quick", "  brown fox"]
    assert [line.plain for line in hang("the quick brown fox", 12, "● ", 0)] == ["● the quick", "brown fox"]
    assert [line.plain for line in hang("", 12, "● ")] == ["● "]
