"""What all readings of a stack say together: findings worst first, and how old they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from console.problems import Problem, ProblemKind
from console.readings.freshness import is_silent, is_stale, not_read, worst_first
from console.readings.source import AnySource, Finding, Level, Reading, Report
from console.text import Clean, clean

Readings = Sequence[tuple[AnySource, Reading[Any]]]

ALIKE: Final = frozenset({ProblemKind.LOGIN, ProblemKind.NETWORK, ProblemKind.SKEW})
"""Problems that concern every check alike: said once, not once a check."""

FEW: Final = 2
"""Checks with a problem that are still named one by one."""


def judged(readings: Readings, now: datetime | None = None) -> list[Finding]:
    """Every finding, the worst first; what keeps checks from being made is among them, said once of many."""
    now = now or datetime.now(UTC)
    found = [f for _, reading in readings if isinstance(reading.value, Report) for f in reading.value.findings]
    apart = list(readings)
    for kind in ALIKE:
        alike = [reading.problem for _, reading in apart if reading.problem and reading.problem.kind is kind]
        if len(alike) > FEW:
            found.append(_together(len(alike), alike[0]))
            apart = [one for one in apart if not one[1].problem or one[1].problem.kind is not kind]
    found += [untold for source, reading in apart if (untold := not_read(source, reading, now))]
    return worst_first(found)


def silent(readings: Readings, now: datetime) -> tuple[str, ...]:
    """The checks that were asked and do not answer in time."""
    return tuple(source.name for source, reading in readings if is_silent(source, reading, now))


def why_old(readings: Readings, now: datetime) -> str:
    """Why what is shown is old though nothing is wrong: nobody presses a key; empty where it is not old."""
    if any(reading.paused for _, reading in readings):
        return "paused: press a key"
    waits = [reading for source, reading in readings if not reading.problem and is_stale(source, reading, now)]
    return "read less often for want of a key: press one" if any(not one.fetching for one in waits) else ""


def is_many(finding: Finding) -> bool:
    """Whether a finding stands for many checks that could not be made."""
    return not finding.source


def freshness(readings: Readings) -> tuple[datetime | None, float]:
    """When what is shown was read, and the period that this is measured by.

    That is the reading most overdue, where one is older than twice its period; else the oldest of those read most
    often: what is read once an hour says nothing of the rest.
    """
    read = [(reading.at, source.period) for source, reading in readings if reading.at is not None]
    if not read:
        return None, 0.0
    now = datetime.now(read[0][0].tzinfo)
    overdue = max(read, key=lambda one: (now - one[0]).total_seconds() / one[1])
    if (now - overdue[0]).total_seconds() > 2 * overdue[1]:
        return overdue
    often = min(period for _, period in read)
    return min(at for at, period in read if period == often), often


def waiting(readings: Iterable[tuple[AnySource, Reading[Any]]]) -> int:
    """How many checks have not answered yet, neither well nor badly."""
    return sum(reading.at is None and reading.problem is None for _, reading in readings)


def _together(checks: int, problem: Problem) -> Finding:
    return Finding("", Clean(f"{checks} checks"), Level.UNKNOWN, clean(problem), Clean(problem.kind.value))
