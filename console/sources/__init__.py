"""The registry of Sources: every read that a panel or a check makes.

A module is named here once; each Source that it defines is found in it.
"""

from __future__ import annotations

from typing import Final

from console.sources import aws_health, docdb, ecs, eks, endpoint
from console.sources.base import AnySource, Source
from console.stack import Stack

_MODULES: Final = (ecs, docdb, eks, endpoint, aws_health)

SOURCES: Final[dict[str, AnySource]] = {
    source.name: source for module in _MODULES for source in vars(module).values() if isinstance(source, Source)
}
"""Every Source by its name."""


def wanted_by(stack: Stack) -> tuple[AnySource, ...]:
    """The Sources for which a stack names something to read, in the order of the registry."""
    return tuple(source for source in SOURCES.values() if source.wants(stack))
