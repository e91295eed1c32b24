"""A stack at a glance: how bad, how many, how old, what is worst."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

from textual.content import Content

from console.problems import Problem
from console.sources.base import Finding, Level
from console.stack import Stack
from console.standing import Standing
from widgets.level import STYLES, SYMBOLS, level_cell
from widgets.table_layout import Column
from widgets.times import ago


@dataclass(frozen=True)
class Glance:
    """One stack: its findings so far, when the oldest was made, and what keeps it from being asked."""

    stack: Stack
    findings: tuple[Finding, ...]
    oldest: datetime | None
    waiting: int
    problem: Problem | None

    @property
    def worst(self) -> Level | None:
        """The worst level; None before the first answer."""
        if self.problem is not None and not self.findings:
            return Level.UNKNOWN
        return max((finding.level for finding in self.findings), default=None)

    @property
    def first(self) -> str:
        """What is worst, in words."""
        if self.problem is not None:
            return f"{self.problem.what} {self.problem.hint}".strip()
        wrong = [finding for finding in self.findings if finding.level is not Level.OK]
        if wrong:
            return f"{wrong[0].resource}: {wrong[0].what}"
        return "Nothing is wrong." if self.findings and not self.waiting else ""


def _level(glance: Glance) -> Content:
    return Content.styled("… reading", "$text-muted") if glance.worst is None else level_cell(glance.worst)


def _counts(glance: Glance) -> Content:
    counts = Counter(finding.level for finding in glance.findings)
    shown = [level for level in sorted(Level, reverse=True) if counts[level]]
    return Content(" ").join(Content.styled(f"{SYMBOLS[level]}{counts[level]}", STYLES[level]) for level in shown)


def _environment(glance: Glance) -> Content:
    match glance.stack.standing:
        case Standing.PRODUCTION:
            return Content.styled("■ PRODUCTION", "bold $error")
        case Standing.HARMLESS:
            return Content(glance.stack.environment)
        case doubt:
            return Content.styled(f"? {doubt}", "$warning")


def _age(glance: Glance) -> str:
    return ago((datetime.now(UTC) - glance.oldest).total_seconds()) if glance.oldest else ""


COLUMNS: tuple[Column[Glance], ...] = (
    Column("level", "Level", _level, width=9, sort=lambda g: -(g.worst if g.worst is not None else -1)),
    Column("stack", "Stack", lambda g: g.stack.name, width=16, share=1, most=28),
    Column("environment", "Environment", _environment, width=12, most=16),
    Column("counts", "Counts", _counts, width=12, most=16),
    Column("first", "First of all", lambda g: Content(g.first), width=26, good=50, share=4),
    Column("age", "Read", _age, width=9, hide=1),
    Column("region", "Region", lambda g: g.stack.region or "", width=14, hide=2),
    Column("account", "Account", lambda g: g.stack.account or "", width=12, hide=3),
)
