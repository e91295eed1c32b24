"""Text that scrolls by keys, made anew for every width, repainted only where it changed."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from rich.cells import get_character_cell_size
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.strip import Strip
from textual.style import Style

from widgets.lines import Lines, segments, strip
from widgets.table.paint import scroll_mark
from widgets.terminal.faults import not_shown

SIGNS: Final = "/:,_=&-"
"""What the parts of ARNs, paths and addresses end with."""


def hang(text: str, width: int, first: str = "", indent: int | None = None, style: str = "") -> list[Content]:
    """Text wrapped to `width` cells behind `first`, the following lines indented (by default under it)."""
    inset = len(first) if indent is None else indent
    end = fold(text, 0, width - len(first))
    lines = [Content.assemble((first, "$text-muted"), (text[:end].rstrip(), style))]
    while end < len(text):
        start, end = end, fold(text, end, width - inset)
        lines.append(Content.assemble(" " * inset, (text[start:end].rstrip(), style)))
    return lines


def fold(text: str, start: int, width: int) -> int:
    """Where the line that begins at `start` ends: at most `width` cells on, between words where it can be.

    The blanks between two lines belong to the first. 16,384 characters fold in 0.4 to 7 ms; Rich takes 1.5 to 20.
    """
    room = max(1, width)
    end = start + room if text.isascii() else _within(text, start, room)
    line_end = text.find("\n", start, end + 1)
    if line_end >= 0:
        return line_end + 1
    if end < len(text):
        words = end - len(text[start:end].lstrip(" "))
        blank = text.rfind(" ", words, end + 1)
        end = blank if blank >= 0 and not _wasteful(text, start, blank, room) else _after_sign(text, start, end)
        while end < len(text) and text[end] == " ":
            end += 1
    return min(end, len(text))


def _wasteful(text: str, start: int, blank: int, room: int) -> bool:
    """Whether to end a line at a blank leaves most of it empty, for a name that does not fit on the next one either."""
    following = text.find(" ", blank + 1)
    name = (following if following >= 0 else len(text)) - blank - 1
    return (blank - start) * 3 < room < name


def _after_sign(text: str, start: int, end: int) -> int:
    """Where a name that is longer than a line may end this one: after one of its signs, unless that wastes half."""
    sign = max(text.rfind(sign, start, end) for sign in SIGNS)
    return sign + 1 if sign - start >= (end - start) // 2 else end


def _within(text: str, start: int, width: int) -> int:
    """The end of what fits into so many cells, one character at least, with the marks that belong to it."""
    cells = 0
    for at in range(start, len(text)):
        cells += get_character_cell_size(text[at])
        if text[at] == "\n" or (cells > width and at > start):
            return at
    return len(text)


class TextView(Lines, can_focus=True):
    """Lines of content; a subclass gives them for a width in `content`. Keys: j k g G, arrows, page keys."""

    DEFAULT_CSS = """
    TextView {
        height: 1fr; padding: 0 0 0 1; background: $background;
        & > .text-view--scroll { color: $text-muted; }
        &:focus > .text-view--scroll { color: $primary; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"text-view--scroll"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("pagedown,space", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("home,g", "move(-1000000)", "Top", show=False),
        Binding("end,G", "move(1000000)", "End", show=False),
    ]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._top = 0
        self._content: list[Content] = []
        self._width = -1
        self._needle = ""
        self._found = -1

    def content(self, width: int) -> list[Content]:
        """All lines, each at most `width` cells."""
        return []

    def renew(self, *, home: bool = False) -> None:
        """Make the content anew and paint what changed; `home` goes back to the top."""
        self._width = -1
        if home:
            self._top = 0
        if self.styles.is_auto_height:
            self.refresh(layout=True)
        self.update_lines()

    def lines(self, width: int, height: int) -> list[Content]:
        """The lines in sight."""
        self._make(width - 2)
        self._top = max(0, min(self._top, len(self._content) - height))
        return self._content[self._top : self._top + height]

    def _make(self, width: int) -> None:
        if width != self._width:
            self._width = width
            try:
                self._content = [self._marked(line) for line in self.content(max(1, width))]
            except Exception as error:  # noqa: BLE001 - what cannot be shown is told in its place
                self._content = hang(not_shown(error), max(1, width), "? ")

    def _marked(self, line: Content) -> Content:
        """A line with what is looked for standing out."""
        if self._needle and self._needle in line.plain.lower():
            for found in re.finditer(re.escape(self._needle), line.plain.lower()):
                line = line.stylize("reverse", found.start(), found.end())
        return line

    def _strips(self, width: int, height: int) -> list[Strip]:
        base, bar = self.visual_style, self.get_visual_style("text-view--scroll")
        shown = self.lines(width, height)
        shown += [Content("")] * (height - len(shown))
        if width < 2:
            return [strip(line, width, base) for line in shown]
        return [self._edged(line, y, width, height, base, bar) for y, line in enumerate(shown)]

    def _edged(self, line: Content, y: int, width: int, height: int, base: Style, bar: Style) -> Strip:
        mark = scroll_mark(y, height, self._top, len(self._content))
        edge = segments(Content(f" {mark}"), 2, bar)
        return Strip([*segments(line, width - 2, base), *edge], width)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """All lines, for a view with ``height: auto`` (called by Textual)."""
        self._make(width - 2)
        return max(1, len(self._content))

    def find(self, text: str) -> int:
        """Mark where `text` occurs, capitals or not, and show the first such line; gives how many there are."""
        self._needle, self._found = text.lower(), -1
        self.renew()
        self.next_match(1)
        return sum(self._needle in line.plain.lower() for line in self._content) if self._needle else 0

    def next_match(self, by: int) -> None:
        """Show the next line with what is looked for, with -1 the one before; beyond the last comes the first."""
        places = [y for y, line in enumerate(self._content) if self._needle and self._needle in line.plain.lower()]
        if places:
            beyond = [y for y in places if (y > self._found if by > 0 else y < self._found)]
            order = beyond or places
            self._found = order[0] if by > 0 else order[-1]
            self._top = max(0, self._found - self.size.height // 3)
            self.update_lines()

    def action_move(self, by: int) -> None:
        """Scroll by lines."""
        top = max(0, min(self._top + by, len(self._content) - self.size.height))
        if top != self._top:
            self._top = top
            self.update_lines()

    def action_page(self, by: int) -> None:
        """Scroll by screenfuls."""
        self.action_move(by * max(1, self.size.height - 1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll by three lines."""
        event.stop()
        self.action_move(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll by three lines."""
        event.stop()
        self.action_move(-3)
