"""Arming: writing on a stack that starts read-only, for a while, with a reason."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from console.desk.desk import Desk
from console.gate.write_state import Locked
from console.problems import Failure
from console.stack.stack import Stack
from widgets.terminal.frame_rate import FrameRateModal


class ArmModal(FrameRateModal[bool]):
    """Gives whether the write state was changed."""

    DEFAULT_CSS = """
    ArmModal {
        align: center middle;
        & > Vertical { width: 76; max-width: 98%; height: auto; padding: 0 1;
                       background: $surface; border: heavy $warning; }
        & Input { height: 1; border: none; padding: 0; margin: 1 0; background: $panel; }
        & Static { height: auto; }
        & .place { color: $text-muted; }
        & #wrong { color: $error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(False)", "Close")]

    def __init__(self, desk: Desk, stack: Stack) -> None:
        super().__init__()
        self._desk = desk
        self._stack = stack
        self._write_state = desk.write_state
        self._place = Static(Content(self._where()), classes="place", markup=False)
        self._wrong = Static("", id="wrong", markup=False)

    def compose(self) -> ComposeResult:
        """Why it is read-only, what arming means, where that is, and the line for the reason."""
        stack, armed = self._stack, self._write_state.armed(self._stack)
        why = f"Read-only, since {stack.guard}. " if stack.guard else "Not production: writing is allowed as it is. "
        words = f"{why}Armed, it can be changed for 30 minutes; every change is recorded."
        if armed is not None:
            words = f"Writing is armed: {armed.reason}. Enter with an empty line makes it read-only again."
        with Vertical() as box:
            box.border_title = Content(f"Arm writing on {stack.name} ({stack.nature})")
            box.border_subtitle = "enter arms, esc closes"
            yield Static(Content(words), markup=False)
            yield self._place
            yield Input(placeholder="why, for the record", compact=True)
            yield self._wrong

    def on_mount(self) -> None:
        """Find out whose account it is, where nothing has asked yet."""
        if self._write_state.place(self._stack) is None:
            self._meet()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Arm with the reason, or disarm."""
        event.stop()
        if not event.value.strip() and self._write_state.armed(self._stack) is not None:
            self._write_state.disarm()
            self.dismiss(result=True)
            return
        try:
            self._write_state.arm(self._stack, event.value)
        except Locked as error:
            self._wrong.update(Content(str(error)))
            return
        self.dismiss(result=True)

    def _where(self) -> str:
        place = self._write_state.place(self._stack)
        if place is None:
            return "Asking AWS whose account it is ..."
        return f"Only for account {place.account} in {place.region}; it ends when stack, account or region is another."

    @work
    async def _meet(self) -> None:
        try:
            await self._desk.meet(self._stack)
        except Failure as failure:
            self._place.update(Content(str(failure)))
        else:
            self._place.update(Content(self._where()))


def open_arm(screen: Screen[Any], desk: Desk) -> None:
    """Ask for the reason for which the open stack is to be written on."""
    if desk.stack is not None:
        screen.app.push_screen(ArmModal(desk, desk.stack), lambda _: desk.tell())
