"""What every screen has: header, the bar of screens, banner, its own body, footer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from console.desk import Desk
from console.sources.base import AnySource, Level, Reading
from console.sources.poller import Key
from console.stack import Stack
from screens.frame import header_state
from widgets.banner import Banner
from widgets.footer import Footer
from widgets.header import Header
from widgets.mode_bar import Mode, ModeBar

HEADER_SECONDS = 5.0
"""How often calls and price in the header are brought up to date."""


class ConsoleScreen(Screen[None]):
    """A screen of the console; a subclass gives its body and says which Sources it shows."""

    NAME: ClassVar[str]
    KEY: ClassVar[str]
    LABEL: ClassVar[str]
    modes: ClassVar[Sequence[tuple[str, str]]] = ()
    """Key and label of every screen, for the bar; the app sets it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._shown: Stack | None = None

    def compose(self) -> ComposeResult:
        """The frame, and the subclass's body in it."""
        yield Header()
        yield ModeBar()
        yield Banner()
        yield from self.body()
        yield Footer()

    def body(self) -> Iterable[Widget]:
        """The widgets of this screen."""
        return ()

    def sources(self, stack: Stack) -> Iterable[AnySource]:
        """The Sources that this screen keeps fresh while it is open."""
        return ()

    def show_reading(self, key: Key, reading: Reading[Any]) -> None:
        """A Source of this screen has something new."""

    def show_stack(self, stack: Stack, readings: dict[AnySource, Reading[Any]]) -> None:
        """Another stack is open; `readings` is what is known of it."""

    def on_mount(self) -> None:
        """Follow the desk."""
        self.query_one(ModeBar).show([Mode(key, label) for key, label in self.modes], self.KEY)
        self.desk.listen(self, self._desk_changed)
        self.set_interval(HEADER_SECONDS, self._show_header)

    def on_unmount(self) -> None:
        """Follow the desk no more."""
        self.desk.forget(self)

    def on_screen_resume(self) -> None:
        """Watch again: safe to do twice, since a covering modal resumes its screen too."""
        self._desk_changed()

    async def left(self) -> None:
        """Another screen was opened: stop watching. A modal that covers this one does not end here."""
        self._shown = None
        await self.desk.unwatch(self)

    def _desk_changed(self) -> None:
        if not self.is_mounted or (not self.is_current and self not in self.app.screen_stack):
            return
        self._show_header()
        self._show_banner()
        stack = self.desk.stack
        if stack is not None and stack is not self._shown:
            self.run_worker(self._watch(stack), group="watch", exclusive=True)

    async def _watch(self, stack: Stack) -> None:
        await self.desk.unwatch(self)
        self._shown = stack
        self.show_stack(stack, self.desk.watch(self, stack, self.sources(stack), self.show_reading))

    def _show_header(self) -> None:
        self.query_one(Header).show(header_state(self.desk))

    def _show_banner(self) -> None:
        banner, stack = self.query_one(Banner), self.desk.stack
        problem = self.desk.problem or (self.desk.stack_problem(stack) if stack else None)
        if problem is not None:
            banner.say(Level.CRIT, problem.what, problem.hint)
        elif self.desk.opening:
            banner.say(Level.OK, self.desk.opening)
        elif stack is None:
            banner.say(Level.WARN, "There is no stack to show.", "Try --demo, or write a stack file.")
        else:
            banner.clear()
