"""The metric history of the embedded AWS: a function of series and time, merged with points that were put.

Define a series once and it has a past of 455 days, at the resolutions that CloudWatch keeps: 1 minute for 15
days, 5 minutes for 63, an hour beyond. Every statistic of a period is taken from the same weighted samples,
so Sum, SampleCount, Average, Minimum, Maximum and percentiles agree with each other at any period.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Final, NamedTuple

from console.demo.shapes import DAY, HOUR, MINUTE, Moment, Shape, seed_of, unit_noise

Sample = tuple[float, float]
"""A value, and how many times it was measured."""

RETENTION: Final = ((15 * DAY, MINUTE), (63 * DAY, 5 * MINUTE), (455 * DAY, HOUR))
"""Age and the finest period kept up to it: GetMetricStatistics in the CloudWatch API reference."""

_FAULT_LEAD: Final = 15 * MINUTE
_STORED_MINUTES: Final = 20_000
_WEIGHTS: Final = (0.02, 0.08, 0.15, 0.25, 0.25, 0.15, 0.06, 0.03, 0.008, 0.002)


class SeriesKey(NamedTuple):
    """What names a series: two series are the same when all of this is."""

    account: str
    region: str
    namespace: str
    metric: str
    dimensions: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class MetricSeries:
    """A defined series; `define` explains the fields."""

    key: SeriesKey
    shape: Shape
    unit: str
    counts: bool
    samples: Shape | None
    spread: tuple[float, ...]
    every: int
    since: float
    sparse: bool
    seed: int


@dataclass(slots=True)
class FaultLog:
    """When each fault of the world was on. A fault counts as 15 minutes old when it is first seen, so that
    graphs and alarms show an incident at once and not minutes later."""

    faults: Set[str]
    _spans: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def began(self, name: str, at: float) -> None:
        """Say that a fault that is on began at a moment, such as three weeks ago."""
        self._spans.setdefault(name, []).append((at, math.inf))

    def observe(self, now: float) -> None:
        """Note which faults went on or off since the last look."""
        for name in self.faults:
            spans = self._spans.setdefault(name, [])
            if not spans or spans[-1][1] != math.inf:
                spans.append((now - _FAULT_LEAD, math.inf))
        for name, spans in self._spans.items():
            if name not in self.faults and spans[-1][1] == math.inf:
                spans[-1] = (spans[-1][0], now)

    def was_on(self, name: str, at: float) -> bool:
        """Whether a fault was on at a moment."""
        return any(start <= at < end for start, end in self._spans.get(name, ()))


class MetricHistory:
    """All metrics of the embedded AWS, of all its accounts and regions; `ahead` as for a `Moment`."""

    def __init__(
        self, faults: Set[str] = frozenset(), clock: Callable[[], float] = time.time, ahead: float = 0.0
    ) -> None:
        self.fault_log = FaultLog(faults)
        self._clock = clock
        self._ahead = ahead
        self._series: dict[SeriesKey, MetricSeries] = {}
        self._put: dict[SeriesKey, dict[int, list[Sample]]] = {}
        self._put_units: dict[SeriesKey, str] = {}

    def define(
        self,
        namespace: str,
        metric: str,
        dimensions: Mapping[str, str],
        shape: Shape,
        unit: str = "None",
        *,
        account: str,
        region: str,
        counts: bool = False,
        samples: Shape | None = None,
        spread: float = 0.0,
        every: int = MINUTE,
        since: float = 0.0,
        sparse: bool = False,
    ) -> SeriesKey:
        """Define a series, or define it anew.

        A gauge (the default) has the value of `shape`, measured once `every` seconds or, with `samples`, that
        many times a minute with a log-normal `spread` (0.3 to 0.8 suits response times). With `counts` the
        shape is events a minute: each is a sample of 1, and `samples` (all operations a minute, at least as
        many) adds samples of 0, as Lambda reports Errors. A `sparse` series reports nothing where it would
        report zero. There is nothing before `since` (seconds since 1970).
        """
        key = series_key(account, region, namespace, metric, dimensions)
        seed = seed_of("|".join((*key[:4], *(f"{name}={value}" for name, value in sorted(key.dimensions)))))
        points = _quantiles(spread) if spread else (1.0,)
        self._series[key] = MetricSeries(key, shape, unit, counts, samples, points, every, since, sparse, seed)
        return key

    def remove(self, key: SeriesKey) -> None:
        """Forget a series, as when its resource is gone for long."""
        self._series.pop(key, None)
        self._put.pop(key, None)

    def put(self, key: SeriesKey, at: float, samples: Sequence[Sample], unit: str = "None") -> None:
        """Store samples that someone put; the oldest go when a series holds over two weeks of minutes."""
        minutes = self._put.setdefault(key, {})
        minutes.setdefault(int(at // MINUTE), []).extend(samples)
        self._put_units[key] = unit
        if len(minutes) > _STORED_MINUTES:
            del minutes[min(minutes)]

    def known(self) -> Iterator[SeriesKey]:
        """Every series, defined or put."""
        yield from self._series
        yield from (key for key in self._put if key not in self._series)

    def unit(self, key: SeriesKey) -> str:
        """The unit that a series is measured in."""
        return self._series[key].unit if key in self._series else self._put_units.get(key, "None")

    def last(self, key: SeriesKey) -> float:
        """When a series was last measured, in seconds since 1970; 0 if never."""
        newest = max(self._put.get(key, {}), default=0) * MINUTE
        series = self._series.get(key)
        return max(newest, self._clock() // series.every * series.every - series.every) if series else newest

    def buckets(
        self, key: SeriesKey, start: float, end: float, period: int = HOUR
    ) -> Iterator[tuple[float, list[Sample]]]:
        """The samples in ``[start, end)`` with their times; none from the future, none older than 455 days.

        What is older than 15 days exists in 5-minute buckets only, what is older than 63 in hours: a shorter
        `period` finds nothing there.
        """
        now = self._clock()
        self.fault_log.observe(now)
        series = self._series.get(key)
        if series:
            moment = max(start, series.since, now - RETENTION[-1][0])
            while moment < end:
                step = max(series.every, finest(now - moment))
                moment = math.ceil(moment / step) * step
                if moment >= end or moment + step > now:
                    break
                if finest(now - moment) <= period:
                    yield moment, self._bucket(series, moment, step)
                moment += step
        for minute, samples in self._put.get(key, {}).items():
            if start <= minute * MINUTE < end:
                yield minute * MINUTE, samples

    def samples(self, key: SeriesKey, start: float, end: float) -> list[Sample]:
        """All samples in ``[start, end)``, for `statistic`."""
        return [sample for _, samples in self.buckets(key, start, end) for sample in samples]

    def _bucket(self, series: MetricSeries, start: float, seconds: int) -> list[Sample]:
        """The samples of one bucket of the function; whole numbers of events by seeded rounding."""
        moment = Moment(series.seed, start, self.fault_log.was_on, self._ahead)
        value = series.shape.at(moment)
        minutes = seconds / MINUTE
        luck = unit_noise(series.seed ^ 0x5BF0, int(moment.traffic_time // MINUTE))
        if series.counts:
            events = math.floor(max(0.0, value) * minutes + luck)
            total = events
            if series.samples:
                total = max(events, math.floor(series.samples.at(moment) * minutes + luck))
            if series.sparse and not events:
                return []
            zeros = total - events if series.samples else 0
            found = [(1.0, float(events))] if events else []
            found += [(0.0, float(zeros))] if zeros else []
            return found if found or series.samples else [(0.0, 1.0)]
        measured = seconds / series.every
        if series.samples:
            measured = math.floor(max(0.0, series.samples.at(moment)) * minutes + luck)
        if not measured or (series.sparse and not value):
            return []
        if len(series.spread) == 1:
            return [(value, measured)]
        return [(value * point, measured * weight) for point, weight in zip(series.spread, _WEIGHTS, strict=True)]


def series_key(account: str, region: str, namespace: str, metric: str, dimensions: Mapping[str, str]) -> SeriesKey:
    """The key of a series."""
    return SeriesKey(account, region, namespace, metric, frozenset(dimensions.items()))


def finest(age: float) -> int:
    """The finest period, in seconds, that CloudWatch keeps for data of an age in seconds."""
    return next((period for limit, period in RETENTION if age <= limit), HOUR)


def statistic(samples: Sequence[Sample], name: str) -> float | None:
    """One statistic of samples: Sum, SampleCount, Average, Minimum, Maximum or a percentile such as p99.9.

    None when there are no samples. Raises ValueError for a statistic that does not exist.
    """
    share = percentile(name)
    if not samples:
        return None
    if name == "Minimum":
        return round(min(value for value, _ in samples), 9)
    if name == "Maximum":
        return round(max(value for value, _ in samples), 9)
    count = sum(weight for _, weight in samples)
    if name == "SampleCount":
        return round(count, 9)
    if share is None:
        total = sum(value * weight for value, weight in samples)
        return round(total if name == "Sum" else total / count, 9)
    ordered = sorted(samples)
    seen = 0.0
    for value, weight in ordered:
        seen += weight
        if seen >= share * count - 1e-9:
            return round(value, 9)
    return round(ordered[-1][0], 9)


def percentile(name: str) -> float | None:
    """The share that a percentile names (p99.9: 0.999), None for a plain statistic; else ValueError."""
    if name in ("Sum", "SampleCount", "Average", "Minimum", "Maximum"):
        return None
    digits = name[1:].replace(".", "", 1)
    if name[:1] == "p" and digits.isascii() and digits.isdigit() and 0 <= float(name[1:]) <= 100:
        return float(name[1:]) / 100
    raise ValueError(f"{name} is not a statistic")


def _quantiles(spread: float) -> tuple[float, ...]:
    """Points of a log-normal distribution with mean 1, one for each of the weights."""
    normal, below, points = NormalDist(), 0.0, []
    for weight in _WEIGHTS:
        points.append(math.exp(spread * normal.inv_cdf(below + weight / 2)))
        below += weight
    mean = sum(point * weight for point, weight in zip(points, _WEIGHTS, strict=True))
    return tuple(point / mean for point in points)
