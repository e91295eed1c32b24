"""The resources that parameters name: in which region and in which parent they are, as a stack file tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from console.naming.resource_kind import ResourceKind
from console.operations.parameters import Parameter
from console.stack.names import parent_of, region_of
from console.stack.stack import Stack
from console.text import clean

Named = Mapping[ResourceKind, tuple[str, ...]]
"""The names of resources by kind, in the order of the parameters that name them."""


def named_by(fields: Iterable[Parameter], values: Mapping[str, Any]) -> Named:
    """The resources that values name; of two parameters of one kind the first counts."""
    found: dict[ResourceKind, tuple[str, ...]] = {}
    for parameter in fields:
        if parameter.field.kind is not None:
            found.setdefault(parameter.field.kind, parameter.field.named(values.get(parameter.name)))
    return found


def region_in(stack: Stack, named: Named) -> str | None:
    """The region of its own that a stack gives the first resource that is named; None for the stack's.

    What is in a parent is where the parent is.
    """
    first = next(
        (kind for kind, names in named.items() if names and not (kind.parent and named.get(kind.parent))), None
    )
    own = (region_of(stack, first, name) for name in named[first]) if first is not None else ()
    return next((region for region in own if region), None)


def one_parent(stack: Stack, kind: ResourceKind, names: Iterable[str]) -> str | None:
    """The parent in which all these are; None where there are none. Raises `ValueError` as `parent_of`, and for two."""
    return _same({name: parent_of(stack, kind, name) for name in names}, kind.parent.noun if kind.parent else "")


def one_region(stack: Stack, named: Named) -> None:
    """See to it that all of a kind are in one region, since one change is made in one. Raises `ValueError`."""
    for kind, names in named.items():
        if kind.parent is None or not named.get(kind.parent):
            _same({name: region_of(stack, kind, name) or stack.region or "the stack's own region" for name in names})


def _same(places: Mapping[str, str], noun: str = "region") -> str | None:
    """The place of all. Raises `ValueError` that names two, and the places of both."""
    if not places:
        return None
    first, there = next(iter(places.items()))
    for name, place in places.items():
        if place != there:
            raise ValueError(
                f"{clean(first)} is in {clean(there)}, and {clean(name)} in {clean(place)}. "
                f"Next: change them one {noun} at a time."
            )
    return there
