"""Whatever a service's room defines is in the registry of its sort, so that nothing waits there unseen."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

from console import services
from console.inventory.listing import Listing
from console.logs import kinds as log_kinds
from console.naming.resource_kind import ResourceKind
from console.operations.operation import Operation
from console.readings.source import Source
from console.services.kinds import KINDS, LISTINGS, SECTIONS
from console.services.operations import OPERATIONS
from console.services.sources import EVERY
from console.stack.part import Part


def _modules() -> Iterator[ModuleType]:
    yield log_kinds
    for found in pkgutil.walk_packages(services.__path__, f"{services.__name__}."):
        yield importlib.import_module(found.name)


def _made_in(module: ModuleType) -> Iterator[tuple[str, object]]:
    """What a module defines, without what it has from elsewhere."""
    for name, value in vars(module).items():
        if isinstance(value, type):
            if value.__module__ == module.__name__ and issubclass(value, (Part, Operation)):
                yield name, value
        elif isinstance(value, (ResourceKind, Source, Listing)):
            yield name, value


@pytest.mark.parametrize("module", list(_modules()), ids=lambda module: module.__name__)
def test_everything_that_is_made_is_registered(module: ModuleType) -> None:
    registries = (KINDS.values(), LISTINGS, SECTIONS.values(), OPERATIONS.values(), EVERY.values())
    known = {id(each) for registry in registries for each in registry}
    made = [(name, each) for name, each in _made_in(module) if not inspect.isabstract(each)]
    assert [name for name, each in made if id(each) not in known] == [], "name its module in the registry of its sort"
