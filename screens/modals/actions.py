"""The menu of all actions on the selected thing."""

from __future__ import annotations

from collections import Counter
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
from widgets.terminal.frame_rate import FrameRateModal


@dataclass(frozen=True)
class Marked:
    """A resource that is marked, and its kind where that is known."""

    resource: Clean
    kind: ResourceKind | None


@dataclass(frozen=True)
class Subject:
    """What is selected on a screen: the resource, its kind, and what was found; or `marked` resources.

    Of several `resource` is empty, and `kind` is None where they are of several kinds; `hidden` is how many of them a
    filter hides.
    """

    stack: Stack
    resource: Clean
    kind: ResourceKind | None = None
    findings: tuple[Finding, ...] = ()
    marked: tuple[Marked, ...] = ()
    hidden: int = 0

    @property
    def names(self) -> tuple[Clean, ...]:
        """The resources."""
        return tuple(each.resource for each in self.marked) or (self.resource,)

    @property
    def several(self) -> bool:
        """Whether several resources are marked."""
        return len(self.marked) > 1

    @property
    def title(self) -> str:
        """What is selected, in a few words."""
        said = self.resource or (_counted(self.marked) if self.several else self.stack.name)
        if not self.hidden:
            return said
        return f"{said}, {self.hidden} hidden by the filter" if self.several else f"{said}, hidden by the filter"

    @property
    def nothing(self) -> str:
        """Why nothing can be done to it."""
        if not self.several:
            return "There is nothing that can be done to it from here."
        if self.kind is None:
            return f"Marked are {_counted(self.marked)}. Next: mark resources of one kind; space takes a mark away."
        return f"Nothing can be done to several {self.kind.many} at once. Next: esc twice takes the marks away."


def subject_of(stack: Stack, marked: Sequence[Marked], hidden: int = 0) -> Subject:
    """What several marked resources are together."""
    kinds = {each.kind for each in marked}
    return Subject(stack, Clean(""), kinds.pop() if len(kinds) == 1 else None, (), tuple(marked), hidden)


def _counted(marked: Sequence[Marked]) -> str:
    """How many there are of each kind: ``2 log groups and 1 ECS service``."""
    counts = Counter(each.kind for each in marked)
    told = [
        f"{count} {'of unknown kind' if kind is None else kind.name if count == 1 else kind.many}"
        for kind, count in counts.items()
    ]
    return " and ".join(filter(None, [", ".join(told[:-1]), told[-1]]))


@dataclass(frozen=True)
class Action:
    """One thing that can be done: the operation, and the parameters that the selection gives."""

    kind: type[Operation]
    preset: dict[str, Any] = field(default_factory=dict)
    fixes: str = ""


def actions_on(selection: Subject) -> list[Action]:
    """What fixes a finding first, then all that can be done to such a resource, or to anything in the stack.

    To several marked ones that is what takes a list of their kind.
    """
    from console.operations.parameters import parameters
    from console.services.operations import OPERATIONS, operations_for, operations_on

    fixes = [
        Action(OPERATIONS[finding.fix.name], finding.fix.params(), finding.what)
        for finding in selection.findings
        if finding.fix is not None
    ]
    own = [
        Action(kind, {first.name: first.field.naming(selection.names)})
        for kind in operations_for(selection.kind, several=selection.several)
        for first in parameters(kind)[:1]
    ]
    others = [] if own or selection.several else [Action(kind) for kind in operations_on(selection.stack)]
    seen: dict[tuple[str, str], Action] = {}
    for action in (*fixes, *own, *others):
        seen.setdefault((action.kind.name, repr(action.preset)), action)
    return list(seen.values())


def heading(selection: Subject, actions: Sequence[Action]) -> str:
    """What the actions are about: what is selected, or the stack where nothing can be done to that."""
    on_it = any(action.preset for action in actions) or not selection.names
    return f"Actions: {selection.title}" if on_it else f"Nothing can be done to {selection.title}. In its stack:"


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


class ActionsModal(FrameRateModal[Action | None]):
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
            empty=selection.nothing,
            marks=False,
        )

    def compose(self) -> ComposeResult:
        """The actions in a list."""
        with Vertical(self._table) as box:
            box.border_title = Content(heading(self._selection, self._actions))
            box.border_subtitle = "enter opens the plan, nothing is done yet; esc closes"
        yield box

    def on_mount(self) -> None:
        """Fill the list."""
        self._table.set_rows(self._actions)
        self._table.focus()

    def on_table_selected(self, event: Table.Selected) -> None:
        """Choose."""
        self.dismiss(event.row)
