"""The values and functions of metric math, after "Using metric math" in the CloudWatch user guide."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

Points = dict[int, float]
"""A time series: seconds since 1970 to value, in order of time."""

Value = float | Points | list[Points] | str
"""A number, a time series, several, or a word such as REPEAT."""


class ExpressionError(ValueError):
    """An expression that cannot be computed; the message is a sentence without its full stop."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression is computed over: the beginnings of the periods asked for, and the period in seconds."""

    times: Sequence[int]
    period: int
    metrics: Mapping[str, Points]


def combine(function: Callable[..., float], *values: Value) -> Value:
    """Apply a function to numbers, or point by point where series have points at the same time.

    A result that is not a number (a division by zero) is no point.
    """
    arrays = [value for value in values if isinstance(value, list)]
    if len(arrays) > 1:
        raise ExpressionError("two arrays of time series cannot be combined")
    if arrays:
        return [
            series(combine(function, *(item if value is arrays[0] else value for value in values)))
            for item in arrays[0]
        ]
    if word := next((value for value in values if isinstance(value, str)), None):
        raise ExpressionError(f"{word} can only be an argument of FILL")
    lines = [value for value in values if isinstance(value, dict)]
    if not lines:
        return function(*values)
    times = [time for time in lines[0] if all(time in line for line in lines[1:])]
    found = {t: function(*(v[t] if isinstance(v, dict) else v for v in values)) for t in times}
    return {time: value for time, value in found.items() if math.isfinite(value)}


def series(value: Value) -> Points:
    """The value as one time series; raises `ExpressionError` if it is none."""
    if not isinstance(value, dict):
        raise ExpressionError("a time series was expected")
    return value


def _reduce(function: Callable[[Iterable[float]], float]) -> Callable[[Scope, Value], Value]:
    """A function that makes one number of a series, and one series of an array."""

    def reduced(scope: Scope, value: Value) -> Value:
        if isinstance(value, list):
            times = sorted({time for line in value for time in line})
            return {time: function([line[time] for line in value if time in line]) for time in times}
        points = series(value)
        return function(points.values()) if points else math.nan

    return reduced


def _each(function: Callable[[float], float]) -> Callable[[Scope, Value], Value]:
    return lambda scope, value: combine(function, value)


def _if(scope: Scope, condition: Value, yes: Value, no: Value = math.nan) -> Value:
    if not any(isinstance(value, dict) for value in (condition, yes, no)):
        return combine(lambda c, y, n: y if c else n, condition, yes, no)
    if not isinstance(condition, dict):
        return yes if condition else no
    found: Points = {}
    for time, value in condition.items():
        chosen = yes if value else no
        point = chosen.get(time, math.nan) if isinstance(chosen, dict) else chosen
        if isinstance(point, (int, float)) and math.isfinite(point):
            found[time] = point
    return found


def _fill(scope: Scope, value: Value, filling: Value) -> Value:
    if isinstance(value, list):
        return [series(_fill(scope, item, filling)) for item in value]
    points = series(value)
    found: Points = {}
    known = sorted(points)
    for time in sorted({*scope.times, *known}):
        if time in points:
            found[time] = points[time]
        elif isinstance(filling, (int, float)):
            found[time] = filling
        elif isinstance(filling, dict):
            found |= {time: filling[time]} if time in filling else {}
        elif filling == "REPEAT":
            found |= {time: found[max(found)]} if found else {}
        elif known and known[0] < time < known[-1]:
            before, after = max(t for t in known if t < time), min(t for t in known if t > time)
            share = (time - before) / (after - before)
            found[time] = points[before] + share * (points[after] - points[before])
    return found


def _difference(scope: Scope, value: Value, *, a_second: bool) -> Value:
    if isinstance(value, list):
        return [series(_difference(scope, item, a_second=a_second)) for item in value]
    points = series(value)
    pairs = zip(points, list(points)[1:], strict=False)
    return {b: (points[b] - points[a]) / (b - a if a_second else 1) for a, b in pairs}


def _running_sum(scope: Scope, value: Value) -> Value:
    total, found = 0.0, {}
    for time, point in series(value).items():
        total += point
        found[time] = total
    return found


def _constant(scope: Scope, value: Value) -> Value:
    if isinstance(value, (dict, list, str)):
        raise ExpressionError("TIME_SERIES takes a number")
    return dict.fromkeys(scope.times, float(value))


def _pick(value: Value, index: int) -> Value:
    if isinstance(value, list):
        return value[index] if value else {}
    points = list(series(value).values())
    return points[index] if points else math.nan


def _log(value: float) -> float:
    return math.log(value) if value > 0 else math.nan


Function = Callable[..., Value]

FUNCTIONS: Final[dict[str, tuple[int, int, Function]]] = {
    "ABS": (1, 1, _each(abs)),
    "AVG": (1, 1, _reduce(statistics.fmean)),
    "CEIL": (1, 1, _each(math.ceil)),
    "DATAPOINT_COUNT": (1, 1, _reduce(lambda values: float(len(list(values))))),
    "DIFF": (1, 1, lambda scope, value: _difference(scope, value, a_second=False)),
    "FILL": (2, 2, _fill),
    "FIRST": (1, 1, lambda scope, value: _pick(value, 0)),
    "FLOOR": (1, 1, _each(math.floor)),
    "IF": (2, 3, _if),
    "LAST": (1, 1, lambda scope, value: _pick(value, -1)),
    "LOG": (1, 1, _each(_log)),
    "LOG10": (1, 1, _each(lambda value: _log(value) / math.log(10))),
    "MAX": (1, 1, _reduce(max)),
    "METRIC_COUNT": (1, 1, lambda scope, value: float(len(value)) if isinstance(value, list) else 1.0),
    "MIN": (1, 1, _reduce(min)),
    "PERIOD": (1, 1, lambda scope, value: float(scope.period)),
    "RATE": (1, 1, lambda scope, value: _difference(scope, value, a_second=True)),
    "RUNNING_SUM": (1, 1, _running_sum),
    "STDDEV": (1, 1, _reduce(statistics.pstdev)),
    "SUM": (1, 1, _reduce(sum)),
    "TIME_SERIES": (1, 1, _constant),
}
