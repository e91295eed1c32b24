"""The panes of one stack's logs: which groups are read, into how many panes, and what is under way.

It goes on whether a screen looks at it or not: lines wait in the buffers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from console import filter_pattern
from console.logs.event import LineKey, LogEvent
from console.logs.kinds import LogGroup
from console.logs.lines.buffer import MOST_BYTES, MOST_LINES, LogBuffer
from console.logs.lines.replay import events_of
from console.logs.lines.streams import Streams
from console.logs.reading.look_back import LookBack
from console.logs.tailing.following import Connect, Doing, GroupState
from console.logs.tailing.live_tail import LiveTail
from console.logs.tailing.tail import BACK, Tail
from console.text import Clean, clean

MOST_PANES: Final = 4

_SETTLED: Final = 60_000
"""Milliseconds before now that a search leaves to the tail, which notices lines that come late."""

_OLDER: Final = 900_000
"""Milliseconds that are read at a time as one goes up from the oldest line."""


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """What is read: lines that match a filter pattern, from `start_ms` on (None: the last five minutes).

    Without `end_ms` it is followed, with Live Tail where `live` says so. `at_ms` is the moment to go to. All are
    milliseconds since 1970.
    """

    pattern: str = ""
    live: bool = False
    start_ms: int | None = None
    end_ms: int | None = None
    at_ms: int | None = None


_NEWEST: Final = ReadRequest()


@dataclass(slots=True)
class Pane:
    """The groups that are shown together, and their lines."""

    groups: tuple[LogGroup, ...]
    buffer: LogBuffer

    @property
    def names(self) -> tuple[Clean, ...]:
        """The names of the groups, safe to show."""
        return tuple(clean(group.group) for group in self.groups)


@dataclass(slots=True)
class _Gap:
    """A row that says what is missing: of which group, in which buffer it is, and under which key."""

    at_ms: int
    text: Clean
    group: Clean | None
    buffer: LogBuffer
    key: LineKey


class Panes:
    """What is read of a stack's logs, and how it is shown: the sink of all that reads.

    `version` grows whenever there are other panes. `looking` is the last search back.
    """

    def __init__(self, connect: Connect, idle: Callable[[], float] = lambda: 0.0) -> None:
        self.streams = Streams()
        self.panes: tuple[Pane, ...] = ()
        self.wanted = ReadRequest()
        self.version = 0
        self.following = False
        self.looking: LookBack | None = None
        self._connect = connect
        self._idle = idle
        self._tail: Tail | LiveTail | None = None
        self._live: asyncio.Task[None] | None = None
        self._where: dict[Clean, LogBuffer] = {}
        self._gaps: dict[LineKey, _Gap] = {}
        self._gap_number = 0
        self._arranging = asyncio.Lock()
        self._changing = asyncio.Lock()
        self._over = False
        self.began_ms = self._from_ms = 0
        self._jump: int | None = None
        self._jump_later: int | None = None

    @property
    def groups(self) -> tuple[LogGroup, ...]:
        """All groups that are read."""
        return tuple(group for pane in self.panes for group in pane.groups)

    @property
    def split(self) -> bool:
        """Whether groups have panes of their own."""
        return len(self.panes) > 1

    @property
    def asked_seconds(self) -> float:
        """The length of the range that the last search back was asked for; the tail reads the last of it."""
        if self.looking is None:
            return 0.0
        start, end = self.looking.span
        to_now = self.wanted.end_ms is None and end > self.began_ms - 2 * _SETTLED
        return (end + to_now * _SETTLED - start) / 1000

    def states(self, pane: Pane) -> tuple[GroupState, ...]:
        """How following each group of a pane goes; nothing where none is followed."""
        names = set(pane.names)
        return tuple(state for state in self._tail.states if state.group in names) if self._tail else ()

    def take_jump(self) -> int | None:
        """The moment to go to, once, as soon as what is around it was read."""
        if self._jump_later is not None and self._tail is not None:
            if any(state.doing is Doing.STARTING for state in self._tail.states):
                return None
            self._jump, self._jump_later = self._jump_later, None
        at_ms, self._jump = self._jump, None
        return at_ms

    def go_to(self, groups: Sequence[LogGroup], at_ms: int) -> bool:
        """Go to a moment where just these groups are read, all their lines, and from before it; else False."""
        same = set(self.groups) == set(groups) and not self.wanted.pattern and self.wanted.end_ms is None
        if same and at_ms >= self._from_ms and not (self.looking and self.looking.running):
            self._jump = at_ms
            return True
        return False

    # What is read

    async def open(self, groups: Sequence[LogGroup], wanted: ReadRequest = _NEWEST) -> None:
        """Read these groups in place of others.

        Raises `PatternError` for a pattern that AWS refuses, and `ValueError` for groups that Live Tail does not take.
        """
        filter_pattern.parse(wanted.pattern)
        if wanted.live:
            LiveTail(self._connect, groups, self)
        async with self._changing:  # whoever opens meanwhile comes after, and nobody's tail is left behind
            await self._stop()
            if not self._over:
                self._open(tuple(groups), wanted)

    def _open(self, groups: tuple[LogGroup, ...], wanted: ReadRequest) -> None:
        split = self.split and len(groups) > 1
        self.wanted, self.streams, self._gaps = wanted, Streams(), {}
        self._arrange(groups, split=split)
        self.began_ms = now = int(time.time() * 1000)
        end = min(wanted.end_ms or now - _SETTLED, now)
        start = now - int(1000 * BACK) if wanted.start_ms is None else min(wanted.start_ms, end)
        self._from_ms = start
        if wanted.end_ms is None and groups:
            since = start if wanted.start_ms is None else end
            self._tail = Tail(self._connect, groups, self, pattern=wanted.pattern, since_ms=since, idle=self._idle)
            self.resume()
        at_tail = wanted.at_ms is not None and (wanted.start_ms is None or wanted.at_ms >= end)
        self._jump_later = wanted.at_ms if at_tail else None
        if wanted.start_ms is not None and groups:
            self._look((start, end), None if at_tail else wanted.at_ms)

    def resume(self) -> None:
        """Follow on, from where it was: what came meanwhile is read too."""
        if self._tail is not None and not self.following and not self._over:
            self.following = True
            if isinstance(self._tail, LiveTail):
                self._live = asyncio.create_task(self._tail.run())
            else:
                self._tail.start()

    def wake(self) -> None:
        """Read at once what is new."""
        if isinstance(self._tail, Tail):
            self._tail.wake()

    async def pause(self) -> None:
        """Follow no more for now; the lines stay."""
        self.following = False
        live, self._live = self._live, None  # at once: it may be resumed while these end
        if isinstance(self._tail, Tail):
            await self._tail.stop()
        elif live is not None:
            live.cancel()
            await asyncio.gather(live, return_exceptions=True)

    async def close(self) -> None:
        """Stop everything; the lines stay."""
        async with self._changing:
            await self._stop()

    async def end(self) -> None:
        """Stop everything for good: who still opens something here, as a screen that was on its way, opens nothing."""
        self._over = True
        await self.close()

    async def _stop(self) -> None:
        if self.looking is not None:
            await self.looking.stop()
        await self.pause()
        self._tail = self.looking = self._jump = self._jump_later = None

    def older(self, before_ms: int, to_ms: int | None = None) -> bool:
        """Read what was before the oldest line; False where a search is under way already."""
        if not self.panes or (self.looking and self.looking.running):
            return False
        start = min(before_ms, self._from_ms) - _OLDER if to_ms is None else min(to_ms, self._from_ms - 1)
        self._look((start, self._from_ms), to_ms)
        self._from_ms = start
        return True

    def _look(self, span: tuple[int, int], at_ms: int | None) -> None:
        self.looking = LookBack(
            self._connect,
            self.groups,
            self,
            span,
            pattern=self.wanted.pattern,
            at_ms=at_ms,
            reached=self._reached,
            ended=self._ended,
        )

    def _reached(self, at_ms: int) -> None:
        self._jump = at_ms

    def _ended(self, look: LookBack) -> None:
        """Say in each pane what a search did not read."""
        share = f"{look.progress.covered:.0%}"
        why = look.problem.what if look.problem else "it was stopped"
        for pane in self.panes:
            pane.buffer.add_gap(look.span[0], clean(f"of the range from here only {share} was searched: {why}"))

    # Where lines go (a Sink)

    def append(self, events: Sequence[LogEvent]) -> None:
        """Take events, each to the pane of its group."""
        if not self.split:
            for pane in self.panes:
                pane.buffer.append(events)
            return
        found: dict[int, list[LogEvent]] = {}
        buffers = [self._where.get(stream.group, self.panes[0].buffer) for stream in self.streams]
        for event in events:
            found.setdefault(id(buffers[event.stream]), []).append(event)
        for pane in self.panes:
            pane.buffer.append(found.get(id(pane.buffer), []))

    def add_gap(self, at_ms: int, text: Clean, group: Clean | None = None) -> LineKey:
        """Say at a moment that lines are missing, in the pane of their group."""
        buffer = self._buffer_of(group)
        self._gap_number += 1
        key = LineKey(at_ms, self._gap_number)
        self._gaps[key] = _Gap(at_ms, text, group, buffer, buffer.add_gap(at_ms, text))
        return key

    def fill_gap(self, key: LineKey) -> None:
        """Say that they are there."""
        gap = self._gaps.pop(key, None)
        if gap is not None:
            gap.buffer.fill_gap(gap.key)

    def sampled(self, answers: int) -> None:
        """Count answers that were only samples: of all groups together, so every pane says so."""
        for pane in self.panes:
            pane.buffer.sampled(answers)

    def _buffer_of(self, group: Clean | None) -> LogBuffer:
        first = self.panes[0].buffer
        return first if group is None else self._where.get(group, first)

    # How it is shown

    async def arrange(self, *, split: bool) -> None:
        """Give each group a pane of its own, the last pane what is left over; or all of them one. No line is lost."""
        async with self._arranging:
            former = self.panes
            self._arrange(self.groups, split=split)
            arranged = self.version
            for gap in self._gaps.values():
                gap.buffer = self._buffer_of(gap.group)
                gap.key = gap.buffer.add_gap(gap.at_ms, gap.text)
            for chunk in (chunk for pane in former for chunk in reversed(pane.buffer.chunks)):
                if self.version != arranged:
                    return  # other groups are read by now
                self.append(events_of(chunk))
                await asyncio.sleep(0)

    def _arrange(self, groups: tuple[LogGroup, ...], *, split: bool) -> None:
        most = MOST_PANES - 1 if len(groups) > MOST_PANES else MOST_PANES
        parts = [*((group,) for group in groups[:most]), groups[most:]] if split else [groups]
        parts = [part for part in parts if part] or [()]
        self.panes = tuple(Pane(part, LogBuffer(MOST_LINES // len(parts), MOST_BYTES // len(parts))) for part in parts)
        for pane in self.panes:
            pane.buffer.streams = self.streams
        self._where = {name: pane.buffer for pane in self.panes for name in pane.names}
        self.version += 1
