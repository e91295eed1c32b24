"""A frame around what a Source gives: title, age, and the present problem."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget

from console.problems import Problem
from console.readings.source import Level, Reading
from widgets.level import STYLES, SYMBOLS
from widgets.lines import Lines
from widgets.terminal.faults import fault_of
from widgets.text_view import hang
from widgets.times import ago, span


def age_text(reading: Reading[Any], period: float, now: datetime) -> Content:
    """How old the value is: muted while fresh, with a warning sign once older than twice the period."""
    if reading.at is None:
        return Content.styled("no answer" if reading.problem else "reading …", "$text-muted")
    age = (now - reading.at).total_seconds()
    if period and age > 2 * period:
        return Content.styled(f"{SYMBOLS[Level.WARN]} stale {ago(age)}", STYLES[Level.WARN])
    return Content.styled(ago(age), "$text-muted")


def problem_lines(reading: Reading[Any], width: int, now: datetime) -> list[Content]:
    """What went wrong and what to do next, then when it is tried again."""
    if reading.problem is None:
        return []
    problem = reading.problem
    head = f"{SYMBOLS[Level.UNKNOWN]} {problem.kind}: "
    again = ""
    if reading.next_at is not None:
        left = (reading.next_at - now).total_seconds()
        again = f" Tried again in {span(left // 10 * 10)}." if left >= 10 else " Tried again now."
    lines = hang(f"{problem.what} {problem.hint}{again}".strip(), width - 1, head, 2)
    return [lines[0].stylize(STYLES[Level.UNKNOWN], 0, len(head)), *lines[1:]]


class PanelTitle(Lines):
    """Title and note of a panel."""

    DEFAULT_CSS = "PanelTitle { height: 1; background: $panel; }"

    def __init__(self) -> None:
        super().__init__()
        self._title = ""
        self._note = Content("")
        self._focused = False

    def show(self, title: str, note: Content, *, focused: bool) -> None:
        """Show these; equal ones cost nothing."""
        if (title, focused) != (self._title, self._focused) or not self._note.is_same(note):
            self._title, self._note, self._focused = title, note, focused
            self.update_lines()

    def lines(self, width: int, height: int) -> list[Content]:
        """The line for a width."""
        style = "bold $primary" if self._focused else "bold"
        return [Content.assemble(" ", (self._title, style), "   ", self._note)]


class PanelAge(Lines):
    """The age of what a panel shows, in a widget of its own, so that its tick sends a few bytes only."""

    DEFAULT_CSS = "PanelAge { height: 1; width: 22; background: $panel; }"

    def __init__(self) -> None:
        super().__init__()
        self._age = Content("")

    def show(self, age: Content) -> None:
        """Show an age; an equal one costs nothing."""
        if not self._age.is_same(age):
            self._age = age
            self.update_lines()

    def lines(self, width: int, height: int) -> list[Content]:
        """The age at the right end."""
        return [Content.assemble(" " * (width - self._age.cell_length - 1), self._age, " ")]


class PanelProblem(Lines):
    """The problem of a panel, beneath its title; hidden while there is none."""

    DEFAULT_CSS = "PanelProblem { display: none; height: auto; max-height: 4; padding: 0 1; background: $surface; }"

    def __init__(self) -> None:
        super().__init__()
        self._reading: Reading[Any] = Reading()
        self._now = datetime.now(UTC)

    def show(self, reading: Reading[Any], now: datetime) -> None:
        """Show the problem of a reading."""
        if reading.problem is None and not self.display:
            return
        before = len(self.lines(self.size.width, 4))
        self._reading, self._now = reading, now
        self.display = reading.problem is not None
        if len(self.lines(self.size.width, 4)) != before:
            self.refresh(layout=True)
        self.update_lines()

    def lines(self, width: int, height: int) -> list[Content]:
        """The problem for a width."""
        return problem_lines(self._reading, width, self._now)


class Panel(Vertical):
    """A titled frame around `body`, which shows the last good value whatever the present problem is.

    `period` is the Source's, in seconds: a value older than twice that is marked stale. `fill` is called
    with each value that differs from the one shown before.
    """

    DEFAULT_CSS = """
    Panel {
        height: 1fr; width: 1fr; background: $background;
        & > .panel--top { height: 1; }
    }
    """

    def __init__(
        self,
        title: str,
        body: Widget,
        *,
        period: float = 0,
        fill: Callable[[Any], object] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.title = title
        self.body = body
        self.period = period
        self._fill = fill
        self._now = now
        self._note = Content("")
        self._reading: Reading[Any] = Reading()
        self._fault: Problem | None = None
        self._top = PanelTitle()
        self._age = PanelAge()
        self._problem = PanelProblem()

    def compose(self) -> ComposeResult:
        """Title, problem, body."""
        with Horizontal(classes="panel--top"):
            yield self._top
            yield self._age
        yield self._problem
        yield self.body

    def on_mount(self) -> None:
        """Let the age grow: once a second, painted only where its text changed."""
        self.set_interval(1, self.tick)
        self.tick()

    def show(self, reading: Reading[Any]) -> None:
        """Show a reading: fills the body where its value is another, and keeps it where there is a problem."""
        before, self._reading, self._fault = self._reading, reading, None
        if self._fill and reading.value is not None and reading.value != before.value:
            try:
                self._fill(reading.value)
            except Exception as error:  # noqa: BLE001 - told in this panel; the others are filled all the same
                self._fault = fault_of(error)
        self.tick()

    def show_fault(self, problem: Problem) -> None:
        """Show that something in this panel failed, until the next reading."""
        self._fault = problem
        self.tick()

    def note(self, note: Content | str) -> None:
        """Show something behind the title, such as counts."""
        self._note = Content(note) if isinstance(note, str) else note
        self.tick()

    def tick(self) -> None:
        """Bring age and problem up to date."""
        now = self._now()
        untold = self._reading == Reading()
        age = Content("") if untold and not self.period else age_text(self._reading, self.period, now)
        self._top.show(self.title, self._note, focused=self.has_pseudo_class("focus-within"))
        self._age.show(age)
        own = self._reading if self._fault is None else replace(self._reading, problem=self._fault)
        self._problem.show(own, now)

    def on_descendant_focus(self) -> None:
        """Show in the title that the keys go here."""
        self.tick()

    def on_descendant_blur(self) -> None:
        """Show in the title that the keys go elsewhere."""
        self.tick()
