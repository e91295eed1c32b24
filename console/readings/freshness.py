"""What a Reading means as findings, how old is too old, and in which order findings deserve attention."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from console.readings.numbers import span
from console.readings.source import AnySource, Finding, Level, Reading, Report
from console.text import Clean, clean

PATIENCE: Final = 60.0
"""Seconds that a Source may take for an answer before its silence is told, or two periods where these are shorter."""


def findings(source: AnySource, reading: Reading[Any], now: datetime | None = None) -> tuple[Finding, ...]:
    """What a reading says: the findings of its last good value, and one where it could not be judged anew."""
    found = reading.value.findings if isinstance(reading.value, Report) else ()
    untold = not_read(source, reading, now or datetime.now(UTC))
    return found if untold is None else (untold, *found)


def not_read(source: AnySource, reading: Reading[Any], now: datetime) -> Finding | None:
    """Why a Source could not be read, or that it does not answer; None where it was read in time."""
    problem = reading.problem
    if problem is not None:
        return _unknown(source, Clean(f"{problem.what} {problem.hint}".strip()), problem.kind.value)
    if not is_silent(source, reading, now) or reading.asked is None:
        return None
    waited = f"Asked {_for(now - reading.asked)} ago, and not answered yet"
    if reading.at is None:
        return _unknown(source, Clean(f"{waited}."), "no answer")
    return _unknown(source, Clean(f"{waited}: last read {_for(now - reading.at)} ago."), "stale")


def is_silent(source: AnySource, reading: Reading[Any], now: datetime) -> bool:
    """Whether a Source is being asked, and has not answered in time."""
    if not reading.fetching or reading.asked is None:
        return False
    waits = (now - reading.asked).total_seconds() > min(PATIENCE, 2 * source.period)
    return waits and (reading.at is None or is_stale(source, reading, now))


def is_stale(source: AnySource, reading: Reading[Any], now: datetime) -> bool:
    """Whether the value of a reading is older than twice the period of its Source."""
    return reading.at is not None and (now - reading.at).total_seconds() > 2 * source.period


def is_known(source: AnySource, reading: Reading[Any], now: datetime) -> bool:
    """Whether a reading, good or bad, still tells something: no more once it is as old as two periods."""
    at = reading.asked if reading.problem is not None else reading.at
    return at is not None and (now - at).total_seconds() <= 2 * source.period


def worst_first(found: list[Finding]) -> list[Finding]:
    """Findings in the order in which they deserve attention, then by Source and resource."""
    return sorted(found, key=lambda f: (-f.level, f.source, f.resource))


def _for(age: timedelta) -> Clean:
    seconds = age.total_seconds()
    return span(seconds // 60 * 60 if seconds >= 120 else seconds)


def _unknown(source: AnySource, what: Clean, value: str) -> Finding:
    return Finding(source.name, clean(source.name), Level.UNKNOWN, what, Clean(value))
