"""Health: every finding of the open stack, the worst first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from console.desk.desk import Desk
from console.readings.resource import known, unread
from console.readings.source import AnySource, Finding, Level, Reading
from console.stack.stack import Stack
from screens.copy_and_save import table_text
from screens.findings import COLUMNS, finding_key, note
from screens.modals.actions import Marked, Subject, subject_of
from screens.resource.selected import RESOURCE_KEYS, ResourceSelectionScreen
from screens.stack_readings import freshness, is_many, judged, waiting
from widgets.detail import DetailView
from widgets.filter_bar import FilterBar
from widgets.panel import Panel
from widgets.table.table import Table

BREAKPOINTS = [(0, "-short"), (34, "-tall")]


class HealthScreen(ResourceSelectionScreen):
    """What is wrong with the open stack, what it is measured by, and what is known of each resource.

    Resources that are marked are changed together: the menu of actions is about all of them.
    """

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
        Binding("p", "problems_only", "Hide ok"),
        Binding("v", "views", "On demand"),
        *RESOURCE_KEYS,
        Binding("n", "next(1)", "Next match", show=False),
        Binding("N", "next(-1)", "Match before", show=False),
        Binding("escape", "back", "Clear the filter, then the marks, then all stacks", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title_of_all = "Findings"
        self._problems_only = False
        self._of = ""
        self._note = Content("")
        self._table = Table[Finding](COLUMNS, finding_key, empty="Reading ...")
        self._panel = Panel("Findings", self._table, id="findings")
        self._preview = DetailView(id="preview")
        self._bar = FilterBar("resource, check or words")

    def body(self) -> Iterable[Widget]:
        """The findings, and what is known of the one under the cursor where there is room."""
        yield self._panel
        yield self._preview
        yield self._bar

    def sources(self, stack: Stack) -> Iterable[AnySource]:
        """Every check that the stack has something for."""
        return self.desk.sources(stack)

    def show(self) -> None:
        """Show what the checks have found."""
        stack = self.desk.stack
        of = stack.name if stack else ""
        if of != self._of:
            self._of = of
            self.clear_filter()
        readings = [(self.desk.source(name), r) for name, r in self.by_source(stack).items()] if stack else []
        found, waits = judged(readings), waiting(readings)
        shown = [finding for finding in found if finding.level is not Level.OK or not self._problems_only]
        nothing = "Nothing is wrong." if found and not waits else "Reading ..."
        self._table.empty = nothing if stack else "No stack is open: S lists them."
        left_out = [finding for finding in found if finding.level is Level.OK] if self._problems_only else []
        self._table.set_rows(shown, about=of, hidden=left_out)
        panel = self._panel
        panel.title = "Problems" if self._problems_only else self.title_of_all
        self._note = note(found, waits, readings)
        self._note_marks()
        at, panel.period = freshness(readings)
        panel.show(Reading(value=len(found), at=at))
        self._follow(self._table.cursor_row)

    def _follow(self, finding: Finding | None) -> None:
        """Show what is known of the resource under the cursor."""
        stack = self.desk.stack
        if finding is None or stack is None or is_many(finding):
            self.selected = None
            self._preview.show(None)
            return
        selected = self.select_resource(stack, finding.resource)
        self._preview.show(selected.detail or unread(finding.resource, finding.source), selected.findings or (finding,))

    def on_table_cursor_moved(self, event: Table.CursorMoved) -> None:
        """Show what is known of the resource under the cursor."""
        self._follow(event.row)

    def on_table_selected(self, event: Table.Selected) -> None:
        """Open the resource, or what keeps many checks from being made."""
        from screens.resource.screen import ResourceScreen

        if is_many(event.row):
            self.app.call_later(self.app.run_action, "modal('problems')")
        elif self.desk.stack is not None:
            self.app.push_screen(ResourceScreen(self.desk, self.desk.stack, event.row.resource, self.zone))

    def on_table_counts_changed(self, event: Table.CountsChanged) -> None:
        """Say beside the filter how many it lets through, and beside the title how many are marked."""
        self._bar.note(f"{event.counts.shown} of {event.counts.loaded}")
        self._note_marks()

    def _note_marks(self) -> None:
        count = self._table.counts.marked
        self._panel.note(Content("  ").join([self._note, Content(f"✓ {count} marked")]) if count else self._note)

    def selection(self) -> Subject | None:
        """The marked resources, else the one under the cursor, for the menu of actions."""
        stack = self.desk.stack
        found = self._table.marked_rows
        if stack is None or not found:
            return super().selection()
        unseen = set(map(finding_key, self._table.marked_unseen))
        seen = {finding.resource for finding in found if finding_key(finding) not in unseen}
        resources = list(dict.fromkeys(finding.resource for finding in found))
        hidden = len([resource for resource in resources if resource not in seen])
        known_of = {resource: known(self.by_source(stack), resource) for resource in resources}
        marked = [Marked(resource, detail.kind if detail else None) for resource, (detail, _) in known_of.items()]
        if len(marked) > 1:
            return subject_of(stack, marked, hidden)
        (only,) = marked
        return Subject(stack, only.resource, only.kind, tuple(known_of[only.resource][1]), hidden=hidden)

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Narrow while one types."""
        self._table.set_filter(event.text)

    def on_filter_bar_kept(self) -> None:
        """Give the keys back to the table."""
        self._table.focus()

    def on_filter_bar_closed(self) -> None:
        """Give the keys back to the table."""
        self._table.focus()

    def in_zone(self, zone: tzinfo | None) -> None:
        """Show times in a zone."""
        self._preview.in_zone(zone)

    def shown_text(self) -> tuple[str, str]:
        """The findings as they are filtered and sorted."""
        return f"health-{self.desk.stack.name if self.desk.stack else 'none'}", table_text(self._table)

    def action_filter(self) -> None:
        """Open the filter."""
        self._bar.open()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is read on demand is offered where the stack has something for it (called by Textual)."""
        if action == "views":
            return bool(self.desk.stack and self.desk.views(self.desk.stack))
        return super().check_action(action, parameters)

    def action_views(self) -> None:
        """Read what is only read on demand, since every read costs."""
        from screens.health.views import choose_view

        if self.desk.stack is not None:
            choose_view(self.app, self.desk, self.desk.stack)

    def action_next(self, by: int) -> None:
        """Go to the next finding that the filter lets through."""
        self._table.action_move(by)

    async def action_back(self) -> None:
        """Clear the filter, else the marks, else go to all stacks."""
        if not self.clear_filter() and not self.clear_marks():
            await self.app.run_action("open('stacks')")

    def clear_filter(self) -> bool:
        """Take the filter away; False where there is none."""
        if not self._bar.text:
            return False
        self._bar.action_clear()
        self._bar.close()
        return True

    def clear_marks(self) -> bool:
        """Take the marks away; False where there are none."""
        marked = self._table.counts.marked
        self._table.clear_marks()
        return marked > 0

    def action_problems_only(self) -> None:
        """Leave out what is ok, or show it again."""
        self._problems_only = not self._problems_only
        self.show()
