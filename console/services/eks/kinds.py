"""Amazon EKS: clusters and node groups, and how a stack names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from console.inventory.found import FoundResource, item
from console.inventory.listing import listed, listing
from console.naming.resource_kind import ResourceKind
from console.stack.part import Name, Part, Region

if TYPE_CHECKING:
    from console.aws.call import Aws

CLUSTER: Final = ResourceKind(
    "EKS cluster",
    "eks",
    r"cluster/(?P<name>[A-Za-z0-9_-]+)",
    "cluster/NAME",
    r"[A-Za-z0-9_-]+",
    hint="eks|cluster|kube",
)
NODE_GROUP: Final = ResourceKind("EKS node group", noun="node group")


class EksCluster(Part, frozen=True):
    """An EKS cluster."""

    section = "eks"
    health_service = "EKS"

    cluster: Annotated[Name, CLUSTER]
    region: Region | None = None


@listing(CLUSTER, EksCluster, "eks:ListClusters")
async def clusters(aws: Aws) -> list[FoundResource]:
    """Each cluster of the region."""
    found = await listed(aws, "eks", "list_clusters", "clusters")
    return [item(EksCluster(cluster=name), name, f"eks:cluster/{name}") for name in found]
