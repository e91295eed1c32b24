"""A screen on which one resource is in hand: a shell in it, its name for the clipboard, what is shown for a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import ClassVar, Final

from textual import work
from textual.binding import Binding, BindingType

from console.desk.desk import Desk
from console.desk.shell import Place
from console.readings.resource import known
from console.readings.source import Detail, Finding, Report
from console.stack.stack import Stack
from console.text import Clean
from screens.base import ConsoleScreen
from screens.copy_and_save import copy, save
from screens.modals.actions import Subject
from screens.resource.shell import open_shell, place_of

RESOURCE_KEYS: Final[list[BindingType]] = [
    Binding("l", "logs", "Logs"),
    Binding("x", "shell", "Shell"),
    Binding("y", "copy_name", "Copy its name", show=False),
    Binding("Y", "copy_arn", "Copy its ARN", show=False),
    Binding("o", "save", "Save what is shown", show=False),
    Binding("t", "time", "Times in UTC or local", show=False),
]
"""What a subclass adds to its own keys."""


@dataclass(frozen=True)
class SelectedResource:
    """A resource, all that is known of it, and where a shell in it would be."""

    stack: Stack
    resource: Clean
    detail: Detail | None
    findings: tuple[Finding, ...]
    place: Place | None

    @property
    def offers(self) -> tuple[Place | None, bool]:
        """What decides about the keys that are offered: where a shell would be, and whether there are metrics."""
        return self.place, self.detail is not None and bool(self.detail.series)


class ResourceSelectionScreen(ConsoleScreen):
    """Health, or one resource; a subclass says what is in hand, and what to save."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, desk: Desk, zone: tzinfo | None = None) -> None:
        super().__init__(desk)
        self.zone = zone
        self.selected: SelectedResource | None = None

    def select_resource(self, stack: Stack, resource: Clean) -> SelectedResource:
        """Make a resource the one in hand: the keys that are offered follow it."""
        readings = self.by_source(stack)
        detail, found = known(readings, resource)
        place = place_of(stack, detail, self.details(stack))
        former, self.selected = self.selected, SelectedResource(stack, resource, detail, tuple(found), place)
        if former is None or former.offers != self.selected.offers:
            self.refresh_bindings()
        return self.selected

    def details(self, stack: Stack) -> list[Detail]:
        """Everything that the checks of a stack know in detail."""
        values = [reading.value for reading in self.by_source(stack).values()]
        return [detail for value in values if isinstance(value, Report) for detail in value.details]

    def shown_text(self) -> tuple[str, str]:
        """A name for a file, and the text that is shown."""
        return "", ""

    def in_zone(self, zone: tzinfo | None) -> None:
        """Show times in a zone; None is local time."""

    def selection(self) -> Subject | None:
        """The resource in hand, for the menu of actions."""
        selected = self.selected
        if selected is None:
            return None
        return Subject(
            selected.stack, selected.resource, selected.detail.kind if selected.detail else None, selected.findings
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A shell is offered where one can be, an ARN where there is one (called by Textual)."""
        if action == "shell":
            return self.selected is not None and self.selected.place is not None
        return True

    @work(group="shell")
    async def action_shell(self) -> None:
        """Open a shell in the resource, the console suspended meanwhile."""
        if self.selected is not None and self.selected.place is not None:
            await open_shell(self.app, self.desk, self.selected.stack, self.selected.place)

    @work(group="logs")
    async def action_logs(self) -> None:
        """Open the logs of the resource, at the newest moment since which something is wrong with it."""
        from screens.logs.opening import open_logs

        selected = self.selected
        if selected is not None:
            await open_logs(self.app, self.desk, selected.stack, selected.resource, selected.detail, selected.findings)

    def action_copy_name(self) -> None:
        """Copy the name of the resource."""
        if self.selected is not None:
            copy(self.app, self.selected.resource)

    def action_copy_arn(self) -> None:
        """Copy the ARN of the resource."""
        if self.selected is not None and self.selected.detail is not None and self.selected.detail.arn:
            copy(self.app, self.selected.detail.arn)
        else:
            self.app.notify("No ARN is known of it; y copies its name.", markup=False)

    @work(group="save")
    async def action_save(self) -> None:
        """Save what is shown to a file."""
        await save(self.app, *self.shown_text())

    def action_time(self) -> None:
        """Change between local time and UTC."""
        self.zone = UTC if self.zone is None else None
        self.in_zone(self.zone)
        self.app.notify("Times are in UTC." if self.zone else "Times are local.", timeout=2, markup=False)
