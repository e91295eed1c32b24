"""The items of one change: what became of each."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from console.desk.desk import Desk
from console.problems import Problem, ProblemKind
from console.readings.source import Level, Reading
from console.text import clean
from screens.header_state import header_state
from widgets.filter_bar import FilterBar
from widgets.footer import Footer
from widgets.header import Header
from widgets.level import STYLES, SYMBOLS
from widgets.panel import Panel
from widgets.table.layout import Column
from widgets.table.table import Table
from widgets.terminal.frame_rate import FrameRateScreen

if TYPE_CHECKING:
    from console.journal.locks import Locks
    from console.journal.records import AnyRun, RunEntry

LOOK_SECONDS = 2.0

LEVELS = {"done": Level.OK, "failed": Level.CRIT, "unknown": Level.UNKNOWN, "unreadable": Level.UNKNOWN}


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One item as it is shown."""

    step: int
    position: int
    id: str
    version: str
    state: str
    what: str


def rows_of(entry: RunEntry, locks: Locks) -> list[ItemRow]:
    """The items of all steps. Blocks: whether a process lives is looked up."""
    from console.journal.export import item_state, shown_state

    state = shown_state(entry.run, locks)
    return [
        ItemRow(step, item.position, clean(item.id), clean(item.version), item_state(item, state), clean(item.what))
        for step, items in entry.items.items()
        for item in items
    ]


def _state(row: ItemRow) -> Content:
    level = LEVELS.get(row.state)
    return Content.styled(f"{SYMBOLS[level]} {row.state}", STYLES[level]) if level is not None else Content(row.state)


COLUMNS: tuple[Column[ItemRow], ...] = (
    Column("number", "No.", lambda row: f"{row.position + 1:,}", width=9, align="right", sort=lambda row: row.position),
    Column("item", "Item", lambda row: row.id, width=20, good=30, share=3),
    Column("state", "State", _state, width=12),
    Column("version", "Version", lambda row: row.version, width=10, most=34, share=1, hide=1),
    Column("what", "What", lambda row: row.what, width=12, good=30, share=3),
    Column("step", "Step", lambda row: str(row.step + 1), width=4, align="right", sort=lambda row: row.step, hide=2),
)


class ItemsScreen(FrameRateScreen[None]):
    """The items of a change and what became of each; / filters them, page keys turn the pages."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "back", "Back"),
        Binding("slash", "filter", "Filter", key_display="/"),
    ]

    def __init__(self, desk: Desk, run: AnyRun) -> None:
        super().__init__()
        self.desk = desk
        self._run = run
        self._entry: RunEntry | None = None
        empty = "The items are not read yet."
        self._table: Table[ItemRow] = Table(COLUMNS, lambda row: (row.step, row.position), empty=empty, marks=False)
        self._panel = Panel("Items", self._table)
        self._bar = FilterBar("item, state or what became of it")

    def compose(self) -> ComposeResult:
        """Header, the items, the filter, footer."""
        yield Header(header_state(self.desk))
        yield self._panel
        yield self._bar
        yield Footer()

    def show_fault(self, problem: Problem) -> None:
        """Say above the items what failed here."""
        self._panel.show_fault(problem)

    async def on_mount(self) -> None:
        """Read them, and follow them while the change goes on."""
        self._table.focus()
        await self._read()
        self.set_interval(LOOK_SECONDS, self._read)

    async def _read(self) -> None:
        from console.journal.store import JournalError

        changes = self.desk.changes
        if changes is None:
            return
        try:
            entry = await changes.entry(await changes.run(self._run.id))
        except (JournalError, LookupError) as error:
            self._panel.show(Reading(problem=Problem(ProblemKind.INVALID, clean(error.args[0]))))
            return
        self._panel.show(Reading())
        if entry == self._entry:
            return
        self._entry = entry
        rows = await asyncio.to_thread(rows_of, entry, changes.journal.locks)
        self._table.empty = "This change has no items."
        self._table.set_rows(rows)
        self._panel.note(f"{len(rows):,} of run {self._run.id}")

    def on_table_counts_changed(self, event: Table.CountsChanged) -> None:
        """Say beside the filter how many it lets through."""
        self._bar.note(f"{event.counts.shown:,} of {event.counts.loaded:,}")

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Narrow while one types."""
        self._table.set_filter(event.text)

    def on_filter_bar_kept(self) -> None:
        """Give the keys back to the table."""
        self._table.focus()

    def on_filter_bar_closed(self) -> None:
        """Give the keys back to the table."""
        self._table.focus()

    def action_filter(self) -> None:
        """Open the filter."""
        self._bar.open()

    def action_back(self) -> None:
        """Clear the filter, else go back."""
        if self._bar.text:
            self._bar.action_clear()
            self._bar.close()
        else:
            self.app.pop_screen()
