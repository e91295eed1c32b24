"""A stack at a summary: how bad, how many, how old, what is worst."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from textual.content import Content

from console.problems import Problem
from console.readings.source import Finding, Level
from console.stack.stack import Stack
from console.stack.standing import Standing
from widgets.level import STYLES, SYMBOLS, level_cell
from widgets.table.layout import Column
from widgets.times import ago


@dataclass(frozen=True)
class StackSummary:
    """One stack: its findings so far, when the oldest was made, and what keeps it from being asked.

    `read` names the checks that are known, `unread` counts those that are not read for the overview, `waiting` those
    that have not answered yet.
    """

    stack: Stack
    findings: tuple[Finding, ...]
    oldest: datetime | None
    waiting: int
    problem: Problem | None
    read: tuple[str, ...] = ()
    unread: int = 0

    @property
    def worst(self) -> Level | None:
        """The worst level; None before the first answer."""
        least = None if self.problem is None else Level.UNKNOWN
        return max((f.level for f in self.findings if least is None or f.level > least), default=least)

    @property
    def in_part(self) -> bool:
        """Whether nothing is wrong as far as is known, which is not all."""
        return self.worst is Level.OK and bool(self.unread or self.waiting)

    @property
    def first(self) -> str:
        """What is worst, in words."""
        if self.problem is not None:
            return f"{self.problem.what} {self.problem.hint}".strip()
        wrong = [finding for finding in self.findings if finding.level is not Level.OK]
        if wrong:
            return f"{wrong[0].resource}: {wrong[0].what}"
        return self.covers if self.findings else ""

    @property
    def covers(self) -> str:
        """What was read, such as ``alarms, ecs, endpoint; 14 checks not read here``."""
        services = ", ".join(dict.fromkeys(name.partition(".")[0] for name in self.read))
        if self.unread:
            return f"{services}; {self.unread} checks not read here"
        return "" if self.waiting else "Nothing is wrong."


def _level(summary: StackSummary) -> Content:
    if summary.worst is None:
        return Content.styled("… reading", "$text-muted")
    return (
        Content.styled(f"{SYMBOLS[Level.OK]} in part", "$text-muted") if summary.in_part else level_cell(summary.worst)
    )


def _counts(summary: StackSummary) -> Content:
    counts = Counter(finding.level for finding in summary.findings)
    shown = [level for level in sorted(Level, reverse=True) if counts[level]]
    parts = [Content.styled(f"{SYMBOLS[level]}{counts[level]}", STYLES[level]) for level in shown]
    return Content(" ").join([*parts, Content.styled("…", "$text-muted")] if summary.unread else parts)


def _environment(summary: StackSummary) -> Content:
    match summary.stack.standing:
        case Standing.PRODUCTION:
            return Content.styled("■ PRODUCTION", "bold $error")
        case Standing.HARMLESS:
            return Content(summary.stack.environment)
        case doubt:
            return Content.styled(f"? {doubt}", "$warning")


def _age(summary: StackSummary) -> str:
    return ago((datetime.now(UTC) - summary.oldest).total_seconds()) if summary.oldest else ""


COLUMNS: tuple[Column[StackSummary], ...] = (
    Column("level", "Level", _level, width=9, sort=lambda g: -(g.worst if g.worst is not None else -1)),
    Column("stack", "Stack", lambda g: g.stack.name, width=16, share=1, most=28),
    Column("environment", "Environment", _environment, width=12, most=16),
    Column("counts", "Counts", _counts, width=12, most=16),
    Column("first", "First of all", lambda g: Content(g.first), width=26, good=50, share=4),
    Column("age", "Read", _age, width=9, hide=1),
    Column("region", "Region", lambda g: g.stack.region or "", width=14, hide=2),
    Column("account", "Account", lambda g: g.stack.account or "", width=12, hide=3),
)
