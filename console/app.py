"""The console: wires screens, keys and themes to the desk. It does no work of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.binding import Binding, BindingType
from textual.screen import Screen

from console.desk.screens import SCREENS, ScreenEntry
from console.process.crash import on_loop_error
from screens.first_frame import StartScreen
from screens.modals import offered, open_modal
from screens.quit import leave
from widgets.terminal.app import TerminalApp

if TYPE_CHECKING:
    from console.desk.desk import Desk


class ConsoleApp(TerminalApp[int]):
    """Groundskeeper in a terminal."""

    TITLE = "Groundskeeper"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "back", "Back or quit"),
        Binding("question_mark", "modal('help')", "Help", key_display="?"),
        Binding("L", "modal('sign_in')", "Sign in"),
        Binding("a", "modal('actions')", "Actions"),
        Binding("colon,ctrl+p", "palette", "Palette", key_display=":"),
        Binding("exclamation_mark", "modal('problems')", "Problems", key_display="!"),
        Binding("r", "refresh", "Refresh"),
        Binding("W", "modal('arm')", "Arm writing", show=False),
        Binding("P", "modal('profile')", "Profile and region", show=False),
        Binding("at", "open('journal')", "Journal", key_display="@", show=False),
    ]

    def __init__(self, make_desk: Callable[[], Desk], theme: str | None = None, first: str | None = None) -> None:
        super().__init__(theme)
        self._make_desk = make_desk
        self._first = first or next(iter(SCREENS))
        self.made_desk: Desk | None = None
        for name, entry in SCREENS.items():
            self.add_mode(name, partial(self._make, entry))
            self.bind(entry.key, f"open('{name}')", description=entry.label, show=False)

    @property
    def desk(self) -> Desk:
        """What the screens work at. Raises `RuntimeError` before the first frame, which needs nothing of it."""
        if self.made_desk is None:
            raise RuntimeError("The desk was used before the first frame was painted.")
        return self.made_desk

    def get_default_screen(self) -> StartScreen:
        """What is painted first."""
        return StartScreen()

    def on_mount(self) -> None:
        """Paint the frame first; all else begins behind it."""
        asyncio.get_running_loop().set_exception_handler(on_loop_error)
        self.call_after_refresh(self.begin)

    @work(group="desk")
    async def begin(self) -> None:
        """Show the first screen, read the stack files, join the demo; the screens follow the desk."""
        await asyncio.to_thread(self._import)
        self.desk.listen(self, self._desk_changed)
        await self.action_open(self._first)
        await self.desk.open()
        for outcome in self.desk.settled:
            name = outcome.run.title if outcome.run else ""
            self.notify(f"{name}. {outcome.what}", title=f"Earlier change: {outcome.state}", timeout=30, markup=False)

    def _import(self) -> None:
        SCREENS[self._first].load()
        self.made_desk = self._make_desk()

    def _make(self, entry: ScreenEntry) -> Screen[None]:
        return entry.load()(self.desk)

    def _desk_changed(self) -> None:
        """Where there are several stacks and none was open last, let the operator choose."""
        if self.desk.stacks and self.desk.stack is None:
            self.call_later(self.action_open, "stacks")
        if self.desk.stacks or self.desk.problem:
            self.desk.forget(self)

    async def on_unmount(self) -> None:
        """Stop polling and close every connection."""
        if self.made_desk is not None:
            await self.made_desk.close()

    async def on_event(self, event: events.Event) -> None:
        """Any key ends the pause of an idle console (called by Textual)."""
        if isinstance(event, events.Key) and self.made_desk is not None:
            self.made_desk.poller.touch()
        await super().on_event(event)

    async def action_open(self, name: str) -> None:
        """Open a screen: the one that is left stops watching. The present one is opened at its beginning.

        Before there is a desk the one that was asked for last is the one to begin with.
        """
        from screens.base import ConsoleScreen

        if self.made_desk is None:
            self._first = name
            return
        former = [screen for screen in self.screen_stack if isinstance(screen, ConsoleScreen)]
        if name == self.current_mode:
            for _ in former[1:]:
                await self.pop_screen()
            return
        await self.switch_mode(name)
        await self.action_close_others()
        for screen in former:
            await screen.left()

    async def action_close_others(self) -> None:
        """Close what lies over the screen and is about another stack than the open one, with what lies over that."""
        from screens.base import ConsoleScreen

        stack = self.screen_stack
        first = next((at for at, one in enumerate(stack) if isinstance(one, ConsoleScreen) and one.is_of_another), 0)
        while 0 < first < len(self.screen_stack):
            await self.pop_screen()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key does something now: not what works at the desk before there is one, nor a modal without use."""
        if action not in ("modal", "palette", "refresh"):
            return True
        return self.made_desk is not None and (action != "modal" or offered(str(parameters[0]), self.screen))

    def action_modal(self, name: str) -> None:
        """Open a modal over the screen."""
        open_modal(name, self.screen, self.desk)

    def action_palette(self) -> None:
        """Choose by name what to do."""
        from console.palette import open_palette

        open_palette(self)

    def action_refresh(self) -> None:
        """Read everything in sight anew."""
        from screens.base import ConsoleScreen

        if isinstance(self.screen, ConsoleScreen):
            self.screen.forget_fault()
        self.desk.poller.refresh_now()

    async def action_back(self) -> None:
        """Close what lies over the screen, or leave."""
        if len(self.screen_stack) > 1:
            await self.pop_screen()
        else:
            await self.action_quit()

    async def action_quit(self) -> None:
        """Leave the console, after what is at work."""
        leave(self, self.made_desk)

    def action_help_quit(self) -> None:
        """Ask whether ctrl+c was meant to leave (called by Textual)."""
        leave(self, self.made_desk, ask=True)
