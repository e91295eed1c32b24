"""How a level looks: always a symbol and a word, and a colour where the terminal has one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from textual.content import Content

from console.readings.level import Level

SYMBOLS: Final = {Level.OK: "●", Level.WARN: "▲", Level.UNKNOWN: "?", Level.CRIT: "✗"}
"""One cell wide, in the common fonts, and no emoji among them."""

STYLES: Final = {
    Level.OK: "$success",
    Level.WARN: "$warning",
    Level.UNKNOWN: "$secondary",
    Level.CRIT: "bold $error",
}


def level_cell(level: Level, text: str | None = None) -> Content:
    """A level as symbol and word, such as ``▲ warn``; `text` takes the word's place."""
    return Content.styled(f"{SYMBOLS[level]} {level.word if text is None else text}", STYLES[level])


def tally(levels: Iterable[Level]) -> Content:
    """How many there are of each level, the worst first, such as ``✗ 1 crit  ● 14 ok``."""
    counts = Counter(levels)
    return Content("  ").join(
        level_cell(level, f"{counts[level]} {level.word}") for level in sorted(counts, reverse=True)
    )
