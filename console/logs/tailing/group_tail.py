"""Follows one log group, and loses nothing.

What is new is read from a little before what was known, and each event is passed on once. Three things come later,
when nothing newer waits: spans are read once more for lines that came late; spans that could not be read in time are
filled; streams whose clock is wrong are read on their own.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from console.logs.classes import OTHER_CLASS
from console.logs.event import LogEvent
from console.logs.kinds import LogGroup
from console.logs.reading.pages import Pages, events_of
from console.logs.tailing.backfill import Backfills
from console.logs.tailing.dedupe import DedupeById
from console.logs.tailing.following import Connect, Doing, GroupState, Hole, Holes, Sink, TailTiming
from console.problems import Failure, Problem, ProblemKind, classify
from console.text import clean

if TYPE_CHECKING:
    from console.aws.call import Aws

_READ_AGAIN: Final = 5000
"""Events that are read again each time at most, where the overlap would hold more."""

_LEAST_OVERLAP: Final = 1.0
_AHEAD: Final = 5000
"""Milliseconds from now on in which no line is looked for: it is read when its time has come."""

_SKEWED_FOR: Final = 300.0
_SKEWED_STREAMS: Final = 100
"""Streams that one call of FilterLogEvents takes."""


class GroupTail:
    """One group that is followed from `start_ms` on until `run` is cancelled.

    `tell` is given its state whenever that changes; `idle` says for how many seconds nobody has touched a key, and
    `crowded` whether others need the account's budget more.
    """

    def __init__(
        self,
        group: LogGroup,
        sink: Sink,
        start_ms: int,
        *,
        pattern: str = "",
        pace: TailTiming | None = None,
        tell: Callable[[GroupState], None] = lambda state: None,
        idle: Callable[[], float] = lambda: 0.0,
        crowded: Callable[[GroupTail], bool] = lambda tail: False,
    ) -> None:
        self.group = group
        self.name = clean(group.group)
        self.state = GroupState(self.name)
        self._sink = sink
        self._pattern = pattern
        self._pace = pace or TailTiming()
        self._tell = tell
        self._idle = idle
        self._crowded = crowded
        self._intake = DedupeById(floor_ms=start_ms)
        self._holes = Holes(sink, self.name, self.name)
        self._skew = self._overlap = 0.0
        self._start = self._front = start_ms
        self._owed = Backfills(self._pace, start_ms, self._now())
        self._pages_of_last = 0
        self._head: Pages | None = None
        self._behind_hole: Hole | None = None
        self._skewed: dict[int, float] = {}
        self._received = self._tries = 0
        self._wake = asyncio.Event()

    async def run(self, connect: Connect) -> None:
        """Follow it. Whatever goes wrong, it waits a while and goes on where it was.

        It ends where the group is of a class that is not read so, which no waiting changes.
        """
        while True:
            try:
                await self._turn(await connect())
            except Exception as error:  # noqa: BLE001 - a followed tail never stops
                problem = error.problem if isinstance(error, Failure) else classify(error, where=self.name)
                if problem.code == OTHER_CLASS:
                    self._become(Doing.UNREADABLE, problem)
                    return
                await self._rest(self._failed(problem))
            else:
                self._tries = 0
                self._become(Doing.LAGGING if self._lags else Doing.FOLLOWING)
                await self._rest(0 if self._lags else self._every - (self._now() - self._front) / 1000)

    def wake(self) -> None:
        """Read at once, also where it was to wait."""
        self._wake.set()

    @property
    def busy(self) -> bool:
        """Whether one page at a time is not enough."""
        if self.state.doing in (Doing.MISSING, Doing.BACKING_OFF, Doing.UNREADABLE):
            return False
        pages = self._head.turned + 1 if self._head is not None else 0
        return self.state.doing is Doing.LAGGING or self._owed.holes or max(pages, self._pages_of_last) > 1

    @property
    def _rare(self) -> bool:
        return self._idle() > self._pace.rare_after

    @property
    def _every(self) -> float:
        if self._rare:
            return self._pace.rare
        return self._pace.shared if self._crowded(self) else self._pace.every

    @property
    def _lags(self) -> bool:
        """Whether the last read took so long that the next is due."""
        return self._now() - self._front > 1000 * self._pace.lagging

    def _now(self) -> int:
        return int(1000 * (time.time() + self._skew))

    # What is new

    async def _turn(self, aws: Aws) -> None:
        await self._read_head(aws)
        if self._skewed and not self._lags:
            await self._read_skewed(aws)
        self._owe()
        while self._owed:
            await self._pay(aws)
            if self._now() - self._front > 1000 * self._every:
                return

    async def _read_head(self, aws: Aws) -> None:
        """Read from a little before what was known up to now."""
        self._jump_if_far()
        if self._head is None:
            start = max(self._front - int(1000 * self._overlap), self._intake.floor_ms)
            self._head = self._pages(start, self._now())
        head, before = self._head, self._received
        while not head.done:
            await self._page(head, aws, late_until=self._front)
            if not head.done:
                self._become(Doing.LAGGING if self._lags else self.state.doing)
                if self._jump_if_far():
                    return
        rate = 1000 * (self._received - before) / max(1, head.end_ms - self._front)
        self._overlap = min(self._pace.overlap, max(_LEAST_OVERLAP, _READ_AGAIN / max(rate, 1.0)))
        self._front, self._head, self._pages_of_last = head.end_ms, None, head.turned
        self._caught_up()

    def _jump_if_far(self) -> bool:
        """Leave what is far behind for later, so that the newest lines come first."""
        head = self._head
        since = head.end_ms if head else self._now() if self._front == self._start else self._front
        if self._now() - since <= 1000 * self._pace.jump:
            return False
        start = self._now() - int(1000 * self._pace.overlap)
        self._caught_up()
        spans, missing = [self._pages(self._front, start)], self._front
        if head is not None and head.turned:
            spans = [head, self._pages(head.end_ms, start)]
        elif (debt := self._owed.take_last(self._front)) is not None and debt.hole is not None:
            spans, missing = [*debt.spans, *spans], debt.hole.start_ms  # the outage goes on
            self._holes.fill(debt.hole)
        self._owed.leave(spans, self._holes.add(missing, start, "they are read as soon as there is time."))
        self._front, self._head = start, None
        return True

    def _caught_up(self) -> None:
        """Take away the row that says that nothing is known since the last read."""
        if self._behind_hole is not None:
            self._holes.fill(self._behind_hole)
            self._behind_hole = None

    async def _read_skewed(self, aws: Aws) -> None:
        """Read the streams whose clock is wrong: their newest lines are not where those of others are."""
        now = time.monotonic()
        self._skewed = {stream: until for stream, until in self._skewed.items() if until > now}
        streams = sorted(self._skewed)[:_SKEWED_STREAMS]
        if not streams:
            return
        oldest = min(self._intake.marks[stream] for stream in streams) - int(1000 * self._overlap)
        names = tuple(self._sink.streams[stream].name for stream in streams)
        pages = self._pages(max(oldest, self._intake.floor_ms), self._now() + int(1000 * self._pace.ahead))
        pages.streams = names
        try:
            while not pages.done:
                await self._page(pages, aws)
        except Failure as failure:
            if failure.problem.kind is not ProblemKind.NOT_FOUND:
                raise
            self._skewed.clear()  # one of the streams is gone, not the group

    # What is owed

    def _owe(self) -> None:
        """Note the spans that are due to be read once more."""
        now = self._now()
        kept = now - int(1000 * (2 * max(self._owed.settle) + self._pace.overlap))
        self._intake.forget(min(kept, self._owed.oldest_ms))
        overlapped = self._overlap >= self._pace.overlap
        for number, start, end in self._owed.due(now, self._intake.floor_ms, overlapped=overlapped):
            spans = [self._pages(start, end)] if start < end else []
            if number == 1:  # and what is dated ahead of time
                spans.append(self._pages(now + _AHEAD, now + int(1000 * self._pace.ahead)))
            self._owed.again(spans, number)

    async def _pay(self, aws: Aws) -> None:
        """Read one page of what is owed."""
        debt = self._owed.first
        span = debt.spans[0]
        known = self._front if debt.again is not None and not self._holes.open else 0
        fresh = await self._page(span, aws, late_until=known)
        if known:
            self._note_skewed(fresh)
        if span.done and (hole := self._owed.pay()) is not None:
            self._holes.fill(hole)

    def _note_skewed(self, found: list[LogEvent]) -> None:
        """Note the streams whose newest line was found only now: their clocks are wrong."""
        until = time.monotonic() + _SKEWED_FOR
        self._skewed |= dict.fromkeys((event.stream for event in found if not event.late), until)

    def _pages(self, start_ms: int, end_ms: int) -> Pages:
        return Pages(self.group, start_ms, max(start_ms, end_ms), self._pattern)

    async def _page(self, pages: Pages, aws: Aws, late_until: int = 0) -> list[LogEvent]:
        """Read a page and pass on what is new of it."""
        page = await pages.read(aws)
        self._skew = page.skew
        taken: list[LogEvent] = []
        async for events in events_of(page.events, self.name, self._sink.streams):
            fresh = self._intake.new(events, late_until)
            self._received += len(fresh)
            self._sink.append(fresh)
            taken += fresh
        pages.turn(page)
        return taken

    # How it goes

    def _failed(self, problem: Problem) -> float:
        """Note a failure; gives the seconds to wait."""
        self._tries += 1
        wait = min(self._pace.longest_wait, self._pace.first_wait * 2.0 ** min(self._tries - 1, 10))
        wait *= random.uniform(0.8, 1.2)  # noqa: S311 - so that groups do not ask all at once
        if problem.kind is ProblemKind.NOT_FOUND:
            self._head = self._behind_hole = None
            self._owed.clear()
            for hole in tuple(self._holes.open):
                self._holes.fill(hole)
        elif self._behind_hole is None:
            self._behind_hole = self._holes.add(self._front, None, f"{problem.what} It is tried again.")
        doing = Doing.MISSING if problem.kind is ProblemKind.NOT_FOUND else Doing.BACKING_OFF
        self._become(doing, problem, time.time() + wait)
        return wait

    def _become(self, doing: Doing, problem: Problem | None = None, again_at: float | None = None) -> None:
        known = self._front / 1000 - self._skew
        self.state = GroupState(
            self.name, doing, known, problem, again_at, self._received, self._holes.texts, self._rare
        )
        self._tell(self.state)

    async def _rest(self, seconds: float) -> None:
        """Wait, or until somebody wants it to go on."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):  # wait_for of Python 3.11 can swallow a cancellation
                await self._wake.wait()
        self._wake.clear()
