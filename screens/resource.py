"""One resource: facts, metrics, events, and what is wrong with it."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from console.desk import Desk
from console.sources.base import Detail, Finding, Reading, Report
from console.sources.poller import Key
from console.sources.registry import SOURCES
from screens.frame import header_state
from widgets.detail import DetailView
from widgets.footer import Footer
from widgets.header import Header
from widgets.panel import Panel


class ResourceScreen(Screen[None]):
    """What one check knows of one resource; it follows the check while it is open."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "app.pop_screen", "Back")]

    def __init__(self, desk: Desk, finding: Finding) -> None:
        super().__init__()
        self.desk = desk
        self._finding = finding
        self._source = SOURCES[finding.source]
        self._view = DetailView()

    def compose(self) -> ComposeResult:
        """Header, the detail with its age, footer."""
        yield Header(header_state(self.desk))
        yield Panel(self._finding.resource, self._view, period=self._source.period)
        yield Footer()

    def on_mount(self) -> None:
        """Follow the check."""
        stack = self.desk.stack
        if stack is not None:
            readings = self.desk.watch(self, stack, [self._source], self._show)
            self._show(Key(stack.name, self._source.name), readings[self._source])

    async def on_unmount(self) -> None:
        """Follow it no more."""
        await self.desk.unwatch(self)

    def _show(self, key: Key, reading: Reading[Any]) -> None:
        self.query_one(Panel).show(reading)
        self._view.show(*self._known(reading))

    def _known(self, reading: Reading[Any]) -> tuple[Detail | None, list[Finding]]:
        if not isinstance(reading.value, Report):
            return None, [self._finding]
        name = self._finding.resource
        detail = next((detail for detail in reading.value.details if detail.resource == name), None)
        return detail or Detail(name, self._source.title), [f for f in reading.value.findings if f.resource == name]
