"""One row of the results of a query, each field whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from widgets.detail_lines import fact_lines
from widgets.terminal.frame_rate import FrameRateModal
from widgets.text_view import TextView


class RowText(TextView):
    """The fields of a row."""

    def __init__(self, fields: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._fields = fields

    def content(self, width: int) -> list[Content]:
        """The lines for a width."""
        return fact_lines(self._fields, width)


class LogRowModal(FrameRateModal[None]):
    """All fields of a row."""

    DEFAULT_CSS = """
    LogRowModal {
        align: center middle;
        & > RowText { width: 110; max-width: 96%; height: auto; max-height: 90%; padding: 0 1;
                      background: $surface; border: round $primary; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "dismiss", "Close")]

    def __init__(self, fields: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._fields = fields

    def compose(self) -> ComposeResult:
        """The text, scrolled by keys."""
        text = RowText(self._fields)
        text.border_subtitle = "j k scroll, esc closes"
        yield text
