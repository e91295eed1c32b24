"""Ranges of time that a person types: 1h, 24h, 7d, 14:05, 14:05 to 14:20, 19 Nov 14:05 to 19 Nov 15:00."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from typing import Final

from console.logs.moments import MomentProblem, moment

_LONG: Final = re.compile(r"-?\s*(\d+(?:\.\d+)?)\s*(s|sec|m|min|h|d|w)$", re.ASCII)
_UNITS: Final = {"s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_BETWEEN: Final = re.compile(r"\s+(?:to|until|-)\s+|\s*\.\.\s*")


def time_range(text: str, now: datetime, zone: tzinfo | None = None) -> tuple[datetime, datetime | None]:
    """From when on, and up to when; None is for what goes on. Raises `MomentProblem` with a sentence."""
    first, *rest = _BETWEEN.split(text.strip(), maxsplit=1)
    start = _moment(first, now, zone)
    if not rest or rest[0].strip() in ("", "now"):
        return start, None
    end = _moment(rest[0], now, zone)
    if end <= start:
        raise MomentProblem("The range ends before it begins: write the earlier time first.")
    return start, end


def _moment(text: str, now: datetime, zone: tzinfo | None) -> datetime:
    long = _LONG.match(text.strip())
    try:
        words = f"-{float(long[1]) * _UNITS[long[2]]:f}s" if long else text
        return moment(words, now, zone)
    except (MomentProblem, OverflowError):
        raise MomentProblem("Write 1h, 24h, 7d, 14:05, or 19 Nov 14:05 to 19 Nov 15:00.") from None
