"""A table of 100,000 rows: from loading to the frame, and from a page key to the frame."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from textual.app import App, ComposeResult
from textual.widgets import DataTable

from tests.bench.report import Row, at_most
from widgets.table.layout import Column
from widgets.table.table import Table

ROWS = 100_000
WIDTH = 8
Line = tuple[str, ...]


def made() -> list[Line]:
    """Rows of eight short cells."""
    return [tuple(f"cell {row} {column}" for column in range(WIDTH)) for row in range(ROWS)]


def columns() -> tuple[Column[Line], ...]:
    """Eight columns of twelve cells."""
    return tuple(Column(str(at), f"column {at}", lambda row, at=at: row[at], width=12) for at in range(WIDTH))


class Ours(App[None]):
    """The console's table."""

    def compose(self) -> ComposeResult:
        yield Table[Line](columns(), lambda row: row[0])


class Theirs(App[None]):
    """Textual's DataTable."""

    def compose(self) -> ComposeResult:
        yield DataTable()


def rows() -> Iterator[Row]:
    """Load and page, ours beside DataTable."""
    lines = made()
    load, page = asyncio.run(_ours(lines))
    their_load, their_page = asyncio.run(_theirs(lines))
    yield at_most("table of 100,000 rows, load to frame", load * 1e3, 100, "ms", f"DataTable {their_load:.1f} s")
    yield at_most(
        "table of 100,000 rows, page key to frame",
        page * 1e3,
        15,
        "ms",
        f"DataTable {their_page * 1e3:.0f} ms",
        digits=1,
    )


async def _ours(lines: list[Line]) -> tuple[float, float]:
    async with Ours().run_test(size=(120, 40)) as pilot:
        table = pilot.app.query_one(Table)
        begun = time.perf_counter()
        table.set_rows(lines)
        await _frame(pilot.app)
        load = time.perf_counter() - begun
        return load, await _pages(pilot.app, lambda: table.action_page(1))


async def _theirs(lines: list[Line]) -> tuple[float, float]:
    async with Theirs().run_test(size=(120, 40)) as pilot:
        table = pilot.app.query_one(DataTable)
        begun = time.perf_counter()
        table.add_columns(*(f"column {at}" for at in range(WIDTH)))
        table.add_rows(lines)
        await pilot.pause()
        await _frame(pilot.app)
        load = time.perf_counter() - begun
        return load, await _pages(pilot.app, table.action_page_down)


async def _pages(app: App[None], press) -> float:  # type: ignore[no-untyped-def]
    taken = []
    for _ in range(21):
        begun = time.perf_counter()
        press()
        await _frame(app)
        taken.append(time.perf_counter() - begun)
    return sorted(taken)[10]


async def _frame(app: App[None]) -> None:
    """Until what was asked for has been laid out and painted."""
    done = asyncio.Event()
    app.screen.call_after_refresh(done.set)
    await done.wait()
