"""The table that every list uses: it draws only the rows on screen, and repaints only cells that changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Generic

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from widgets.lines import Lines
from widgets.table.layout import GUTTER, Column, Layout, Row, furthest, lay_out
from widgets.table.model import RowCounts, TableModel
from widgets.table.paint import Styles, TablePicture
from widgets.table.viewport import Viewport

_SLICE: Final = 0.008
"""Seconds of the UI loop that a filter takes at a time."""


class Table(Lines, Generic[Row], can_focus=True):
    """Rows of any type, in columns.

    New rows keep sort, filter, marks, the cursor (by `row_key`) and the place on screen. Keys: j k g G,
    arrows, page keys, enter, space and V to mark, s to sort, left and right for columns out of sight.
    """

    DEFAULT_CSS = """
    Table {
        height: 1fr; width: 1fr; background: $background; color: $foreground;
        & > .table--title { color: $text-muted; text-style: bold; }
        & > .table--cursor { background: $panel; }
        & > .table--bar { color: $text-muted; }
        & > .table--scroll { color: $text-muted; }
        & > .table--empty { color: $text-muted; }
        &:focus > .table--cursor { background: $block-cursor-background; text-style: bold; }
        &:focus > .table--bar { color: $primary; background: $block-cursor-background; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--title", "table--cursor", "table--bar", "table--scroll", "table--empty",
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Details", key_display="enter"),
        Binding("space", "mark", "Mark"),
        Binding("V", "mark_range", "Mark to here", show=False),
        Binding("s", "sort", "Sort"),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("home,g", "move(-1_000_000_000)", "First", show=False),
        Binding("end,G", "move(1_000_000_000)", "Last", show=False),
        Binding("right", "sideways(1)", "Columns to the right", show=False),
        Binding("left", "sideways(-1)", "Columns to the left", show=False),
    ]

    @dataclass
    class Told(Message):
        """Something that a table tells; `control` is the table, so that handlers can select by it."""

        table: Table[Any]

        @property
        def control(self) -> Table[Any]:
            """The table."""
            return self.table

    @dataclass
    class Selected(Told):
        """Enter was pressed on a row, or it was clicked twice."""

        row: Any

    @dataclass
    class CursorMoved(Told):
        """Another row is under the cursor; `row` is None where there is none."""

        row: Any

    @dataclass
    class CountsChanged(Told):
        """The number of rows shown, loaded, there in all or marked is another."""

        counts: RowCounts

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        row_key: Callable[[Row], Hashable],
        *,
        empty: str = "Nothing here.",
        marks: bool = True,
        fixed: int = 1,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.model: TableModel[Row] = TableModel(columns, row_key)
        self.empty = empty
        self._can_mark = marks
        self._fixed = fixed
        self._view = Viewport()
        self._cursor_key: Hashable = None
        self._offset = 0
        self._last_mark = 0
        self._placed = False
        self._about: Hashable = None
        self._told = RowCounts()

    # What others ask and tell

    @property
    def counts(self) -> RowCounts:
        """How many rows are shown, loaded, there in all, and marked."""
        return self.model.counts

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor, or None where nothing is shown."""
        return self.model.row(self._view.cursor) if self.model.order else None

    @property
    def marked_rows(self) -> list[Row]:
        """The marked rows, also those that a filter hides, in the order in which they came."""
        return self.model.marked

    @property
    def marked_unseen(self) -> list[Row]:
        """The marked rows that a filter hides."""
        return self.model.marked_unseen

    def set_rows(
        self,
        rows: Sequence[Row],
        total: int | None = None,
        *,
        more: bool = False,
        about: Hashable = None,
        hidden: Sequence[Row] = (),
    ) -> None:
        """Show these rows; `total` is how many there are where not all are loaded, `more` that more exist.

        `hidden` are rows that the screen leaves out for now, whose marks stay.
        `about` is what the rows belong to, such as a stack. Rows of another one are another list: it is shown from its
        top, in the order in which they come, without the sort, filter and marks of the list before.
        """
        if about != self._about:
            self._about = about
            self._start_over()
        self.model.set_rows(rows, total, more=more, hidden=hidden)
        self._settle()

    def set_filter(self, text: str) -> None:
        """Show only rows in which `text` occurs, capitals or not; an empty text shows all."""
        self.model.set_filter(text)
        self._search()

    def set_sort(self, key: str | None, *, descending: bool = False) -> None:
        """Order by a column; None is the order in which the rows came. Raises KeyError for no such column."""
        self.model.set_sort(key, descending=descending)
        self._settle()

    def move_to(self, key: Hashable) -> bool:
        """Put the cursor on the row with this key; False where it is not shown."""
        place = self.model.find(key)
        if place is not None:
            self._move(place)
        return place is not None

    def clear_marks(self) -> None:
        """Take all marks away."""
        self.model.marks.clear()
        self._repaint()

    # Keys and mouse

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Marking is offered only by tables that allow it (called by Textual)."""
        return self._can_mark or action not in ("mark", "mark_range")

    def action_select(self) -> None:
        """Tell that the row under the cursor was chosen."""
        row = self.cursor_row
        if row is not None:
            self.post_message(self.Selected(self, row))

    def action_mark(self) -> None:
        """Mark the row under the cursor, or take its mark away, and go one down."""
        if self.model.order:
            self.model.toggle(self._view.cursor)
            self._last_mark = self._view.cursor
            self._move(self._view.cursor + 1)

    def action_mark_range(self) -> None:
        """Mark all rows from the last one marked to the cursor."""
        if self.model.order:
            self.model.mark_range(min(self._last_mark, len(self.model.order) - 1), self._view.cursor)
            self._repaint()

    def action_sort(self) -> None:
        """Sort by the next column, ascending, then descending."""
        self.model.next_sort()
        self._settle()

    def action_move(self, by: int) -> None:
        """Move the cursor by rows."""
        self._move(self._view.cursor + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by screenfuls."""
        self._move(self._view.cursor + by * max(1, self._body - 1))

    def action_sideways(self, by: int) -> None:
        """Show columns further to the right or the left."""
        self._offset = max(0, min(furthest(self.model.columns, self._room, self._fixed), self._offset + by))
        self._repaint()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a second click chooses, one on a title sorts."""
        at = event.get_content_offset(self)
        if at is None:
            return
        place = self._view.top + at.y - self._head
        if at.y < self._head:
            self._sort_at(at.x - GUTTER)
        elif place < len(self.model.order):
            self._move(place)
            if event.chain == 2:
                self.action_select()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll without moving the cursor."""
        self._wheel(event, 3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll without moving the cursor."""
        self._wheel(event, -3)

    def _wheel(self, event: events.MouseEvent, by: int) -> None:
        event.stop()
        self._placed = True
        self._view.scroll(by, len(self.model.order), self._body)
        self._repaint()

    def _sort_at(self, x: int) -> None:
        for placed in self._columns.placed:
            if placed.x <= x < placed.x + placed.width:
                key = self.model.columns[placed.index].key
                self.set_sort(key, descending=self.model.sort == (key, False))

    # Order, place and paint

    @property
    def _head(self) -> int:
        return 1 if self.size.height > 1 else 0

    @property
    def _body(self) -> int:
        return max(1, self.size.height - self._head)

    @property
    def _room(self) -> int:
        return self.size.width - GUTTER - 2

    @property
    def _columns(self) -> Layout:
        return lay_out(self.model.columns, self._room, self._offset, self._fixed)

    def _search(self) -> None:
        self.model.advance(_SLICE)
        self._settle()
        if self.model.searching:
            self.call_later(self._search)

    def _start_over(self) -> None:
        """Forget what the operator did with the rows of another list."""
        self._placed, self._last_mark = False, 0
        self._view.top = 0
        self.model.start_over()

    def _settle(self) -> None:
        """After the order changed: find the cursor's row again and keep it where it is on screen.

        Until somebody has put the cursor on a row it stays at the top, where the worst comes to stand.
        """
        count, home = len(self.model.order), not self._placed
        place = None if home else self.model.find(self._cursor_key, self._view.cursor)
        if place is not None:
            self._view.follow(place, count, self._body)
        else:
            self._view.move(0 if home or self.model.needle else self._view.cursor, count, self._body)
        self._after_move()
        if self.styles.is_auto_height:
            self.refresh(layout=True)

    def _move(self, place: int) -> None:
        self._placed = True
        self._view.move(place, len(self.model.order), self._body)
        self._after_move()

    def _after_move(self) -> None:
        key = self.model.key(self._view.cursor) if self.model.order else None
        if key != self._cursor_key:
            self._cursor_key = key
            self.post_message(self.CursorMoved(self, self.cursor_row))
        self._repaint()

    def _repaint(self) -> None:
        if self.counts != self._told:
            self._told = self.counts
            self.post_message(self.CountsChanged(self, self._told))
        self.update_lines()

    def _strips(self, width: int, height: int) -> list[Strip]:
        places = (self._head, self._view.cursor, self._view.top)
        picture = TablePicture(self.model, self._columns, Styles.of(self), self.size, *places, self.empty)
        return [picture.line(y) for y in range(height)]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Title and rows, for a table with ``height: auto`` (called by Textual)."""
        return 1 + max(1, len(self.model.order))

    def resized(self) -> None:
        """Keep the cursor on screen, and no further to the right than there are columns."""
        self._offset = min(self._offset, furthest(self.model.columns, self._room, self._fixed))
        self._view.move(self._view.cursor, len(self.model.order), self._body)

    def on_resize(self) -> None:
        """Tell where the cursor is in the new size."""
        self._after_move()
