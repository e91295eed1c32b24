"""Ranges of time that a person types: 1h, 24h, 7d, 14:05, 14:05 to 14:20, 19 Nov 14:05 to 19 Nov 15:00."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from typing import Final

from console.moments import MomentProblem, moment_near

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
    try:
        return moment_near(text, now, zone)
    except MomentProblem:
        raise MomentProblem("Write 1h, 24h, 7d, 14:05, or 19 Nov 14:05 to 19 Nov 15:00.") from None
