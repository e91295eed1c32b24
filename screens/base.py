"""What every screen has: header, the bar of screens, banner, its own body, footer, and fresh readings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.widget import Widget

from console.desk.desk import Desk
from console.desk.screens import SCREENS
from console.problems import Problem
from console.readings.poller import ReadingKey
from console.readings.source import AnySource, Level, Reading
from console.stack.stack import Stack
from screens.header_state import header_state
from screens.sign_in import MFA, answers, open_sign_in
from screens.stack_readings import silent
from widgets.banner import Banner
from widgets.footer import Footer
from widgets.header import Header
from widgets.mode_bar import Mode, ModeBar
from widgets.terminal.frame_rate import FrameRateScreen

HEADER_SECONDS: Final = 5.0
"""How often calls and price in the header are brought up to date."""

GATHER_SECONDS: Final = 0.1
"""Readings that come within this time are painted together."""


class ConsoleScreen(FrameRateScreen[None]):
    """A screen of the console; a subclass gives its body, what it watches, and how to show it."""

    NAME: ClassVar[str]
    """Its name in `SCREENS`."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.readings: dict[ReadingKey, Reading[Any]] = {}
        self._watched: tuple[Stack, ...] = ()
        self._gathering = False
        self._silent: tuple[str, ...] = ()
        self._asked: Problem | None = None
        self._fault: Problem | None = None
        self._header = Header(header_state(desk))
        self._banner = Banner()

    def compose(self) -> ComposeResult:
        """The frame, and the subclass's body in it."""
        yield self._header
        yield ModeBar([Mode(entry.key, entry.label) for entry in SCREENS.values()], SCREENS[self.NAME].key)
        yield self._banner
        yield from self.body()
        yield Footer()

    def body(self) -> Iterable[Widget]:
        """The widgets of this screen."""
        return ()

    def stacks(self) -> tuple[Stack, ...]:
        """The stacks that this screen is about: the open one."""
        return (self.desk.stack,) if self.desk.stack else ()

    @property
    def is_of_another(self) -> bool:
        """Whether it is about another stack than the open one, under whose header it must not be shown."""
        return bool(self.desk.stack and self.stacks() and self.desk.stack not in self.stacks())

    def sources(self, stack: Stack) -> Iterable[AnySource]:
        """The Sources that this screen keeps fresh while it is open."""
        return ()

    def show(self) -> None:
        """Show `readings`, which have changed."""

    def selected_stack(self) -> Stack | None:
        """The stack that the operator is looking at."""
        return self.desk.stack

    def problem(self) -> Problem | None:
        """What keeps everything from being read, or the stack in hand; else what keeps all from being changed."""
        stack = self.selected_stack()
        problem = self.desk.problem or (self.desk.stack_problem(stack) if stack else None)
        return problem or (self.desk.changes.problem if self.desk.changes else None) or self._fault

    def show_fault(self, problem: Problem) -> None:
        """Say in the banner that something on this screen failed, until it is opened or read anew."""
        self._fault = problem
        self.show_banner()

    def forget_fault(self) -> None:
        """Say so no more: what fails again is told again."""
        self._fault = None
        self.show_banner()

    @property
    def is_open(self) -> bool:
        """Whether there is something to show readings on: not before it is mounted, nor once it is being closed."""
        return self.is_mounted and self.is_running and self.is_attached

    def on_mount(self) -> None:
        """Follow the desk."""
        self.desk.listen(self, self.desk_changed)
        self.set_interval(HEADER_SECONDS, self._tick)

    async def on_unmount(self) -> None:
        """Follow the desk no more."""
        self.desk.forget(self)
        await self.left()

    def on_screen_resume(self) -> None:
        """Watch again: safe to do twice, since a covering modal resumes its screen too."""
        self._fault = None
        self.desk_changed()

    async def left(self) -> None:
        """Another screen was opened: stop watching. A modal that covers this one does not end here."""
        self._watched = ()
        await self.desk.unwatch(self)

    def by_source(self, stack: Stack) -> dict[str, Reading[Any]]:
        """The readings of one stack by the names of their Sources."""
        return {key.source: reading for key, reading in self.readings.items() if key.stack == stack.name}

    def desk_changed(self) -> None:
        if not self.is_open or self not in self.app.screen_stack:
            return
        if self.is_of_another:
            self.app.call_later(self.app.run_action, "close_others")
            return
        self._show_header()
        self.show_banner()
        if self.stacks() != self._watched:
            self._watched = self.stacks()
            self._watch(self._watched)
        elif not self._watched:
            self.show()

    @work(group="watch", exclusive=True)
    async def _watch(self, stacks: tuple[Stack, ...]) -> None:
        await self.desk.unwatch(self)
        self.readings = {
            ReadingKey(stack.name, source.name): reading
            for stack in stacks
            for source, reading in self.desk.watch(self, stack, self.sources(stack), self._heard).items()
        }
        if self.is_open:
            self.show()

    def _heard(self, key: ReadingKey, reading: Reading[Any]) -> None:
        self.readings[key] = reading
        if not self._gathering and self.is_open:
            self._gathering = True
            self.set_timer(GATHER_SECONDS, self._show_gathered)

    def _show_gathered(self) -> None:
        self._gathering = False
        if self.is_open:  # a reading may come while the screen is being closed
            self.show()

    def _tick(self) -> None:
        """Bring the header up to date, and show which readings have become too old: no new one tells of that."""
        self._show_header()
        readings = [(self.desk.source(key.source), reading) for key, reading in self.readings.items()]
        silence = silent(readings, datetime.now(UTC))
        if silence != self._silent and self.is_open:
            self._silent = silence
            self.show()

    def _show_header(self) -> None:
        self._header.show(header_state(self.desk))

    def show_banner(self) -> None:
        """Say what is wrong with all of it, and which key mends it."""
        banner, problem = self._banner, self.problem()
        if problem is not None:
            key = "L signs in from here." if answers(problem) else ""
            banner.say(Level.CRIT, problem.what, f"{problem.hint} {key}".strip())
            self._ask_for(problem)
        elif self.desk.opening:
            banner.say(Level.OK, self.desk.opening)
        elif not self.desk.stacks:
            banner.say(Level.WARN, "There is no stack to show.", "Try --demo, or write a stack file.")
        else:
            banner.clear()
        self.refresh_bindings()

    def _ask_for(self, problem: Problem) -> None:
        """Ask for an MFA code without being told to, but once a problem, and never in the middle of typing."""
        typing = self.focused is not None and self.focused.check_consume_key("a", "a")
        if problem.code == MFA and problem != self._asked and self.is_current and not typing:
            self._asked = problem
            open_sign_in(self, self.desk)
