"""What the ways of following log groups share: where lines go, how fast it goes, what is told of each group."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from console.logs.event import LineKey, LogEvent
from console.logs.lines.streams import Streams
from console.moments import moment_at
from console.problems import Problem
from console.text import Clean

if TYPE_CHECKING:
    from console.aws.call import Aws

Connect = Callable[[], Awaitable["Aws"]]
"""Gives the present way to AWS, which is another one after the credentials were renewed. Raises `Failure`."""


class LineSink(Protocol):
    """Where lines go."""

    streams: Streams

    def append(self, events: Sequence[LogEvent]) -> None:
        """Take events, in any order."""


class Sink(LineSink, Protocol):
    """Where lines go, and what is said of them. A `LogBuffer` is one."""

    def add_gap(self, at_ms: int, text: Clean, group: Clean | None = None) -> LineKey:
        """Say at a moment that lines are missing, of one group or of all that are read together."""

    def fill_gap(self, key: LineKey) -> None:
        """Say that they are there now."""

    def sampled(self, answers: int) -> None:
        """Count answers that were only samples."""


class Doing(StrEnum):
    """What becomes of a group that is followed."""

    STARTING = "starting"
    FOLLOWING = "following"
    LAGGING = "lagging"
    BACKING_OFF = "backing off"
    MISSING = "missing"
    UNREADABLE = "not to be read"


@dataclass(frozen=True, slots=True)
class GroupState:
    """How following one group goes.

    `known_at` is the moment up to which all is known and `again_at` when it is tried again, in epoch seconds;
    `missing` says in words what is missing at present; `rare` that it is read seldom, since nobody has touched a key
    for long.
    """

    group: Clean
    doing: Doing = Doing.STARTING
    known_at: float | None = None
    problem: Problem | None = None
    again_at: float | None = None
    received: int = 0
    missing: tuple[Clean, ...] = ()
    rare: bool = False

    @property
    def behind(self) -> float:
        """Seconds since all was known, as of now; 0 where nothing was read yet."""
        return max(0.0, time.time() - self.known_at) if self.known_at is not None else 0.0


@dataclass(frozen=True, slots=True)
class TailTiming:
    """How a tail goes about it, in seconds.

    A group is read `every` so often, or `shared` while others, such as a search, need the account's budget too; each
    time again from `overlap` before what was known; after `rare_after` without a key only each `rare`. What came later
    than that is found when the span is read once more after each of `settle`. A read that is more than `jump` behind is
    left for later, and the newest lines are read first; so all waits between reads must be well below that.
    """

    every: float = 2.0
    shared: float = 4.0
    rare: float = 10.0
    rare_after: float = 1800.0
    overlap: float = 20.0
    settle: tuple[float, ...] = (60.0, 600.0, 3600.0)
    jump: float = 60.0
    lagging: float = 5.0
    first_wait: float = 1.0
    longest_wait: float = 30.0
    ahead: float = 7200.0
    """How far in the future a line's time may be: CloudWatch Logs takes two hours (PutLogEvents)."""


@dataclass(slots=True)
class Hole:
    """Lines that are known to be missing, and the row that says so."""

    start_ms: int
    key: LineKey
    text: Clean


@dataclass(slots=True)
class Holes:
    """What is missing at present of what a `reader` reads: of one group, or of all that it reads together."""

    sink: Sink
    reader: Clean
    group: Clean | None = None
    open: list[Hole] = field(default_factory=list)

    def add(self, start_ms: int, end_ms: int | None, why: str) -> Hole:
        """Say that lines are missing from a moment on, up to another or to now."""
        until = f"to {_clock(end_ms)}" if end_ms is not None else "on"
        text = Clean(f"{self.reader}: lines from {_clock(start_ms)} {until} are missing: {why}")
        hole = Hole(start_ms, self.sink.add_gap(start_ms, text, self.group), text)
        self.open.append(hole)
        return hole

    def fill(self, hole: Hole) -> None:
        """Say that they are there."""
        self.open.remove(hole)
        self.sink.fill_gap(hole.key)

    @property
    def texts(self) -> tuple[Clean, ...]:
        """All that is missing, in words."""
        return tuple(hole.text for hole in self.open)


def _clock(at_ms: int) -> str:
    return f"{moment_at(at_ms):%H:%M:%S} UTC"
