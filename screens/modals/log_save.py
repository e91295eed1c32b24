"""Which lines to save: those that are marked, shown, or all that are kept; with or without time and stream."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from widgets.log.body import Taken
from widgets.table.layout import Column
from widgets.table.table import Table
from widgets.terminal.frame_rate import FrameRateModal


class Saving(NamedTuple):
    """What is saved, and whether time and stream stand before each line."""

    taken: Taken
    stamped: bool


COLUMNS: tuple[Column[Saving], ...] = (
    Column("taken", "Save", lambda saving: saving.taken.capitalize(), width=26, share=1),
    Column("stamped", "", lambda saving: "with time (UTC) and stream" if saving.stamped else "as they came", width=28),
)


class LogSaveModal(FrameRateModal[Saving | None]):
    """Gives what is to be saved, or None."""

    DEFAULT_CSS = """
    LogSaveModal {
        align: center middle;
        & > Table { width: 70; max-width: 98%; height: auto; border: round $primary; background: $surface; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss(None)", "Close")]

    def __init__(self, taken: Sequence[Taken]) -> None:
        super().__init__()
        self._table = Table[Saving](COLUMNS, lambda saving: saving, marks=False)
        self._rows = [Saving(one, stamped) for one in taken for stamped in (True, False)]

    def compose(self) -> ComposeResult:
        """The choices."""
        self._table.border_title = "Save lines, whole, whatever is wrapped or folded"
        self._table.border_subtitle = "enter saves to a file here, esc closes"
        yield self._table

    def on_mount(self) -> None:
        """Show them."""
        self._table.set_rows(self._rows)
        self._table.focus()

    def on_table_selected(self, event: Table.Selected) -> None:
        """Choose."""
        self.dismiss(event.row)
