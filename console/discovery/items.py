"""One thing that was found, the names by which people and ARNs know it, and how a choice of them becomes a stack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from console.stack.account import Unlisted
from console.stack.stack import EcsCluster, Function, LogGroup, Part


@dataclass(frozen=True, slots=True)
class FoundResource:
    """A resource: the part of a stack that names it, and all its names; the first is the one to show."""

    field: str
    part: Part
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name by which people know it."""
        return self.names[0]


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that was found in an account and region, and the kinds that could not be listed."""

    account: str
    region: str
    items: tuple[FoundResource, ...]
    unlisted: tuple[Unlisted, ...] = ()


def item(field: str, part: Part, *names: str | None) -> FoundResource:
    """An item of the names that there are; an ARN among them is kept as `key_of` has it."""
    return FoundResource(field, part, tuple(key_of(name) for name in names if name))


def key_of(arn: str) -> str:
    """What is left of an ARN without partition, region and account: ``lambda:function:web``. Other text stays."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return arn
    return f"{parts[2]}:{parts[5].removesuffix(':*')}"


def with_logs(chosen: Iterable[FoundResource], inventory: Inventory) -> list[FoundResource]:
    """The chosen items, and the log groups of the functions among them."""
    wanted = list(chosen)
    logs = {f"/aws/lambda/{each.part.function}" for each in wanted if isinstance(each.part, Function)}
    return wanted + [each for each in inventory.items if isinstance(each.part, LogGroup) and each.part.group in logs]


def fields_of(chosen: Iterable[FoundResource], *, whole_clusters: bool = True) -> dict[str, Any]:
    """The fields of a stack that hold the chosen items, each once, in the order of their names.

    Of a chosen cluster all services belong to the stack, with `whole_clusters` also where some of them were chosen
    by name.
    """
    wanted = sorted({*chosen}, key=lambda each: each.name)
    fields: dict[str, list[Part]] = {}
    for each in wanted:
        parts = fields.setdefault(each.field, [])
        if each.part not in parts and not isinstance(each.part, EcsCluster):
            parts.append(each.part)
    clusters = [each.part for each in wanted if isinstance(each.part, EcsCluster)]
    joined = {"ecs": tuple(_joined(clusters, whole_clusters))} if clusters else {}
    return {**{field: tuple(parts) for field, parts in fields.items() if parts}, **joined}


def _joined(parts: list[EcsCluster], whole_clusters: bool) -> Iterator[EcsCluster]:
    for cluster in dict.fromkeys(part.cluster for part in parts):
        of_it = [part.services for part in parts if part.cluster == cluster]
        named = sorted({name for services in of_it for name in services})
        whole = () in of_it and (whole_clusters or not named)
        yield EcsCluster(cluster=cluster, services=() if whole else tuple(named))
