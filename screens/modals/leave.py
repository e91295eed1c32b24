"""The question before leaving: what is at work, and what goes on."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from console.desk.desk import Desk
from screens.quit import going_on
from widgets.terminal.frame_rate import FrameRateModal
from widgets.text_view import TextView, hang

LOOK_SECONDS = 0.2


class LeaveQuestion(TextView):
    """What leaving means now."""

    def __init__(self, desk: Desk | None) -> None:
        super().__init__()
        self._desk = desk
        self.waiting = False

    def content(self, width: int) -> list[Content]:
        """The lines for a width."""
        lines: list[Content] = []
        for run in self._desk.changes.at_work if self._desk and self._desk.changes else ():
            lines += hang(run.title, width, "▸ ")
        if self.waiting:
            return [*hang("Leaving as soon as this is done and recorded:", width), *lines]
        if lines:
            words = "A change is being made. Leaving waits until its step is done and recorded; nothing more is begun."
            lines += [Content(""), *hang(words, width)]
        if more := going_on(self._desk):
            lines += [Content(""), *hang(more, width)]
        return [*hang("Leave Groundskeeper?", width, style="bold"), *([Content("")] if lines else []), *lines]


class LeaveModal(FrameRateModal[bool]):
    """Gives whether to leave, once nothing is at work any more."""

    DEFAULT_CSS = """
    LeaveModal {
        align: center middle;
        & > LeaveQuestion { width: 64; max-width: 96%; height: auto; max-height: 90%; padding: 1 1 1 2;
                       background: $surface; border: round $warning; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "leave", "Leave"),
        Binding("escape,n,q", "dismiss(False)", "Stay"),
    ]

    def __init__(self, desk: Desk | None) -> None:
        super().__init__()
        self._desk = desk
        self._question = LeaveQuestion(desk)

    def compose(self) -> ComposeResult:
        """The question, and the keys that answer it."""
        self._question.border_title = "Leave"
        self._question.border_subtitle = "y leaves, esc stays"
        yield self._question

    def on_mount(self) -> None:
        """Look whether what was waited for is done."""
        self.set_interval(LOOK_SECONDS, self._look)

    def action_leave(self) -> None:
        """Leave, or wait for what is at work and leave then."""
        if self._desk is not None and self._desk.busy():
            self._desk.stop_taking()
            self._question.waiting = True
            self._question.border_subtitle = ""
        else:
            self.dismiss(result=True)

    def _look(self) -> None:
        self._question.renew()
        if self._question.waiting and not (self._desk and self._desk.busy()):
            self.dismiss(result=True)
