"""The palette: type part of a name, enter does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from widgets.table.layout import Column
from widgets.table.table import Table
from widgets.terminal.frame_rate import FrameRateModal


@dataclass(frozen=True, slots=True)
class PaletteItem:
    """Something to do: its group, its name, its key if it has one, and the call that does it."""

    group: str
    name: str
    key: str
    run: Callable[[], object]


COLUMNS: tuple[Column[PaletteItem], ...] = (
    Column("name", "Do", lambda command: command.name, width=20, share=1),
    Column("group", "", lambda command: command.group, width=8),
    Column("key", "Key", lambda command: command.key, width=8),
)


class PaletteModal(FrameRateModal[PaletteItem | None]):
    """Gives the command that was chosen, or None."""

    DEFAULT_CSS = """
    PaletteModal {
        align: center top;
        & > Vertical {
            width: 72; max-width: 96%; height: auto; max-height: 80%; margin: 2 0;
            background: $surface; border: round $primary; padding: 0 1;
        }
        & Input { height: 1; border: none; padding: 0; background: $panel; }
        & Table { height: auto; max-height: 16; margin: 1 0 0 0; background: $surface; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+p", "dismiss(None)", "Close"),
        Binding("down", "move(1)", "Down", show=False, priority=True),
        Binding("up", "move(-1)", "Up", show=False, priority=True),
        Binding("pagedown", "page(1)", "Page down", show=False, priority=True),
        Binding("pageup", "page(-1)", "Page up", show=False, priority=True),
    ]

    def __init__(self, commands: Sequence[PaletteItem]) -> None:
        super().__init__()
        self._commands = tuple(commands)
        self._typed = Input(placeholder="type what to do", compact=True)
        self._table = Table[PaletteItem](COLUMNS, id, empty="Nothing has that name.", marks=False)
        self._table.can_focus = False

    def compose(self) -> ComposeResult:
        """The line to type in, and what matches."""
        box = Vertical(self._typed, self._table)
        box.border_title = "Palette"
        box.border_subtitle = "enter does it, esc closes"
        yield box

    def on_mount(self) -> None:
        """Show all at first."""
        self._table.set_rows(self._commands)
        self._typed.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow while one types."""
        self._table.set_filter(event.value)

    def on_input_submitted(self) -> None:
        """Choose what is under the cursor."""
        if self._table.cursor_row is not None:
            self.dismiss(self._table.cursor_row)

    def on_table_selected(self, event: Table.Selected) -> None:
        """Choose by mouse."""
        self.dismiss(event.row)

    def action_move(self, by: int) -> None:
        """Move in the list while the keys go to the line."""
        self._table.action_move(by)

    def action_page(self, by: int) -> None:
        """Move in the list by screenfuls."""
        self._table.action_page(by)
