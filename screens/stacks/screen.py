"""All stacks at a summary: how bad, how many, how old, what is firing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from console.desk.desk import Desk
from console.readings.source import AnySource, Finding, Level
from console.stack.stack import Stack
from screens.base import ConsoleScreen
from screens.findings import COLUMNS as PROBLEM_COLUMNS
from screens.findings import finding_key
from screens.stack_readings import freshness, is_many, judged, waiting
from screens.stacks.summary import COLUMNS, StackSummary
from widgets.level import tally
from widgets.panel import Panel
from widgets.table.table import Table


class StacksScreen(ConsoleScreen):
    """Every stack with its worst finding; enter opens one, tab goes to the problems beneath."""

    NAME = "stacks"
    DEFAULT_CSS = """
    StacksScreen {
        & > #wrong { height: 1fr; border-top: solid $panel; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("P", "app.modal('profile')", "Profile, region"),
        Binding("escape", "app.open('health')", "Health of the open stack", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        empty = "No stack is known yet."
        self._table = Table[StackSummary](COLUMNS, lambda summary: summary.stack.name, empty=empty, marks=False)
        self._shown_open: Stack | None = None
        self._wrong = Table[Finding](PROBLEM_COLUMNS, finding_key, empty="", marks=False)
        self._all = Panel("Stacks", self._table, id="stacks")
        self._problems = Panel("Problems", self._wrong, id="wrong")

    def body(self) -> Iterable[Widget]:
        """One line a stack, and what is wrong with the one under the cursor."""
        yield self._all
        yield self._problems

    def stacks(self) -> tuple[Stack, ...]:
        """All of them."""
        return self.desk.stacks

    def sources(self, stack: Stack) -> Iterable[AnySource]:
        """Describe calls and alarms: what costs little, for every stack at once."""
        return [source for source in self.desk.sources(stack) if source.overview]

    def selected_stack(self) -> Stack | None:
        """The one under the cursor."""
        return self._table.cursor_row.stack if self._table.cursor_row else self.desk.stack

    async def left(self) -> None:
        """Another screen was opened: the keys are the list's again when one comes back."""
        await super().left()
        if self.is_open:
            self._table.focus()

    def show(self) -> None:
        """Show the stacks in the order of their files."""
        self._table.set_rows([self._summary(stack) for stack in self.stacks()])
        self._all.styles.height = min(len(self.stacks()) + 2, self.size.height // 2)
        if self.desk.stack is not self._shown_open:
            self._shown_open = self.desk.stack
            self._table.move_to(self.desk.stack.name if self.desk.stack else None)
        self._show_wrong()

    def _show_wrong(self) -> None:
        summary = self._table.cursor_row
        wrong = [finding for finding in summary.findings if finding.level is not Level.OK] if summary else []
        self._wrong.empty = _nothing(summary) if summary else ""
        self._wrong.set_rows(wrong, about=summary and summary.stack.name)
        self._problems.title = f"Problems of {summary.stack.name}" if summary else "Problems"
        self._problems.note(_note(summary, wrong) if summary else "")

    def on_table_cursor_moved(self, event: Table.CursorMoved) -> None:
        """Show what is wrong with the stack under the cursor."""
        if event.table is self._table:
            self._show_wrong()
            self.show_banner()

    def _summary(self, stack: Stack) -> StackSummary:
        read_here = [(self.desk.source(name), reading) for name, reading in self.by_source(stack).items()]
        mine = {source.name for source, _ in read_here}
        known = self.desk.poller.known()
        elsewhere = [(s, r) for of, s, r in known if of.name == stack.name and s.name not in mine and s.is_health]
        readings = read_here + elsewhere
        return StackSummary(
            stack,
            tuple(judged(readings)),
            freshness(readings)[0],
            waiting(readings),
            self.desk.stack_problem(stack),
            tuple(source.name for source, reading in readings if reading.at is not None),
            sum(source.name not in mine.union(s.name for s, _ in elsewhere) for source in self.desk.sources(stack)),
        )

    async def on_table_selected(self, event: Table.Selected) -> None:
        """Open the stack, or the resource of a problem in it."""
        from screens.resource.screen import ResourceScreen

        stack = self.selected_stack()
        if stack is None:
            return
        self.desk.choose(stack)
        await self.app.run_action("open('health')")
        if event.table is self._wrong and not is_many(event.row):
            self.app.push_screen(ResourceScreen(self.desk, stack, event.row.resource))


def _nothing(summary: StackSummary) -> str:
    """What is said where nothing wrong is known of a stack: how far that goes."""
    if summary.waiting or summary.worst is None:
        return "Reading ..."
    if summary.unread:
        return (
            f"No problem in {', '.join(summary.read)}. {summary.unread} checks are not read here: enter opens Health."
        )
    return "Nothing is wrong."


def _note(summary: StackSummary, wrong: list[Finding]) -> Content:
    parts = [tally(finding.level for finding in wrong)] if wrong else []
    if summary.unread:
        parts.append(Content.styled(f"{summary.unread} checks not read here", "$text-muted"))
    return Content("  ").join(parts)
