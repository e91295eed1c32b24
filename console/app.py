"""The console: wires screens, keys and themes to the desk. It does no work of its own."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import ClassVar

from msgspec.structs import replace
from textual import events, work
from textual.binding import Binding, BindingType

import themes
from console.crash import on_loop_error, write_crash
from console.desk import Desk
from console.memory import recall, remember
from screens import SCREENS
from screens.base import ConsoleScreen
from widgets.terminal.choke import GuardedApp


class ConsoleApp(GuardedApp[int]):
    """Groundskeeper in a terminal."""

    TITLE = "Groundskeeper"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "back", "Back or quit"),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("colon,ctrl+p", "palette", "Palette", key_display=":"),
        Binding("r", "refresh", "Refresh now"),
        Binding("exclamation_mark", "problems", "Problems", key_display="!"),
    ]

    def __init__(self, desk: Desk, theme: str | None = None) -> None:
        super().__init__()
        self.desk = desk
        for found in themes.load_all():
            self.register_theme(found)
        self.theme = theme if theme in themes.names() else themes.DEFAULT
        ConsoleScreen.modes = [(kind.KEY, kind.LABEL) for kind in SCREENS.values()]
        for name, kind in SCREENS.items():
            self.add_mode(name, partial(kind, desk))
            self.bind(kind.KEY, f"open('{name}')", description=kind.LABEL, show=False)

    async def on_mount(self) -> None:
        """Show the first screen; the desk is opened behind it."""
        asyncio.get_running_loop().set_exception_handler(on_loop_error)
        await self.switch_mode(self.desk.options.screen or next(iter(SCREENS)))
        self.open_desk()

    @work(group="desk")
    async def open_desk(self) -> None:
        """Read the stack files, join the demo; the screens follow the desk."""
        await self.desk.open()
        if self.desk.stack is None and len(self.desk.stacks) > 1:
            await self.action_open("stacks")

    async def on_unmount(self) -> None:
        """Stop polling and close every connection."""
        await self.desk.close()

    async def on_event(self, event: events.Event) -> None:
        """Any key ends the pause of an idle console (called by Textual)."""
        if isinstance(event, events.Key):
            self.desk.poller.touch()
        await super().on_event(event)

    async def action_open(self, name: str) -> None:
        """Open a screen; the one that is left stops watching."""
        former = self.screen_stack[0]
        if name != self.current_mode:
            await self.switch_mode(name)
            if isinstance(former, ConsoleScreen):
                await former.left()

    async def action_back(self) -> None:
        """Close what lies over the screen, or quit."""
        if len(self.screen_stack) > 1:
            await self.pop_screen()
        else:
            self.exit(0)

    def action_refresh(self) -> None:
        """Read everything in sight anew."""
        self.desk.poller.refresh_now()

    def action_help(self) -> None:
        """Show the keys of this screen."""
        from screens.modals.help import HelpModal

        self.push_screen(HelpModal(self.screen))

    def action_problems(self) -> None:
        """Show what could not be read, and why."""
        from screens.modals.problems import ProblemsModal

        self.push_screen(ProblemsModal(self.desk))

    def action_palette(self) -> None:
        """Choose by name what to do."""
        from console.palette import commands
        from screens.modals.palette import Command, PaletteModal

        def chosen(command: Command | None) -> None:
            if command is not None:
                command.run()

        self.push_screen(PaletteModal(list(commands(self, self.screen))), chosen)

    def use_theme(self, name: str) -> None:
        """Draw in other colours, also at the next start."""
        self.theme = name
        remember(replace(recall(), theme=name))

    def _handle_exception(self, error: Exception) -> None:
        """Write a crash file without local variables, instead of Textual's traceback with them."""
        write_crash(error)
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()
