"""The rows of a table and the order in which they are shown: sorted, filtered, marked; nothing of drawing.

Rows are never copied. `order` is a permutation of indexes into them, so that sorting and filtering move
small integers only.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final, Generic

from widgets.table.layout import Column, Row, plain

_CHUNK: Final = 1024


@dataclass(frozen=True, slots=True)
class RowCounts:
    """How many rows are shown, loaded and there in all; `more` where AWS has more but does not say how many."""

    shown: int = 0
    loaded: int = 0
    total: int | None = None
    more: bool = False
    marked: int = 0
    filtered: bool = False

    def __str__(self) -> str:
        parts = [f"{self.shown:,} of {self.loaded:,} shown"] if self.filtered else []
        if self.total is not None and self.total > self.loaded:
            parts.append(f"{self.loaded:,} of {self.total:,} loaded")
        elif self.more:
            parts.append(f"{self.loaded:,} loaded, more exist")
        elif not parts:
            parts.append(f"{self.loaded:,}")
        if self.marked:
            parts.append(f"{self.marked:,} marked")
        return "; ".join(parts)


class TableModel(Generic[Row]):
    """What a table knows of its rows."""

    def __init__(self, columns: Sequence[Column[Row]], row_key: Callable[[Row], Hashable]) -> None:
        self.columns = tuple(columns)
        self._by_key = {column.key: column for column in self.columns}
        self.row_key = row_key
        self.rows: Sequence[Row] = ()
        self.hidden: Sequence[Row] = ()
        self.total: int | None = None
        self.more = False
        self.order: Sequence[int] = ()
        self.sort: tuple[str, bool] | None = None
        self.marks: set[Hashable] = set()
        self.needle = ""
        self._all: Sequence[int] = ()
        self._texts: list[str | None] = []
        self._base: Sequence[int] = ()
        self._position = 0

    @property
    def counts(self) -> RowCounts:
        """How many rows are shown, loaded, there in all, and marked."""
        return RowCounts(len(self.order), len(self.rows), self.total, self.more, len(self.marks), bool(self.needle))

    @property
    def searching(self) -> bool:
        """Whether the filter has not looked at all rows yet; `advance` goes on."""
        return bool(self.needle) and self._position < len(self._base)

    def row(self, position: int) -> Row:
        """The row at a place in the order shown."""
        return self.rows[self.order[position]]

    def key(self, position: int) -> Hashable:
        """The key of the row at a place in the order shown."""
        return self.row_key(self.row(position))

    def find(self, key: Hashable, hint: int = 0) -> int | None:
        """Where the row with `key` is shown, looking at `hint` first; None where it is not."""
        if 0 <= hint < len(self.order) and self.key(hint) == key:
            return hint
        rows, row_key = self.rows, self.row_key
        return next((place for place, index in enumerate(self.order) if row_key(rows[index]) == key), None)

    @property
    def marked(self) -> list[Row]:
        """The marked rows, those in `hidden` too, in the order in which they came."""
        return [row for row in (*self.rows, *self.hidden) if self.row_key(row) in self.marks] if self.marks else []

    @property
    def marked_unseen(self) -> list[Row]:
        """Those of them that are not among the rows shown."""
        shown = {self.key(place) for place in range(len(self.order))} if self.marks else set()
        return [row for row in self.marked if self.row_key(row) not in shown]

    def set_rows(
        self, rows: Sequence[Row], total: int | None = None, *, more: bool = False, hidden: Sequence[Row] = ()
    ) -> None:
        """Take new rows; sort, filter and marks stay, marks of rows that are gone do not.

        `hidden` are rows that are there and not to be shown, whose marks stay too.
        """
        if self.needle:
            self._keep_texts(rows)
        else:
            self._texts = []
        self.rows, self.total, self.more, self.hidden = rows, total, more, hidden
        if self.marks:
            self.marks &= {self.row_key(row) for row in (*rows, *hidden)}
        self._order_all()

    def start_over(self) -> None:
        """Forget rows, sort, filter and marks: another list comes."""
        self.rows, self.total, self.more, self.hidden = (), None, False, ()
        self.sort, self.needle, self._texts = None, "", []
        self.marks.clear()
        self._order_all()

    def set_sort(self, key: str | None, *, descending: bool = False) -> None:
        """Order by a column; None gives the order in which the rows came. Raises KeyError for no such column."""
        self.sort = None if key is None else (self._by_key[key].key, descending)
        self._order_all()

    def next_sort(self) -> None:
        """The next of: each column ascending, then descending, then as the rows came."""
        states: list[tuple[str, bool] | None] = [None]
        states += [(column.key, descending) for column in self.columns for descending in (False, True)]
        following = states[(states.index(self.sort) + 1) % len(states)]
        self.set_sort(following and following[0], descending=bool(following and following[1]))

    def set_filter(self, text: str) -> None:
        """Show only rows in whose cells `text` occurs, capitals or not; looks at none yet: see `advance`."""
        needle = text.lower()
        narrows = bool(self.needle) and self.needle in needle and not self.searching
        self._start(self.order if narrows else self._all, needle)

    def advance(self, seconds: float | None = None) -> None:
        """Look at more rows for the filter, for at most about `seconds`; None looks at all that are left."""
        if not self.searching:
            return
        end = None if seconds is None else perf_counter() + seconds
        shown, needle = list(self.order), self.needle
        while self._position < len(self._base):
            chunk = self._base[self._position : self._position + _CHUNK]
            self._position += len(chunk)
            texts = self._texts
            for index in chunk:
                text = texts[index]
                if text is None:
                    text = texts[index] = self._text(self.rows[index])
                if needle in text:
                    shown.append(index)
            if end is not None and perf_counter() >= end:
                break
        self.order = shown

    def toggle(self, position: int) -> None:
        """Mark a row, or take its mark away."""
        self.marks ^= {self.key(position)}

    def mark_range(self, start: int, end: int) -> None:
        """Mark all rows from one place to another."""
        low, high = sorted((start, end))
        self.marks |= {self.key(place) for place in range(low, high + 1)}

    def _order_all(self) -> None:
        self._all = range(len(self.rows)) if self.sort is None else self._sorted(*self.sort)
        self._start(self._all, self.needle)
        self.advance()

    def _start(self, base: Sequence[int], needle: str) -> None:
        self._base, self.needle, self._position = base, needle, 0
        self.order = [] if needle else self._all
        if needle and not self._texts:
            self._texts = [None] * len(self.rows)

    def _sorted(self, key: str, descending: bool) -> list[int]:
        column = self._by_key[key]
        values = [column.value(row) for row in self.rows]
        present = [index for index, value in enumerate(values) if value is not None]
        try:
            present.sort(key=values.__getitem__, reverse=descending)
        except TypeError:  # values of several kinds
            present.sort(key=lambda index: str(values[index]), reverse=descending)
        if len(present) < len(values):
            present += [index for index, value in enumerate(values) if value is None]
        return present

    def _text(self, row: Row) -> str:
        return "\n".join([plain(column.shown(row)) for column in self.columns]).lower()

    def _keep_texts(self, rows: Sequence[Row]) -> None:
        """Carry the text of rows over that did not change: making it is what a filter costs most."""
        old: Sequence[Any] = self.rows
        kept: list[str | None] = [
            text if now is before or now == before else None
            for now, before, text in zip(rows, old, self._texts, strict=False)
        ]
        self._texts = kept + [None] * (len(rows) - len(kept))
