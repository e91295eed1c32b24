"""The journal: every change that was made, by whom, and how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from console.desk.desk import Desk
from console.problems import Problem, ProblemKind
from console.readings.source import Level, Reading
from console.text import clean
from screens.base import ConsoleScreen
from widgets.filter_bar import FilterBar
from widgets.level import STYLES, SYMBOLS
from widgets.panel import Panel
from widgets.table.layout import Column
from widgets.table.table import Table

if TYPE_CHECKING:
    from console.desk.changes import Changes
    from console.journal.records import AnyRun, RunRecord

SHOWN = 1_000
"""Changes that are loaded, the newest; the filter looks through all of them."""
LOOK_SECONDS = 5.0

LEVELS = {
    "done": Level.OK,
    "failed": Level.CRIT,
    "partly": Level.CRIT,
    "unknown": Level.UNKNOWN,
    "unwatched": Level.UNKNOWN,
    "unreadable": Level.UNKNOWN,
    "stopped": Level.WARN,
}
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class RunRow:
    """One change with the state in which it is shown; `read` is None where its record cannot be read."""

    run: AnyRun
    state: str
    read: RunRecord | None
    outcome: str = ""

    @property
    def when(self) -> str:
        """When it was begun."""
        return f"{self.run.started.astimezone():%m-%d %H:%M:%S}" if self.run.started else "unknown time"

    @property
    def names(self) -> str:
        """What it was made on."""
        names = [name for name, _ in self.read.targets] if self.read else []
        return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def rows_of(runs: Iterable[AnyRun], changes: Changes) -> list[RunRow]:
    """Runs as they are shown. Blocks: whether a process lives is looked up."""
    from console.journal.export import shown_outcome, shown_state, why_unreadable
    from console.journal.records import RunRecord

    locks = changes.journal.locks

    def row(run: AnyRun) -> RunRow:
        state = shown_state(run, locks)
        if isinstance(run, RunRecord):
            return RunRow(run, state, run, shown_outcome(run, state))
        return RunRow(run, state, None, why_unreadable(run))

    return [row(run) for run in runs]


def state_cell(state: str) -> Content:
    """A state with its symbol."""
    level = LEVELS.get(state)
    return Content.styled(f"{SYMBOLS[level]} {state}", STYLES[level]) if level is not None else Content(f"◌ {state}")


COLUMNS: tuple[Column[RunRow], ...] = (
    Column("when", "When", lambda row: row.when, width=14, sort=lambda row: row.run.started or _LONG_AGO),
    Column("state", "State", lambda row: state_cell(row.state), width=12),
    Column("operation", "Operation", lambda r: r.read.operation if r.read else "", width=16, good=22, share=1, most=30),
    Column("targets", "On", lambda row: row.names, width=18, good=30, share=2),
    Column("stack", "Stack", lambda row: row.run.stack, width=14, hide=2),
    Column("who", "Who", lambda row: row.read.who.login if row.read else "", width=8, most=20, share=1, hide=1),
    Column("outcome", "Outcome", lambda row: row.outcome, width=16, good=30, share=3),
)


class JournalScreen(ConsoleScreen):
    """Every change with its outcome; enter shows its steps, u plans what takes it back."""

    NAME = "journal"
    KEY = "0"
    LABEL = "Journal"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("u", "undo", "Undo"),
        Binding("o", "export", "Save"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._text = ""
        self._looked_in: Changes | None = None
        empty = "The journal is not read yet."
        self._table: Table[RunRow] = Table(COLUMNS, lambda row: row.run.id, empty=empty, marks=False)
        self._panel = Panel("Journal", self._table)
        self._bar = FilterBar("operation, name, who or outcome")

    def body(self) -> Iterable[Widget]:
        """The changes, newest first."""
        yield self._panel
        yield self._bar

    def on_mount(self) -> None:
        """Follow what is going on."""
        self.set_interval(LOOK_SECONDS, self.look)
        self.look()

    def on_screen_resume(self) -> None:
        """Read anew: something may have been changed meanwhile."""
        self.look()

    def desk_changed(self) -> None:
        super().desk_changed()
        if self.is_open and self.desk.changes is not self._looked_in:
            self.look()

    def look(self) -> None:
        """Read the journal again."""
        if self.is_current:
            self._read()

    @work(group="journal", exclusive=True)
    async def _read(self) -> None:
        from console.journal.records import RunFilter
        from console.journal.store import JournalError

        changes = self._looked_in = self.desk.changes
        if changes is None:
            return
        try:
            runs = await changes.runs(RunFilter(text=self._text, limit=SHOWN))
        except JournalError as error:
            self._panel.show(Reading(problem=Problem(ProblemKind.INVALID, clean(error))))
            return
        self._panel.show(Reading())
        rows = await asyncio.to_thread(rows_of, runs, changes)
        self._table.empty = "No change in which this is found." if self._text else "No change has been made yet."
        self._table.set_rows(rows, more=len(rows) == SHOWN)
        unreadable = sum(row.read is None for row in rows)
        self._panel.note(
            f"{len(rows)} changes"
            + (f", {unreadable} unreadable" if unreadable else "")
            + (" and older ones" if len(rows) == SHOWN else "")
        )

    def on_table_selected(self, event: Table.Selected) -> None:
        """Show the steps of a change."""
        from screens.journal.run import RunScreen

        self.app.push_screen(RunScreen(self.desk, event.row.run))

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Look through the whole journal."""
        self._text = event.text
        self.look()

    def on_filter_bar_kept(self) -> None:
        """Give the keys back to the list."""
        self._table.focus()

    def on_filter_bar_closed(self) -> None:
        """Give the keys back to the list."""
        self._table.focus()

    def action_filter(self) -> None:
        """Open the filter."""
        self._bar.open()

    def action_undo(self) -> None:
        """Plan what takes the change under the cursor back."""
        from screens.gate import open_undo

        if self._table.cursor_row is not None:
            open_undo(self.app, self.desk, self._table.cursor_row.run)

    def action_export(self) -> None:
        """Save what is shown, as Markdown."""
        self._export()

    @work(group="export", exclusive=True)
    async def _export(self) -> None:
        from console.journal.export import markdown
        from console.journal.store import JournalError
        from screens.save import save_text

        changes, runs = self.desk.changes, [row.run for row in self._table.model.rows]
        if changes is None:
            return
        locks = changes.journal.locks
        try:
            entries = [await changes.entry(run) for run in runs]
            parts = [await asyncio.to_thread(markdown, e.run, e.steps, e.items, locks) for e in entries]
            path = await asyncio.to_thread(save_text, "journal.md", "\n".join(parts))
        except (JournalError, OSError) as error:
            self.notify(str(clean(f"Nothing was saved. {error}")), severity="error", markup=False)
            return
        self.notify(f"Saved {len(runs)} changes to {path}", markup=False)
