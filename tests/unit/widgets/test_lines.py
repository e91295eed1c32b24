"""Cells that are cut: as wide as they must be, at a price that does not depend on how long the text is."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.content import Content
from textual.style import Style

from widgets import lines
from widgets.lines import fit, segments

LONG = {"letters": "x" * 500_000, "wide": "漢" * 500_000, "marks": "e\u0301\u0301\u0301\u0301" * 100_000}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
@pytest.mark.parametrize("width", [0, 1, 2, 29, 30])
def test_a_long_text_is_cut_to_the_cell(text: str, width: int) -> None:
    cell = fit(text, width)
    assert cell_len(cell) == width
    assert cell.endswith("…") == (width > 1)
    shown = "".join(segment.text for segment in segments(Content(text), width, Style()))
    assert cell_len(shown) == width


def test_what_is_out_of_sight_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []
    monkeypatch.setattr(lines, "clean", lambda text: looked_at.append(len(text)) or text)
    for text in LONG.values():
        fit(f"é{text}", 30)
    assert looked_at and max(looked_at) < 200
