"""Functions of Logs Insights: those of one log event, and those that sum up many."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from typing import Final

from console.demo.query.values import Time, Value, number, order, quantile, show

Plain = Callable[..., Value]
Summary = Callable[[Sequence[Value], Sequence[Value]], Value]
"""Of the values of the first argument that are there, and of the further arguments."""


def _math(function: Callable[[float], float]) -> Plain:
    def of(value: Value) -> Value:
        found = number(value)
        try:
            return None if found is None else float(function(found))
        except ValueError:
            return None

    return of


def _text(function: Callable[[str], Value]) -> Plain:
    return lambda value: None if value is None else function(show(value))


def bin_of(time: Value, seconds: Value) -> Value:
    """The beginning of the span of time that a moment is in."""
    found, span = number(time), number(seconds)
    return None if found is None or not span else Time(found // span * span)


def _substr(text: Value, start: Value, length: Value = None) -> Value:
    if text is None:
        return None
    first = int(number(start) or 0)
    size = number(length)
    return show(text)[first:] if size is None else show(text)[first : first + int(size)]


def _numbers(values: Sequence[Value]) -> list[float]:
    return [found for value in values if (found := number(value)) is not None]


def _of_numbers(function: Callable[[list[float]], float]) -> Summary:
    def of(values: Sequence[Value], more: Sequence[Value]) -> Value:
        found = _numbers(values)
        return function(found) if found else None

    return of


def _percentile(values: Sequence[Value], more: Sequence[Value]) -> Value:
    found, share = _numbers(values), number(more[0]) if more else None
    return quantile(found, share / 100) if found and share is not None else None


PLAIN: Final[dict[str, tuple[int, int, Plain]]] = {
    "abs": (1, 1, _math(abs)),
    "ceil": (1, 1, _math(math.ceil)),
    "coalesce": (1, 20, lambda *values: next((value for value in values if value is not None), None)),
    "concat": (1, 20, lambda *values: "".join(show(value) for value in values if value is not None)),
    "datefloor": (2, 2, bin_of),
    "floor": (1, 1, _math(math.floor)),
    "greatest": (1, 20, lambda *values: max(values, key=order)),
    "isblank": (1, 1, lambda value: value is None or not show(value).strip()),
    "isempty": (1, 1, lambda value: value is None or not show(value)),
    "ispresent": (1, 1, lambda value: value is not None),
    "least": (1, 20, lambda *values: min(values, key=order)),
    "log": (1, 1, _math(math.log)),
    "replace": (3, 3, lambda text, old, new: None if text is None else show(text).replace(show(old), show(new))),
    "sqrt": (1, 1, _math(math.sqrt)),
    "strcontains": (2, 2, lambda text, part: text is not None and show(part) in show(text)),
    "strlen": (1, 1, _text(len)),
    "substr": (2, 3, _substr),
    "tolower": (1, 1, _text(str.lower)),
    "tomillis": (1, 1, _math(lambda value: value * 1000)),
    "toupper": (1, 1, _text(str.upper)),
    "trim": (1, 1, _text(str.strip)),
}

SUMMARIES: Final[dict[str, tuple[int, int, Summary]]] = {
    "avg": (1, 1, _of_numbers(statistics.fmean)),
    "count": (0, 1, lambda values, more: len(values)),
    "count_distinct": (1, 1, lambda values, more: len({show(value) for value in values})),
    "earliest": (1, 1, lambda values, more: values[0] if values else None),
    "latest": (1, 1, lambda values, more: values[-1] if values else None),
    "max": (1, 1, lambda values, more: max(values, key=order, default=None)),
    "median": (1, 1, _of_numbers(statistics.median)),
    "min": (1, 1, lambda values, more: min(values, key=order, default=None)),
    "pct": (2, 2, _percentile),
    "percentile": (2, 2, _percentile),
    "sortsfirst": (1, 1, lambda values, more: min(map(show, values), default=None)),
    "sortslast": (1, 1, lambda values, more: max(map(show, values), default=None)),
    "stddev": (1, 1, _of_numbers(statistics.pstdev)),
    "sum": (1, 1, _of_numbers(math.fsum)),
}
