"""Where a line of text breaks, and what part of it is in sight."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from rich.cells import cell_len, get_character_cell_size

HANG: Final = 2
"""Cells by which the second and later rows of a wrapped line stand in."""

_LEAST: Final = 8


def wrapped(text: str, width: int) -> list[tuple[int, int]]:
    """The rows of a text, as indexes into it: the first `width` cells wide, the others `HANG` less.

    A row ends after a space where one stands in its second half.
    """
    rows: list[tuple[int, int]] = []
    start, room = 0, max(_LEAST, width)
    while start < len(text):
        stop = fitting(text, start, room)
        if stop < len(text):
            space = text.rfind(" ", start + (stop - start) // 2, stop)
            stop = space + 1 if space > start else stop
        rows.append((start, stop))
        start, room = stop, max(_LEAST, width - HANG)
    return rows or [(0, 0)]


def fitting(text: str, start: int, width: int) -> int:
    """The index up to which the text from `start` on fits into `width` cells; at least one character does."""
    stop = min(len(text), start + width)
    piece = text[start:stop]
    if piece.isascii():
        return stop
    cells = 0
    for index in range(start, len(text)):
        cells += get_character_cell_size(text[index])
        if cells > width:
            return max(index, start + 1)
    return len(text)


def in_sight(text: str, offset: int, width: int) -> tuple[int, int, int]:
    """The part of a text from the cell `offset` on, as indexes; and blanks before it, where that cuts a character."""
    if text.isascii():
        return min(offset, len(text)), min(offset + width, len(text)), 0
    start = cells = 0
    while start < len(text) and cells < offset:
        cells += get_character_cell_size(text[start])
        start += 1
    blank = cells - offset
    return (start, fitting(text, start, width - blank), blank) if start < len(text) else (start, start, 0)


def cells_of(text: str) -> int:
    """The width of a text in cells."""
    return len(text) if text.isascii() else cell_len(text)


def cut_at(start: int, stop: int, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """A range, cut wherever one of the spans begins or ends."""
    points = sorted({start, stop, *(point for span in spans for point in span if start < point < stop)})
    yield from pairwise(points)
