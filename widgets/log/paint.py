"""A log line as cells: marks, time, stream, and the text with its level's colour and all that was searched for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from rich.segment import Segment
from textual.strip import Strip

from console.logs import json_lines
from console.logs.event import CONTINUES, GAP, LATE, LogLine
from console.logs.json_lines import JsonColumn
from console.logs.levels import LogLevel, level_of
from console.logs.lines.query import LineQuery
from console.logs.lines.stacktrace import TRACE
from console.logs.lines.view import LogView
from console.text import clean
from widgets.lines import fit
from widgets.log.layout import HANG, cells_of, cut_at, in_sight, wrapped
from widgets.log.stamps import Stamps
from widgets.log.styles import HIGHLIGHTS, STREAMS, RowStyles
from widgets.table.paint import CURSOR, MARK

GUTTER: Final = 3
LATE_SIGN: Final = "«"
MORE_SIGN: Final = "›"
LESS_SIGN: Final = "‹"
_KEPT_ROWS: Final = 300
_LEVELS: Final = {LogLevel.ERROR: "error", LogLevel.WARN: "warn", LogLevel.DEBUG: "debug"}


@dataclass(frozen=True)
class Look:
    """All that one may choose of how lines look."""

    wrap: bool = False
    offset: int = 0
    search: LineQuery = field(default_factory=LineQuery)
    highlights: tuple[LineQuery, ...] = ()
    columns: tuple[JsonColumn, ...] = ()


class LineShape(NamedTuple):
    """What is shown of a line: its text, where its rows begin and end, its level's ink, named spans, and how many lines
    continue it (below 0 where these are in sight)."""

    text: str
    rows: list[tuple[int, int]]
    ink: tuple[str, ...]
    spans: list[tuple[int, int, str]]
    more: int


class Painter:
    """Paints the lines of a view in one look, width and set of inks; it remembers the shapes of those that it saw."""

    def __init__(self, view: LogView, look: Look, inks: RowStyles, stamps: Stamps, width: int) -> None:
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
        self._shapes: dict[tuple[int, int], LineShape] = {}
        self._rows: dict[Any, Strip] = {}

    def forget(self) -> None:
        """Paint every row anew, as after a change of theme or focus."""
        self._rows.clear()

    @property
    def prefix(self) -> int:
        """Cells before the text."""
        return GUTTER + sum(width + 1 for width in (self.time_width, self.stream_width) if width)

    @property
    def room(self) -> int:
        """Cells for the text."""
        return max(1, self.width - self.prefix - 1)

    def first_match(self, line: LogLine) -> tuple[int, int] | None:
        """The cells of the first match of the search in a line."""
        shape = self.shape(line)
        spans = sorted((start, stop) for start, stop, name in shape.spans if name == "match")
        return (cells_of(shape.text[: spans[0][0]]), cells_of(shape.text[: spans[0][1]])) if spans else None

    def parts(self, line: LogLine) -> int:
        """How many rows a line takes."""
        return len(self.shape(line).rows) if self._wraps else 1

    def row(self, line: LogLine, part: int, *, cursor: bool, marked: bool, edge: str) -> Strip:
        """One row of a line, exactly as wide as there is room; `edge` is the cell at its end.

        It is remembered: where lines come slowly, most rows of a screen only stand elsewhere than before.
        """
        shape = self.shape(line)
        stamp = self.stamps.text(line.at_ms) if self.time_width and not part else ""
        key = (line.key, part, cursor, marked, edge, stamp, shape.more)
        strip = self._rows.get(key)
        if strip is None:
            pieces = self._prefix(line, stamp, part, cursor=cursor, marked=marked)
            pieces += self._text(shape, part, cursor=cursor)
            pieces.append(Segment(edge, self._inks("scroll", on_cursor=cursor)))
            strip = self._rows[key] = Strip(pieces).simplify().adjust_cell_length(self.width)
            if len(self._rows) > _KEPT_ROWS:
                self._rows.clear()
        return strip

    def _text(self, shape: LineShape, part: int, *, cursor: bool) -> list[Segment]:
        """What of a line's text is in sight, as wide as there is room for it."""
        base = self._inks(on_cursor=cursor)
        room = self.room
        if self._wraps:
            start, stop = shape.rows[part]
            blank = HANG if part else 0
        else:
            start, stop, blank = in_sight(shape.text, self._look.offset, room)
        pieces = [Segment(" " * blank, base)] if blank else []
        if start and not self._wraps:
            start += 1
            pieces.append(Segment(LESS_SIGN, self._inks("fold", on_cursor=cursor)))
        spans = [span for span in shape.spans if span[0] < stop and span[1] > start]
        for begin, end in cut_at(start, stop, [(first, last) for first, last, _ in spans]):
            names = [name for first, last, name in spans if first <= begin and end <= last]
            pieces.append(Segment(shape.text[begin:end], self._inks(*shape.ink, *names, on_cursor=cursor)))
        if self._wraps or stop == len(shape.text):
            return list(Strip(pieces).adjust_cell_length(room, base))
        more = Segment(MORE_SIGN, self._inks("fold", on_cursor=cursor))
        return [*Strip(pieces).adjust_cell_length(room - 1, base), more]

    def titles(self) -> Strip:
        """The names of the columns of JSON lines."""
        text = " " * self.prefix + self._in_columns([column.title for column in self._look.columns])
        return Strip([Segment(fit(text, self.width), self._inks("title"))])

    def _prefix(self, line: LogLine, stamp: str, part: int, *, cursor: bool, marked: bool) -> list[Segment]:
        sign = MARK if marked else LATE_SIGN if line.flags & LATE else " "
        pieces = [
            Segment(CURSOR if cursor else " ", self._inks("bar", on_cursor=cursor)),
            Segment(f"{' ' if part else sign} ", self._inks("fold" if marked else "late", on_cursor=cursor)),
        ]
        gap = bool(line.flags & GAP)
        if self.time_width:
            pieces.append(Segment(f"{stamp:<{self.time_width}} ", self._inks("time", on_cursor=cursor)))
        if self.stream_width:
            name = "" if part or gap else self._view.buffer.streams.short(line.stream)
            ink = f"stream-{line.stream % STREAMS}"
            pieces.append(Segment(fit(name, self.stream_width) + " ", self._inks(ink, on_cursor=cursor)))
        return pieces

    def shape(self, line: LogLine) -> LineShape:
        """What is shown of a line."""
        more = 0 if line.flags & (CONTINUES | GAP) else self._view.size_of_group(line)
        more = more if self._view.folded(line) else -more
        shape = self._shapes.get((line.number, more))
        if shape is None:
            if len(self._shapes) > _KEPT_ROWS:
                self._shapes.clear()
            shape = self._shapes[line.number, more] = self._shaped(line, more)
        return shape

    def _shaped(self, line: LogLine, more: int) -> LineShape:
        text = line.text if line.text.isprintable() else clean(line.text)
        if line.flags & GAP:
            return self._laid_out(f"╌╌╌ {text} ╌╌╌", ("gap",), [], 0)
        level = _LEVELS.get(level_of(text))
        lead = ""
        if more:
            lead = f"{'▸' if more > 0 else '▾'}{abs(more)} "
            text += self._end_of(line) if more > 0 else ""
        text = self._columned(text) if self._look.columns else text
        spans = [(first, last, "match") for first, last in self._look.search.spans(text)]
        for number, query in enumerate(self._look.highlights):
            spans += [(first, last, f"highlight-{number % HIGHLIGHTS}") for first, last in query.spans(text)]
        shifted = [(first + len(lead), last + len(lead), name) for first, last, name in spans]
        shifted += [(0, len(lead), "fold")] if lead else []
        return self._laid_out(lead + text, (level,) if level else (), shifted, more)

    def _laid_out(self, text: str, ink: tuple[str, ...], spans: list[tuple[int, int, str]], more: int) -> LineShape:
        return LineShape(text, wrapped(text, self.room) if self._wraps else [(0, len(text))], ink, spans, more)

    def _end_of(self, line: LogLine) -> str:
        """The end of a folded trace where that says what happened, as Python's does."""
        last = self._view.group(line)[-1].text
        says = line.text.startswith(TRACE) or level_of(last) is LogLevel.ERROR
        return f" … {clean(last)}" if says and not last.startswith(" ") else ""

    def _columned(self, text: str) -> str:
        found = json_lines.parse(text)
        if found is None:
            return text
        cells = [json_lines.cell(column, found) for column in self._look.columns]
        return self._in_columns(cells) if any(cells) else text

    def _in_columns(self, cells: list[str]) -> str:
        columns = self._look.columns
        widths = [column.width for column in columns[:-1]]
        return "  ".join([*(fit(cell, width) for cell, width in zip(cells, widths, strict=False)), *cells[-1:]])
