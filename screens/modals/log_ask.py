"""A line that is asked for, or a yes before something that costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from widgets.terminal.frame_rate import FrameRateModal

_CSS = """
    align: center middle;
    & > Vertical { width: 76; max-width: 98%; height: auto; padding: 0 1;
                   background: $surface; border: round $primary; }
    & Input { height: 1; border: none; padding: 0; margin: 1 0 0 0; background: $panel; }
    & #fault { color: $error; height: auto; }
"""


class LogLineModal(FrameRateModal[str | None]):
    """Gives what was typed once `check` has nothing against it, or None; `check` gives a fault or nothing."""

    DEFAULT_CSS = f"LogLineModal {{ {_CSS} }}"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Close")]

    def __init__(self, title: str, words: str, value: str = "", check: Callable[[str], str] = lambda text: "") -> None:
        super().__init__()
        self._title, self._words, self._value, self._check = title, words, value, check
        self._fault = Static("", id="fault", markup=False)

    def compose(self) -> ComposeResult:
        """What is asked, the line, room for a fault."""
        with Vertical() as box:
            box.border_title = Content(self._title)
            box.border_subtitle = "enter takes it, esc closes"
            yield Static(Content(self._words), markup=False)
            yield Input(self._value, compact=True)
            yield self._fault

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once what is wrong."""
        event.stop()
        self._fault.update(Content(self._check(event.value.strip()) if event.value else ""))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take it, if nothing is wrong."""
        event.stop()
        fault = self._check(event.value.strip())
        if fault:
            self._fault.update(Content(fault))
        else:
            self.dismiss(event.value.strip())


class LogScanModal(FrameRateModal[bool]):
    """Whether to go on with what costs: no by default."""

    DEFAULT_CSS = f"LogScanModal {{ {_CSS} & > Vertical {{ border: heavy $warning; }} }}"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Run it"),
        Binding("escape,n,q,enter", "dismiss(False)", "Do not"),
    ]

    def __init__(self, words: str) -> None:
        super().__init__()
        self._words = words

    def compose(self) -> ComposeResult:
        """What it costs."""
        with Vertical() as box:
            box.border_title = "A large scan"
            box.border_subtitle = "y runs it, esc does not"
            yield Static(Content(self._words), markup=False)
