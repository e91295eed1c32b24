"""All that is wrong at present, as a list; enter opens what it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen

from console.desk.desk import Desk
from screens.stacks.problems import Present, present, read_in_part
from widgets.level import level_cell, tally
from widgets.table.layout import Column
from widgets.table.table import Table
from widgets.terminal.frame_rate import FrameRateModal
from widgets.text_view import TextView, hang
from widgets.times import clock, span


def _since(row: Present) -> str:
    return clock(row.since, datetime.now(UTC)) if row.since else ""


COLUMNS: tuple[Column[Present], ...] = (
    Column("level", "Level", lambda row: level_cell(row.level), width=9, sort=lambda row: -row.level),
    Column("stack", "Stack", lambda row: row.stack, width=10, most=20, share=1),
    Column("where", "Of what", lambda row: row.where, width=14, good=24, most=40, share=2),
    Column("what", "What", lambda row: Content(row.what), width=24, share=4),
    Column("since", "Since", _since, width=12, hide=1),
    Column("check", "Check", lambda row: ", ".join(row.checks), width=14, most=24, share=1, hide=2),
)


def row_key(row: Present) -> tuple[object, ...]:
    """What makes a row the same one a second later, though an age in its words has changed."""
    return row.stack, row.checks, row.resources, row.level, row.what if row.resources else ""


class Explained(TextView):
    """The whole of one row."""

    def __init__(self) -> None:
        super().__init__()
        self._row: Present | None = None
        self.can_focus = False

    def show(self, row: Present | None) -> None:
        """Show a row."""
        self._row = row
        self.renew(home=True)

    def content(self, width: int) -> list[Content]:
        """What is wrong, of what, what to do, when it is read again."""
        row = self._row
        if row is None:
            return []
        lines = hang(f"{row.where}: {row.what} {row.hint}".strip(), width)
        told = [f"Check: {', '.join(row.checks)}."] if row.resources or len(row.checks) > 1 else []
        if row.next_at:
            left = (row.next_at - datetime.now(UTC)).total_seconds()
            told.append(f"Tried again in {span(left)}." if left >= 1 else "Tried again now.")
        return [*lines, *(line.stylize("$text-muted") for line in hang(" ".join(told), width) if told)]


class ProblemsModal(FrameRateModal[Present]):
    """What is wrong, since when, and what to do about it; gives the row that was chosen."""

    DEFAULT_CSS = """
    ProblemsModal {
        align: center middle;
        & > Table { width: 96%; max-width: 140; height: auto; max-height: 65%; border: round $primary;
                    background: $surface; }
        & > Explained { width: 96%; max-width: 140; height: 6; background: $surface; border: round $panel; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,exclamation_mark", "dismiss", "Close")]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        empty = "No problem in what is read at present: Health reads every check of the open stack."
        self._table = Table[Present](COLUMNS, row_key, empty=empty, marks=False)
        self._explained = Explained()

    def compose(self) -> ComposeResult:
        """The list, and the whole of the one under the cursor."""
        self._table.border_title = "Problems at present"
        self._table.border_subtitle = "enter opens, esc closes"
        yield self._table
        yield self._explained

    def on_mount(self) -> None:
        """Keep it up to date."""
        self._show()
        self.set_interval(1, self._show)

    def _show(self) -> None:
        found = present(self._desk)
        self._table.set_rows(found)
        title = Content.assemble("Problems at present  ", tally(row.level for row in found))
        if part := read_in_part(self._desk):
            title += Content.styled(f"  {part} of {len(self._desk.stacks)} stacks read in part", "$text-muted")
        self._table.border_title = title
        self._explained.display = bool(found)
        self._explained.show(self._table.cursor_row)

    def on_table_cursor_moved(self, event: Table.CursorMoved) -> None:
        """Explain the row under the cursor."""
        self._explained.show(event.row)

    def on_table_selected(self, event: Table.Selected) -> None:
        """Open what the row is about."""
        self.dismiss(event.row)


def open_problems(screen: Screen[Any], desk: Desk) -> None:
    """Show all that is wrong; opens the resource, or the Health of the stack, that is chosen."""

    async def follow(row: Present | None) -> None:
        stack = next((stack for stack in desk.stacks if row and stack.name == row.stack), None)
        if row is None or stack is None:
            return
        from screens.resource.screen import ResourceScreen

        desk.choose(stack)
        await screen.app.run_action("open('health')")
        if len(row.resources) == 1:
            screen.app.push_screen(ResourceScreen(desk, stack, row.resources[0]))

    screen.app.push_screen(ProblemsModal(desk), follow)
