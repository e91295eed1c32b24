"""One resource: facts, metrics as curves or plots, events, what is related, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from console.desk.desk import Desk
from console.readings.freshness import not_read
from console.readings.resource import unread
from console.readings.source import AnySource, Reading, Report
from console.stack.stack import Stack
from console.text import Clean
from screens.copy_and_save import lines_text
from screens.resource.plots import RANGES, Plots, newest
from screens.resource.selected import RESOURCE_KEYS, ResourceSelectionScreen
from screens.stack_readings import freshness, why_old
from widgets.detail import DetailView
from widgets.filter_bar import FilterBar
from widgets.panel import Panel

SAVED_WIDTH: Final = 120


class ResourceScreen(ResourceSelectionScreen):
    """All that is known of one resource; it follows the checks while it is open."""

    NAME = "health"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "related", "Related", key_display="enter"),
        Binding("m", "plots", "Metrics"),
        Binding("z", "range", "Time range"),
        Binding("slash", "search", "Search", key_display="/"),
        Binding("n", "next(1)", "Next match", show=False),
        Binding("N", "next(-1)", "Match before", show=False),
        *RESOURCE_KEYS,
        Binding("escape", "back", "Back", show=False),
    ]

    def __init__(self, desk: Desk, stack: Stack, resource: Clean, zone: tzinfo | None = None) -> None:
        super().__init__(desk, zone)
        self._stack = stack
        self._resource = resource
        self._range = 0
        self._view = DetailView(zone=zone)
        self._panel = Panel(resource, self._view)
        self._bar = FilterBar("what to look for")
        self._plots = Plots()

    def body(self) -> Iterable[Widget]:
        """The detail with its age, or plots in its place."""
        yield self._panel
        yield self._plots
        yield self._bar

    def stacks(self) -> tuple[Stack, ...]:
        """The one that the resource belongs to."""
        return (self._stack,)

    def selected_stack(self) -> Stack:
        """The one that the resource belongs to."""
        return self._stack

    def sources(self, stack: Stack) -> Iterable[AnySource]:
        """Every check: several may know the resource."""
        return self.desk.sources(stack)

    def show(self) -> None:
        """Show what is known of the resource."""
        selected = self.select_resource(self._stack, self._resource)
        panel = self._panel
        knowing = [one for one in self._readings() if _knows(one[1].value, self._resource)]
        at, panel.period = freshness(knowing)
        none: Reading[Report] = Reading()
        trouble = next((reading for _, reading in knowing if reading.problem is not None), none)
        panel.show(replace(trouble, at=at))
        now = datetime.now(UTC)
        silence = [told.what for one in knowing if not one[1].problem and (told := not_read(*one, now))]
        panel.note(Content.styled(" ".join(silence) or why_old(knowing, now), "$text-warning"))
        self._view.show(selected.detail or unread(self._resource), selected.findings)
        if self._plots.display:
            self.call_next(self._fill)

    def _readings(self) -> list[tuple[AnySource, Reading[Report]]]:
        return [(self.desk.source(name), reading) for name, reading in self.by_source(self._stack).items()]

    async def _fill(self) -> None:
        if not self.is_open:
            return
        seconds = RANGES[self._range][1]
        series = self.selected.detail.series if self.selected and self.selected.detail else ()
        await self._plots.fill([newest(one, seconds) for one in series], self.zone)

    def in_zone(self, zone: tzinfo | None) -> None:
        """Show times in a zone."""
        self._view.in_zone(zone)
        self.call_next(self._fill)

    def shown_text(self) -> tuple[str, str]:
        """All that is known, as text."""
        return self._resource, lines_text(self._view.content(SAVED_WIDTH))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Metrics are offered where there are any, their range while they are shown (called by Textual)."""
        if action == "plots":
            return self.selected is not None and self.selected.offers[1]
        if action == "range":
            return bool(self._plots.display)
        return super().check_action(action, parameters)

    def action_plots(self) -> None:
        """Show the metrics as plots, or everything as text again."""
        plotted = not self._plots.display
        self._plots.display = plotted
        self._panel.display = not plotted
        (self._plots if plotted else self._view).focus()
        self.call_next(self._fill)
        self.refresh_bindings()

    def action_range(self) -> None:
        """Plot another part of the metrics."""
        self._range = (self._range + 1) % len(RANGES)
        self.app.notify(f"Plotted: {RANGES[self._range][0]}.", timeout=2, markup=False)
        self.call_next(self._fill)

    def action_related(self) -> None:
        """List what is related, to open one of it."""
        from screens.modals.related import RelatedModal, related_to

        def chosen(resource: Clean | None) -> None:
            if resource is not None:
                self.app.push_screen(ResourceScreen(self.desk, self._stack, resource, self.zone))

        found = related_to(self._resource, self.selected.detail if self.selected else None, self._readings())
        self.app.push_screen(RelatedModal(self._resource, found), chosen)

    async def action_back(self) -> None:
        """End the search, then the plots, then go back."""
        if self._bar.display:
            self._bar.action_clear()
            self._bar.close()
        elif self._plots.display:
            self.action_plots()
        else:
            await self.app.pop_screen()

    def action_search(self) -> None:
        """Look for words in what is known."""
        if not self._plots.display:
            self._bar.open()

    def action_next(self, by: int) -> None:
        """Go to the next place where the words are."""
        self._view.next_match(by)

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        """Look while one types."""
        lines = self._view.find(event.text)
        event.bar.note(f"{lines} lines" if event.text else "")

    def on_filter_bar_kept(self) -> None:
        """Give the keys back."""
        self._view.focus()

    def on_filter_bar_closed(self) -> None:
        """Give the keys back."""
        self._view.focus()


def _knows(report: Report | None, resource: Clean) -> bool:
    if report is None:
        return False
    return any(one.resource == resource for one in report.details) or any(
        one.resource == resource for one in report.findings
    )
