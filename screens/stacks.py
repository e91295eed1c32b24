"""All stacks at a glance: how bad, how many, how old, what is firing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from console.desk import Desk
from console.sources.base import AnySource, Finding, Level
from console.stack import Stack
from screens.base import ConsoleScreen
from screens.findings import COLUMNS as PROBLEM_COLUMNS
from screens.findings import finding_key
from screens.glance import COLUMNS, Glance
from screens.verdicts import freshness, is_many, judged, waiting
from widgets.level import tally
from widgets.panel import Panel
from widgets.table import Table

NONE_YET = "No stack is known yet."


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
        self._table = Table[Glance](COLUMNS, lambda glance: glance.stack.name, empty=empty, marks=False)
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

    def stack_in_hand(self) -> Stack | None:
        """The one under the cursor."""
        return self._table.cursor_row.stack if self._table.cursor_row else self.desk.stack

    def show(self) -> None:
        """Show the stacks in the order of their files."""
        self._table.set_rows([self._glance(stack) for stack in self.stacks()])
        self._all.styles.height = min(len(self.stacks()) + 2, self.size.height // 2)
        if self.desk.stack is not self._shown_open:
            self._shown_open = self.desk.stack
            self._table.move_to(self.desk.stack.name if self.desk.stack else None)
        self._show_wrong()

    def _show_wrong(self) -> None:
        glance = self._table.cursor_row
        wrong = [finding for finding in glance.findings if finding.level is not Level.OK] if glance else []
        nothing = "Nothing is wrong." if glance and glance.worst is Level.OK else ""
        self._wrong.empty = "Reading ..." if glance and glance.waiting else nothing
        self._wrong.set_rows(wrong)
        self._problems.title = f"Problems of {glance.stack.name}" if glance else "Problems"
        self._problems.note(tally(finding.level for finding in wrong))

    def on_table_cursor_moved(self, event: Table.CursorMoved) -> None:
        """Show what is wrong with the stack under the cursor."""
        if event.table is self._table:
            self._show_wrong()
            self.show_banner()

    def _glance(self, stack: Stack) -> Glance:
        readings = [(self.desk.source(name), reading) for name, reading in self.by_source(stack).items()]
        found, at = judged(readings), freshness(readings)[0]
        return Glance(stack, tuple(found), at, waiting(readings), self.desk.stack_problem(stack))

    async def on_table_selected(self, event: Table.Selected) -> None:
        """Open the stack, or the resource of a problem in it."""
        from screens.resource import ResourceScreen

        stack = self.stack_in_hand()
        if stack is None:
            return
        self.desk.choose(stack)
        await self.app.run_action("open('health')")
        if event.table is self._wrong and not is_many(event.row):
            self.app.push_screen(ResourceScreen(self.desk, stack, event.row.resource))
