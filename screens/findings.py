"""Findings in a list: their columns, what makes one the same at the next reading, how many there are of each level."""

from __future__ import annotations

from datetime import UTC, datetime

from textual.content import Content

from console.readings.source import Finding
from screens.stack_readings import Readings, why_old
from widgets.level import level_cell, tally
from widgets.table.layout import Column

COLUMNS: tuple[Column[Finding], ...] = (
    Column("level", "Level", lambda f: level_cell(f.level), width=9, sort=lambda f: -f.level),
    Column("resource", "Resource", lambda f: f.resource, width=20, good=32, share=3, most=48),
    Column("what", "What", lambda f: f.what, width=28, good=46, share=6),
    Column("value", "Value", lambda f: f.value, width=12, good=16, share=1, most=24),
    Column("threshold", "Should be", lambda f: f.threshold, width=18, share=1, most=28, hide=1),
    Column("source", "Check", lambda f: f.source, width=18, most=24, share=1, hide=2),
)


def finding_key(finding: Finding) -> tuple[str, str, str]:
    """What makes a finding the same one at the next reading."""
    return finding.source, finding.resource, finding.threshold


def note(found: list[Finding], waits: int, readings: Readings) -> Content:
    """What is said behind the title of a list: how many of each level, what has not answered, why it is old."""
    parts = [tally(finding.level for finding in found)]
    if waits:
        parts.append(Content.styled(f"{waits} of {len(readings)} checks not answered yet", "$text-muted"))
    if why := why_old(readings, datetime.now(UTC)):
        parts.append(Content.styled(why, "$text-warning"))
    return Content("  ").join(parts)
