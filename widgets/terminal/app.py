"""What our App is beyond Textual's: the colours of our themes, guarded frames, a crash file in place of a traceback."""

from __future__ import annotations

from textual import events
from textual.app import App, ReturnType

import themes
from console.crash import write_crash
from widgets.terminal.choke import GuardedApp


class TerminalApp(GuardedApp[ReturnType]):
    """An App painted in one of our themes; a name that is none of theirs gives the default."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, theme: str | None = None) -> None:
        super().__init__()
        name = theme if theme in themes.names() else themes.DEFAULT
        self.register_theme(themes.load(name))
        # Set before anything is styled: to change a theme later parses all styles once more.
        self.set_reactive(App.theme, name)
        self.stylesheet.set_variables(self.get_css_variables())

    def use_theme(self, name: str) -> None:
        """Draw in other colours. Raises KeyError for a theme that is not there."""
        self.register_theme(themes.load(name))
        self.theme = name

    async def _on_key(self, event: events.Key) -> None:
        """Give a key to the line that opened while it was on its way: on a slow line "/err" comes as one packet.

        Without this its letters would be taken for the keys of the screen. A line in focus stops the letters that it
        takes, so one that arrives here was sent to another widget before.
        """
        focused = self.focused
        if focused is not None and focused.check_consume_key(event.key, event.character):
            event.prevent_default()
            focused.post_message(events.Key(event.key, event.character))

    def _handle_exception(self, error: Exception) -> None:
        """Write a crash file without local variables, instead of Textual's traceback with them."""
        write_crash(error)
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()
