"""The smallest Textual app: the yardstick of a start."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Minimal(App[None]):
    """One word."""

    def compose(self) -> ComposeResult:
        yield Static("first frame")


Minimal().run()
