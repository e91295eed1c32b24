"""Health: every finding of the open stack, the worst first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from console.desk import Desk
from console.sources.base import AnySource, Detail, Finding, Level, Reading, Report
from console.sources.poller import Key
from console.sources.registry import SOURCES, wanted_by
from console.sources.sweep import findings, worst_first
from console.stack import Stack
from screens.base import ConsoleScreen
from screens.resource import ResourceScreen
from widgets.detail import DetailView
from widgets.filter_bar import FilterBar
from widgets.level import level_cell, tally
from widgets.panel import Panel
from widgets.table import Table
from widgets.table_layout import Column

COLUMNS: tuple[Column[Finding], ...] = (
    Column("level", "Level", lambda f: level_cell(f.level), width=9, sort=lambda f: -f.level),
    Column("resource", "Resource", lambda f: f.resource, width=22, share=2, most=44),
    Column("what", "What", lambda f: f.what, width=24, share=4),
    Column("value", "Value", lambda f: f.value, width=14, share=1, most=26, hide=1),
    Column("threshold", "Should be", lambda f: f.threshold, width=14, share=1, most=24, hide=3),
    Column("source", "Check", lambda f: f.source, width=18, most=24, share=1, hide=2),
)

BREAKPOINTS = [(0, "-short"), (34, "-tall")]


class HealthScreen(ConsoleScreen):
    """What is wrong, what it is measured by, and what is known of each resource."""

    NAME = "health"
    KEY = "1"
    LABEL = "Health"
    DEFAULT_CSS = """
    HealthScreen {
        & > #findings { height: 1fr; }
        & > #preview { height: 40%; display: none; border-top: solid $panel; }
        &.-tall > #preview { display: block; }
    }
    """
    VERTICAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("p", "problems_only", "Problems only"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._readings: dict[str, Reading[Any]] = {}
        self._problems_only = False
        self._table = Table[Finding](
            COLUMNS,
            lambda finding: (finding.source, finding.resource, finding.what),
            empty="Nothing found yet.",
            marks=False,
        )

    def body(self) -> Iterable[Widget]:
        """The findings, and what is known of the one under the cursor where there is room."""
        yield Panel("Findings", self._table, id="findings")
        yield DetailView(id="preview")
        yield FilterBar("resource, check or words")

    def sources(self, stack: Stack) -> Iterable[AnySource]:
        """Every check that the stack has something for."""
        return wanted_by(stack)

    def show_stack(self, stack: Stack, readings: dict[AnySource, Reading[Any]]) -> None:
        """Show what is known of another stack."""
        self._readings = {source.name: reading for source, reading in readings.items()}
        self._show()

    def show_reading(self, key: Key, reading: Reading[Any]) -> None:
        """Show what a check has found anew."""
        if self.desk.stack is not None and key.stack == self.desk.stack.name:
            self._readings[key.source] = reading
            self._show()

    def _show(self) -> None:
        found = worst_first([f for name, reading in self._readings.items() for f in findings(SOURCES[name], reading)])
        shown = [finding for finding in found if finding.level is not Level.OK or not self._problems_only]
        waiting = sum(reading.at is None and reading.problem is None for reading in self._readings.values())
        self._table.empty = "Nothing is wrong." if found and not waiting else "Reading ..."
        self._table.set_rows(shown)
        panel = self.query_one("#findings", Panel)
        panel.title = "Problems" if self._problems_only else "Findings"
        panel.note(self._note(found, waiting))
        panel.period = max((SOURCES[name].period for name in self._readings), default=0)
        times = [reading.at for reading in self._readings.values() if reading.at]
        panel.show(Reading(value=len(found), at=min(times, default=None)))
        self._preview(self._table.cursor_row)

    def _note(self, found: list[Finding], waiting: int) -> Content:
        parts = [tally(finding.level for finding in found)]
        if waiting:
            parts.append(Content.styled(f"{waiting} of {len(self._readings)} checks not answered yet", "$text-muted"))
        if any(reading.paused for reading in self._readings.values()):
            parts.append(Content.styled("paused: press a key", "$text-warning"))
        return Content("  ").join(parts)

    def _preview(self, finding: Finding | None) -> None:
        detail = self.detail_of(finding) if finding else None
        mine = [f for f in self._table.model.rows if finding and f.resource == finding.resource]
        self.query_one("#preview", DetailView).show(detail, mine)

    def detail_of(self, finding: Finding) -> Detail | None:
        """What the check that found it knows of the finding's resource."""
        reading = self._readings.get(finding.source)
        report = reading.value if reading else None
        if not isinstance(report, Report):
            return None
        return next((detail for detail in report.details if detail.resource == finding.resource), None)

    def on_table_cursor_moved(self, event: Table.CursorMoved) -> None:
        """Show what is known of the resource under the cursor."""
        self._preview(event.row)

    def on_table_selected(self, event: Table.Selected) -> None:
        """Open the resource."""
        self.app.push_screen(ResourceScreen(self.desk, event.row))

    def on_table_counts_changed(self, event: Table.CountsChanged) -> None:
        """Say beside the filter how many it lets through."""
        self.query_one(FilterBar).note(f"{event.counts.shown} of {event.counts.loaded}")

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Narrow while one types."""
        self._table.set_filter(event.text)

    def on_filter_bar_kept(self) -> None:
        """Give the keys back to the table."""
        self._table.focus()

    def on_filter_bar_closed(self) -> None:
        """Give the keys back to the table."""
        self._table.focus()

    def action_filter(self) -> None:
        """Open the filter."""
        self.query_one(FilterBar).open()

    def action_problems_only(self) -> None:
        """Leave out what is ok, or show it again."""
        self._problems_only = not self._problems_only
        self._show()
