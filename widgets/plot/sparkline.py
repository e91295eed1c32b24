"""One metric in one line: a small chart, the last value and the range."""

from __future__ import annotations

import math
from typing import Final

from textual.content import Content

from console.readings.source import Level, Series
from widgets.level import STYLES, SYMBOLS
from widgets.lines import Lines, fit
from widgets.units import quantity

BLOCKS: Final = "▁▂▃▄▅▆▇█"
GAP: Final = "·"


def judge(series: Series, value: float) -> Level:
    """What a value means by the thresholds of its series; where crit lies under warn, low is bad."""
    low_is_bad = falls(series)
    for level, limit in ((Level.CRIT, series.crit), (Level.WARN, series.warn)):
        if limit is not None and (value <= limit if low_is_bad else value >= limit):
            return level
    return Level.OK


def falls(series: Series) -> bool:
    """Whether a low value is the bad one."""
    return series.warn is not None and series.crit is not None and series.crit < series.warn


def buckets(series: Series, width: int) -> list[float | None]:
    """The newest part of a series in `width` columns, the worst value of each; None where nothing was measured.

    A column is at least one period long, so that a period without a value is a visible gap.
    """
    if not series.points or width < 1:
        return [None] * max(0, width)
    end = series.points[-1][0]
    step = max(series.period, (end - series.points[0][0]) / max(1, width - 1), 1)
    worst = min if falls(series) else max
    found: list[float | None] = [None] * width
    for at, value in series.points:
        column = width - 1 - round((end - at) / step)
        if column >= 0 and math.isfinite(value):
            before = found[column]
            found[column] = value if before is None else worst(before, value)
    return found


def sparkline(series: Series, width: int) -> Content:
    """A chart of block characters, `width` cells wide, coloured by the thresholds; gaps are dots."""
    values = buckets(series, width)
    present = [value for value in values if value is not None]
    low, high = min(present, default=0.0), max(present, default=0.0)
    low = min(low, 0.0) if low <= high / 2 else low - (high - low)
    parts: list[tuple[str, str]] = []
    for value in values:
        if value is None:
            parts.append((GAP, "$text-muted"))
            continue
        share = (value - low) / (high - low) if high > low else 0.0
        level = judge(series, value)
        style = "$primary" if level is Level.OK else STYLES[level]
        parts.append((BLOCKS[min(7, int(share * 8))], style))
    return Content.assemble(*parts)


def last_value(series: Series) -> Content:
    """The newest value with its unit, and a level's symbol where it crosses a threshold."""
    if series.last is None:
        return Content.styled("no data", "$text-muted")
    level = judge(series, series.last)
    text = quantity(series.last, series.unit)
    return Content(text) if level is Level.OK else Content.styled(f"{SYMBOLS[level]} {text}", STYLES[level])


def spark_row(series: Series, width: int, label_width: int = 0) -> Content:
    """Label, chart, last value and range in `width` cells; the range goes first where room is scarce."""
    label = fit(series.label, label_width or max(8, width // 4))
    value = last_value(series)
    value = value.pad_left(max(0, 10 - value.cell_length))
    values = [value for _, value in series.points if math.isfinite(value)]
    text = f"{quantity(min(values), series.unit)} – {quantity(max(values), series.unit)}" if values else ""
    spare = width - len(label) - value.cell_length - 4
    limits = f"  {text:>20}" if spare >= 34 else ""
    chart = sparkline(series, max(0, min(60, spare - len(limits))))
    row = Content.assemble(label, "  ", chart, "  ", value, (limits, "$text-muted"))
    return row.truncate(width, ellipsis=True)


class Sparkline(Lines):
    """One metric in one line, repainted only where it changed."""

    def __init__(self, series: Series | None = None, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._series = series

    def show(self, series: Series) -> None:
        """Show a series."""
        self._series = series
        self.update_lines()

    def lines(self, width: int, height: int) -> list[Content]:
        """The line for a width."""
        return [spark_row(self._series, width)] if self._series else [Content.styled("no data", "$text-muted")]
