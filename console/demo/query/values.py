"""Values of Logs Insights: numbers, texts, truth, lists or nothing, and how they compare and print."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

Value = Any

SECONDS: Final = {
    "ms": 0.001, "s": 1, "sec": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "mins": 60, "minute": 60,
    "minutes": 60, "h": 3600, "hr": 3600, "hour": 3600, "hours": 3600, "d": 86_400, "day": 86_400,
    "days": 86_400, "w": 604_800, "week": 604_800, "weeks": 604_800,
}  # fmt: skip

_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Time(float):
    """A moment in seconds since 1970; it prints as Logs Insights prints ``@timestamp`` and ``bin()``."""


def number(value: Value) -> float | None:
    """The value as a number; None if it is none."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def compare(sign: str, left: Value, right: Value) -> bool:
    """Compare as numbers if both are, else as texts; nothing compares with what is not there."""
    if left is None or right is None:
        return False
    a, b = number(left), number(right)
    if a is not None and b is not None:
        return _COMPARE[sign](a, b)
    return _COMPARE[sign](show(left), show(right))


def order(value: Value) -> tuple[int, float, str]:
    """A key to sort by: nothing first, then numbers, then texts."""
    if value is None:
        return (0, 0.0, "")
    found = number(value)
    return (2, 0.0, show(value)) if found is None else (1, found, "")


def show(value: Value) -> str:
    """The value as GetQueryResults gives it: times as ``2026-11-20 09:00:00.000``, numbers with 4 decimals."""
    if isinstance(value, Time):
        moment = datetime.fromtimestamp(float(value), UTC)
        return moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{moment.microsecond // 1000:03d}"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{round(value, 4)}"
    return str(value)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies, between neighbours by proportion."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
