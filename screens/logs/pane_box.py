"""One pane of the Logs screen: what is read, and its lines."""

from __future__ import annotations

from itertools import takewhile

from textual.app import ComposeResult
from textual.containers import Vertical

from console.logs.event import LineKey
from console.logs.levels import LogLevel, level_of
from console.logs.tailing.panes import Pane, Panes
from screens.logs.words import problems, title, words
from widgets.log.heading import LogHeading
from widgets.log.pane import LogPane


class LogBox(Vertical):
    """A heading and a log pane."""

    DEFAULT_CSS = "LogBox { width: 1fr; height: 1fr; }"

    def __init__(self, panes: Panes, pane: Pane) -> None:
        super().__init__()
        self.panes = panes
        self.pane = pane
        empty = "No lines yet." if pane.groups else "The stack names no log group: p chooses from those of the account."
        self.lines = LogPane(pane.buffer, empty=empty)
        self._heading = LogHeading()

    def compose(self) -> ComposeResult:
        """Heading and lines."""
        yield self._heading
        yield self.lines

    def on_mount(self) -> None:
        """Say how it goes at once."""
        self.tell()

    def tell(self) -> None:
        """Say how reading goes."""
        told = words(self.panes, self.pane)
        focused = self.has_pseudo_class("focus-within")
        self._heading.show(title(self.panes, self.pane), told, problems(self.panes, self.pane), focused=focused)

    def go_to(self, at_ms: int) -> None:
        """Put the cursor on the first line of a moment, or on the first of its errors."""
        body = self.lines.body
        body.search()
        view = body.view
        ranks = takewhile(lambda rank: view.line(rank).at_ms == at_ms, range(view.rank(LineKey(at_ms, 0)), len(view)))
        error = next((rank for rank in ranks if level_of(view.line(rank).text) is LogLevel.ERROR), None)
        if error is None:
            body.show_moment(at_ms)
        else:
            body.show(view.line(error).key)

    def on_descendant_focus(self) -> None:
        """Show that the keys go here."""
        self.tell()

    def on_descendant_blur(self) -> None:
        """Show that the keys go elsewhere."""
        self.tell()
