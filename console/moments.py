"""Moments that a person types: 1h, 14:05, 14:05:12, 19 Nov 14:05, 2026-11-19T14:05Z, -10m.

A time without a zone of its own means what the clock on the wall showed that day, in summer or in winter. One that the
clock showed twice is the first of both; one that it skipped is as long after the gap as it is after the gap's begin.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import product
from typing import Final

_LONG: Final = re.compile(r"([-+]?)\s*(\d+(?:\.\d+)?)\s*(s|sec|m|min|h|d|w)$", re.ASCII)
_SECONDS: Final = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_CLOCKS: Final = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f")
_DAYS: Final = ("%d %b", "%b %d")
_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 12, 30, tzinfo=UTC)


class MomentProblem(ValueError):
    """A time that could not be read; its text says how to write one."""


def moment(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The moment that a text means, in UTC; without a day it is the last such time before `now`.

    `zone` is that of times without one of their own; None is this machine's. Raises MomentProblem.
    """
    words = text.strip()
    sign = _LONG.match(words)
    found = None if sign and sign[1] != "-" else _found(words, now, zone)
    if found is None:
        raise MomentProblem("Write a time as 14:05, 14:05:12, 19 Nov 14:05, 2026-11-19T14:05Z or -10m.")
    return _bounded(found)


def moment_near(text: str, now: datetime, zone: tzinfo | None = None, *, future: bool = False) -> datetime:
    """The moment that a text means, in UTC, where ``1h`` means so long before `now`, in the `future` so long after it.

    So does a time without a day: it is the last before `now`, or the next. Raises MomentProblem.
    """
    words = text.strip()
    sign = _LONG.match(words)
    found = None if sign and sign[1] == ("-" if future else "+") else _found(words, now, zone, future=future)
    if found is None:
        first = "1h or +1h" if future else "1h or -1h"
        raise MomentProblem(f"Write a time as {first}, 14:05, 14:05:12, 19 Nov 14:05 or 2026-11-19T14:05Z.")
    return _bounded(found)


def is_relative(text: str) -> bool:
    """Whether a text tells how long before or after now a moment is."""
    return _LONG.match(text.strip()) is not None


def written(at: datetime) -> str:
    """A moment as ISO 8601 has it, in UTC: to the second, with milliseconds only where it has some."""
    milliseconds = f".{at.microsecond // 1000:03d}" if at.microsecond >= 1000 else ""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}{milliseconds}Z"


def moment_at(at_ms: float) -> datetime:
    """Milliseconds since 1970 as a moment in UTC; what lies beyond all calendars is the first year's or the last's."""
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime(9999 if at_ms > 0 else 1, 1, 2, tzinfo=UTC)


def _found(words: str, now: datetime, zone: tzinfo | None, *, future: bool = False) -> datetime | None:
    here = now.astimezone(UTC)
    try:
        return _read_long(words, here, future) or _read_day(words, zone) or _read_clock(words, here, zone, future)
    except (ValueError, OverflowError, OSError):  # beyond all calendars
        return None


def _bounded(found: datetime) -> datetime:
    if not _FIRST <= found <= _LAST:
        raise MomentProblem("There is no time before 1970 here, and none after 9999.")
    return found


def _read_long(words: str, now: datetime, future: bool) -> datetime | None:
    """So long before now, or after it."""
    long = _LONG.match(words)
    if long is None:
        return None
    away = timedelta(seconds=float(long[2]) * _SECONDS[long[3]])
    return now + away if future else now - away


def _read_day(words: str, zone: tzinfo | None) -> datetime | None:
    """A day with its year, as ISO writes it."""
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else _on_the_wall(found, zone)


def _read_clock(words: str, now: datetime, zone: tzinfo | None, future: bool) -> datetime | None:
    """A time of the clock, the last or the next, or on a day of which the year is not said."""
    here, step = now.astimezone(zone), 1 if future else -1
    for form in _CLOCKS:
        if (at := _read(words, form)) is not None:
            today = datetime.combine(here.date(), at.time())
            found = _on_the_wall(today, zone)
            return found if _beyond(found, now, future) else _on_the_wall(today + timedelta(days=step), zone)
        for year, day in product((here.year, here.year + step), _DAYS):
            at = _read(f"{year} {words}", f"%Y {day} {form}")
            if at is not None and _beyond(found := _on_the_wall(at, zone), now, future):
                return found
    return None


def _beyond(found: datetime, now: datetime, future: bool) -> bool:
    return found > now if future else found <= now


def _on_the_wall(at: datetime, zone: tzinfo | None) -> datetime:
    """The moment at which the clock of a zone showed a time, by the rules of that day."""
    # By way of the timestamp: astimezone of a time that this machine's clock skipped goes an hour back.
    return datetime.fromtimestamp((at if zone is None else at.replace(tzinfo=zone)).timestamp(), UTC)


def _read(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(f"{text} +0000", f"{form} %z").replace(tzinfo=None)
    except ValueError:
        return None
