"""Arming: writing on a production stack, for a while, with a reason."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from console.desk import Desk
from console.stack import Stack
from console.write_state import Locked, WriteState
from widgets.terminal.pace import PacedModal


class ArmModal(PacedModal[bool]):
    """Gives whether the write state was changed."""

    DEFAULT_CSS = """
    ArmModal {
        align: center middle;
        & > Vertical { width: 76; max-width: 98%; height: auto; padding: 0 1;
                       background: $surface; border: heavy $warning; }
        & Input { height: 1; border: none; padding: 0; margin: 1 0; background: $panel; }
        & #wrong { color: $error; height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(False)", "Close")]

    def __init__(self, stack: Stack, write_state: WriteState) -> None:
        super().__init__()
        self._stack = stack
        self._write_state = write_state
        self._wrong = Static("", id="wrong", markup=False)

    def compose(self) -> ComposeResult:
        """What arming means, and the line for the reason."""
        stack, armed = self._stack, self._write_state.armed(self._stack)
        words = f"Writing on {stack.name} ({stack.environment}) is allowed for 30 minutes; every change is recorded."
        if armed is not None:
            words = f"Writing is armed: {armed.reason}. Enter with an empty line makes it read-only again."
        with Vertical() as box:
            box.border_title = "Arm writing"
            box.border_subtitle = "enter arms, esc closes"
            yield Static(Content(words), markup=False)
            yield Input(placeholder="why, for the record", compact=True)
            yield self._wrong

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Arm with the reason, or disarm."""
        event.stop()
        if not event.value.strip() and self._write_state.armed(self._stack) is not None:
            self._write_state.disarm(self._stack)
            self.dismiss(result=True)
            return
        try:
            self._write_state.arm(self._stack, event.value)
        except Locked as error:
            self._wrong.update(Content(str(error)))
            return
        self.dismiss(result=True)


def open_arm(screen: Screen[Any], desk: Desk) -> None:
    """Ask for the reason for which the open stack is to be written on."""
    if desk.stack is not None:
        screen.app.push_screen(ArmModal(desk.stack, desk.write_state), lambda _: desk.tell())
