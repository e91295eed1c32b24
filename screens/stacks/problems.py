"""All that is wrong at present in every stack that is read: findings and problems of reading, many alike in one row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from console.desk.desk import Desk
from console.problems import Problem
from console.readings.freshness import not_read
from console.readings.source import AnySource, Finding, Level, Reading, Report
from console.stack.stack import Stack
from console.text import Clean, clean
from screens.stack_readings import ALIKE

Known = tuple[Stack, AnySource, Reading[Any]]


@dataclass(frozen=True)
class Present:
    """Something that is wrong now; `resources` and `checks` are all that it is said of, `stack` empty for all stacks.

    `since` is when it began as far as that is known, `next_at` when it is read again.
    """

    level: Level
    stack: str
    checks: tuple[str, ...]
    resources: tuple[Clean, ...]
    what: str
    hint: str = ""
    since: datetime | None = None
    next_at: datetime | None = None

    @property
    def where(self) -> str:
        """The resource or the check, or how many there are of them."""
        if self.resources:
            return self.resources[0] if len(self.resources) == 1 else f"{len(self.resources)} resources"
        return self.checks[0] if len(self.checks) == 1 else f"{len(self.checks)} checks"


def present(desk: Desk, now: datetime | None = None) -> list[Present]:
    """What is wrong with stack files, credentials, the journal, Sources and resources: the worst first."""
    now = now or datetime.now(UTC)
    general = ((desk.problem and desk.problem.kind, desk.problem), ("journal", desk.changes and desk.changes.problem))
    rows = [Present(Level.CRIT, "", (name,), (), p.what, p.hint) for name, p in general if name and p]
    known = desk.poller.known()
    rows += [*_unread(known), *_silent(known, now), *_found(known)]
    return sorted(
        rows, key=lambda row: (-row.level, -(row.since.timestamp() if row.since else 0), row.stack, row.where)
    )


def read_in_part(desk: Desk) -> int:
    """Of how many stacks not every check is known: what is wrong there may be more than what is told."""
    known = {(stack.name, source.name) for stack, source, _ in desk.poller.known()}
    return sum(any((stack.name, source.name) not in known for source in desk.sources(stack)) for stack in desk.stacks)


def _unread(known: Iterable[Known]) -> list[Present]:
    """Problems of reading: alike are those of a kind that concerns all checks of a stack, else those of equal words."""
    alike: dict[tuple[str, ...], list[tuple[str, Problem, Reading[Any]]]] = {}
    for stack, source, reading in known:
        if problem := reading.problem:
            words = ("",) if problem.kind in ALIKE else (problem.what, problem.hint)
            alike.setdefault((stack.name, problem.kind, *words), []).append((source.name, problem, reading))
    return [
        Present(
            Level.UNKNOWN,
            stack,
            tuple(name for name, _, _ in together),
            (),
            together[0][1].what,
            together[0][1].hint,
            min((reading.since for _, _, reading in together if reading.since), default=None),
            min((reading.next_at for _, _, reading in together if reading.next_at), default=None),
        )
        for (stack, *_), together in alike.items()
    ]


def _silent(known: Iterable[Known], now: datetime) -> list[Present]:
    return [
        Present(Level.UNKNOWN, stack.name, (source.name,), (), told.what, since=reading.at)
        for stack, source, reading in known
        if reading.problem is None and (told := not_read(source, reading, now))
    ]


def _found(known: Iterable[Known]) -> list[Present]:
    """Findings: alike are those of one check that say the same of several resources."""
    alike: dict[tuple[str, str, Level, str], list[Finding]] = {}
    for stack, source, reading in known:
        for finding in reading.value.findings if isinstance(reading.value, Report) else ():
            if finding.level is not Level.OK:
                alike.setdefault((stack.name, source.name, finding.level, finding.what), []).append(finding)
    return [
        Present(
            level,
            stack,
            (check,),
            tuple(dict.fromkeys(finding.resource for finding in together)),
            what,
            _measured(together),
            min((finding.since for finding in together if finding.since), default=None),
        )
        for (stack, check, level, what), together in alike.items()
    ]


def _measured(together: list[Finding]) -> Clean:
    """Value and limit of a single finding, the names of several resources."""
    if len(together) > 1:
        return clean(", ".join(dict.fromkeys(finding.resource for finding in together)))
    value, threshold = together[0].value, together[0].threshold
    return Clean("; ".join(filter(None, (value, threshold and f"limit: {threshold}"))))
