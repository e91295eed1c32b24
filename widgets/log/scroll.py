"""Where one is among the lines: the top of the screen, the cursor, and whether the newest line is followed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from console.logs.event import LineKey, LogLine
from console.logs.lines.view import LogView


class ScreenRow(NamedTuple):
    """One row of the screen: a line's rank, which of its rows it is, and the line."""

    rank: int
    part: int
    line: LogLine


class Scroll:
    """The place among the lines of a view. Lines are known by their keys, so that a held screen stays as it is while
    others come, come late, and are dropped. `parts` says how many rows a line takes."""

    def __init__(self, view: LogView, parts: Callable[[LogLine], int]) -> None:
        self._view = view
        self._parts = parts
        self._height = 1
        self._top: tuple[LineKey, int] | None = None
        self.cursor: LineKey | None = None
        self.held_at: LineKey | None = None
        self.rows: list[ScreenRow] = []

    @property
    def following(self) -> bool:
        """Whether the newest line is kept in sight."""
        return self.held_at is None

    @property
    def new(self) -> int:
        """How many lines came after the last one that was there when the screen was held."""
        if self.held_at is None or not len(self._view):
            return 0
        return len(self._view) - self._view.rank(LineKey(self.held_at.at_ms, self.held_at.number + 1))

    @property
    def at_top(self) -> bool:
        """Whether the oldest row is in sight."""
        return not self.rows or self.rows[0][:2] == (0, 0)

    @property
    def line(self) -> LogLine | None:
        """The line under the cursor."""
        return self._view.line(self._view.nearest(self.cursor)) if self.cursor and len(self._view) else None

    # Where to

    def follow(self) -> None:
        """Go to the newest line and stay with it."""
        self.held_at = None
        self.settle(self._height)

    def hold(self) -> None:
        """Stay here, whatever comes."""
        if self.held_at is None and len(self._view):
            self.held_at = self._view.line(len(self._view) - 1).key

    def move(self, by: int) -> None:
        """Move the cursor one line up (-1) or down (1), or by a row inside a line that is taller than the screen."""
        if self.cursor is None or not self.rows:
            return
        self.hold()
        rank = self._view.nearest(self.cursor)
        edge = self.rows[-1 if by > 0 else 0]
        last = self._parts(edge.line) - 1 if by > 0 else 0
        if edge.rank == rank and edge.part != last:
            self.scroll(by)
        else:
            self.go_to(rank + by)

    def page(self, by: int) -> None:
        """Go a screenful up (-1) or down (1); the cursor stays on its row of the screen."""
        y = next((y for y, row in enumerate(self.rows) if row.line.key == self.cursor), 0)
        before = self.rows[:1]
        self.scroll(by * max(1, self._height - 1))
        if self.rows:
            stuck = before and before[0][:2] == self.rows[0][:2]
            self.cursor = self.rows[(0 if by < 0 else -1) if stuck else min(y, len(self.rows) - 1)].line.key

    def scroll(self, rows: int) -> None:
        """Move the screen by rows and leave the cursor."""
        if not self.rows:
            return
        self.hold()
        rank, part, _ = self.rows[0]
        self._start_at(*(self._up(rank, part, -rows) if rows < 0 else self._down(rank, part, rows)))
        self.settle(self._height)

    def go_to(self, rank: int) -> None:
        """Put the cursor on a line, and scroll no more than needed to see it."""
        if not len(self._view):
            return
        self.hold()
        rank = max(0, min(len(self._view) - 1, rank))
        line = self._view.line(rank)
        self.cursor = line.key
        first = (rank, 0)
        last = (rank, self._parts(line) - 1)
        if not self.rows or first < self.rows[0][:2]:
            self._start_at(*first)
        elif last > self.rows[-1][:2]:
            self._start_at(*min(first, self._up(*last, self._height - 1)))
        self.settle(self._height)

    def see_cursor(self) -> None:
        """Scroll to the cursor where the screen became too small for it."""
        if self.cursor is not None and not self.following and self.rows:
            rank = self._view.nearest(self.cursor)
            if (rank, 0) > self.rows[-1][:2]:
                self.go_to(rank)

    def show(self, rank: int) -> None:
        """Put the cursor on a line, in the middle of the screen where it was out of sight."""
        if not len(self._view):
            return
        rank = max(0, min(len(self._view) - 1, rank))
        self.hold()
        if not any(row.rank == rank for row in self.rows):
            self._start_at(*self._up(rank, 0, self._height // 2))
            self.rows = self._from(*self._start())
        self.go_to(rank)

    # What is on the screen

    def settle(self, height: int) -> None:
        """Find the rows on a screen of so many, after anything changed."""
        self._height = max(1, height)
        count = len(self._view)
        if not count:
            self.rows = []
            return
        if self.following:
            self.cursor = self._view.line(count - 1).key
            self._start_at(*self._bottom())
        rows = self._from(*self._start())
        if len(rows) < self._height and rows[0][:2] != (0, 0):
            rows = self._from(*self._bottom())
        self.rows = rows
        self._start_at(rows[0].rank, rows[0].part)
        if self.cursor is not None:
            self.cursor = self._view.line(self._view.nearest(self.cursor)).key

    def _start(self) -> tuple[int, int]:
        if self._top is None:
            return 0, 0
        key, part = self._top
        rank = min(self._view.rank(key), len(self._view) - 1)
        line = self._view.line(rank)
        return rank, min(part, self._parts(line) - 1) if line.key == key else 0

    def _start_at(self, rank: int, part: int) -> None:
        self._top = (self._view.line(rank).key, part)

    def _bottom(self) -> tuple[int, int]:
        rank = len(self._view) - 1
        return self._up(rank, self._parts(self._view.line(rank)) - 1, self._height - 1)

    def _from(self, rank: int, part: int) -> list[ScreenRow]:
        return [row for row, _ in zip(self._rows(rank, part), range(self._height), strict=False)]

    def _rows(self, rank: int, part: int) -> Iterator[ScreenRow]:
        for at in range(rank, len(self._view)):
            line = self._view.line(at)
            for one in range(part if at == rank else 0, self._parts(line)):
                yield ScreenRow(at, one, line)

    def _up(self, rank: int, part: int, rows: int) -> tuple[int, int]:
        while rows > part and rank > 0:
            rows -= part + 1
            rank -= 1
            part = self._parts(self._view.line(rank)) - 1
        return rank, max(0, part - rows)

    def _down(self, rank: int, part: int, rows: int) -> tuple[int, int]:
        last = len(self._view) - 1
        while rows:
            left = self._parts(self._view.line(rank)) - 1 - part
            if rows <= left:
                return rank, part + rows
            if rank == last:
                return rank, part + left
            rows -= left + 1
            rank, part = rank + 1, 0
        return rank, part
