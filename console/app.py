"""The console: wires screens, keys and themes to the desk. It does no work of its own."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual import events, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

import themes
from console.crash import on_loop_error, write_crash
from console.memory import recall, remember
from screens import SCREENS, Entry
from screens.start import StartScreen
from widgets.terminal.choke import GuardedApp

if TYPE_CHECKING:
    from console.desk import Desk


class ConsoleApp(GuardedApp[int]):
    """Groundskeeper in a terminal."""

    TITLE = "Groundskeeper"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "back", "Back or quit"),
        Binding("question_mark", "help", "Help", key_display="?"),
        Binding("colon,ctrl+p", "palette", "Palette", key_display=":"),
        Binding("a", "actions", "Actions"),
        Binding("W", "arm", "Arm writing", show=False),
        Binding("at", "open('journal')", "Journal", key_display="@", show=False),
        Binding("r", "refresh", "Refresh now"),
        Binding("exclamation_mark", "problems", "Problems", key_display="!"),
    ]

    def __init__(self, make_desk: Callable[[], Desk], theme: str | None = None, first: str | None = None) -> None:
        super().__init__()
        self._make_desk = make_desk
        self._first = first or next(iter(SCREENS))
        self._paint_in(theme if theme in themes.names() else themes.DEFAULT)
        for name, entry in SCREENS.items():
            self.add_mode(name, partial(self._make, entry))
            self.bind(entry.key, f"open('{name}')", description=entry.label, show=False)

    @cached_property
    def desk(self) -> Desk:
        """What the screens work at; made after the first frame, which needs nothing of it."""
        return self._make_desk()

    def busy(self) -> bool:
        """Whether a change is under way that must finish before the console ends."""
        return "desk" in vars(self) and self.desk.busy()

    def stop_taking(self) -> None:
        """Begin no further change."""
        if "desk" in vars(self):
            self.desk.stop_taking()

    def on_mount(self) -> None:
        """Paint the frame first; all else begins behind it."""
        asyncio.get_running_loop().set_exception_handler(on_loop_error)
        self.call_after_refresh(self.begin)

    @work(group="desk")
    async def begin(self) -> None:
        """Show the first screen, read the stack files, join the demo; the screens follow the desk."""
        await asyncio.to_thread(self._import)
        await self.action_open(self._first)
        await self.desk.open()
        if self.desk.stack is None and len(self.desk.stacks) > 1:
            await self.action_open("stacks")
        gc.freeze()
        gc.enable()

    def _import(self) -> None:
        SCREENS[self._first].load()
        self.desk  # noqa: B018

    def _make(self, entry: Entry) -> Screen[None]:
        return entry.load()(self.desk)

    async def on_unmount(self) -> None:
        """Stop polling and close every connection."""
        if "desk" in vars(self):
            await self.desk.close()

    async def on_event(self, event: events.Event) -> None:
        """Any key ends the pause of an idle console (called by Textual)."""
        if isinstance(event, events.Key) and "desk" in vars(self):
            self.desk.poller.touch()
        await super().on_event(event)

    async def action_open(self, name: str) -> None:
        """Open a screen; the one that is left stops watching."""
        from screens.base import ConsoleScreen

        if name != self.current_mode:
            former = self.screen_stack[0]
            await self.switch_mode(name)
            if isinstance(former, ConsoleScreen):
                await former.left()

    async def action_back(self) -> None:
        """Close what lies over the screen, or quit."""
        if len(self.screen_stack) > 1:
            await self.pop_screen()
        else:
            self.exit(0)

    def action_actions(self) -> None:
        """Offer all that can be done to what is selected."""
        from screens.gate import open_actions, selection_on

        selection = selection_on(self.screen, self.desk)
        if selection is not None:
            open_actions(self, self.desk, selection)

    def action_arm(self) -> None:
        """Allow changes of a production stack for a while, with a reason."""
        from screens.modals.arm import ArmModal

        if self.desk.stack is not None:
            self.push_screen(ArmModal(self.desk.stack, self.desk.write_state), lambda _: self.desk.tell())

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
        self.register_theme(themes.load(name))
        self.theme = name
        remember(replace(recall(), theme=name))

    def _paint_in(self, name: str) -> None:
        """Set the first theme before anything is styled: to change it later parses all styles once more."""
        self.register_theme(themes.load(name))
        self.set_reactive(App.theme, name)
        self.stylesheet.set_variables(self.get_css_variables())

    def get_default_screen(self) -> StartScreen:
        """What is painted first."""
        return StartScreen()

    def _handle_exception(self, error: Exception) -> None:
        """Write a crash file without local variables, instead of Textual's traceback with them."""
        write_crash(error)
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()
