"""A list of what there is for one line of a form: type part of a value or of its label, enter takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input

from console.operations.choices import Choice
from console.text import clean
from widgets.table.layout import Column
from widgets.table.table import Table
from widgets.terminal.frame_rate import FrameRateModal

COLUMNS: tuple[Column[Choice], ...] = (
    Column("value", "Value", lambda choice: clean(choice.value), width=24, share=2),
    Column("label", "", lambda choice: choice.label, width=20, share=3),
)


class ChoicesModal(FrameRateModal[str | None]):
    """Gives the value that was chosen, or None."""

    DEFAULT_CSS = """
    ChoicesModal {
        align: center middle;
        & > Vertical {
            width: 84; max-width: 96%; height: auto; max-height: 80%;
            background: $surface; border: round $primary; padding: 0 1;
        }
        & Input { height: 1; border: none; padding: 0; background: $panel; }
        & Table { height: auto; max-height: 16; margin: 1 0 0 0; background: $surface; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Close"),
        Binding("down", "move(1)", "Down", show=False, priority=True),
        Binding("up", "move(-1)", "Up", show=False, priority=True),
        Binding("pagedown", "page(1)", "Page down", show=False, priority=True),
        Binding("pageup", "page(-1)", "Page up", show=False, priority=True),
    ]

    def __init__(self, title: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._title = title
        self._choices = tuple(choices)
        self._typed = Input(placeholder="part of it", compact=True)
        self._table = Table[Choice](COLUMNS, lambda choice: choice.value, empty="None is like that.", marks=False)
        self._table.can_focus = False

    def compose(self) -> ComposeResult:
        """The line to type in, and what matches."""
        with Vertical(self._typed, self._table) as box:
            box.border_title = Content(self._title)
            box.border_subtitle = "enter takes it, esc closes"
        yield box

    def on_mount(self) -> None:
        """Show all at first."""
        self._table.set_rows(self._choices)
        self._typed.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow while one types."""
        self._table.set_filter(event.value)

    def on_input_submitted(self) -> None:
        """Take what is under the cursor."""
        if self._table.cursor_row is not None:
            self.dismiss(self._table.cursor_row.value)

    def on_table_selected(self, event: Table.Selected) -> None:
        """Take it by mouse."""
        self.dismiss(event.row.value)

    def action_move(self, by: int) -> None:
        """Move in the list while the keys go to the line."""
        self._table.action_move(by)

    def action_page(self, by: int) -> None:
        """Move in the list by screenfuls."""
        self._table.action_page(by)
