"""A log line as cells: marks, time, stream, and the text with its level's colour and all that was searched for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from rich.segment import Segment
from textual.strip import Strip

from console.logs import json_lines
from console.logs.event import CONTINUES, GAP, LATE, LogLine
from console.logs.json_lines import JsonColumn
from console.logs.levels import LogLevel, level_of
from console.logs.query import Query
from console.logs.stacktrace import TRACE
from console.logs.view import LogView
from console.text import clean
from widgets.lines import fit
from widgets.log.inks import HIGHLIGHTS, STREAMS, Inks
from widgets.log.layout import HANG, cells_of, cut_at, in_sight, wrapped
from widgets.log.stamps import Stamps
from widgets.table_paint import CURSOR, MARK

GUTTER: Final = 3
LATE_SIGN: Final = "«"
MORE_SIGN: Final = "›"
_LEVELS: Final = {LogLevel.ERROR: "error", LogLevel.WARN: "warn", LogLevel.DEBUG: "debug"}


@dataclass(frozen=True)
class Look:
    """All that one may choose of how lines look."""

    wrap: bool = False
    offset: int = 0
    search: Query = field(default_factory=Query)
    highlights: tuple[Query, ...] = ()
    columns: tuple[JsonColumn, ...] = ()


class Shape(NamedTuple):
    """What is shown of a line: its text, where its rows begin and end, its level's ink, and named spans."""

    text: str
    rows: list[tuple[int, int]]
    ink: tuple[str, ...]
    spans: list[tuple[int, int, str]]


class Painter:
    """Paints the lines of a view in one look, width and set of inks; it remembers the shapes of those that it saw."""

    def __init__(self, view: LogView, look: Look, inks: Inks, stamps: Stamps, width: int) -> None:
        self._view = view
        self._look = look
        self._inks = inks
        self.stamps = stamps
        self.width = width
        streams = view.buffer.streams
        self.stream_width = 0
        if len(streams) > 1 and width >= 60:
            longest = max(cells_of(streams.short(index)) for index in range(len(streams)))
            self.stream_width = min(longest, max(16, width // 5))
        self._wraps = look.wrap and not look.columns
        self.time_width = stamps.width if width >= 40 else 0
        self._shapes: dict[tuple[int, int], Shape] = {}

    @property
    def prefix(self) -> int:
        """Cells before the text."""
        return GUTTER + sum(width + 1 for width in (self.time_width, self.stream_width) if width)

    @property
    def room(self) -> int:
        """Cells for the text."""
        return max(1, self.width - self.prefix)

    def parts(self, line: LogLine) -> int:
        """How many rows a line takes."""
        return len(self.shape(line).rows) if self._wraps else 1

    def row(self, line: LogLine, part: int, *, cursor: bool = False, marked: bool = False) -> Strip:
        """One row of a line, exactly as wide as there is room."""
        base = self._inks(on_cursor=cursor)
        shape = self.shape(line)
        pieces = self._prefix(line, part, cursor=cursor, marked=marked)
        if self._wraps:
            start, stop = shape.rows[part]
            blank = HANG if part else 0
        else:
            start, stop, blank = in_sight(shape.text, self._look.offset, self.room)
        if blank:
            pieces.append(Segment(" " * blank, base))
        spans = [span for span in shape.spans if span[0] < stop and span[1] > start]
        for begin, end in cut_at(start, stop, [(first, last) for first, last, _ in spans]):
            names = [name for first, last, name in spans if first <= begin and end <= last]
            pieces.append(Segment(shape.text[begin:end], self._inks(*shape.ink, *names, on_cursor=cursor)))
        if stop == len(shape.text) or self._wraps:
            return Strip(pieces).adjust_cell_length(self.width, base)
        cut = Strip(pieces).adjust_cell_length(max(0, self.width - 1), base)
        return Strip([*cut, Segment(MORE_SIGN, self._inks("fold", on_cursor=cursor))])

    def titles(self) -> Strip:
        """The names of the columns of JSON lines."""
        text = " " * self.prefix + self._in_columns([column.title for column in self._look.columns])
        return Strip([Segment(fit(text, self.width), self._inks("title"))])

    def _prefix(self, line: LogLine, part: int, *, cursor: bool, marked: bool) -> list[Segment]:
        late = LATE_SIGN if line.flags & LATE and not part else " "
        signs = f"{CURSOR if cursor else ' '}{MARK if marked and not part else ' '}{late}"
        pieces = [Segment(signs, self._inks("bar" if cursor else "late", on_cursor=cursor))]
        gap = bool(line.flags & GAP)
        if self.time_width:
            time = "" if part else self.stamps.text(line.at_ms)
            pieces.append(Segment(f"{time:<{self.time_width}} ", self._inks("time", on_cursor=cursor)))
        if self.stream_width:
            name = "" if part or gap else self._view.buffer.streams.short(line.stream)
            ink = f"stream-{line.stream % STREAMS}"
            pieces.append(Segment(fit(name, self.stream_width) + " ", self._inks(ink, on_cursor=cursor)))
        return pieces

    def shape(self, line: LogLine) -> Shape:
        """What is shown of a line."""
        more = 0 if line.flags & (CONTINUES | GAP) else self._view.size_of_group(line)
        key = (line.number, more if self._view.folded(line) else -more)
        shape = self._shapes.get(key)
        if shape is None:
            if len(self._shapes) > 4000:
                self._shapes.clear()
            shape = self._shapes[key] = self._shaped(line, more)
        return shape

    def _shaped(self, line: LogLine, more: int) -> Shape:
        text = line.text if line.text.isprintable() else clean(line.text)
        if line.flags & GAP:
            return self._laid_out(f"╌╌╌ {text} ╌╌╌", ("gap",), [])
        level = _LEVELS.get(level_of(text))
        lead = ""
        if more:
            folded = self._view.folded(line)
            lead = f"{'▸' if folded else '▾'}{more} "
            text += self._end_of(line) if folded else ""
        text = self._columned(text) if self._look.columns else text
        spans = [(first, last, "match") for first, last in self._look.search.spans(text)]
        for number, query in enumerate(self._look.highlights):
            spans += [(first, last, f"highlight-{number % HIGHLIGHTS}") for first, last in query.spans(text)]
        shifted = [(first + len(lead), last + len(lead), name) for first, last, name in spans]
        shifted += [(0, len(lead), "fold")] if lead else []
        return self._laid_out(lead + text, (level,) if level else (), shifted)

    def _laid_out(self, text: str, ink: tuple[str, ...], spans: list[tuple[int, int, str]]) -> Shape:
        return Shape(text, wrapped(text, self.room) if self._wraps else [(0, len(text))], ink, spans)

    def _end_of(self, line: LogLine) -> str:
        """The end of a folded trace where that says what happened, as Python's does."""
        last = self._view.group(line)[-1].text
        says = line.text.startswith(TRACE) or level_of(last) is LogLevel.ERROR
        return f" … {clean(last)}" if says and not last.startswith(" ") else ""

    def _columned(self, text: str) -> str:
        found = json_lines.parse(text)
        if found is None:
            return text
        return self._in_columns([json_lines.cell(column, found) for column in self._look.columns])

    def _in_columns(self, cells: list[str]) -> str:
        columns = self._look.columns
        widths = [column.width for column in columns[:-1]]
        return "  ".join([*(fit(cell, width) for cell, width in zip(cells, widths, strict=False)), *cells[-1:]])
