"""Health: every finding of the open stack, the worst first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from console.desk import Desk
from console.sources.base import AnySource, Finding, Level, Reading
from console.sources.resource import known
from console.sources.verdict import findings, worst_first
from console.stack import Stack
from screens.base import ConsoleScreen
from widgets.detail import DetailView
from widgets.filter_bar import FilterBar
from widgets.level import level_cell, tally
from widgets.panel import Panel
from widgets.table import Table
from widgets.table_layout import Column

if TYPE_CHECKING:
    from screens.modals.actions import Selection

COLUMNS: tuple[Column[Finding], ...] = (
    Column("level", "Level", lambda f: level_cell(f.level), width=9, sort=lambda f: -f.level),
    Column("resource", "Resource", lambda f: f.resource, width=20, good=32, share=3, most=48),
    Column("what", "What", lambda f: f.what, width=28, good=46, share=6),
    Column("value", "Value", lambda f: f.value, width=12, good=16, share=1, most=24),
    Column("threshold", "Should be", lambda f: f.threshold, width=18, share=1, most=28, hide=1),
    Column("source", "Check", lambda f: f.source, width=18, most=24, share=1, hide=2),
)
BREAKPOINTS = [(0, "-short"), (34, "-tall")]


class HealthScreen(ConsoleScreen):
    """What is wrong with the open stack, what it is measured by, and what is known of each resource."""

    NAME = "health"
    DEFAULT_CSS = """
    HealthScreen {
        & > #findings { height: 3fr; }
        & > #preview { height: 2fr; display: none; border-top: solid $panel; }
        &.-tall > #preview { display: block; }
    }
    """
    VERTICAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("p", "problems_only", "Problems only"),
        Binding("escape", "app.open('stacks')", "All stacks"),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._problems_only = False
        self._table = Table[Finding](COLUMNS, finding_key, empty="Reading ...", marks=False)

    def body(self) -> Iterable[Widget]:
        """The findings, and what is known of the one under the cursor where there is room."""
        yield Panel("Findings", self._table, id="findings")
        yield DetailView(id="preview")
        yield FilterBar("resource, check or words")

    def sources(self, stack: Stack) -> Iterable[AnySource]:
        """Every check that the stack has something for."""
        return self.desk.sources(stack)

    def by_source(self) -> dict[str, Reading[Any]]:
        """The readings of the open stack by the names of their Sources."""
        return {key.source: reading for key, reading in self.readings.items()}

    def show(self) -> None:
        """Show what the checks have found."""
        readings = self.by_source()
        found = worst_first([f for name, r in readings.items() for f in findings(self.desk.source(name), r)])
        shown = [finding for finding in found if finding.level is not Level.OK or not self._problems_only]
        waiting = sum(reading.at is None and reading.problem is None for reading in readings.values())
        self._table.empty = "Reading ..." if waiting or not found else "Nothing is wrong."
        self._table.set_rows(shown)
        panel = self.query_one("#findings", Panel)
        panel.title = "Problems" if self._problems_only else "Findings"
        panel.note(_note(found, waiting, readings))
        panel.period = max((self.desk.source(name).period for name in readings), default=0)
        oldest = min((reading.at for reading in readings.values() if reading.at), default=None)
        panel.show(Reading(value=len(found), at=oldest))
        self._preview(self._table.cursor_row)

    def _preview(self, finding: Finding | None) -> None:
        view = self.query_one("#preview", DetailView)
        view.show(*known(self.by_source(), finding.resource) if finding else (None, ()))

    def selection(self) -> Selection | None:
        """The resource under the cursor."""
        from screens.modals.actions import Selection

        finding = self._table.cursor_row
        if finding is None or self.desk.stack is None:
            return None
        detail, found = known(self.by_source(), finding.resource)
        return Selection(self.desk.stack, finding.resource, detail.kind if detail else "", tuple(found))

    def on_table_cursor_moved(self, event: Table.CursorMoved) -> None:
        """Show what is known of the resource under the cursor."""
        self._preview(event.row)

    def on_table_selected(self, event: Table.Selected) -> None:
        """Open the resource."""
        from screens.resource import ResourceScreen

        if self.desk.stack is not None:
            self.app.push_screen(ResourceScreen(self.desk, self.desk.stack, event.row))

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
        self.show()


def finding_key(finding: Finding) -> tuple[str, str, str]:
    """What makes a finding the same one at the next reading."""
    return finding.source, finding.resource, finding.threshold


def _note(found: list[Finding], waiting: int, readings: dict[str, Reading[Any]]) -> Content:
    parts = [tally(finding.level for finding in found)]
    if waiting:
        parts.append(Content.styled(f"{waiting} of {len(readings)} checks not answered yet", "$text-muted"))
    if any(reading.paused for reading in readings.values()):
        parts.append(Content.styled("paused: press a key", "$text-warning"))
    return Content("  ").join(parts)
