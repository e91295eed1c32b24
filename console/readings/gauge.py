"""Numbers of CloudWatch, judged: which metric, in which unit, and when it is bad."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from console.aws.metric_answer import Unanswered, unanswered
from console.readings.numbers import bad_since, recent, total
from console.readings.source import Finding, Level, Series
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws
    from console.aws.metrics import Metric, Points

LATE: Final = 900.0
"""Seconds: a newest point older than this, and than three periods, is no data."""

LAG: Final = 180.0
"""Seconds by which CloudWatch may be behind."""

UNKNOWN: Final = Clean("unknown")
"""The value of what CloudWatch did not tell."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """One number of a resource.

    `warn` and `crit` are passed when the value is above them, or below them where `low`. As with CloudWatch's
    alarms `need` of the newest `over` points must be bad. `factor` turns CloudWatch's unit into `unit`.
    Some metrics have points only when something happened: `quiet` says that no point means 0, `idle` is the
    sentence for one whose absence means that there was nothing to measure. The label is cleaned: a path or an id in it
    is as AWS tells it.
    """

    metric: Metric
    label: str
    unit: str = ""
    warn: float | None = None
    crit: float | None = None
    low: bool = False
    need: int = 1
    over: int = 1
    factor: float = 1.0
    quiet: bool = False
    idle: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", clean(self.label))

    @property
    def threshold(self) -> Clean:
        """The limits as text: ``warn > 70 %, crit > 90 %``."""
        sign = "<" if self.low else ">"
        limits = (("warn", self.warn), ("crit", self.crit))
        text = ", ".join(f"{word} {sign} {shown(limit, self.unit)}" for word, limit in limits if limit is not None)
        return Clean(text + (f" in {self.need} of {self.over}" if text and self.over > 1 else ""))

    def level(self, value: float) -> Level:
        """How bad a value is."""
        for level, limit in ((Level.CRIT, self.crit), (Level.WARN, self.warn)):
            if limit is not None and (value < limit if self.low else value > limit):
                return level
        return Level.OK

    def series(self, points: Points) -> Series:
        """The points with the lines worth drawing."""
        return Series(clean(self.label), self.unit, self.metric.period, points, self.warn, self.crit)


async def read(aws: Aws, gauges: Sequence[Gauge]) -> list[Points]:
    """The points of each gauge in its own unit. Raises `Failure` when CloudWatch does not answer."""
    found = await aws.metrics.points([gauge.metric for gauge in gauges])
    return [
        points if isinstance(points, Unanswered) else tuple((at, value * gauge.factor) for at, value in points)
        for gauge, points in zip(gauges, found, strict=True)
    ]


def series_of(gauges: Iterable[Gauge], points: Iterable[Points]) -> tuple[Series, ...]:
    """The series of many gauges, of those that have points."""
    return tuple(gauge.series(found) for gauge, found in zip(gauges, points, strict=True) if found)


def newest(gauges: Iterable[Gauge], points: Iterable[Points], now: float) -> Iterator[tuple[str, Clean]]:
    """The newest value of each gauge as a fact; none older than a verdict may rest on."""
    for gauge, found in zip(gauges, points, strict=True):
        fresh = recent(found, now, max(LATE, 3 * gauge.metric.period))
        nothing = UNKNOWN if isinstance(found, Unanswered) else Clean("no data")
        yield gauge.label, shown(fresh[-1][1], gauge.unit) if fresh else nothing


def judge(source: str, resource: Clean, gauge: Gauge, points: Points, now: float) -> Finding:
    """The verdict on one number at `now`, in epoch seconds.

    Without a fresh point it is unknown, unless the gauge says what its silence means.
    """
    label, period = gauge.label, gauge.metric.period
    if missing := not_told(source, resource, label, points, threshold=gauge.threshold):
        return missing
    if gauge.low:
        # The sum of a period that has not ended is too low.
        points = tuple(point for point in points if point[0] + period <= now)
    stale = not points or points[-1][0] < now - max(LATE, 3 * period)
    if stale and gauge.idle:
        return Finding(source, resource, Level.OK, Clean(f"{label}: {gauge.idle}"), Clean("nothing"), gauge.threshold)
    if gauge.quiet:
        window = [value for at, value in points if at > now - LAG - gauge.over * period][-gauge.over :]
        window += [0.0] * (gauge.over - len(window))
    else:
        if stale:
            return Finding(source, resource, Level.UNKNOWN, _no_data(label, points), Clean("no data"), gauge.threshold)
        window = [value for _, value in points[-gauge.over :]]
    # Of the newest points the one that makes `need` of them bad; the mildest while there are fewer.
    value = sorted(window, reverse=not gauge.low)[min(gauge.need, len(window)) - 1]
    level = gauge.level(value) if len(window) >= gauge.need else Level.OK
    what = f"{label} is as it should be." if level is Level.OK else f"{label} is too {'low' if gauge.low else 'high'}."
    if gauge.warn is None and gauge.crit is None:
        what = f"{label} is not judged: no limit is set."
    elif stale:
        what = f"{label}: none. CloudWatch has a point only where there is one."
    since = bad_since(points, lambda found: gauge.level(found) >= level) if level else None
    return Finding(source, resource, level, Clean(what), shown(value, gauge.unit), gauge.threshold, since=since)


def judge_all(
    source: str, resource: Clean, gauges: Iterable[Gauge], points: Iterable[Points], now: float
) -> tuple[Finding, ...]:
    """The verdicts on those of many numbers that have a limit."""
    pairs = zip(gauges, points, strict=True)
    return tuple(
        judge(source, resource, gauge, found, now)
        for gauge, found in pairs
        if gauge.warn is not None or gauge.crit is not None
    )


def not_told(source: str, resource: Clean, label: str, *points: Points, threshold: Clean = Clean("")) -> Finding | None:
    """The verdict where CloudWatch did not tell one of these: unknown, and why; None where it told all."""
    missing = unanswered(*points)
    if missing is None:
        return None
    what = clean(f"{label}: {missing.problem}", limit=500)
    return Finding(source, resource, Level.UNKNOWN, what, UNKNOWN, threshold)


def summed(points: Points, now: float, show: Callable[[float], Clean] | None = None) -> Clean:
    """The sum of the last hour as a fact; 0 without points, unknown where CloudWatch did not tell."""
    return UNKNOWN if isinstance(points, Unanswered) else (show or shown)(total(points, now) or 0)


def shown(value: float, unit: str = "") -> Clean:
    """A number as people read it, with its unit: ``1,234 ms``, ``0.25 %``."""
    text = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
    return Clean(f"{text} {unit}".strip())


def _no_data(label: str, points: Points) -> Clean:
    if not points:
        return Clean(f"{label}: CloudWatch has no data. Check that the resource runs.")
    return Clean(f"{label}: no data since {datetime.fromtimestamp(points[-1][0], UTC):%Y-%m-%d %H:%M UTC}.")
