"""From what is selected to the plan: the menu of actions, the form, the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from textual.app import App
from textual.screen import ModalScreen, Screen

from console.desk.desk import Desk
from console.naming.resource_kind import ResourceKind
from console.readings.source import Report
from console.text import Clean

if TYPE_CHECKING:
    from console.journal.records import AnyRun
    from console.operations.operation import Operation
    from screens.modals.actions import Action, Subject


@runtime_checkable
class Selects(Protocol):
    """A screen on which something is selected."""

    def selection(self) -> Subject | None:
        """What is selected, if anything is."""


def selection_on(screen: Screen[Any], desk: Desk) -> Subject | None:
    """What is selected on a screen, else the open stack; None where neither is, or a modal is open."""
    from screens.modals.actions import Subject

    if isinstance(screen, ModalScreen):
        return None
    found = screen.selection() if isinstance(screen, Selects) else None
    if found is None and desk.stack is not None:
        return Subject(desk.stack, Clean(""))
    return found


def open_actions_here(screen: Screen[Any], desk: Desk) -> None:
    """Offer all that can be done to what is selected on a screen."""
    selection = selection_on(screen, desk)
    if selection is not None:
        open_actions(screen.app, desk, selection)


def open_actions(app: App[Any], desk: Desk, selection: Subject) -> None:
    """Offer all that can be done to what is selected."""
    from screens.modals.actions import ActionsModal, actions_on

    def chosen(action: Action | None) -> None:
        if action is not None:
            open_action(app, desk, selection, action)

    app.push_screen(ActionsModal(selection, actions_on(selection)), chosen)


def open_action(app: App[Any], desk: Desk, selection: Subject, action: Action) -> None:
    """Ask for what is missing, then plan; a fix is planned at once, since it is complete."""
    from console.operations.in_stack import placed
    from console.operations.parameters import parameters
    from screens.modals.form import FormModal

    def filled(operation: Operation | None) -> None:
        if operation is not None:
            open_plan(app, desk, selection, operation)

    needed = [p.name for p in parameters(action.kind) if p.required and p.name not in action.preset]
    if action.fixes and not needed:
        filled(placed(action.kind(**action.preset), selection.stack))
        return
    form = FormModal(action.kind, selection.stack, action.preset, loaded_names(desk), desk.calls)
    app.push_screen(form, filled)


def open_plan(app: App[Any], desk: Desk, selection: Subject, operation: Operation) -> None:
    """Show the plan of an operation."""
    from screens.modals.plan import PlanModal, PlanRequest

    if desk.changes is not None:
        app.push_screen(PlanModal(desk.changes, PlanRequest(selection.stack, operation)))


def open_undo(app: App[Any], desk: Desk, run: AnyRun) -> None:
    """Show the plan of what takes a change back; one that cannot be read is not taken back."""
    from console.journal.export import cannot_undo
    from console.journal.records import UnreadableRun
    from screens.modals.plan import PlanModal, PlanRequest

    if isinstance(run, UnreadableRun):
        app.notify(cannot_undo(run), severity="warning", markup=False)
        return
    stack = next((stack for stack in desk.stacks if stack.name == run.stack), None)
    if stack is None:
        app.notify(f"Stack {run.stack} is not among the stack files any more.", severity="warning", markup=False)
    elif desk.changes is not None:
        app.push_screen(PlanModal(desk.changes, PlanRequest(stack, undoes=run)))


def loaded_names(desk: Desk) -> dict[ResourceKind, list[str]]:
    """The names of resources that were read, by kind, to complete a field with."""
    names: dict[ResourceKind, list[str]] = {}
    for _, reading in desk.poller.readings():
        if isinstance(reading.value, Report):
            for detail in reading.value.details:
                names.setdefault(detail.kind, []).append(detail.resource)
    return names
