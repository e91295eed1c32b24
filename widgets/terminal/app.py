"""What our App is beyond Textual's: our themes, guarded frames, keys in their order, faults that do not end it."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import App, ReturnType
from textual.binding import Binding, BindingType
from textual.driver import Driver

import themes
from widgets.terminal.driver import ConsoleDriver
from widgets.terminal.key_order import KeyOrder
from widgets.terminal.output_guard import GuardedApp
from widgets.terminal.textual_internals import SteadyStylesheet


class TerminalApp(GuardedApp[ReturnType]):
    """An App painted in one of our themes; a name that is none of theirs gives the default."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "suspend_process", "Suspend; fg in the shell brings it back", show=False, priority=True),
        Binding("ctrl+l", "repaint", "Paint the screen anew", show=False, priority=True),
    ]

    def __init__(self, theme: str | None = None) -> None:
        super().__init__()
        self._order = KeyOrder(self)
        name = theme if theme in themes.names() else themes.DEFAULT
        self.register_theme(themes.load(name))
        # Set before anything is styled: to change a theme later parses all styles once more.
        self.set_reactive(App.theme, name)
        self.stylesheet = SteadyStylesheet(variables=self.get_css_variables())

    def use_theme(self, name: str) -> None:
        """Draw in other colours. Raises KeyError for a theme that is not there."""
        self.register_theme(themes.load(name))
        self.theme = name

    @on(Driver.SignalResume)
    def action_repaint(self) -> None:
        """Paint all of the screen, whatever was written over it; what it shows stays as it is."""
        self.paint_all()

    @on(ConsoleDriver.NoShell)
    def _stays(self) -> None:
        self.notify("No shell started the console that could bring it back: it was not suspended.", markup=False)

    async def on_event(self, event: events.Event) -> None:
        """Take keys one after the other (called by Textual)."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded and self._order.waits(event):
            return
        await super().on_event(event)
