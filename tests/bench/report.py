"""A row of the benchmark: what was measured, what it should be, and the yardstick of the same run."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line: `met` is None where there is no target."""

    what: str
    figure: str
    target: str
    yardstick: str
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """Whether the target is met, in words."""
        return {True: "met", False: "NOT MET", None: ""}[self.met]


def at_most(what: str, value: float, limit: float, unit: str, yardstick: str = "", digits: int = 0) -> Row:
    """A row whose figure should be at most a limit."""
    return Row(what, f"{value:,.{digits}f} {unit}", f"<= {limit:,.{digits}f} {unit}", yardstick, value <= limit)


def at_least(what: str, value: float, limit: float, unit: str, yardstick: str = "") -> Row:
    """A row whose figure should be at least a limit."""
    return Row(what, f"{value:,.0f} {unit}", f">= {limit:,.0f} {unit}", yardstick, value >= limit)


def median(measure: Callable[[], float], runs: int) -> float:
    """The median of several runs."""
    return statistics.median(measure() for _ in range(runs))


def interleaved(measures: Sequence[Callable[[], float]], runs: int) -> list[float]:
    """The medians of several measures that take turns, so that a slow moment strikes all of them."""
    taken: list[list[float]] = [[] for _ in measures]
    for _ in range(runs):
        for values, measure in zip(taken, measures, strict=True):
            values.append(measure())
    return [statistics.median(values) for values in taken]


def show(rows: Sequence[Row]) -> str:
    """The rows as a table."""
    cells = [("what", "figure", "target", "", "yardstick, same run")]
    cells += [(row.what, row.figure, row.target, row.verdict, row.yardstick) for row in rows]
    widths = [max(len(line[at]) for line in cells) for at in range(5)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
