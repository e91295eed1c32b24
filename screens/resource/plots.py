"""The metrics of a resource as plots, and what part of them is plotted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import tzinfo
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from console.readings.source import Series
from widgets.plot.plot import Plot

PLOT_LINES: Final = 14
RANGES: Final = (("all there is", 0), ("3 hours", 10_800), ("1 hour", 3_600), ("15 minutes", 900))
"""What part of the metrics is plotted: in words, and in seconds back from the newest point."""


class Plots(VerticalScroll):
    """A plot a metric, one beneath the other."""

    DEFAULT_CSS = f"""
    Plots {{ display: none; }}
    Plots > Plot {{ height: {PLOT_LINES}; margin: 0 0 1 0; }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False),
        Binding("k", "scroll_up", "Up", show=False),
        Binding("g", "scroll_home", "Top", show=False),
        Binding("G", "scroll_end", "End", show=False),
    ]

    async def fill(self, series: Iterable[Series], zone: tzinfo | None) -> None:
        """Show these series; a plot that is there already is only given the new points."""
        wanted = tuple(series)
        plots = list(self.query(Plot))
        for plot in plots[len(wanted) :]:
            await plot.remove()
        for _ in range(len(plots), len(wanted)):
            await self.mount(Plot(zone))
        for plot, one in zip(self.query(Plot), wanted, strict=False):
            plot.in_zone(zone)
            plot.show([one])


def newest(series: Series, seconds: int) -> Series:
    """The newest part of a series; 0 seconds for all of it."""
    if not seconds or not series.points:
        return series
    start = series.points[-1][0] - seconds
    return replace(series, points=tuple(point for point in series.points if point[0] >= start))
