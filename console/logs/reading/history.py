"""Searches log groups back in time: slices of the range side by side, the newest first, within the account's budget."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from console import filter_pattern
from console.logs.event import LogEvent
from console.logs.kinds import LogGroup
from console.logs.reading.pages import FILTER, Pages, events_of
from console.logs.tailing.following import Connect, LineSink
from console.problems import Failure, Problem, ProblemKind
from console.text import Clean, clean

AT_ONCE: Final = 4
"""Slices that are read side by side: as many calls a second as the budget allows at most."""

_SLICES: Final = 16
_FIRST: Final = 60_000
"""Milliseconds of the first slices at least; else a sixteenth of the range."""

_SHORTEST: Final = 1000

_MANY_PAGES: Final = 8
_WAITS: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
_IN_VAIN: Final = frozenset(
    {ProblemKind.NOT_FOUND, ProblemKind.INVALID, ProblemKind.DENIED, ProblemKind.REFUSED, ProblemKind.UNAVAILABLE}
)
"""Problems of a group that no waiting mends."""


@dataclass(frozen=True, slots=True)
class SearchProgress:
    """How far a search is: the share of the time that is covered, events found, calls made, and what is wrong.

    `waiting` is what it waits for at present; `failed` the groups that cannot be searched.
    """

    covered: float = 0.0
    events: int = 0
    calls: int = 0
    waiting: Problem | None = None
    failed: tuple[tuple[Clean, Problem], ...] = ()
    done: bool = False


class Search:
    """One search of groups from `start_ms` on and before `end_ms`, in milliseconds since 1970.

    Lines go to `sink` as they are found. `in_order` gives them oldest first instead, each slice sorted by time, for
    those who cannot put lines between others. `tell` is called when `progress` changed. `tries` is after how many
    failures in a row a group is given up; None waits until it is there again.
    Raises `PatternError` for a pattern that CloudWatch Logs would refuse.
    """

    def __init__(
        self,
        connect: Connect,
        groups: Sequence[LogGroup],
        sink: LineSink,
        start_ms: int,
        end_ms: int,
        *,
        pattern: str = "",
        in_order: bool = False,
        tell: Callable[[], None] = lambda: None,
        tries: int | None = None,
    ) -> None:
        filter_pattern.parse(pattern)
        self.groups = tuple(groups)
        self._connect = connect
        self._sink = sink
        self._start, self._end = start_ms, end_ms
        self._pattern = pattern
        self._in_order = in_order
        self._tell = tell
        self._tries = tries
        self._left = (start_ms, end_ms)
        self._size = max(_FIRST, (end_ms - start_ms) // _SLICES)
        self._covered = self._events = self._calls = 0
        self._waiting: Problem | None = None
        self._failed: dict[Clean, Problem] = {}
        self._done = False

    @property
    def progress(self) -> SearchProgress:
        """How far it is."""
        covered = min(1.0, self._covered / max(1, self._end - self._start))
        return SearchProgress(
            covered, self._events, self._calls, self._waiting, tuple(self._failed.items()), self._done
        )

    async def run(self) -> None:
        """Search all of it; to end it earlier cancel the task. Throttling and the like are waited out.

        Raises `Failure` where there is no way to AWS at the start.
        """
        under_way: deque[asyncio.Task[list[LogEvent]]] = deque()
        buckets = {}
        try:
            for region in {group.region for group in self.groups}:
                aws = await self._connect()
                if (bucket := await aws.bucket(FILTER, region)) is not None:
                    buckets[region] = bucket
                    bucket.want(self, AT_ONCE)
            while under_way or self._left[0] < self._left[1]:
                while len(under_way) < AT_ONCE and self._left[0] < self._left[1]:
                    under_way.append(asyncio.create_task(self._slice(*self._next())))
                found = await under_way.popleft()
                if found:
                    self._sink.append(found)
            self._done = True
            self._tell()
        finally:
            for bucket in buckets.values():
                bucket.want(self, 0)
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    def _next(self) -> tuple[int, int]:
        """Take the next slice of what is left: the newest, or in order the oldest."""
        start, end = self._left
        if self._in_order:
            middle = min(end, start + self._size)
            self._left = (middle, end)
            return start, middle
        middle = max(start, end - self._size)
        self._left = (start, middle)
        return middle, end

    async def _slice(self, start_ms: int, end_ms: int) -> list[LogEvent]:
        """Read a slice of every group; gives its events where they are wanted in order."""
        groups = [group for group in self.groups if clean(group.group) not in self._failed]
        reading = [Pages(group, start_ms, end_ms, self._pattern) for group in groups]
        kept = await asyncio.gather(*(self._read(pages) for pages in reading))
        # Slices follow the density of events: few calls where there are few, and all hands where there are many.
        most = max((pages.turned for pages in reading), default=1)
        if most == 1:
            self._size *= 2
        elif most > _MANY_PAGES:
            self._size = max(_SHORTEST, self._size // 2)
        self._covered += end_ms - start_ms
        self._tell()
        return sorted((event for events in kept for event in events), key=lambda event: event.at_ms)

    async def _read(self, pages: Pages) -> list[LogEvent]:
        """Read the pages of one group, however long it takes."""
        kept: list[LogEvent] = []
        name, tries = clean(pages.group.group), 0
        taken: list[int] = []
        known: set[int] = set()
        while not pages.done and name not in self._failed:
            token = pages.token
            try:
                page = await pages.read(await self._connect())
            except Failure as failure:
                problem = failure.problem
                tries += 1
                in_vain = problem.kind in _IN_VAIN and not (token and problem.kind is ProblemKind.INVALID)
                if in_vain or tries == self._tries:
                    self._failed.setdefault(name, problem)
                    self._tell()
                    return kept
                if pages.token is None:
                    known.update(taken)  # it begins again
                self._waiting = problem
                self._tell()
                await asyncio.sleep(_WAITS[min(tries, len(_WAITS)) - 1])
                continue
            tries = 0
            async for events in events_of(page.events, name, self._sink.streams):
                fresh = [event for event in events if hash(event.id) not in known] if known else events
                taken += [hash(event.id) for event in fresh]
                self._events += len(fresh)
                if self._in_order:
                    kept += fresh
                else:
                    self._sink.append(fresh)
            pages.turn(page)
            self._calls += 1
            self._waiting = None
            self._tell()
        return kept
