"""Results of a query as curves over time, where they are that: a column of moments, and columns of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import gcd
from typing import Final

from console.logs.insights.query import QueryResults
from console.text import Clean

_LARGEST: Final = 1e100
"""What is larger, infinite or no number at all is a text that happens to read as one; no axis holds it."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One number over time: (epoch seconds, value), oldest first; `step` is the distance of two points in seconds."""

    label: Clean
    step: int
    points: tuple[tuple[float, float], ...]


def curves(answer: QueryResults) -> tuple[Curve, ...]:
    """The curves of an answer: one for each column of numbers, and for each combination of its other columns.

    None where there is not exactly one column of moments, or where these do not come in steps, as ``bin(5m)`` does it.
    """
    columns = {name: [row[at] for row in answer.rows] for at, name in enumerate(answer.columns)}
    times = {name: list(map(_moment, cells)) for name, cells in columns.items()}
    times = {name: moments for name, moments in times.items() if None not in moments}
    if len(times) != 1:
        return ()
    ((time_name, moments),) = times.items()
    numbers = {name: list(map(_number, cells)) for name, cells in columns.items() if _are_numbers(cells)}
    others = [name for name in columns if name != time_name and name not in numbers]
    step = _step(sorted({at for at in moments if at is not None}))
    found: dict[str, list[tuple[float, float]]] = {}
    for name, values in numbers.items():
        for row, (at, value) in enumerate(zip(moments, values, strict=True)):
            group = " ".join(columns[other][row] for other in others)
            label = name if not group else group if len(numbers) == 1 else f"{group} {name}"
            if at is not None and value is not None:
                found.setdefault(label, []).append((at, value))
    return tuple(Curve(Clean(label), step, tuple(sorted(points))) for label, points in found.items()) if step else ()


def _step(moments: Sequence[float]) -> int:
    """The seconds in whose multiples all moments are, since bins begin at 1970; 0 where there are no such."""
    whole = len(moments) > 1 and all(at.is_integer() for at in moments)
    step = gcd(*map(int, moments)) if whole else 0
    return step if step > 1 else 0


def _are_numbers(cells: Sequence[str]) -> bool:
    """Whether a column holds numbers, some of which may be missing."""
    return any(cells) and all(not cell or _number(cell) is not None for cell in cells)


def _moment(cell: str) -> float | None:
    try:
        return datetime.strptime(cell, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _number(cell: str) -> float | None:
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if abs(number) < _LARGEST else None
