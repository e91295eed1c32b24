"""What an operation takes from its stack: names in place of ARNs, and the parents that the stack file names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from console.naming.resource_kind import Name
from console.operations.fields import Field
from console.operations.operation import Operation
from console.operations.parameters import Parameter, parameters
from console.stack.names import foreign, names_in
from console.stack.stack import Stack
from console.text import clean

T = TypeVar("T", bound=Operation)


def placed(operation: T, stack: Stack) -> T:
    """The operation on resources of a stack, by their names; every way to a plan leads through here.

    Raises `ValueError`, with a sentence, where an ARN contradicts the stack or another parameter, where the stack does
    not tell whether it does, and where a list has one thing twice, be it by name and ARN.
    """
    names: list[tuple[Parameter, str, Name]] = []
    values: dict[str, Any] = {}
    for parameter in parameters(type(operation)):
        value = getattr(operation, parameter.name)
        if value is not None:
            try:
                values[parameter.name], read = parameter.field.read(value)
            except ValueError as error:
                raise ValueError(f"{parameter.flag}: {error}") from None
            names += [(parameter, typed, name) for typed, name in read]
    made = _within(
        replace(operation, **values), {key: told for *_, name in names for key, told in name.beside.items()}, stack
    )
    region = made.region(stack)
    for parameter, typed, name in names:
        if problem := _problem(name, made, stack, region):
            raise ValueError(f"{parameter.flag}: {clean(typed, limit=160)} {problem}")
    return made


def _within(operation: T, told: Mapping[str, str], stack: Stack) -> T:
    """With the parents that the stack names; where it cannot tell, with those of its own that the ARNs tell."""
    try:
        return operation.within(stack)
    except ValueError:
        fields = {parameter.name: parameter.field for parameter in parameters(type(operation))}
        known = {key: value for key, value in told.items() if _names(fields[key], value, stack)}
        if not known:
            raise
        return replace(operation, **known).within(stack)


def _names(field: Field, name: str, stack: Stack) -> bool:
    return field.kind is not None and name in names_in(stack, field.kind)


def _problem(name: Name, operation: Operation, stack: Stack, region: str | None) -> str:
    """Why an ARN cannot be taken for the name in it; empty where it can."""
    for key, told in name.beside.items():
        if (said := getattr(operation, key)) != told:
            return f"says {key} {told}, but {key} is {clean(said)} here. Next: mend one of the two."
    return foreign(name.arn, stack, region) if name.arn else ""
