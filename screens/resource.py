"""One resource: facts, metrics as curves or plots, events, what is related, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen

from console.desk import Desk
from console.sources.base import Detail, Finding, Reading
from console.sources.poller import Key
from console.sources.resource import known
from console.stack import Stack
from screens.frame import header_state
from widgets.detail import DetailView
from widgets.footer import Footer
from widgets.header import Header
from widgets.panel import Panel
from widgets.plot import Plot

if TYPE_CHECKING:
    from screens.modals.actions import Selection

PLOT_LINES = 14


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

    async def fill(self, detail: Detail) -> None:
        """Show the series of a resource; a plot that is there already is only given the new points."""
        plots = list(self.query(Plot))
        for plot in plots[len(detail.series) :]:
            await plot.remove()
        for _ in range(len(plots), len(detail.series)):
            await self.mount(Plot())
        for plot, series in zip(self.query(Plot), detail.series, strict=False):
            plot.show([series])


class ResourceScreen(Screen[None]):
    """All that is known of one resource; it follows the checks while it is open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "app.pop_screen", "Back"),
        Binding("m", "plots", "Metrics as plots"),
    ]

    def __init__(self, desk: Desk, stack: Stack, finding: Finding) -> None:
        super().__init__()
        self.desk = desk
        self._stack = stack
        self._finding = finding
        self._readings: dict[str, Reading[Any]] = {}
        self._view = DetailView()
        self._plots = Plots()

    def compose(self) -> ComposeResult:
        """Header, the detail with its age, footer."""
        yield Header(header_state(self.desk))
        source = self.desk.source(self._finding.source)
        yield Panel(self._finding.resource, self._view, period=source.period)
        yield self._plots
        yield Footer()

    async def on_mount(self) -> None:
        """Follow the checks."""
        sources = self.desk.sources(self._stack)
        readings = self.desk.watch(self, self._stack, sources, self._heard)
        self._readings = {source.name: reading for source, reading in readings.items()}
        await self._show()

    async def on_unmount(self) -> None:
        """Follow them no more."""
        await self.desk.unwatch(self)

    def _heard(self, key: Key, reading: Reading[Any]) -> None:
        self._readings[key.source] = reading
        self.call_next(self._show)

    async def _show(self) -> None:
        if not self.is_attached:  # a reading came while the screen was being closed
            return
        detail, found = known(self._readings, self._finding.resource)
        source = self.desk.source(self._finding.source)
        self.query_one(Panel).show(self._readings[source.name])
        self._view.show(detail or Detail(self._finding.resource, source.title), found or [self._finding])
        if detail is not None:
            await self._plots.fill(detail)

    def selection(self) -> Selection | None:
        """The resource."""
        from screens.modals.actions import Selection

        detail, found = known(self._readings, self._finding.resource)
        return Selection(self._stack, self._finding.resource, detail.kind if detail else "", tuple(found))

    def action_plots(self) -> None:
        """Show the metrics as plots, or everything as text again."""
        plotted = not self._plots.display
        self._plots.display = plotted
        self.query_one(Panel).display = not plotted
        (self._plots if plotted else self._view).focus()
