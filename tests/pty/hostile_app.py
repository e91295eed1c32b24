"""Draws every hostile string as it is, forty at a time: hostile_app.py [guarded|bare]."""

from __future__ import annotations

import sys
from functools import partial

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.strip import Strip
from textual.widget import Widget

from tests.hostile import HOSTILE
from widgets.terminal.output_guard import GuardedApp

PAGE = 40
DWELL = 0.25
"""Seconds for which a page stays: one that is turned at once may never reach the terminal on a busy machine."""
PAGES = [HOSTILE[start : start + PAGE] for start in range(0, len(HOSTILE), PAGE)]


class Careless(Widget):
    """A widget that hands text on as it got it, as its text and as its link."""

    page = 0

    def render_line(self, y: int) -> Strip:
        if y == self.size.height - 1 >= PAGE:
            self.set_timer(DWELL, partial(self.turn, self.page))
        if self.page >= len(PAGES):
            return Strip([Segment("all drawn")])
        if y >= len(PAGES[self.page]):
            return Strip([])
        hostile = PAGES[self.page][y]
        text = hostile.text[:150]
        return Strip([Segment(f"{hostile.name} "), Segment(text, Style(bold=True, link=f"https://{text}"))])

    def turn(self, page: int) -> None:
        if page == self.page < len(PAGES):
            self.page += 1
            self.refresh()


BINDINGS: list[BindingType] = [("q", "quit")]


class Bare(App[None]):
    """Draws without the guard, to see that it is the guard that helps."""

    BINDINGS = BINDINGS

    def compose(self) -> ComposeResult:
        yield Careless()


class Guarded(GuardedApp[None]):
    """Draws through the guard."""

    BINDINGS = BINDINGS

    def compose(self) -> ComposeResult:
        yield Careless()


if __name__ == "__main__":
    app = Bare() if "bare" in sys.argv else Guarded()
    app.run()
