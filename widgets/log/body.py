"""The lines of a log pane with all that one may ask of them; keys and bars are the pane's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.message import Message

from console.logs import json_lines
from console.logs.event import CONTINUES, LineKey, LogLine
from console.logs.levels import ERROR_PATTERN, LogLevel, level_of
from console.logs.lines import export
from console.logs.lines.query import LineQuery, Term
from console.logs.lines.search import Hunt, always
from widgets.log.lines import LogLines

_ERRORS: Final = LineQuery("error", (Term(ERROR_PATTERN, regex=True),))

_SAMPLE: Final = 200
"""Lines before the cursor that decide about the columns of JSON lines."""


class Taken(StrEnum):
    """Which lines are taken away."""

    LINE = "this line"
    MARKED = "the marked lines"
    SHOWN = "what is shown"
    BUFFERED = "everything that is kept"


class LogBody(LogLines):
    """Lines that can be filtered, searched, coloured, folded, marked and taken away."""

    @dataclass
    class Hunted(Message):
        """A search for the next line has ended: what it found, what it looked for, and which way."""

        line: LogLine | None
        wanted: str
        step: int

    @dataclass
    class LookChanged(Message):
        """Lines look different, or others are marked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "wrap", "Wrap"),
        Binding("t", "time", "Time"),
        Binding("z", "fold", "Fold"),
        Binding("Z", "fold_all", "Fold all", show=False),
        Binding("space", "mark", "Mark", key_display="space"),
    ]

    _hunt: Hunt | None = None

    # How lines look

    def set_look(self, **changes: Any) -> None:
        """Change how lines look; the names are those of `Look`."""
        self.look = replace(self.look, **changes)
        self.repaint()
        self.post_message(self.LookChanged())

    def action_wrap(self) -> None:
        """Wrap lines, or cut them at the edge and scroll sideways."""
        self.set_look(wrap=not self.look.wrap, offset=0)

    def action_time(self) -> None:
        """Show times of this machine, of UTC, or how long ago."""
        self.time_style = self.time_style.following
        self.set_look()

    def set_highlights(self, query: LineQuery) -> None:
        """Colour each included term of a query in a colour of its own."""
        self.set_look(highlights=tuple(LineQuery(term.text, (term,)) for term in query.includes))

    def set_columns(self, expressions: Sequence[str]) -> None:
        """Show JSON lines in columns of JMESPath expressions; none turns columns off. Raises ExpressionProblem."""
        self.set_look(columns=json_lines.chosen(expressions, self._objects()))

    def find_columns(self) -> bool:
        """Show JSON lines in the columns that those near the cursor suggest; False where there is no JSON there."""
        found = json_lines.columns(self._objects())
        self.set_look(columns=found)
        return bool(found)

    def _objects(self) -> list[dict[str, Any]]:
        last = self.view.nearest(self.place.cursor) if self.place.cursor and len(self.view) else -1
        texts = (self.view.line(rank).text for rank in range(max(0, last - _SAMPLE), last + 1))
        return [found for text in texts if (found := json_lines.parse(text)) is not None]

    # Which lines are shown

    def set_filter(self, query: LineQuery) -> None:
        """Show only what a query lets through, the first screenful of it at once; an empty one shows all."""
        self.view.set_query(query)
        self.search(enough=self.body_height)

    def action_fold(self) -> None:
        """Unfold what continues the line under the cursor, or fold it again."""
        line = self.line
        if line is not None:
            self.place.hold()
            self.place.cursor = self.view.head(line).key
            self.view.toggle(line)
            self.search()

    def action_fold_all(self) -> None:
        """Fold all that continues other lines, or nothing."""
        self.view.toggle_all()
        self.search()

    # Where the cursor goes

    def show(self, key: LineKey) -> None:
        """Put the cursor on a line, or on the one before where it would be."""
        self.place.show(self.view.nearest(key))
        self.repaint()

    def show_moment(self, at_ms: int) -> None:
        """Put the cursor on the first line at or after a moment."""
        self.place.show(self.view.rank(LineKey(at_ms, 0)))
        self.repaint()

    def hunt(
        self, query: LineQuery, step: int, *, start: LineKey | None = None, also: Callable[[str], bool] = always
    ) -> None:
        """Go to the next line after (`step` 1) or before (-1) the cursor, or `start`; `Hunted` tells the end."""
        start = start or self.place.cursor
        if start is not None:
            self._hunt = self.view.hunt(query, start, step, also)
            self._go_hunting(self._hunt, query.text, step)

    def hunt_error(self, step: int) -> None:
        """Go to the next line of level ERROR."""
        self.hunt(_ERRORS, step, also=lambda text: level_of(text) is LogLevel.ERROR)

    def stop_hunting(self) -> None:
        """Look for no line any more."""
        self._hunt = None

    def _go_hunting(self, hunt: Hunt, wanted: str, step: int) -> None:
        if hunt is not self._hunt:
            return
        if not hunt.advance():
            self.call_later(self._go_hunting, hunt, wanted, step)
            return
        self._hunt = None
        if hunt.found is not None:
            self.show(hunt.found.key)
            self._bring_into_sight(hunt.found)
        self.post_message(self.Hunted(hunt.found, wanted, step))

    def _bring_into_sight(self, line: LogLine) -> None:
        """Move the text sideways where the match that was found lies beyond an edge."""
        span = self.painter.first_match(line)
        if span is not None and not self.look.wrap:
            room, offset = self.painter.room, self.look.offset
            if not offset <= span[0] <= span[1] < offset + room:
                self.set_look(offset=0 if span[1] < room else max(0, span[0] - room // 3))

    # Marks, and what is taken away

    def action_mark(self) -> None:
        """Mark the line under the cursor, or take its mark away, and go one down."""
        if self.place.cursor is not None:
            self.marks ^= {self.place.cursor}
            self.action_move(1)
            self.post_message(self.LookChanged())

    def next_mark(self, step: int) -> bool:
        """Go to the next marked line (1) or the one before (-1); False where there is none."""
        cursor = self.place.cursor
        ahead = [key for key in self.marks if cursor and (key > cursor if step > 0 else key < cursor)]
        if ahead:
            self.show(min(ahead) if step > 0 else max(ahead))
        return bool(ahead)

    def texts(self, taken: Taken, *, stamped: bool = False, raw: bool = False) -> Iterator[str]:
        """Lines neither wrapped nor folded; `stamped` puts time and stream before each; `raw`: as they came."""
        streams = self.buffer.streams
        if taken in (Taken.SHOWN, Taken.BUFFERED):
            shown = self.view.snapshot(everything=taken is Taken.BUFFERED)
            return export.texts(shown, streams, stamped=stamped, raw=raw)
        keys = sorted(self.marks) if taken is Taken.MARKED else [self.place.cursor] if self.place.cursor else []
        found = [line for key in keys if (line := self.view.find(key)) is not None]
        lines = (line for head in found for line in (head, *self.more(head)))
        return (export.text(line, streams, stamped=stamped, raw=raw) for line in lines)

    def more(self, line: LogLine) -> list[LogLine]:
        """The lines that continue this one, where it is a head."""
        return [] if line.flags & CONTINUES else self.view.group(line)
