"""How a line of a table looks: gutter, cells, titles and scroll bar, each exactly as wide as it must be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Size
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from widgets.lines import fit, segments
from widgets.table.layout import GAP, GUTTER, Cell, Layout, Row
from widgets.table.model import TableModel

CURSOR: Final = "▌"
MARK: Final = "✓"


@dataclass(frozen=True, slots=True)
class Styles:
    """The styles that a table's CSS gives to its parts."""

    row: Style
    title: Style
    cursor: Style
    bar: Style
    scroll: Style
    empty: Style

    @classmethod
    def of(cls, table: Widget) -> Styles:
        """Read them from a table's component classes."""
        parts = ("title", "cursor", "bar", "scroll", "empty")
        return cls(table.visual_style, *(table.get_visual_style(f"table--{part}") for part in parts))


@dataclass(frozen=True, slots=True)
class TablePicture(Generic[Row]):
    """All that decides how a table looks at one moment: a line of it is a function of this and of `y`."""

    model: TableModel[Row]
    layout: Layout
    styles: Styles
    size: Size
    head: int
    cursor: int
    top: int
    empty: str

    def line(self, y: int) -> Strip:
        """One line of the screen, as wide as the table."""
        width, height = self.size
        place = self.top + y - self.head
        if y < self.head:
            line = self._title()
        elif place < len(self.model.order):
            line = self._row(place)
        else:
            line = self._blank(y - self.head)
        body = Strip(line).adjust_cell_length(max(0, width - 1), self._style(place, y).rich_style)
        mark = scroll_mark(y - self.head, height - self.head, self.top, len(self.model.order))
        edge = Segment(mark if y >= self.head else " ", self.styles.scroll.rich_style)
        return Strip([*body, edge]).adjust_cell_length(width)

    def _style(self, place: int, y: int) -> Style:
        on_cursor = y >= self.head and place == self.cursor and len(self.model.order) > 0
        return self.styles.cursor if on_cursor else self.styles.row

    def _row(self, place: int) -> list[Segment]:
        model, columns = self.model, self.model.columns
        row = model.row(place)
        at = place == self.cursor
        base, bar = (self.styles.cursor, self.styles.bar) if at else (self.styles.row, self.styles.row)
        marked = bool(model.marks) and model.row_key(row) in model.marks
        gutter = f"{CURSOR if at else ' '}{MARK if marked else ' '} "
        line = [Segment(gutter, bar.rich_style)]
        for number, placed in enumerate(self.layout.placed):
            column = columns[placed.index]
            if number:
                line.append(Segment(" " * GAP, base.rich_style))
            line += self._cell(column.shown(row), placed.width, base, right=column.align == "right")
        return line

    def _cell(self, cell: Cell, width: int, base: Style, *, right: bool) -> list[Segment]:
        if isinstance(cell, Content):
            return segments(cell, width, base, right=right)
        return [Segment(fit(cell, width, right=right), base.rich_style)]

    def _title(self) -> list[Segment]:
        columns, sort, style = self.model.columns, self.model.sort, self.styles.title.rich_style
        text = "‹  " if self.layout.left else "   "
        for number, placed in enumerate(self.layout.placed):
            column = columns[placed.index]
            arrow = "" if not sort or sort[0] != column.key else "▾" if sort[1] else "▴"
            title = fit(column.title, min(len(column.title), placed.width - len(arrow))) + arrow
            text += (" " * GAP if number else "") + fit(title, placed.width, right=column.align == "right")
        more = "›" if self.layout.right else " "
        return [Segment(fit(text, max(0, self.size.width - 2)) + more, style)]

    def _blank(self, line: int) -> list[Segment]:
        if line or self.model.order:
            return []
        text = self.empty
        if self.model.needle:
            text = "Searching …" if self.model.searching else "Nothing matches the filter; esc clears it."
        return [Segment(" " * GUTTER + text, self.styles.empty.rich_style)]


def scroll_mark(y: int, height: int, top: int, total: int) -> str:
    """What the scroll bar shows at line `y` of `height`, where `total` lines scroll and `top` is the first."""
    if total <= height or height < 1:
        return " "
    size = max(1, height * height // total)
    start = round((height - size) * top / (total - height))
    return "┃" if start <= y < start + size else " "
