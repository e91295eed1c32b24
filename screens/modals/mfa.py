"""The code of an MFA device, asked for here and never on the terminal underneath."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from console.desk.desk import Desk
from console.problems import Problem
from console.stack.stack import Stack
from widgets.terminal.frame_rate import FrameRateModal


class MfaModal(FrameRateModal[None]):
    """Hands a code to the sign-in; whether AWS accepts it, the banner tells."""

    DEFAULT_CSS = """
    MfaModal {
        align: center middle;
        & > Vertical { width: 66; max-width: 98%; height: auto; padding: 0 1;
                       background: $surface; border: round $primary; }
        & Input { height: 1; border: none; padding: 0; margin: 1 0; background: $panel; }
        & Static { height: auto; }
        & #wrong { color: $error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Close")]

    def __init__(self, desk: Desk, stack: Stack | None, problem: Problem) -> None:
        super().__init__()
        self._desk = desk
        self._stack = stack
        self._problem = problem
        self._wrong = Static(Content(""), id="wrong")

    def compose(self) -> ComposeResult:
        """Whose code is asked for, and the line to type it in."""
        box = Vertical(
            Static(Content(f"{self._problem.what} Each code serves once: wait for a new one after use.")),
            Input(placeholder="six digits", max_length=12, compact=True),
            self._wrong,
        )
        box.border_title = "MFA code"
        box.border_subtitle = "enter gives it, esc closes"
        yield box

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the code; what is no code stays to be mended."""
        event.stop()
        try:
            self._desk.sign_in.mfa(event.value, self._stack)
        except ValueError as error:
            self._wrong.update(Content(str(error)))
            return
        event.input.value = ""
        self.app.notify("The code was handed over; AWS is asked anew.", markup=False)
        self.dismiss(None)
