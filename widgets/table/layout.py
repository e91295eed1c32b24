"""Where the columns of a table stand for a width: which are shown, how wide, and what lies to the sides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeVar

from textual.content import Content

from widgets.terminal.faults import not_shown

Row = TypeVar("Row")
Cell = str | Content

GAP: Final = 2
"""Blank cells between two columns."""

GUTTER: Final = 3
"""Cells before the first column, for the cursor and the mark."""

_STUB: Final = 4
"""A column that would be cut to less than this is not shown at all."""


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column of a table of `Row`.

    `width` is its cells, or its least where `share` says what part of spare room it takes; `most` limits
    that (0: no limit). `sort` gives what to order by (None: the cell's text); rows for which it gives None
    come last either way. `hide` above 0 lets the column go where the screen is narrow, the highest first;
    it goes sooner than another column gets less than is `good` for it.
    """

    key: str
    title: str
    cell: Callable[[Row], Cell]
    width: int = 10
    share: int = 0
    good: int = 0
    most: int = 0
    align: Literal["left", "right"] = "left"
    sort: Callable[[Row], Any] | None = None
    hide: int = 0

    def shown(self, row: Row) -> Cell:
        """The cell of a row, or in its place why it cannot be shown."""
        try:
            return self.cell(row)
        except Exception as error:  # noqa: BLE001 - one cell must not hide the others
            return f"? {not_shown(error)}"

    def value(self, row: Row) -> Any:
        """What to order a row by; None where that cannot be told."""
        if self.sort is None:
            return plain(self.shown(row)).casefold()
        try:
            return self.sort(row)
        except Exception as error:  # noqa: BLE001 - one row must not keep the others from being put in order
            not_shown(error)
            return None


@dataclass(frozen=True, slots=True)
class Placed:
    """A column that is shown: its index, the cell at which it begins, and its width."""

    index: int
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns for a width; `left` and `right` say how many are out of sight, or dropped."""

    placed: tuple[Placed, ...]
    left: int = 0
    right: int = 0


def lay_out(columns: Sequence[Column[Any]], available: int, offset: int = 0, fixed: int = 1) -> Layout:
    """Place columns in `available` cells.

    At `offset` 0 columns are dropped by their `hide` until the rest fits. A greater one scrolls sideways:
    the first `fixed` columns stay, that many after them are passed over, and nothing is dropped.
    """
    if offset:
        shown = _sideways(columns, available, offset, fixed)
        placed = _place(columns, shown, available)
        return Layout(placed, left=offset, right=len(columns) - offset - len(placed))
    shown = list(range(len(columns)))
    while _wished(columns, shown) > available:
        droppable = [index for index in shown if columns[index].hide]
        if not droppable:
            break
        shown.remove(max(droppable, key=lambda index: (columns[index].hide, index)))
    placed = _place(columns, shown, available)
    return Layout(placed, right=len(columns) - len(placed))


def furthest(columns: Sequence[Column[Any]], available: int, fixed: int = 1) -> int:
    """The sideways offset at which the last column is wholly in sight; 0 where nothing is hidden."""
    if lay_out(columns, available).right == 0:
        return 0
    most = max(0, len(columns) - 2)
    for offset in range(1, most):
        if _needed(columns, _sideways(columns, available, offset, fixed)) <= available:
            return offset
    return most


def _sideways(columns: Sequence[Column[Any]], available: int, offset: int, fixed: int) -> list[int]:
    """What is shown at a sideways offset; only the first column stays where `fixed` ones leave no room."""
    kept = list(range(fixed))
    if _needed(columns, kept) * 3 > available * 2:
        kept = [0]
    return [*kept, *range(len(kept) + offset, len(columns))]


def _wished(columns: Sequence[Column[Any]], shown: Sequence[int]) -> int:
    return sum(max(columns[index].width, columns[index].good) for index in shown) + GAP * (len(shown) - 1)


def _needed(columns: Sequence[Column[Any]], shown: Sequence[int]) -> int:
    return sum(columns[index].width for index in shown) + GAP * (len(shown) - 1)


def _place(columns: Sequence[Column[Any]], shown: Sequence[int], available: int) -> tuple[Placed, ...]:
    widths = {index: columns[index].width for index in shown}
    _share_out(columns, widths, available - _needed(columns, shown))
    placed: list[Placed] = []
    x = 0
    for index in shown:
        if placed and available - x < min(columns[index].width, _STUB):
            break
        width = max(0, min(widths[index], available - x))
        placed.append(Placed(index, x, width))
        x += width + GAP
    return tuple(placed)


def _share_out(columns: Sequence[Column[Any]], widths: dict[int, int], spare: int) -> None:
    """Give spare cells to the columns that take a share, until each has its most or nothing is left."""
    while spare > 0:
        open_ = {i: columns[i].share for i in widths if columns[i].share and _room(columns[i], widths[i])}
        total = sum(open_.values())
        if not total:
            return
        before = spare
        for index, share in open_.items():
            part = max(1, before * share // total)
            part = min(part, spare, _room(columns[index], widths[index]))
            widths[index] += part
            spare -= part


def _room(column: Column[Any], width: int) -> int:
    return max(0, column.most - width) if column.most else 1_000_000


def plain(cell: Cell) -> str:
    """The text of a cell without its styles."""
    return cell.plain if isinstance(cell, Content) else cell
