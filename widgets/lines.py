"""Widgets that know what they last painted, and paint only the cells that changed.

Textual sends a dirty region whole, so the smaller the region, the less goes over a slow line.
"""

from __future__ import annotations

from typing import ClassVar, Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual.content import Content
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from console.text import clean
from widgets.terminal.faults import not_shown

_CODES_A_CELL: Final = 5
"""A character and the four marks that `clean` leaves on it."""


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Text as exactly `width` cells: cut with an ellipsis or padded, wide characters counted as two."""
    text = text[: _in_sight(width)]
    if not (text.isascii() and text.isprintable()):
        text = clean(text)
    size = cell_len(text)
    if size > width:
        return f"{set_cell_size(text, width - 1)}…" if width > 1 else set_cell_size(text, max(0, width))
    pad = " " * (width - size)
    return pad + text if right else text + pad


def _in_sight(width: int) -> int:
    """More characters than can stand in so many cells: what is beyond need not be looked at to be cut."""
    return _CODES_A_CELL * (width + 1)


def one_line(content: Content) -> Content:
    """Content without line ends and control characters, its styles in place."""
    plain = content.plain
    if plain.isprintable():
        return content
    safe = "".join(char if char.isprintable() else "·" for char in plain)
    return Content(safe, list(content.spans))


def segments(content: Content, width: int, base: Style, *, right: bool = False) -> list[Segment]:
    """Content as segments of exactly `width` cells on a base style."""
    content = content if len(content) <= _in_sight(width) else content[: _in_sight(width)]
    content = one_line(content).truncate(width, ellipsis=True)
    found = [Segment(text, style.rich_style) for text, style in content.render(base, "", _parse) if text]
    size = sum(cell_len(segment.text) for segment in found)
    if size > width:
        return list(Strip(found).crop(0, width))
    if size < width:
        pad = Segment(" " * (width - size), base.rich_style)
        return [pad, *found] if right else [*found, pad]
    return found


def _parse(style: Style | str) -> Style:
    return Style.parse(style) if isinstance(style, str) else style


def strip(content: Content, width: int, base: Style) -> Strip:
    """Content as one line of exactly `width` cells."""
    return Strip(segments(content, width, base), width)


class Painted:
    """The lines that a widget shows now, by their place on screen."""

    def __init__(self) -> None:
        self._cells: dict[int, list[Segment]] = {}
        self._lines: dict[int, Strip] = {}

    def line(self, y: int) -> Strip | None:
        """The line at `y`, or None where it has to be made."""
        return self._lines.get(y)

    def keep(self, y: int, line: Strip) -> Strip:
        """Remember a line that is about to be painted; neighbours of one style become one, for fewer bytes."""
        self._cells[y] = list(line)
        self._lines[y] = line.simplify()
        return self._lines[y]

    def replace(self, y: int, line: Strip) -> Region | None:
        """Put a new line at `y` and say which cells differ from the old one; None where none does."""
        old = self._cells.get(y)
        if old is None:
            self.keep(y, line)
            return Region(0, y, line.cell_length, 1)
        start, end = _difference(old, list(line))
        if end == start:
            return None
        self.keep(y, line)
        return Region(start, y, end - start, 1)

    def clear(self) -> None:
        """Forget all lines, as after a change of size or theme."""
        self._cells.clear()
        self._lines.clear()


def _difference(old: list[Segment], new: list[Segment]) -> tuple[int, int]:
    """The first and the last cell at which two lines differ, a segment being the smallest unit."""
    if old == new:
        return 0, 0
    start = _common(old, new)
    width = sum(segment.cell_length for segment in new)
    if width != sum(segment.cell_length for segment in old):
        return 0, max(width, 1)
    return start, max(start, width - _common(old[::-1], new[::-1]))


def _common(old: list[Segment], new: list[Segment]) -> int:
    cells = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        cells += one.cell_length
    return cells


class Lines(Widget):
    """A few lines of content that repaint only where they changed: a base for headers and bars."""

    DEFAULT_CSS = "Lines { height: 1; width: 1fr; }"
    ALLOW_SELECT: ClassVar[bool] = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._painted = Painted()
        self._painted_for = Size(0, 0)

    def lines(self, width: int, height: int) -> list[Content]:
        """The content for a size in cells; a subclass says what. May give fewer lines than `height`."""
        return []

    def resized(self) -> None:
        """Make what depends on the size anew, before it is painted; a subclass says what. It posts no message."""

    def _notice_size(self) -> None:
        """Forget what was painted for another size.

        A Resize does not always tell of it: none is sent where the size was asked for between mounting and layout.
        """
        if self.outer_size != self._painted_for:
            self._painted_for = self.outer_size
            self._painted.clear()
            self.resized()

    def update_lines(self) -> None:
        """Make the lines anew and paint the cells that differ."""
        if not self.size:
            return
        self._notice_size()
        width, height = self.size
        for y, line in enumerate(self._made(width, height)):
            region = self._painted.replace(y, line)
            if region:
                self.refresh(region)

    def render_line(self, y: int) -> Strip:
        """One line of the widget (Textual's line API)."""
        self._notice_size()
        line = self._painted.line(y)
        if line is None:
            width, height = self.size
            for place, made in enumerate(self._made(width, height)):
                self._painted.keep(place, made)
            line = self._painted.line(y)
        return line or Strip.blank(self.size.width, self.rich_style)

    def _made(self, width: int, height: int) -> list[Strip]:
        """The lines, or in their place why there are none."""
        try:
            return self._strips(width, height)
        except Exception as error:  # noqa: BLE001 - what cannot be shown is told in its place
            blank = Strip.blank(width, self.rich_style)
            said = strip(Content(f"? {not_shown(error)}"), width, self.visual_style)
            return [said, *[blank] * (height - 1)]

    def _strips(self, width: int, height: int) -> list[Strip]:
        base = self.visual_style
        found = [strip(content, width, base) for content in self.lines(width, height)[:height]]
        blank = Strip.blank(width, base.rich_style)
        return found + [blank] * (height - len(found))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """All lines, for a widget with ``height: auto`` (called by Textual)."""
        return max(1, len(self.lines(width, 1000)))

    def notify_style_update(self) -> None:
        """Forget what was painted: the theme or the focus changed (called by Textual)."""
        self._painted.clear()
        super().notify_style_update()

    def on_resize(self) -> None:
        """Make the lines for the new size."""
        self._painted.clear()
        self.refresh()
