"""The start: the frame of the console, painted at once, while what fills it is being imported."""

from __future__ import annotations

from datetime import UTC, datetime

from textual.app import ComposeResult
from textual.content import Content

from console.desk.screens import SCREENS
from widgets.header import HeaderState, header_line
from widgets.lines import Lines
from widgets.mode_bar import Mode, modes_line
from widgets.terminal.frame_rate import FrameRateScreen


class StartScreen(FrameRateScreen[None]):
    """What can be told before anything is known: it imports next to nothing, and is shown for a blink."""

    def compose(self) -> ComposeResult:
        """The top of every screen."""
        yield Top()


class Top(Lines):
    """Header and the bar of screens, as they look before there is a stack."""

    DEFAULT_CSS = "Top { height: 2; background: $panel; color: $foreground; }"

    def lines(self, width: int, height: int) -> list[Content]:
        """Both lines for a width."""
        modes = [Mode(entry.key, entry.label) for entry in SCREENS.values()]
        state = HeaderState(stack="Groundskeeper", environment="starting")
        return [header_line(state, width, datetime.now(UTC)), modes_line(modes, "", width)]
