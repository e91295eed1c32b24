"""Moments that a person types: 14:05, 14:05:12, 19 Nov 14:05, 2026-11-19T14:05Z, -10m.

A time without a zone of its own means what the clock on the wall showed that day, in summer or in winter. One that the
clock showed twice is the first of both; one that it skipped is as long after the gap as it is after the gap's begin.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import product
from typing import Final

_BACK: Final = re.compile(r"-\s*(\d+(?:\.\d+)?)\s*(s|sec|m|min|h|d)$", re.ASCII)
_SECONDS: Final = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}
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
    try:
        found = _read_back(words, now) or _read_day(words, zone) or _read_clock(words, now.astimezone(UTC), zone)
    except (ValueError, OverflowError, OSError):  # beyond all calendars
        found = None
    if found is None:
        raise MomentProblem("Write a time as 14:05, 14:05:12, 19 Nov 14:05, 2026-11-19T14:05Z or -10m.")
    if not _FIRST <= found <= _LAST:
        raise MomentProblem("CloudWatch Logs has no time before 1970, and none after 9999.")
    return found


def moment_at(at_ms: float) -> datetime:
    """Milliseconds since 1970 as a moment in UTC; what lies beyond all calendars is the first year's or the last's."""
    try:
        return datetime.fromtimestamp(at_ms / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        return datetime(9999 if at_ms > 0 else 1, 1, 2, tzinfo=UTC)


def _read_back(words: str, now: datetime) -> datetime | None:
    """So long before now."""
    back = _BACK.match(words)
    return now.astimezone(UTC) - timedelta(seconds=float(back[1]) * _SECONDS[back[2]]) if back else None


def _read_day(words: str, zone: tzinfo | None) -> datetime | None:
    """A day with its year, as ISO writes it."""
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else _on_the_wall(found, zone)


def _read_clock(words: str, now: datetime, zone: tzinfo | None) -> datetime | None:
    """A time of the clock, today or yesterday, or on a day of which the year is not said."""
    here = now.astimezone(zone)
    for form in _CLOCKS:
        if (at := _read(words, form)) is not None:
            today = datetime.combine(here.date(), at.time())
            found = _on_the_wall(today, zone)
            return found if found <= now else _on_the_wall(today - timedelta(days=1), zone)
        for year, day in product((here.year, here.year - 1), _DAYS):
            at = _read(f"{year} {words}", f"%Y {day} {form}")
            if at is not None and (found := _on_the_wall(at, zone)) <= now:
                return found
    return None


def _on_the_wall(at: datetime, zone: tzinfo | None) -> datetime:
    """The moment at which the clock of a zone showed a time, by the rules of that day."""
    # By way of the timestamp: astimezone of a time that this machine's clock skipped goes an hour back.
    return datetime.fromtimestamp((at if zone is None else at.replace(tzinfo=zone)).timestamp(), UTC)


def _read(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(f"{text} +0000", f"{form} %z").replace(tzinfo=None)
    except ValueError:
        return None
