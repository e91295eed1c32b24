"""All stacks at a glance: how bad, how many, how old, what is firing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from console.desk import Desk
from console.problems import Problem
from console.sources.base import AnySource, Finding, Level
from console.stack import Stack
from screens.base import ConsoleScreen
from screens.health import COLUMNS as PROBLEM_COLUMNS
from screens.health import finding_key
from screens.verdicts import freshness, is_many, judged, waiting
from widgets.level import STYLES, SYMBOLS, level_cell, tally
from widgets.panel import Panel
from widgets.table import Table
from widgets.table_layout import Column
from widgets.times import ago

NONE_YET = "No stack is known yet."


@dataclass(frozen=True)
class Glance:
    """One stack: its findings so far, when the oldest was made, and what keeps it from being asked."""

    stack: Stack
    findings: tuple[Finding, ...]
    oldest: datetime | None
    waiting: int
    problem: Problem | None

    @property
    def worst(self) -> Level | None:
        """The worst level; None before the first answer."""
        if self.problem is not None and not self.findings:
            return Level.UNKNOWN
        return max((finding.level for finding in self.findings), default=None)

    @property
    def first(self) -> str:
        """What is worst, in words."""
        if self.problem is not None:
            return f"{self.problem.what} {self.problem.hint}".strip()
        wrong = [finding for finding in self.findings if finding.level is not Level.OK]
        if wrong:
            return f"{wrong[0].resource}: {wrong[0].what}"
        return "Nothing is wrong." if self.findings and not self.waiting else ""


def _level(glance: Glance) -> Content:
    return Content.styled("… reading", "$text-muted") if glance.worst is None else level_cell(glance.worst)


def _counts(glance: Glance) -> Content:
    counts = Counter(finding.level for finding in glance.findings)
    shown = [level for level in sorted(Level, reverse=True) if counts[level]]
    return Content(" ").join(Content.styled(f"{SYMBOLS[level]}{counts[level]}", STYLES[level]) for level in shown)


def _environment(glance: Glance) -> Content:
    if glance.stack.production:
        return Content.styled("■ PRODUCTION", "bold $error")
    return Content(glance.stack.environment)


def _age(glance: Glance) -> str:
    return ago((datetime.now(UTC) - glance.oldest).total_seconds()) if glance.oldest else ""


COLUMNS: tuple[Column[Glance], ...] = (
    Column("level", "Level", _level, width=9, sort=lambda g: -(g.worst if g.worst is not None else -1)),
    Column("stack", "Stack", lambda g: g.stack.name, width=16, share=1, most=28),
    Column("environment", "Environment", _environment, width=12, most=16),
    Column("counts", "Counts", _counts, width=12, most=16),
    Column("first", "First of all", lambda g: Content(g.first), width=26, good=50, share=4),
    Column("age", "Read", _age, width=9, hide=1),
    Column("region", "Region", lambda g: g.stack.region or "", width=14, hide=2),
    Column("account", "Account", lambda g: g.stack.account or "", width=12, hide=3),
)


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

    def body(self) -> Iterable[Widget]:
        """One line a stack, and what is wrong with the one under the cursor."""
        yield Panel("Stacks", self._table, id="stacks")
        yield Panel("Problems", self._wrong, id="wrong")

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
        self.query_one("#stacks", Panel).styles.height = min(len(self.stacks()) + 2, self.size.height // 2)
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
        panel = self.query_one("#wrong", Panel)
        panel.title = f"Problems of {glance.stack.name}" if glance else "Problems"
        panel.note(tally(finding.level for finding in wrong))

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
