"""A plot as lines of text: braille dots for the curves, letters and rules for the rest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import tzinfo
from typing import Final

from textual.content import Content

from console.readings.source import Level, Series
from widgets.level import STYLES, SYMBOLS
from widgets.plot.axes import time_ticks, value_ticks
from widgets.plot.sparkline import last_value
from widgets.units import byte_step, quantity

_DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_SIGNS: Final = "■◆○△□◇"
_COLORS: Final = ("$primary", "$accent", "$secondary", "$success", "$warning", "$foreground")
_EVERY: Final = 12


class Canvas:
    """A grid of cells, each two dots wide and four high, that holds curves under signs under text."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._dots = [[0] * width for _ in range(height)]
        self._styles = [[""] * width for _ in range(height)]
        self._chars: dict[tuple[int, int], tuple[str, str]] = {}
        self._rules: dict[tuple[int, int], tuple[str, str]] = {}

    def dot(self, x: int, y: int, style: str) -> None:
        """Set one dot; `x` and `y` count dots from the top left."""
        if 0 <= x < self.width * 2 and 0 <= y < self.height * 4:
            self._dots[y // 4][x // 2] |= _DOTS[y % 4][x % 2]
            self._styles[y // 4][x // 2] = style

    def line(self, x0: int, y0: int, x1: int, y1: int, style: str) -> None:
        """Draw from one dot to another without a break."""
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for step in range(steps + 1):
            self.dot(round(x0 + (x1 - x0) * step / steps), round(y0 + (y1 - y0) * step / steps), style)

    def put(self, x: int, y: int, text: str, style: str) -> None:
        """Write text over the curves; `x` and `y` count cells."""
        for number, char in enumerate(text[: self.width - x]):
            self._chars[x + number, y] = (char, style)

    def rule(self, y: int, char: str, style: str) -> None:
        """Draw a line across, under the curves."""
        for x in range(self.width):
            self._rules[x, y] = (char, style)

    def row(self, y: int) -> Content:
        """One line of cells."""
        parts: list[tuple[str, str]] = []
        for x in range(self.width):
            bits = self._dots[y][x]
            under = (chr(0x2800 + bits), self._styles[y][x]) if bits else self._rules.get((x, y), (" ", ""))
            parts.append(self._chars.get((x, y), under))
        return Content.assemble(*parts).simplify()


def draw(series: Sequence[Series], width: int, height: int, zone: tzinfo | None = None) -> list[Content]:
    """A plot of one or several series with one unit, `height` lines of at most `width` cells.

    Above it a legend, to the left values with their unit, below the local time. Each curve has a sign and a
    colour of its own, each threshold a rule that names it.
    """
    filled = [one for one in series if any(math.isfinite(value) for _, value in one.points)]
    lines = _legend(series, width)[: max(1, height // 3)]
    rows = height - len(lines) - 2
    if not filled:
        return [*lines, _remark("no data in this range", width)][:height]
    limits, unit = _limits(filled), filled[0].unit
    ticks = value_ticks(*_range(filled, [value for value, _ in limits]), max(2, rows // 3), binary=byte_step(unit))
    margin = max(len(quantity(tick, unit)) for tick in ticks) + 1
    if rows < 2 or width - margin < 12:
        return [*lines, _remark("too little room for a plot", width)][:height]
    low, high = ticks[0], ticks[-1]
    canvas = Canvas(width - margin - 1, rows)
    start = min(one.points[0][0] for one in filled)
    end = max([one.points[-1][0] for one in filled] + [start + 60])
    for number, one in enumerate(filled):
        _curve(canvas, one, number, len(filled), (start, end, low, high))
    _rules(canvas, [(value, level) for value, level in limits if low <= value <= high], unit, low, high)
    labels = {_row(tick, low, high, rows): quantity(tick, unit) for tick in ticks}
    for y in range(rows):
        label = labels.get(y, "")
        axis = (f"{label:>{margin - 1}} {'┤' if label else '│'}", "$text-muted")
        lines.append(Content.assemble(axis, canvas.row(y)))
    return lines + _foot(start, end, canvas.width, margin, zone)


def _remark(text: str, width: int) -> Content:
    return Content.styled(text, "$text-muted").truncate(width, ellipsis=True)


def _legend(series: Sequence[Series], width: int) -> list[Content]:
    parts = []
    for number, one in enumerate(series):
        sign = Content.styled(f"{_SIGNS[number % len(_SIGNS)]} ", _COLORS[number % len(_COLORS)])
        parts.append(Content.assemble(sign if len(series) > 1 else "", one.label, "  ", last_value(one)))
    lines: list[Content] = []
    for part in parts:
        if lines and lines[-1].cell_length + part.cell_length + 4 <= width:
            lines[-1] = Content.assemble(lines[-1], "    ", part)
        else:
            lines.append(part)
    return [line.truncate(width, ellipsis=True) for line in lines]


def _limits(series: Sequence[Series]) -> list[tuple[float, Level]]:
    found = {(one.warn, Level.WARN) for one in series} | {(one.crit, Level.CRIT) for one in series}
    return sorted((value, level) for value, level in found if value is not None)


def _rules(canvas: Canvas, limits: list[tuple[float, Level]], unit: str, low: float, high: float) -> None:
    """Thresholds as rules, named at the old end, where they cover no new data."""
    ends: dict[int, int] = {}
    for value, level in limits:
        y = _row(value, low, high, canvas.height)
        canvas.rule(y, "╌", STYLES[level])
        text = f" {SYMBOLS[level]} {level.word} {quantity(value, unit)} "
        x = ends.get(y, 1)
        canvas.put(x, y, text, STYLES[level])
        ends[y] = x + len(text)


def _range(series: Sequence[Series], limits: list[float]) -> tuple[float, float]:
    """From zero where nothing is negative; as far as a threshold that the curve comes near to."""
    values = [value for one in series for _, value in one.points if math.isfinite(value)]
    low, high = min(values), max(values)
    high = max([high, *(limit for limit in limits if limit <= high * 4)])
    spread = high - low
    return (min(low, 0.0) if low < 0 or spread * 4 >= low else low), high


def _row(value: float, low: float, high: float, rows: int) -> int:
    return _dot_row(value, low, high, rows) // 4


def _dot_row(value: float, low: float, high: float, rows: int) -> int:
    share = (high - value) / (high - low)
    return round(min(1.0, max(0.0, share)) * (rows * 4 - 1))


def _curve(canvas: Canvas, series: Series, number: int, of: int, frame: tuple[float, float, float, float]) -> None:
    start, end, low, high = frame
    style = _COLORS[number % len(_COLORS)]
    before: tuple[float, int, int] | None = None
    offset = number * _EVERY // of
    signed = -1
    for at, value in series.points:
        if not math.isfinite(value):
            before = None
            continue
        x = round((at - start) / (end - start) * (canvas.width * 2 - 1))
        y = _dot_row(value, low, high, canvas.height)
        if before and at - before[0] <= series.period * 1.5:
            canvas.line(before[1], before[2], x, y, style)
        else:
            canvas.dot(x, y, style)
        slot = (x // 2 + _EVERY - offset) // _EVERY
        if of > 1 and slot != signed:
            signed = slot
            canvas.put(x // 2, y // 4, _SIGNS[number % len(_SIGNS)], style)
        before = (at, x, y)


def _foot(start: float, end: float, width: int, margin: int, zone: tzinfo | None) -> list[Content]:
    axis, labels, free = ["─"] * width, [" "] * (width + margin + 1), 0
    for at, text in time_ticks(start, end, max(2, width // 12), zone):
        x = round((at - start) / (end - start) * (width - 1))
        left = min(margin + 1 + x - len(text) // 2, len(labels) - len(text))
        if left >= free:
            axis[x] = "┬"
            labels[left : left + len(text)] = text
            free = left + len(text) + 1
    return [
        Content.styled(" " * margin + "└" + "".join(axis), "$text-muted"),
        Content.styled("".join(labels), "$text-muted"),
    ]
