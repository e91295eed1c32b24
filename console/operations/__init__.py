"""The registry of Operations: every change that the console can make.

A module is named here once; each Operation that it defines is found in it.
"""

from __future__ import annotations

from typing import Final

from console.operations import dynamodb, ecs, logs, logs_export
from console.operations.base import Operation
from console.operations.parameters import parameters
from console.stack import Stack

_MODULES: Final = (dynamodb, ecs, logs, logs_export)

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
        fields = [parameter.field for parameter in parameters(kind)]
        return not any(field.resource for field in fields) or any(tuple(field.names(stack)) for field in fields)

    return tuple(kind for kind in OPERATIONS.values() if is_wanted(kind))


def operations_for(resource: str) -> tuple[type[Operation], ...]:
    """The operations on a kind of resource as a Detail names it (``ECS service``): what the `a` menu offers."""
    return tuple(kind for kind in OPERATIONS.values() if parameters(kind)[0].field.resource == resource)
