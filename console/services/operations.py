"""The registry of Operations: every change that the console can make.

A module is named here once; each Operation that it defines is found in it.
"""

from __future__ import annotations

from typing import Final

from console.naming.resource_kind import ResourceKind
from console.operations.operation import Operation
from console.operations.parameters import parameters
from console.services.awslambda import operations as awslambda
from console.services.dynamodb import operations as dynamodb
from console.services.ecs import operations as ecs
from console.services.logs import export as logs_export
from console.services.logs import operations as logs
from console.stack.names import names_in
from console.stack.stack import Stack

_MODULES: Final = (awslambda, dynamodb, ecs, logs, logs_export)

OPERATIONS: Final[dict[str, type[Operation]]] = {
    kind.name: kind
    for module in _MODULES
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Operation) and kind.__module__ == module.__name__
}
"""Every Operation by its name."""


def operations_on(stack: Stack) -> tuple[type[Operation], ...]:
    """The operations for which a stack file names something, or that need nothing of it."""

    def is_wanted(kind: type[Operation]) -> bool:
        wanted = [p.field.kind for p in parameters(kind) if p.field.kind is not None and not p.field.new]
        return not wanted or any(names_in(stack, each) for each in wanted)

    return tuple(kind for kind in OPERATIONS.values() if is_wanted(kind))


def operations_for(resource: ResourceKind | None, *, several: bool = False) -> tuple[type[Operation], ...]:
    """The operations on a kind of resource: what the `a` menu offers of one, or of `several` at once."""
    first = ((kind, parameters(kind)[0].field) for kind in OPERATIONS.values())
    return tuple(
        kind
        for kind, field in first
        if field.kind is not None and field.kind is resource and not field.new and (field.many or not several)
    )
