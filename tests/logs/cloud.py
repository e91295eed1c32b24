"""A CloudWatch Logs in memory whose every answer a test can spoil, and what the tests of tails share."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from console.aws.limits import Limits, TokenBucket
from console.logs.event import GAP, LogLine
from console.logs.kinds import LogGroup
from console.logs.lines.buffer import LogBuffer
from console.logs.tailing.following import TailTiming
from console.problems import Failure, Problem, ProblemKind
from console.text import Clean
from tests.deadlines import SOON

HURRY = TailTiming(
    every=0.02,
    shared=0.04,
    rare=0.1,
    overlap=0.5,
    settle=(1.0, 3.0),
    jump=2.0,
    lagging=0.5,
    first_wait=0.01,
    longest_wait=0.05,
)
"""A tail that is a hundred times as fast as people need."""


def now_ms() -> int:
    """The present moment in milliseconds."""
    return int(time.time() * 1000)


def group(name: str, region: str | None = None) -> LogGroup:
    """A log group by its name, of a region of its own where one is given."""
    return LogGroup(group=name, region=region)


def failure(kind: ProblemKind, what: str = "It failed.") -> Failure:
    """A failure of some kind."""
    return Failure(Problem(kind, Clean(what)))


@dataclass(order=True)
class Written:
    """An event as it was written."""

    at_ms: int
    number: int
    stream: str = field(compare=False)
    message: str = field(compare=False)

    def as_api(self) -> dict[str, Any]:
        return {
            "eventId": f"{self.number:056d}",
            "timestamp": self.at_ms,
            "message": self.message,
            "logStreamName": self.stream,
            "ingestionTime": self.at_ms,
        }


@dataclass
class Cloud:
    """Log groups in memory. `spoil` is asked before each call and may raise; every second page may be empty."""

    groups: dict[str, list[Written]] = field(default_factory=dict)
    page: int = 1000
    empty_pages: bool = False
    spoil: Callable[[dict[str, Any]], None] = lambda params: None
    asked: list[dict[str, Any]] = field(default_factory=list)
    regions: list[str | None] = field(default_factory=list)
    """Where each call of `asked` was made."""
    limits: Limits = field(default_factory=Limits)
    _number: int = 0

    async def connect(self) -> Any:
        """Stands in for `Aws`."""
        return self

    async def bucket(self, api: str, region: str | None = None) -> TokenBucket | None:
        return self.limits.bucket(api, "", region or "")

    def write(self, name: str, messages: Iterable[str], at_ms: int | None = None, stream: str = "s") -> None:
        """Write events, all of the same moment."""
        for message in messages:
            self._number += 1
            event = Written(now_ms() if at_ms is None else at_ms, self._number, stream, message)
            self.groups.setdefault(name, []).append(event)

    async def call(self, service: str, operation: str, *, expect: str, region: str | None, **params: Any) -> Any:
        assert (service, operation, expect) == ("logs", "filter_log_events", "events")
        self.asked.append(params)
        self.regions.append(region)
        await asyncio.sleep(0)
        self.spoil(params)
        if params["logGroupName"] not in self.groups:
            raise failure(ProblemKind.NOT_FOUND)
        return {"ResponseMetadata": {"RequestId": "r"}, **self._page(params)}

    def _page(self, params: dict[str, Any]) -> dict[str, Any]:
        number, _, part = params.get("nextToken", "").partition("/")
        if number and part == "empty":
            return {"events": [], "nextToken": f"{number}/"}
        place = tuple(map(int, number.split(","))) if number else (-1, -1)
        events = sorted(self.groups[params["logGroupName"]])
        streams, pattern = params.get("logStreamNames"), params.get("filterPattern", "")
        found = [
            event
            for event in events
            if params["startTime"] <= event.at_ms <= params["endTime"]
            and (event.at_ms, event.number) > place
            and (not streams or event.stream in streams)
            and pattern in event.message
        ]
        answer: dict[str, Any] = {"events": [event.as_api() for event in found[: self.page]]}
        if len(found) > self.page:
            last = found[self.page - 1]
            answer["nextToken"] = f"{last.at_ms},{last.number}/{'empty' if self.empty_pages else ''}"
        return answer


class Shown(LogBuffer):
    """A buffer that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._news = asyncio.Event()
        self.listen(self._news.set)

    async def until(self, holds: Callable[[], object], seconds: float = SOON) -> None:
        """Wait until something holds that depends on what came."""
        async with asyncio.timeout(seconds):
            while not holds():
                self._news.clear()
                await self._news.wait()

    def news(self) -> None:
        """Look again, as something else has changed."""
        self._news.set()

    @property
    def lines(self) -> list[LogLine]:
        return [chunk.line(index) for chunk in self.chunks for index in range(len(chunk))]

    @property
    def texts(self) -> list[str]:
        """All lines but the gaps, in order of time."""
        return [line.text for line in self.lines if not line.flags & GAP]

    @property
    def missing(self) -> list[str]:
        """The rows that say what is missing."""
        return [line.text for line in self.lines if line.flags & GAP]

    def counted(self) -> Counter[str]:
        """How often each text is there."""
        return Counter(self.texts)
