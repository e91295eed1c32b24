"""Moments that a person types: 14:05, 14:05:12, 19 Nov 14:05, 2026-11-19T14:05Z, -10m."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo
from itertools import product
from typing import Final

_BACK: Final = re.compile(r"-\s*(\d+(?:\.\d+)?)\s*(s|sec|m|min|h|d)$")
_SECONDS: Final = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}
_CLOCKS: Final = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f")
_DAYS: Final = ("%d %b", "%b %d")


class MomentProblem(ValueError):
    """A time that could not be read; its text says how to write one."""


def moment(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The moment that a text means; without a day it is the last such time before `now`.

    `zone` is that of times without one of their own; None is this machine's. Raises MomentProblem.
    """
    words = text.strip()
    back = _BACK.match(words)
    if back:
        return now - timedelta(seconds=float(back[1]) * _SECONDS[back[2]])
    here = now.astimezone(zone)
    zone = here.tzinfo
    try:
        found = datetime.fromisoformat(words)
        return found if found.tzinfo else found.replace(tzinfo=zone)
    except ValueError:
        pass
    for form in _CLOCKS:
        if (at := _read(words, form)) is not None:
            found = here.replace(hour=at.hour, minute=at.minute, second=at.second, microsecond=at.microsecond)
            return found if found <= here else found - timedelta(days=1)
        for year, day in product((here.year, here.year - 1), _DAYS):
            if (at := _read(f"{year} {words}", f"%Y {day} {form}")) is not None and at.replace(tzinfo=zone) <= here:
                return at.replace(tzinfo=zone)
    raise MomentProblem("Write a time as 14:05, 14:05:12, 19 Nov 14:05, 2026-11-19T14:05Z or -10m.")


def _read(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(f"{text} +0000", f"{form} %z")
    except ValueError:
        return None
