"""A pane of log lines: the lines, their status, the detail of one, and the bar in which one types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import ClassVar, Self

from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from console.logs.event import LineKey, LogLine
from console.logs.lines.buffer import LogBuffer
from console.moments import moment
from widgets.detail import utc_now
from widgets.log.bar import LogBar
from widgets.log.body import LogBody, Taken
from widgets.log.detail import LogDetail
from widgets.log.prompt import InForce, Prompt
from widgets.log.stamps import TimeStyle
from widgets.log.status import LineCounts, LogStatus, PaneStatus


class LogPane(Vertical):
    """The lines of a buffer, followed or held; `body` has all that one may ask of them in code."""

    DEFAULT_CSS = """
    LogPane {
        height: 1fr; width: 1fr;
        & > LogDetail { height: 45%; display: none; border-top: solid $panel; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "ask('search')", "Search", key_display="/"),
        Binding("ampersand", "ask('filter')", "Filter", key_display="&"),
        Binding("enter", "detail", "Details", key_display="enter"),
        Binding("e", "error(1)", "Next error"),
        Binding("E", "error(-1)", "Error before", show=False),
        Binding("n", "search(1)", "Next match", show=False),
        Binding("N", "search(-1)", "Match before", show=False),
        Binding("c", "columns", "Columns"),
        Binding("right_square_bracket", "marked(1)", "Next mark", key_display="]", show=False),
        Binding("left_square_bracket", "marked(-1)", "Mark before", key_display="[", show=False),
        Binding("T", "ask('time')", "Go to a time"),
        Binding("h", "ask('highlight')", "Highlight", show=False),
        Binding("u", "raw", "As it came", show=False),
        Binding("J", "ask('JMESPath')", "JMESPath", show=False),
        Binding("K", "ask('columns')", "Choose columns", show=False),
        Binding("C", "capitals", "Capitals count", show=False),
        Binding("y", "copy", "Copy"),
        Binding("o", "save", "Save"),
        Binding("escape", "clear", "Clear", show=False),
    ]

    @dataclass
    class Told(Message):
        """Something that a pane tells; `control` is the pane, so that handlers can select by it."""

        pane: LogPane

        @property
        def control(self) -> LogPane:
            """The pane."""
            return self.pane

    @dataclass
    class LineSelected(Told):
        """Another line is under the cursor; None where there is none."""

        line: LogLine | None

    @dataclass
    class FollowChanged(Told):
        """The newest line is followed from now on, or no longer."""

        following: bool

    @dataclass
    class CountsChanged(Told):
        """Something that the pane counts is another."""

        counts: LineCounts

    @dataclass
    class NeedOlder(Told):
        """One went up from the oldest line, whose time is `before_ms`, or to a moment before it, `to_ms`."""

        before_ms: int
        to_ms: int | None = None

    @dataclass
    class CopyWanted(Told):
        """This text is to be sent to the clipboard."""

        text: str

    @dataclass
    class SaveWanted(Told):
        """Lines are to be saved, `taken` or others; ``pane.body.texts`` gives them."""

        taken: Taken

    def __init__(
        self,
        buffer: LogBuffer,
        *,
        zone: tzinfo | None = None,
        now: Callable[[], datetime] = utc_now,
        empty: str = "No lines yet.",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.buffer = buffer
        self.body = LogBody(buffer, zone=zone, now=now, empty=empty)
        self._zone, self._now = zone, now
        self._detail = LogDetail(zone=zone)
        self._status = LogStatus()
        self._wanted = InForce(self.body, self._detail)
        self._bar = LogBar(self._put_typed, self.focus)
        self._origin: LineKey | None = None
        self._note = ""

    def compose(self) -> ComposeResult:
        """Lines, detail, status, bar."""
        yield self.body
        yield self._detail
        yield self._status
        yield self._bar

    def focus(self, scroll_visible: bool = True) -> Self:
        """Give the keys to the lines."""
        self.body.focus(scroll_visible)
        return self

    def put(self, asked: Prompt, text: str) -> None:
        """Filter, search, highlight, go to a time, or look into JSON, as if it were typed.

        Raises PatternProblem, MomentProblem or ExpressionProblem with a sentence, and leaves the pane as it is.
        """
        if asked is Prompt.MOMENT and text.strip():
            zone = UTC if self.body.time_style is TimeStyle.ZULU else self._zone
            self.jump(round(moment(text, self._now(), zone).timestamp() * 1000))
        self._wanted.put(asked, text)
        self._show_status()

    def jump(self, at_ms: int) -> None:
        """Go to the first line at or after a moment; `NeedOlder` is told where that lies before all lines."""
        self.body.show_moment(at_ms)
        first = self.body.view.oldest()
        if first is not None and at_ms < first.at_ms:
            self.post_message(self.NeedOlder(self, first.at_ms, at_ms))

    def say(self, note: str) -> None:
        """Tell something in the status line until the next thing that is told."""
        self._note = note
        self._show_status()

    # What is typed

    def action_ask(self, what: str) -> None:
        """Open the bar for what is typed."""
        asked = Prompt(what)
        self._origin = self.body.place.cursor
        if asked is Prompt.JMESPATH:
            self._open_detail()
        anew = asked in (Prompt.SEARCH, Prompt.MOMENT)
        self._bar.ask(asked, "" if anew else self._wanted.text[asked])

    def _put_typed(self, asked: Prompt, text: str) -> None:
        """As `put`; a search also goes to the nearest match at or above where one began to type."""
        self.put(asked, text)
        query = self.body.look.search
        if asked is Prompt.SEARCH:
            self.body.stop_hunting()
            if query and self._origin is not None:
                self.body.hunt(query, -1, start=self._origin._replace(number=self._origin.number + 1))

    def action_clear(self) -> None:
        """Close the detail, or take the filter away, or the search; pass on where there is none of these."""
        held = [asked for asked in (Prompt.FILTER, Prompt.SEARCH) if self._wanted.text[asked]]
        if self._detail.display:
            self.action_detail()
        elif held:
            self.put(held[0], "")
        else:
            raise SkipAction

    def action_capitals(self) -> None:
        """Let capitals count in filter, search and highlights, or not."""
        self._wanted.let_capitals_count(capitals=not self._wanted.capitals)
        self._show_status()

    # Where to go

    def action_search(self, step: int) -> None:
        """Go to the next match, or the one before."""
        query = self.body.look.search
        if query:
            self.body.hunt(query, self._way(step))
        else:
            self.action_ask(Prompt.SEARCH)

    def action_error(self, step: int) -> None:
        """Go to the next error, or the one before."""
        self.body.hunt_error(self._way(step))

    def _way(self, step: int) -> int:
        """Below the newest line there is nothing: who follows it wants to go up."""
        return -1 if self.body.place.following else step

    def action_marked(self, step: int) -> None:
        """Go to the next mark, or the one before."""
        self.say("" if self.body.next_mark(step) else "no other mark this way")

    def on_log_body_hunted(self, event: LogBody.Hunted) -> None:
        """Say where a search found nothing."""
        event.stop()
        self.say("" if event.line else f"no {event.wanted} {'below' if event.step > 0 else 'above'}")

    def on_log_body_look_changed(self, event: LogBody.LookChanged) -> None:
        """Say how lines look now."""
        event.stop()
        self._show_status()

    # How it looks

    def action_columns(self) -> None:
        """Show JSON lines in columns, or as they are."""
        if self.body.look.columns:
            self.put(Prompt.COLUMNS, "")
        elif not self.body.find_columns():
            self.say("no JSON lines here")

    def action_detail(self) -> None:
        """Show all that is known of the line under the cursor, or no longer."""
        if self._detail.display:
            self._detail.display = False
            self.body.focus()
        else:
            self._open_detail()

    def action_raw(self) -> None:
        """Show the line under the cursor as it came, or unfolded again."""
        if not self._detail.display:
            self._open_detail()
            self._detail.raw = False
        self._detail.turn()

    def _open_detail(self) -> None:
        self._detail.display = True
        self._fill_detail(self.body.line)

    def _fill_detail(self, line: LogLine | None) -> None:
        if self._detail.display:
            stream = self.buffer.streams[line.stream] if line and len(self.buffer.streams) else None
            more = tuple(self.body.more(line)) if line else ()
            self._detail.show(line, stream, more)

    # What is taken away, and what is told

    def action_copy(self) -> None:
        """Copy the marked lines, or the one under the cursor."""
        taken = Taken.MARKED if self.body.marks else Taken.LINE
        self.post_message(self.CopyWanted(self, "\n".join(self.body.texts(taken))))

    def action_save(self) -> None:
        """Save the marked lines, or what is shown."""
        self.post_message(self.SaveWanted(self, Taken.MARKED if self.body.marks else Taken.SHOWN))

    def on_log_lines_cursor_moved(self, event: LogBody.CursorMoved) -> None:
        """Follow the cursor with the detail."""
        event.stop()
        self._fill_detail(event.line)
        if self._note and not self.body.place.following:
            self.say("")
        self.post_message(self.LineSelected(self, event.line))

    def on_log_lines_follow_changed(self, event: LogBody.FollowChanged) -> None:
        """Say whether the newest line is followed."""
        event.stop()
        self.say("")
        self.post_message(self.FollowChanged(self, event.following))

    def on_log_lines_counts_changed(self, event: LogBody.CountsChanged) -> None:
        """Say the counts."""
        event.stop()
        self._show_status()
        self.post_message(self.CountsChanged(self, event.counts))

    def on_log_lines_need_older(self, event: LogBody.NeedOlder) -> None:
        """Ask whoever fills the buffer."""
        event.stop()
        self.post_message(self.NeedOlder(self, event.before_ms))

    def _show_status(self) -> None:
        body = self.body
        notes = (
            self._wanted.notes()
            + [str(body.time_style)] * (body.time_style is not TimeStyle.LOCAL)
            + ["wrapped"] * body.look.wrap
        )
        self._status.show(PaneStatus(body.counts, body.place.following, len(body.marks), self._note, tuple(notes)))
