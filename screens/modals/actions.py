"""The menu of all actions on the selected thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from console.naming.resource_kind import ResourceKind
from console.operations.operation import Danger, Operation
from console.readings.source import Finding
from console.stack.stack import Stack
from console.text import Clean
from widgets.plan_view import DANGER_STYLE
from widgets.table.layout import Column
from widgets.table.table import Table
from widgets.terminal.frame_rate import PacedModal


@dataclass(frozen=True)
class Subject:
    """What is selected on a screen: the resource, its kind, and what was found."""

    stack: Stack
    resource: Clean
    kind: ResourceKind | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Action:
    """One thing that can be done: the operation, and the parameters that the selection gives."""

    kind: type[Operation]
    preset: dict[str, Any] = field(default_factory=dict)
    fixes: str = ""


def actions_on(selection: Subject) -> list[Action]:
    """What fixes a finding first, then all that can be done to such a resource, or to anything in the stack."""
    from console.operations.parameters import parameters
    from console.services.operations import OPERATIONS, operations_for, operations_on

    fixes = [
        Action(OPERATIONS[finding.fix.name], finding.fix.params(), finding.what)
        for finding in selection.findings
        if finding.fix is not None
    ]
    own = [Action(kind, {parameters(kind)[0].name: selection.resource}) for kind in operations_for(selection.kind)]
    others = [Action(kind) for kind in operations_on(selection.stack)] if not own else []
    seen: dict[tuple[str, str], Action] = {}
    for action in (*fixes, *own, *others):
        seen.setdefault((action.kind.name, repr(action.preset)), action)
    return list(seen.values())


def _danger(action: Action) -> Content:
    danger: Danger = action.kind.danger
    return Content.styled(danger.word, DANGER_STYLE[danger])


def _title(action: Action) -> Content:
    return Content.assemble(action.kind.title(), (f"  fixes: {action.fixes}" if action.fixes else "", "$text-muted"))


COLUMNS: tuple[Column[Action], ...] = (
    Column("name", "Action", lambda action: action.kind.name, width=22, most=34, share=1),
    Column("title", "", _title, width=24, share=3),
    Column("danger", "Danger", _danger, width=8),
)


class ActionsModal(PacedModal[Action | None]):
    """Gives the action that was chosen, or None; choosing does nothing yet but open its plan."""

    DEFAULT_CSS = """
    ActionsModal {
        align: center middle;
        & > Vertical { width: 110; max-width: 98%; height: auto; max-height: 80%; padding: 0 1;
                       background: $surface; border: round $primary; }
        & Table { height: auto; max-height: 24; background: $surface; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss(None)", "Close")]

    def __init__(self, selection: Subject, actions: Sequence[Action]) -> None:
        super().__init__()
        self._selection = selection
        self._actions = actions
        self._table = Table[Action](
            COLUMNS,
            lambda action: (action.kind.name, repr(action.preset)),
            empty="There is nothing that can be done to it from here.",
            marks=False,
        )

    def compose(self) -> ComposeResult:
        """The actions in a list."""
        with Vertical(self._table) as box:
            box.border_title = Content(f"Actions: {self._selection.resource or self._selection.stack.name}")
            box.border_subtitle = "enter opens the plan, nothing is done yet; esc closes"
        yield box

    def on_mount(self) -> None:
        """Fill the list."""
        self._table.set_rows(self._actions)
        self._table.focus()

    def on_table_selected(self, event: Table.Selected) -> None:
        """Choose."""
        self.dismiss(event.row)
