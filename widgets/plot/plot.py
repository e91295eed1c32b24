"""A plot of one or several metrics over time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from textual.content import Content

from console.readings.source import Series
from widgets.lines import Lines
from widgets.plot.canvas import draw


class Plot(Lines):
    """Curves of series that share a unit, with axes, thresholds and a legend; `zone` None is local time."""

    DEFAULT_CSS = "Plot { height: 1fr; width: 1fr; padding: 0 1; }"

    def __init__(self, zone: tzinfo | None = None, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._zone = zone
        self._series: tuple[Series, ...] = ()

    def show(self, series: Sequence[Series]) -> None:
        """Show these series in place of the former; equal ones repaint nothing."""
        self._series = tuple(series)
        self.update_lines()

    def in_zone(self, zone: tzinfo | None) -> None:
        """Show times in another zone; None is local time."""
        self._zone = zone
        self.update_lines()

    def lines(self, width: int, height: int) -> list[Content]:
        """The plot for a size."""
        return draw(self._series, width, height, self._zone)
