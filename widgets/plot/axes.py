"""The axes of a plot: round numbers up the side, round times along the foot."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, tzinfo
from typing import Final

_TIME_STEPS: Final = (
    60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
    86_400, 172_800, 604_800, 1_209_600, 2_592_000, 7_776_000, 31_536_000,
)  # fmt: skip


def value_ticks(low: float, high: float, count: int, *, binary: bool = False) -> list[float]:
    """Round values that span `low` to `high` in about `count` steps; `binary` divides by powers of 1,024."""
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-9):
        high = low + max(abs(low), 1.0)
    rough = (high - low) / max(1, count)
    unit = 1024.0 ** math.floor(math.log(rough, 1024)) if binary and rough >= 1 else 1.0
    scale = 10.0 ** math.floor(math.log10(rough / unit))
    choices = (1, 2, 5, 10) if scale >= 1 else (1, 2, 2.5, 5, 10)
    step = next(m * scale * unit for m in choices if m * scale * unit >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


def time_ticks(start: float, end: float, count: int, zone: tzinfo | None) -> list[tuple[float, str]]:
    """Round local times between two moments (epoch seconds), at most about `count`, with their labels."""
    rough = (end - start) / max(1, count)
    step = next((step for step in _TIME_STEPS if step >= rough), _TIME_STEPS[-1])
    wall = datetime.fromtimestamp(start, zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    ticks: list[tuple[float, str]] = []
    # By the clock on the wall, whose zone may be another hour away from UTC at the end than at the start.
    while (at := (wall if zone is None else wall.replace(tzinfo=zone)).timestamp()) <= end:
        if at >= start and not (ticks and at <= ticks[-1][0]):
            whole_days = step >= 86_400 or (wall.hour == 0 and wall.minute == 0)
            ticks.append((at, f"{wall:%-d %b}" if whole_days else f"{wall:%H:%M}"))
        wall += timedelta(seconds=step)
    return ticks
