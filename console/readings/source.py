"""What a Source is, and what it gives: Findings, Details, Readings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from console.naming.resource_kind import ResourceKind
from console.problems import Problem
from console.readings.level import Level
from console.stack.stack import Stack
from console.text import Clean

if TYPE_CHECKING:
    from console.aws.call import Aws
    from console.operations.operation import Operation

__all__ = [
    "AnySource", "Detail", "Event", "Fetch", "Finding", "Level",
    "Reading", "Report", "Series", "Source", "Wants", "check",
]  # fmt: skip

T = TypeVar("T")

HEALTH: Final = "health"
"""The screen of all that tells whether a stack works."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict: what a check says of one resource."""

    source: str
    resource: Clean
    level: Level
    what: Clean
    value: Clean = Clean("")
    threshold: Clean = Clean("")
    fix: Operation | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a resource."""

    at: datetime
    text: Clean
    level: Level = Level.OK


@dataclass(frozen=True, slots=True)
class Series:
    """One metric over time: (epoch seconds, value) pairs, oldest first, and the lines worth drawing."""

    label: Clean
    unit: str
    period: int
    points: tuple[tuple[float, float], ...]
    warn: float | None = None
    crit: float | None = None

    @property
    def last(self) -> float | None:
        """The newest value, or None where the range holds none."""
        return self.points[-1][1] if self.points else None


@dataclass(frozen=True, slots=True)
class Detail:
    """All that one Source knows of one resource: facts, events, metrics, what is related, its log groups."""

    resource: Clean
    kind: ResourceKind
    arn: Clean = Clean("")
    facts: tuple[tuple[str, Clean], ...] = ()
    events: tuple[Event, ...] = ()
    series: tuple[Series, ...] = ()
    related: tuple[Clean, ...] = ()
    logs: tuple[Clean, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What a check gives: its findings, and the details of every resource that it looked at.

    `total` is how many resources there are where the report lists fewer, and None where it lists all.
    """

    findings: tuple[Finding, ...] = ()
    details: tuple[Detail, ...] = ()
    total: int | None = None

    @property
    def worst(self) -> Level:
        """The worst level of the findings; ok where there is none."""
        return max((finding.level for finding in self.findings), default=Level.OK)


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What a panel knows of a Source: the last good value, when it was read, and the present problem.

    `asked` is when it was asked for the last time, whatever came of it.
    """

    value: T | None = None
    at: datetime | None = None
    problem: Problem | None = None
    since: datetime | None = None
    asked: datetime | None = None
    next_at: datetime | None = None
    fetching: bool = False
    paused: bool = False


Fetch = Callable[["Aws", Stack], Awaitable[T]]
Wants = Callable[[Stack], object]


@dataclass(frozen=True, slots=True, eq=False)
class Source(Generic[T]):
    """A named async read.

    `period` is in seconds; `permissions` are IAM actions that the fetch needs; `price` is US dollars per
    1,000 fetches beyond what AWS gives free; `wants` says whether a stack has anything for it to read;
    `thresholds` are the numbers that it judges by, each of which a stack file may override. `screen` is where it is
    shown; `on_demand` says that it is read only when somebody opens it, since every read costs.
    """

    name: str
    title: str
    help: str
    fetch: Fetch[T]
    period: float
    permissions: tuple[str, ...]
    wants: Wants
    thresholds: Mapping[str, float] = field(default_factory=dict)
    price: float = 0.0
    overview: bool = False
    screen: str = HEALTH
    on_demand: bool = False

    @property
    def is_health(self) -> bool:
        """Whether it is one of the checks that Health judges a stack by."""
        return self.screen == HEALTH and not self.on_demand

    def limits(self, stack: Stack) -> Mapping[str, float]:
        """The thresholds that hold for a stack: the defaults, overridden by its file."""
        return {**self.thresholds, **stack.thresholds.get(self.name, {})}


def check(
    name: str,
    *,
    period: float,
    permissions: tuple[str, ...],
    wants: Wants,
    thresholds: Mapping[str, float] | None = None,
    price: float = 0.0,
    overview: bool = False,
    screen: str = HEALTH,
    on_demand: bool = False,
) -> Callable[[Fetch[Report]], Source[Report]]:
    """Make a health check of an async function that reads AWS and gives a `Report`.

    The function's docstring is the check's help; its first sentence is the title.
    """

    def wrap(fetch: Fetch[Report]) -> Source[Report]:
        text = " ".join((fetch.__doc__ or "").split())
        title = text.split(". ")[0].rstrip(".")
        return Source(
            name,
            title,
            text,
            fetch,
            period,
            permissions,
            wants,
            thresholds or {},
            price,
            overview,
            screen,
            on_demand,
        )

    return wrap


AnySource = Source[Any]
