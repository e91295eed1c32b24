"""Answers to GetMetricData: time series of metrics and of expressions over them, from the metric history."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.demo.metrics import MetricHistory, Sample, SeriesKey, series_key, statistic
from console.demo.query.math_functions import ExpressionError, Points, Scope, Value
from console.demo.query.metric_math import compute


@dataclass(frozen=True, slots=True)
class Line:
    """One result: the Id and label of its query and its points."""

    id: str
    label: str
    points: Points


@dataclass(frozen=True, slots=True)
class Window:
    """What is read, from where and over which times; `start` and `end` in seconds since 1970.

    Periods begin at `start` if it is `exact` (alarms slide by the minute), else at multiples of the period.
    """

    history: MetricHistory
    account: str
    region: str
    start: float
    end: float
    exact: bool = False

    def begin(self, period: int) -> int:
        """Where the first period begins."""
        return int(self.start if self.exact else self.start // period * period)

    def read(self, key: SeriesKey, name: str, period: int, unit: str | None = None) -> Points:
        """One statistic of one metric, a point for each period that has data."""
        if unit not in (None, self.history.unit(key)):
            return {}
        begin = self.begin(period)
        bins: dict[int, list[Sample]] = {}
        for time, samples in self.history.buckets(key, begin, self.end, period):
            bins.setdefault(begin + int(time - begin) // period * period, []).extend(samples)
        points = {time: statistic(bins[time], name) for time in sorted(bins)}
        return {time: value for time, value in points.items() if value is not None}


def lines(queries: Sequence[Mapping[str, Any]], window: Window) -> list[Line]:
    """The results of MetricDataQueries, in their order, without those that return no data.

    Raises `ExpressionError` with a sentence.
    """
    metrics: dict[str, Points] = {}
    for query in queries:
        if stat := query.get("MetricStat"):
            key = metric_key(stat["Metric"], window)
            metrics[query["Id"]] = window.read(key, stat["Stat"], int(stat["Period"]), stat.get("Unit"))
    periods = [int(query["MetricStat"]["Period"]) for query in queries if "MetricStat" in query]
    values: dict[str, Value] = dict(metrics)
    waiting = {query["Id"]: query for query in queries if "MetricStat" not in query}
    while waiting:
        ready = next((id for id, query in waiting.items() if not _needs(query) & waiting.keys()), None)
        if ready is None:
            raise ExpressionError("the expressions refer to each other in a circle")
        query = waiting.pop(ready)
        period = int(query.get("Period") or min(periods, default=60))
        times = range(window.begin(period), int(window.end), period)
        value = compute(query["Expression"], values, Scope(times, period, metrics))
        if not isinstance(value, (dict, list)):
            raise ExpressionError(f"the expression of {ready} gives a number, not a time series")
        values[ready] = value
    shown = [query for query in queries if query.get("ReturnData") is not False]
    return [
        Line(query["Id"], query.get("Label") or _label(query), points)
        for query in shown
        for points in _each(values[query["Id"]])
    ]


def metric_key(metric: Mapping[str, Any], window: Window) -> SeriesKey:
    """The series that a Metric of the API names."""
    dimensions = {item["Name"]: item["Value"] for item in metric.get("Dimensions") or ()}
    return series_key(window.account, window.region, metric["Namespace"], metric["MetricName"], dimensions)


def _needs(query: Mapping[str, Any]) -> set[str]:
    return set(re.findall(r"[A-Za-z_]\w*", query["Expression"])) - {query["Id"]}


def _label(query: Mapping[str, Any]) -> str:
    stat = query.get("MetricStat")
    return str(stat["Metric"]["MetricName"] if stat else query["Id"])


def _each(value: Value) -> list[Points]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict) else []
