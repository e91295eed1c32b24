"""Spans, sizes and sums: the figures that several checks show and judge by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from console.aws.metric_answer import Points, Unanswered, unanswered
from console.problems import Failure
from console.text import Clean

QUARTER: Final = 900.0
HOUR: Final = 3600.0
DAY: Final = 24 * HOUR

_BINARY: Final = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB")
_SPANS: Final = ((730 * DAY, "years"), (2 * DAY, "days"), (2 * HOUR, "h"), (120.0, "min"))
_SECONDS: Final = {"years": 365 * DAY, "days": DAY, "h": HOUR, "min": 60.0}


def epoch(moment: datetime) -> float:
    """Seconds since 1970. A moment without a zone is UTC, as AWS means it."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def stamp(moment: datetime) -> Clean:
    """A moment as it is written everywhere: ``2026-11-20 09:15:00 UTC``."""
    return Clean(f"{datetime.fromtimestamp(epoch(moment), UTC):%Y-%m-%d %H:%M:%S UTC}")


def span(seconds: float) -> Clean:
    """How long something is, in the largest unit of which it has at least two: ``26 h``, ``35 days``."""
    unit = next((word for least, word in _SPANS if seconds >= least), None)
    return Clean(f"{_three(seconds / _SECONDS[unit])} {unit}" if unit else f"{max(seconds, 0):.0f} s")


def size(count: float) -> Clean:
    """Bytes as people read them, by 1024: ``1.4 GiB``."""
    value, power = float(count), 0
    while abs(value) >= 1024 and power < len(_BINARY) - 1:
        value, power = value / 1024, power + 1
    return Clean(f"{_three(value)} {_BINARY[power]}")


def recent(points: Points, now: float, seconds: float = HOUR) -> Points:
    """The points of the last `seconds` before `now`, in epoch seconds."""
    if isinstance(points, Unanswered):
        return points
    return tuple(point for point in points if point[0] > now - seconds)


def total(points: Points, now: float, seconds: float = HOUR) -> float | None:
    """The sum of the last `seconds`; None where there is no point, which is not the same as 0.

    Raises `Failure` where CloudWatch did not tell, which is neither.
    """
    if isinstance(points, Unanswered):
        raise Failure(points.problem)
    values = [value for _, value in recent(points, now, seconds)]
    return sum(values) if values else None


def busy_span(counts: Points, now: float, least: float = 100) -> float:
    """The seconds over which a rate is worth judging: the last quarter of an hour, the hour where little happens.

    An incident must show at once, and one failure of five must not look like one.
    """
    if isinstance(counts, Unanswered):
        return HOUR
    return QUARTER if (total(counts, now, QUARTER) or 0) >= least else HOUR


def percent(part: Points, whole: Points) -> Points:
    """Moment by moment what percentage of a whole a part is; only where there is a whole."""
    if (missing := unanswered(part, whole)) is not None:
        return missing
    part_at = dict(part)
    return tuple((at, part_at.get(at, 0.0) / value * 100) for at, value in whole if value)


def weighted(rates: Points, weights: Points) -> float | None:
    """The mean of rates by the weight of the same moment, such as an error rate by its requests; None without any.

    Raises `Failure` where CloudWatch did not tell one of them.
    """
    if (missing := unanswered(rates, weights)) is not None:
        raise Failure(missing.problem)
    weight_at = dict(weights)
    pairs = [(rate, weight_at.get(at, 0.0)) for at, rate in rates]
    whole = sum(weight for _, weight in pairs)
    return sum(rate * weight for rate, weight in pairs) / whole if whole else None


def bad_since(points: Points, bad: Callable[[float], bool]) -> datetime | None:
    """When the newest run of bad points began; None if the newest point is not bad."""
    first: float | None = None
    for at, value in reversed(points):
        if not bad(value):
            break
        first = at
    return None if first is None else datetime.fromtimestamp(first, UTC)


def _three(value: float) -> str:
    """Three digits, without an exponent."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
