"""The lines themselves: a widget that draws what is in sight of a buffer, at most ten times a second."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from time import monotonic
from typing import Any, ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from console.logs.event import LineKey, LogLine
from console.logs.lines.buffer import LogBuffer
from console.logs.lines.view import LogView
from widgets.detail import utc_now
from widgets.lines import Lines
from widgets.log.paint import Look, Painter
from widgets.log.rendering import PaneRendering
from widgets.log.scroll import Scroll
from widgets.log.stamps import Stamps, TimeStyle, moment_of
from widgets.log.status import LineCounts
from widgets.log.styles import CLASSES, CSS, RowStyles

FRAME: Final = 0.1
"""Seconds between two paints at least: ten a second, however many lines come."""

UNSEEN: Final = 1.0
"""The same while another screen is in front."""

COUNT: Final = 0.5
"""Seconds between two tellings of counts that only grow: twice a second is as fast as one reads them."""

_STEP: Final = 8
"""Cells by which the text moves sideways."""


class LogLines(Lines, can_focus=True):
    """Lines of a log buffer, followed or held. Keys: j k g G, arrows, page keys, f."""

    DEFAULT_CSS = CSS
    COMPONENT_CLASSES: ClassVar[set[str]] = set(CLASSES)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("home,g", "oldest", "Oldest", show=False),
        Binding("end,G", "newest", "Newest, follow", show=False),
        Binding("f", "follow", "Follow"),
        Binding("right", "sideways(1)", "To the right", show=False),
        Binding("left", "sideways(-1)", "To the left", show=False),
    ]

    @dataclass
    class CursorMoved(Message):
        """Another line is under the cursor; None where there is none."""

        line: LogLine | None

    @dataclass
    class FollowChanged(Message):
        """The newest line is followed from now on, or no longer."""

        following: bool

    @dataclass
    class CountsChanged(Message):
        """Something that the pane counts is another."""

        counts: LineCounts

    @dataclass
    class NeedOlder(Message):
        """One went up from the oldest line; `before_ms` is its time. Not told while the buffer is full."""

        before_ms: int

    def __init__(
        self,
        buffer: LogBuffer,
        *,
        zone: tzinfo | None = None,
        now: Callable[[], datetime] = utc_now,
        empty: str = "No lines yet.",
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.buffer = buffer
        self.view = LogView(buffer)
        self.place = Scroll(self.view, self._parts)
        self.marks: set[LineKey] = set()
        self.empty = empty
        self.zone, self.now = zone, now
        self.time_style = TimeStyle.LOCAL
        self.look = Look()
        self._inks = RowStyles(self)
        self._made_for: tuple[Any, ...] = ()
        self.painter = Painter(self.view, self.look, self._inks, Stamps(self.time_style, now), 80)
        self._frame: Timer | None = None
        self._painted_at = 0.0
        self._searching = False
        self._told: tuple[LineKey | None, bool] = (None, True)
        self._told_counts = LineCounts()

    def on_mount(self) -> None:
        """Follow the buffer; what came meanwhile is there."""
        self.buffer.listen(self._buffer_changed)
        self.set_interval(10, self._let_age)
        self.set_interval(COUNT, self._tell_counts)
        self._buffer_changed()

    def on_unmount(self) -> None:
        """Follow it no more."""
        self.buffer.forget(self._buffer_changed)

    # What others ask

    @property
    def line(self) -> LogLine | None:
        """The line under the cursor."""
        return self.place.line

    @property
    def counts(self) -> LineCounts:
        """What the pane counts."""
        filtered = self.view.filter is not None
        return LineCounts(self.buffer.tally, len(self.view), self.place.new, filtered, self._searching)

    # Keys and mouse

    def action_move(self, by: int) -> None:
        """Move the cursor by one line."""
        self._ask_for_older(by)
        self.place.move(by)
        self.repaint()

    def action_page(self, by: int) -> None:
        """Move by a screenful."""
        self._ask_for_older(by)
        self.place.page(by)
        self.repaint()

    def action_oldest(self) -> None:
        """Go to the oldest line."""
        self._ask_for_older(-1)
        self.place.go_to(0)
        self.repaint()

    def action_newest(self) -> None:
        """Go to the newest line and stay with it."""
        self.place.follow()
        self.repaint()

    def action_follow(self) -> None:
        """Stay with the newest line, or hold the screen as it is."""
        if self.place.following:
            self.place.hold()
        else:
            self.place.follow()
        self.repaint()

    def action_sideways(self, by: int) -> None:
        """Show text further to the right or the left."""
        if not self.look.wrap:
            self.look = replace(self.look, offset=max(0, self.look.offset + by * _STEP))
            self.repaint()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is."""
        at = event.get_content_offset(self)
        row = at.y - (self.size.height - self.body_height) if at else -1
        if 0 <= row < len(self.place.rows):
            self.place.go_to(self.place.rows[row].rank)
            self.repaint()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll without moving the cursor."""
        event.stop()
        self.place.scroll(3)
        self.repaint()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll without moving the cursor."""
        event.stop()
        self._ask_for_older(-1)
        self.place.scroll(-3)
        self.repaint()

    def _ask_for_older(self, by: int) -> None:
        if by < 0 and self.place.rows and self.place.at_top and not self.buffer.full:
            self.post_message(self.NeedOlder(self.place.rows[0].line.at_ms))

    # Changes, searches, paint

    def _buffer_changed(self) -> None:
        if self._frame is None and self.is_attached:
            pause = FRAME if self.screen.is_current else UNSEEN
            wait = max(0.001, self._painted_at + pause - monotonic())
            self._frame = self.set_timer(wait, self._next_frame)

    def _next_frame(self) -> None:
        self._frame = None
        self.search()

    def search(self, enough: int | None = None) -> None:
        """Take in what changed, search a slice, paint; the rest of a search goes on between other things."""
        self._sync(enough)
        self.repaint()

    def _sync(self, enough: int | None = None) -> None:
        near = None if self.place.following else self.place.cursor
        done = self.view.sync(near) if enough is None else self.view.sync(near, enough=enough)
        if not done and not self._searching:
            self.call_later(self._go_on)
        self._searching = not done

    def _go_on(self) -> None:
        self._searching = False
        self._sync()
        if not self._searching or monotonic() > self._painted_at + FRAME:
            self.repaint()
        else:
            self.place.settle(self.body_height)

    def _let_age(self) -> None:
        if self.time_style is TimeStyle.RELATIVE:
            self.repaint()

    def repaint(self) -> None:
        """Find the rows in sight, paint what differs, tell what is another."""
        self._painted_at = monotonic()
        self._prepare()
        self.place.settle(self.body_height)
        self.update_lines()
        self._tell()

    def _prepare(self) -> None:
        """Make the painter anew where what it was made for has changed."""
        width, streams = max(2, self.size.width), len(self.buffer.streams)
        oldest = next((chunk.times[0] for chunk in self.buffer.chunks if len(chunk)), None)
        dated = oldest is not None and moment_of(oldest, self.zone).date() < self.now().astimezone(self.zone).date()
        stamps = Stamps(self.time_style, self.now, self.zone, dated, width >= 100)
        if (self.look, stamps, width, streams) != self._made_for:
            self._made_for = (self.look, stamps, width, streams)
            self.painter = Painter(self.view, self.look, self._inks, stamps, width)

    def _tell(self) -> None:
        line = self.line
        told = (line.key if line else None, self.place.following)
        before, self._told = self._told, told
        if told[0] != before[0]:
            self.post_message(self.CursorMoved(line))
        if told[1] != before[1]:
            self.post_message(self.FollowChanged(told[1]))
        if self._told_counts.searching != self._searching or self._told_counts.filtered != bool(self.view.filter):
            self._tell_counts()

    def _tell_counts(self) -> None:
        counts = self.counts
        if counts != self._told_counts:
            self._told_counts = counts
            self.post_message(self.CountsChanged(counts))

    def _parts(self, line: LogLine) -> int:
        return self.painter.parts(line)

    @property
    def body_height(self) -> int:
        """Rows for lines: all but the titles of JSON columns."""
        return max(1, self.size.height - bool(self.look.columns))

    def _strips(self, width: int, height: int) -> list[Strip]:
        empty = self.empty
        if self.view.filter is not None and len(self.buffer):
            empty = "Searching …" if self._searching else "Nothing matches the filter; esc clears it."
        marks, titles = frozenset(self.marks), height > self.body_height
        return PaneRendering(self.painter, self._inks, self.place, marks, titles, len(self.view), empty).lines(
            width, height
        )

    def notify_style_update(self) -> None:
        """Read the styles anew: the theme or the focus changed (called by Textual)."""
        self._inks.clear()
        self.painter.forget()
        super().notify_style_update()

    def resized(self) -> None:
        """Lay the lines out for the new size."""
        self._prepare()
        self.place.settle(self.body_height)
        self.place.see_cursor()
        self.place.settle(self.body_height)

    def on_resize(self) -> None:
        """Tell what is another in the new size."""
        self.repaint()
        self.refresh()
