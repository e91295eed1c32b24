"""What to read of log groups: what comes, a range back in time, or Live Tail; and only lines of a filter pattern."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar, Final, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from console import filter_pattern
from console.logs.ranges import time_range
from console.logs.tailing.live_tail import TERMS
from console.logs.tailing.panes import ReadRequest
from console.moments import MomentProblem
from widgets.table.layout import Column
from widgets.table.table import Table
from widgets.terminal.frame_rate import FrameRateModal

LIVE: Final = "live"


class ReadChoice(NamedTuple):
    """What one may read, and what is typed for it."""

    typed: str
    means: str


CHOICES: Final = (
    ReadChoice("", "what comes, from five minutes ago on"),
    ReadChoice("1h", "the last hour, then what comes"),
    ReadChoice("24h", "the last 24 hours, then what comes"),
    ReadChoice("7d", "the last 7 days, then what comes"),
    ReadChoice(LIVE, "Live Tail: within a second, for a price"),
)
COLUMNS: tuple[Column[ReadChoice], ...] = (
    Column("means", "Read", lambda choice: choice.means, width=30, share=1),
    Column("typed", "Typed", lambda choice: choice.typed, width=6),
)
HINT: Final = "Ranges: 90m, 1h, 24h, 7d; 14:05; 14:05 to 14:20; 19 Nov 14:05 to 19 Nov 15:00."
PATTERNS: Final = (
    'Patterns, as in CloudWatch Logs: ERROR  "two words"  ERROR -timeout  ?ERROR ?Exception  %5\\d\\d%  '
    '{ $.level = "error" }  [ip, user, , request, status = 5*, ...]. Empty: all lines. Capitals count.'
)


class LogReadModal(FrameRateModal[ReadRequest | None]):
    """Gives what is to be read, or None."""

    DEFAULT_CSS = """
    LogReadModal {
        align: center middle;
        & > Vertical { width: 78; max-width: 98%; height: auto; max-height: 100%; padding: 0 1;
                       background: $surface; border: round $primary; }
        & Table { height: 6; background: $surface; }
        & Input { height: 1; border: none; padding: 0; background: $panel; }
        & .log-read--label { text-style: bold; height: 1; margin: 1 0 0 0; }
        & #hint { color: $text-muted; height: auto; }
        & #fault { color: $error; height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close"),
        Binding("down", "move(1)", "Next choice", show=False, priority=True),
        Binding("up", "move(-1)", "Choice before", show=False, priority=True),
    ]

    def __init__(self, wanted: ReadRequest) -> None:
        super().__init__()
        self._table = Table[ReadChoice](COLUMNS, lambda choice: choice.typed, marks=False)
        self._table.can_focus = False
        self._range = Input(placeholder="what comes", compact=True, id="range")
        self._pattern = Input(
            wanted.pattern, placeholder="all lines", compact=True, id="pattern", select_on_focus=False
        )
        self._fault = Static("", id="fault", markup=False)
        self._hint = Static(Content(""), id="hint", markup=False)

    def compose(self) -> ComposeResult:
        """Choices, the range, the pattern, and room for what is wrong."""
        with Vertical() as box:
            box.border_title = "Read logs"
            box.border_subtitle = "enter reads, up and down choose, tab to the next line, esc closes"
            yield self._table
            yield Static("Range", classes="log-read--label", markup=False)
            yield self._range
            yield Static("Only lines that match", classes="log-read--label", markup=False)
            yield self._pattern
            yield self._fault
            yield self._hint

    def on_mount(self) -> None:
        """Begin with the range."""
        self._table.set_rows(CHOICES)
        self._range.focus()
        self._tell()

    def action_move(self, by: int) -> None:
        """Take another choice."""
        self._table.action_move(by)
        if self._table.cursor_row is not None:
            self._range.value = self._table.cursor_row.typed
            self._range.cursor_position = len(self._range.value)

    def on_table_selected(self) -> None:
        """Read what was chosen by mouse."""
        self.action_move(0)
        self._take()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once what is wrong."""
        event.stop()
        self._table.move_to(event.value.strip())
        self._tell()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Read it, if nothing is wrong."""
        event.stop()
        self._take()

    def _take(self) -> None:
        try:
            self.dismiss(self._read())
        except (MomentProblem, filter_pattern.PatternError):
            self._tell()

    def _read(self) -> ReadRequest:
        """What is typed. Raises `MomentProblem` and `PatternError`."""
        pattern, words = self._pattern.value.strip(), self._range.value.strip()
        filter_pattern.parse(pattern)
        if words in ("", LIVE):
            return ReadRequest(pattern, live=words == LIVE)
        start, end = time_range(words, datetime.now(UTC))
        return ReadRequest(pattern, start_ms=_ms(start), end_ms=_ms(end) if end else None)

    def _tell(self) -> None:
        fault = note = ""
        live = self._range.value.strip() == LIVE
        in_pattern = self.focused is self._pattern
        try:
            self._read()
            note = filter_pattern.parse(self._pattern.value).note
        except (MomentProblem, filter_pattern.PatternError) as problem:
            fault = str(problem)
        hint = str(TERMS) if live else PATTERNS if in_pattern else HINT
        self._fault.update(Content(fault or note))
        self._hint.update(Content(hint))

    def on_descendant_focus(self) -> None:
        """Show the help of the line in which one types."""
        self._tell()


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
