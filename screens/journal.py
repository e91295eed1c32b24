"""The journal: every change that was made, by whom, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from console.desk import Desk
from console.sources.base import Level
from screens.base import ConsoleScreen
from widgets.filter_bar import FilterBar
from widgets.level import STYLES, SYMBOLS
from widgets.panel import Panel
from widgets.table import Table
from widgets.table_layout import Column

if TYPE_CHECKING:
    from console.journal.records import RunRecord

SHOWN = 1_000
"""Changes that are loaded, the newest; the filter looks through all of them."""
LOOK_SECONDS = 5.0

LEVELS = {"done": Level.OK, "failed": Level.CRIT, "partly": Level.CRIT, "unknown": Level.UNKNOWN, "stopped": Level.WARN}


def _state(run: RunRecord) -> Content:
    from console.journal.reconcile import state_of

    state = state_of(run).value
    level = LEVELS.get(state)
    return Content.styled(f"{SYMBOLS[level]} {state}", STYLES[level]) if level is not None else Content(f"◌ {state}")


def _names(run: RunRecord) -> str:
    names = [name for name, _ in run.targets]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


COLUMNS: tuple[Column[RunRecord], ...] = (
    Column(
        "when", "When", lambda run: f"{run.started.astimezone():%m-%d %H:%M:%S}", width=14, sort=lambda r: r.started
    ),
    Column("state", "State", _state, width=10),
    Column("operation", "Operation", lambda run: run.operation, width=16, good=22, share=1, most=30),
    Column("targets", "On", _names, width=18, good=30, share=2),
    Column("stack", "Stack", lambda run: run.stack, width=14, hide=2),
    Column("who", "Who", lambda run: run.who.login, width=8, most=20, share=1, hide=1),
    Column("outcome", "Outcome", lambda run: run.outcome, width=16, good=30, share=3),
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
        empty = "No change has been made yet."
        self._table: Table[RunRecord] = Table(COLUMNS, lambda run: run.id, empty=empty, marks=False)
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

    def look(self) -> None:
        """Read the journal again."""
        if self.is_current:
            self._read()

    @work(group="journal", exclusive=True)
    async def _read(self) -> None:
        from console.journal.records import Filter
        from console.journal.store import JournalError

        if self.desk.changes is None:
            return
        try:
            runs = await self.desk.changes.runs(Filter(text=self._text, limit=SHOWN))
        except JournalError as error:
            self._table.empty = str(error)
            runs = ()
        self._table.set_rows(runs, more=len(runs) == SHOWN)
        self._panel.note(f"{len(runs)} changes" + (" and older ones" if len(runs) == SHOWN else ""))

    def on_table_selected(self, event: Table.Selected) -> None:
        """Show the steps of a change."""
        from screens.run import RunScreen

        self.app.push_screen(RunScreen(self.desk, event.row))

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
            open_undo(self.app, self.desk, self._table.cursor_row)

    def action_export(self) -> None:
        """Save what is shown, as Markdown."""
        self._export()

    @work(group="export", exclusive=True)
    async def _export(self) -> None:
        import asyncio

        from console.journal.export import markdown
        from screens.save import save_text

        if self.desk.changes is None:
            return
        runs = self._table.model.rows
        parts = [markdown(run, await self.desk.changes.steps(run)) for run in runs]
        path = await asyncio.to_thread(save_text, "journal.md", "\n".join(parts))
        self.notify(f"Saved {len(runs)} changes to {path}", markup=False)
