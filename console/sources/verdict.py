"""What a Reading means as findings, and in which order they deserve attention."""

from __future__ import annotations

from typing import Any

from console.sources.base import AnySource, Finding, Level, Reading, Report
from console.text import Clean, clean


def findings(source: AnySource, reading: Reading[Any]) -> tuple[Finding, ...]:
    """What a reading says: the findings of its last good value, and one that it could not be judged anew."""
    found = reading.value.findings if isinstance(reading.value, Report) else ()
    if reading.problem is None:
        return found
    problem = reading.problem
    unknown = Finding(
        source.name,
        clean(source.name),
        Level.UNKNOWN,
        Clean(f"{problem.what} {problem.hint}"),
        Clean(problem.kind.value),
    )
    return (unknown, *found)


def worst_first(found: list[Finding]) -> list[Finding]:
    """Findings in the order in which they deserve attention, then by Source and resource."""
    return sorted(found, key=lambda f: (-f.level, f.source, f.resource))
