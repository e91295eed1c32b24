"""What was chosen of an inventory, as the parts of a stack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from console.inventory.found import FoundResource, Inventory
from console.logs.kinds import LogGroup
from console.services.ecs.kinds import EcsCluster
from console.services.kinds import SECTIONS
from console.stack.names import names_of, once
from console.stack.part import Part


def with_logs(chosen: Iterable[FoundResource], inventory: Inventory) -> list[FoundResource]:
    """The chosen items, and the log groups that AWS writes for them."""
    wanted = list(chosen)
    logs = [kind.log_group.format(name) for each in wanted for kind, name in names_of(each.part) if kind.log_group]
    return wanted + [
        each
        for each in inventory.items
        if isinstance(each.part, LogGroup)
        and any(each.part.group == log or (log.endswith("/") and each.part.group.startswith(log)) for log in logs)
    ]


def parts_of(chosen: Iterable[FoundResource], *, whole_clusters: bool = True) -> tuple[Part, ...]:
    """The parts of a stack that are the chosen items, each once, in the order of a stack file and of their names.

    Of a chosen cluster all services belong to the stack, with `whole_clusters` also where some of them were chosen
    by name.
    """
    order = list(SECTIONS)
    wanted = sorted({*chosen}, key=lambda each: (order.index(each.part.section), each.name))
    return tuple(once(_reduced([each.part for each in wanted], whole_clusters)))


def _reduced(parts: list[Part], whole_clusters: bool) -> Iterator[Part]:
    """The parts without the clusters of which only some services are wanted."""
    named = {part.cluster for part in parts if isinstance(part, EcsCluster) and part.services}
    for part in parts:
        whole = isinstance(part, EcsCluster) and not part.services and part.cluster in named
        if whole_clusters or not whole:
            yield part
