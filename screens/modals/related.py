"""What is related to a resource, to open one of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from console.logs.kinds import LOG_GROUP
from console.naming.resource_kind import ResourceKind
from console.readings.source import Detail, Level, Report
from console.text import Clean
from screens.stack_readings import Readings
from widgets.level import level_cell
from widgets.table.layout import Column
from widgets.table.table import Table
from widgets.terminal.frame_rate import FrameRateModal


@dataclass(frozen=True)
class Relation:
    """A name that is related: of what kind, how bad; `known` says that a check reads it, so that it can be opened."""

    resource: Clean
    kind: ResourceKind | None
    level: Level | None
    known: bool


def related_to(resource: Clean, detail: Detail | None, readings: Readings) -> list[Relation]:
    """What a resource names as related, its log groups, and what names it; those that can be opened first."""
    reports = [reading.value for _, reading in readings if isinstance(reading.value, Report)]
    kinds: dict[Clean, ResourceKind] = {}
    levels: dict[Clean, Level] = {}
    names = dict.fromkeys((*(detail.related if detail else ()), *(detail.logs if detail else ())))
    for report in reports:
        for one in report.details:
            kinds.setdefault(one.resource, one.kind)
            if resource in one.related:
                names[one.resource] = None
        for finding in report.findings:
            levels[finding.resource] = max(finding.level, levels.get(finding.resource, Level.OK))
    names.pop(resource, None)
    logs = detail.logs if detail else ()
    found = [
        Relation(
            name,
            kinds.get(name, LOG_GROUP if name in logs else None),
            levels.get(name),
            name in kinds or name in levels,
        )
        for name in names
        if name
    ]
    return sorted(found, key=lambda one: (not one.known, -(one.level or Level.OK)))


def _level(relation: Relation) -> Content:
    return level_cell(relation.level) if relation.level is not None else Content.styled("·", "$text-muted")


def _name(relation: Relation) -> Content:
    return Content(relation.resource) if relation.known else Content.styled(relation.resource, "$text-muted")


COLUMNS: tuple[Column[Relation], ...] = (
    Column("level", "Level", _level, width=9),
    Column("resource", "Resource", _name, width=24, share=3),
    Column(
        "kind", "Kind", lambda one: one.kind.name if one.kind else "not read by a check", width=20, share=1, most=30
    ),
)


class RelatedModal(FrameRateModal[Clean | None]):
    """Gives the resource that was chosen, or None."""

    DEFAULT_CSS = """
    RelatedModal {
        align: center middle;
        & > Table { width: 96%; max-width: 110; height: auto; max-height: 80%; border: round $primary;
                    background: $surface; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss(None)", "Close")]

    def __init__(self, resource: Clean, relations: list[Relation]) -> None:
        super().__init__()
        self._resource = resource
        self._relations = relations
        self._table = Table[Relation](COLUMNS, lambda one: one.resource, empty="Nothing is related.", marks=False)

    def compose(self) -> ComposeResult:
        """The list."""
        self._table.border_title = Content(f"Related to {self._resource}")
        self._table.border_subtitle = "enter opens, esc closes"
        yield self._table

    def on_mount(self) -> None:
        """Fill the list."""
        self._table.set_rows(self._relations)

    def on_table_selected(self, event: Table.Selected) -> None:
        """Open it, where a check reads it."""
        if event.row.known:
            self.dismiss(event.row.resource)
        else:
            self.app.notify(f"No check of this stack reads {event.row.resource}.", markup=False)
