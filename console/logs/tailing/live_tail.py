"""Live Tail: lines within a second, for a price, and samples of them where there are too many."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, Final

from console import filter_pattern
from console.logs.classes import OTHER_CLASS, unreadable
from console.logs.event import LogEvent
from console.logs.groups import GroupInfo, describe
from console.logs.kinds import LogGroup
from console.logs.lines.streams import Streams
from console.logs.reading.history import Search
from console.logs.reading.pages import cleaned, raw_of
from console.logs.tailing.dedupe_without_ids import DedupeByText
from console.logs.tailing.following import Connect, Doing, GroupState, Hole, Holes, Sink
from console.problems import Failure, Problem, ProblemKind, classify
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

PRICE: Final = 0.01
"""US dollars a minute (CloudWatch pricing, us-east-1)."""

MOST_GROUPS: Final = 10
TERMS: Final = Clean(
    f"Live Tail shows lines within a second, of at most {MOST_GROUPS} log groups. Above 500 lines a second AWS sends "
    f"samples. It costs ${PRICE:.2f} a minute (CloudWatch pricing, us-east-1; 1,800 minutes a month are free) and "
    "ends after 3 hours, when it is begun again."
)
"""What an operator must know before it is begun."""

_SETTLED: Final = 5.0
"""Seconds after which FilterLogEvents knows what came while there was no session."""

_AROUND: Final = 10_000
"""Milliseconds before and after a hole that are read with it."""

_TIME_IS_UP: Final = "SessionTimeoutException"
"""What the stream ends with after three hours; botocore raises an exception that comes in a stream."""

_WAITS: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
_LIVE, _SWEPT = 0, 1


class LiveTail:
    """Up to ten groups of one region that are followed with StartLiveTail until `run` is cancelled.

    When a session ends another is begun, and what came between is read with FilterLogEvents; until then a row says
    what is missing. Raises `ValueError` for more groups than it takes, `PatternError` for a wrong pattern.
    """

    def __init__(
        self,
        connect: Connect,
        groups: Sequence[LogGroup],
        sink: Sink,
        *,
        pattern: str = "",
        tell: Callable[[], None] = lambda: None,
    ) -> None:
        if not 0 < len(groups) <= MOST_GROUPS or len({group.region for group in groups}) > 1:
            raise ValueError(f"Live Tail takes 1 to {MOST_GROUPS} log groups of one region.")
        filter_pattern.parse(pattern)
        self.groups = tuple(groups)
        self.states = tuple(GroupState(clean(group.group)) for group in groups)
        self.sampled = 0
        self._connect = connect
        self._sink = sink
        self._pattern = pattern
        self._tell = tell
        self._region = groups[0].region
        self._dedupe = DedupeByText()
        self._holes = Holes(sink, Clean("Live Tail"))
        self._sample: Hole | None = None
        self._began_ms = self._last_ms = 0
        self._minutes = 0.0
        self._unreadable: dict[Clean, Problem] = {}
        self._sweeps: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Follow them. Whatever goes wrong, it waits a while and begins another session."""
        tries = 0
        try:
            while True:
                before = self._last_ms
                try:
                    await self._session(await self._connect())
                    problem = None
                except Exception as error:  # noqa: BLE001 - a followed tail never stops
                    problem = error.problem if isinstance(error, Failure) else classify(error, where="logs")
                    if problem.code == _TIME_IS_UP:
                        problem = None
                    elif problem.code == OTHER_CLASS:
                        self.states = tuple(self._begun(state.group, set()) for state in self.states)
                        self._tell()
                        return
                tries = 0 if self._last_ms > before else tries + 1
                wait = _WAITS[min(tries - 1, len(_WAITS) - 1)] if tries else 0.0
                if problem is not None:
                    self._all(Doing.BACKING_OFF, problem, time.time() + wait)
                await asyncio.sleep(wait)
        finally:
            for sweep in self._sweeps:
                sweep.cancel()
            await asyncio.gather(*self._sweeps, return_exceptions=True)

    async def _session(self, aws: Aws) -> None:
        """One session, from its start to its end."""
        described = await describe(aws, self.groups)
        self._unreadable = {
            info.label: problem for info in described.values() if (problem := unreadable(info.group_class))
        }
        known = {name: info for name, info in described.items() if info.label not in self._unreadable}
        if self._unreadable and not known:
            raise Failure(next(iter(self._unreadable.values())))
        if not known:
            raise Failure(
                Problem(ProblemKind.NOT_FOUND, Clean("None of the log groups exists."), Clean("It is tried again."))
            )
        given = {"logEventFilterPattern": self._pattern} if self._pattern else {}
        arns = [info.arn for info in known.values()]
        asked: dict[str, Any] = {"region": self._region, "logGroupIdentifiers": arns, **given}
        answer = await aws.call("logs", "start_live_tail", expect="responseStream", **asked)
        stream = answer["responseStream"]
        names = {_identifier(info): info.label for info in known.values()}
        try:
            async with aclosing(aiter(stream)) as events:
                await self._follow(events, names, aws)
        finally:
            stream.close()

    async def _follow(self, events: AsyncIterator[dict[str, Any]], names: dict[str, Clean], aws: Aws) -> None:
        self._minutes = 0.0
        async for event in events:
            if "sessionStart" in event:
                there = set(names.values())
                self.states = tuple(self._begun(state.group, there) for state in self.states)
                self._mend()
                self._tell()
            elif "sessionUpdate" in event:
                self._take(event["sessionUpdate"], names)
            if time.monotonic() >= self._minutes:
                aws.meter.charge(PRICE)
                self._minutes = time.monotonic() + 60

    def _begun(self, group: Clean, there: set[Clean]) -> GroupState:
        """How a group goes at the start of a session."""
        if problem := self._unreadable.get(group):
            return GroupState(group, Doing.UNREADABLE, problem=problem)
        return GroupState(group, Doing.FOLLOWING if group in there else Doing.MISSING)

    def _take(self, update: dict[str, Any], names: dict[str, Clean]) -> None:
        """Pass on what an update brings."""
        found = update.get("sessionResults", ())
        messages = [item.get("message", "") for item in found]
        events = []
        for item, message, text in zip(found, messages, cleaned(messages), strict=True):
            group = names.get(item["logGroupIdentifier"], clean(item["logGroupIdentifier"].rpartition(":")[2]))
            stream = self._sink.streams.index(group, clean(item["logStreamName"]))
            events.append(LogEvent("", item["timestamp"], stream, text, raw=raw_of(message, text)))
        self._sink.append(self._dedupe.new(events, _LIVE))
        self._last_ms = int(time.time() * 1000)
        self._dedupe.forget(self._last_ms)
        sampled = bool(update.get("sessionMetadata", {}).get("sampled"))
        if sampled:
            self.sampled += 1
            self._sink.sampled(1)
        if sampled and self._sample is None:
            why = "AWS sends samples only of more than 500 lines a second."
            self._sample = self._holes.add(self._last_ms, None, why)
        elif not sampled:
            self._sample = None

    def _mend(self) -> None:
        """Have read what came since the last update of the session before."""
        now = int(time.time() * 1000)
        if self._last_ms:
            hole = self._holes.add(self._last_ms, now, "Live Tail was begun again; they are being read.")
            sweep = asyncio.create_task(self._sweep(hole, max(self._began_ms, self._last_ms - _AROUND), now + _AROUND))
            self._sweeps.add(sweep)
            sweep.add_done_callback(self._sweeps.discard)
        else:
            self._began_ms = now

    async def _sweep(self, hole: Hole, start_ms: int, end_ms: int) -> None:
        """Read a span with FilterLogEvents, once that knows all of it; what Live Tail brought is known by its text."""
        swept = _Swept(self._sink, self._dedupe)
        while hole in self._holes.open:
            await asyncio.sleep(_SETTLED)
            with suppress(Failure):
                await Search(self._connect, self.groups, swept, start_ms, end_ms, pattern=self._pattern).run()
                self._holes.fill(hole)

    def _all(self, doing: Doing, problem: Problem, again_at: float) -> None:
        known = self._last_ms / 1000 or None
        self.states = tuple(
            GroupState(state.group, doing, known, problem, again_at, missing=self._holes.texts) for state in self.states
        )
        self._tell()


class _Swept:
    """Passes on what Live Tail did not bring."""

    def __init__(self, sink: Sink, dedupe: DedupeByText) -> None:
        self.streams: Streams = sink.streams
        self._sink = sink
        self._dedupe = dedupe

    def append(self, events: Sequence[LogEvent]) -> None:
        self._sink.append(self._dedupe.new(events, _SWEPT))


def _identifier(info: GroupInfo) -> str:
    """How Live Tail names a group: account and name."""
    account, _, name = info.arn.partition(":log-group:")
    return f"{account.rpartition(':')[2]}:{name}"
