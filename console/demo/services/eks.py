"""Amazon EKS: a cluster tells its health issues, of which it has none until a scenario gives it some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.eks.models import Cluster

from console.demo.services.shapes import replace

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("eks: the health of a cluster",)


def install(world: World) -> None:
    """Give every cluster its health."""

    def make(cluster: Cluster, *given: Any, **options: Any) -> None:
        original(cluster, *given, **options)
        vars(cluster)["health"] = {"issues": []}

    original = replace(Cluster, "__init__", make)
