"""What is told of a query of Logs Insights, and how its results become columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from textual.content import Content

from console.logs.insights.query import PRICE, Estimate, QueryResults, Scan
from console.logs.kinds import LogGroup
from console.problems import Problem
from widgets.table.layout import Column
from widgets.units import quantity

_WIDE = ("@message", "@ptr")
_LOOKED_AT = 200
"""Rows by which the width of a column is found."""


@dataclass(frozen=True, slots=True)
class QueryRun:
    """How a query goes: whether it was sent, what it is expected to scan, what it has scanned, how it ended."""

    running: bool = False
    sent: bool = False
    estimate: Estimate | None = None
    scan: Scan | None = None
    rows: int | None = None
    problem: Problem | None = None
    stopped: bool = False

    def changed(self, **changes: Any) -> QueryRun:
        """The same run with other values."""
        return replace(self, **changes)


def dollars(amount: float) -> str:
    """An amount of money: below a cent it says so."""
    return f"${amount:,.2f}" if amount >= 0.01 else "<$0.01" if amount else "$0"


def run_words(run: QueryRun, groups: tuple[LogGroup, ...], range_: str) -> tuple[Content, ...]:
    """What is asked of what, and how it goes."""
    found = [
        Content(f"{len(groups)} log group{'s' if len(groups) != 1 else ''}"),
        Content.styled(range_, "$accent"),
    ]
    if run.running:
        found.append(Content.styled("running (s stops)" if run.sent else "not sent yet", "bold $accent"))
    elif run.stopped:
        found.append(Content.styled("stopped" if run.sent else "not run", "$warning"))
    if run.scan is not None:
        if run.rows is not None and not run.running:
            found.append(Content(f"{run.rows:,} rows"))
        scan = run.scan
        found.append(
            Content(f"scanned {quantity(scan.bytes, 'Bytes')}, {scan.records:,} records: {dollars(scan.dollars)}")
        )
    elif run.estimate is not None:
        found.append(Content.styled(f"expected: {_expected(run.estimate)}", "$text-muted"))
    return tuple(found)


def _expected(estimate: Estimate) -> str:
    least, most = (quantity(size, "Bytes") for size in (estimate.least, estimate.most))
    expected = f"{least} to {most}, at most {dollars(estimate.dollars)}"
    return (
        f"{expected}, and what is in {', '.join(estimate.untold)}, whose size was not told"
        if estimate.untold
        else expected
    )


def warning(estimate: Estimate) -> str:
    """What must be known before a large scan."""
    return (
        f"This query is expected to scan {_expected(estimate)} (${PRICE} a GB: CloudWatch pricing, us-east-1). "
        "A shorter range or fewer groups cost less. Run it?"
    )


def result_columns(answer: QueryResults) -> tuple[Column[tuple[int, tuple[str, ...]]], ...]:
    """A column for each field; those of numbers to the right, and ordered as such."""
    if not answer.columns:
        return (Column("none", "", lambda row: "", width=10, share=1),)
    return tuple(_column(answer, at, name) for at, name in enumerate(answer.columns))


def _column(answer: QueryResults, at: int, name: str) -> Column[tuple[int, tuple[str, ...]]]:
    cells = [row[at] for row in answer.rows[:_LOOKED_AT]]
    numbers = any(cells) and all(not cell or _number(cell) is not None for cell in cells)
    longest = max([len(name), *map(len, cells)])
    width = min(longest, 24)
    return Column(
        f"{at}",
        name,
        lambda row: row[1][at].replace("\n", " "),
        width=width,
        share=0 if longest <= 24 else 3 if name in _WIDE else 1,
        most=longest,
        align="right" if numbers else "left",
        sort=(lambda row: _number(row[1][at])) if numbers else None,
    )


def _number(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None
