"""Amazon ECS: clusters, services and tasks, and how a stack names them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Final, Self

import msgspec

from console.inventory.found import FoundResource, item
from console.inventory.listing import gently, listed, listing
from console.naming.resource_kind import ResourceKind
from console.operations.fields import name_of
from console.stack.part import Name, Part, Region

if TYPE_CHECKING:
    from console.aws.call import Aws

_NAME: Final = r"[A-Za-z0-9_-]{1,255}"

CLUSTER: Final = ResourceKind("ECS cluster", "ecs", rf"cluster/(?P<name>{_NAME})", "cluster/NAME", _NAME)
SERVICE: Final = ResourceKind(
    "ECS service",
    "ecs",
    rf"service/(?:(?P<cluster>{_NAME})/)?(?P<name>{_NAME})",
    "service/CLUSTER/NAME",
    _NAME,
    parent=CLUSTER,
    hint="cluster|service|ecs",
)
TASK: Final = ResourceKind("ECS task")

ClusterName = Annotated[str, name_of(CLUSTER)]
ServiceName = Annotated[str, name_of(SERVICE)]


class EcsCluster(Part, frozen=True):
    """An ECS cluster and the services in it that belong to the stack (none named: all)."""

    section = "ecs"
    health_service = "ECS"

    cluster: Annotated[Name, CLUSTER]
    services: tuple[Annotated[Name, SERVICE], ...] = ()
    region: Region | None = None

    @property
    def identity(self) -> object:
        """The cluster, whichever services are named."""
        return self.section, self.cluster, self.region

    def joined(self, other: Self) -> Self:
        """The services of both; all of them where one names none."""
        some = self.services and other.services
        services = dict.fromkeys((*self.services, *other.services)) if some else ()
        return msgspec.structs.replace(self, services=tuple(services))


@listing(SERVICE, EcsCluster, "ecs:ListClusters", "ecs:ListServices", skips=("ecs.tasks", "ecs.utilisation"))
async def services(aws: Aws) -> list[FoundResource]:
    """Each cluster as a whole, and each service of it."""
    clusters = await listed(aws, "ecs", "list_clusters", "clusterArns")

    async def within(cluster: str) -> list[FoundResource]:
        found = await listed(aws, "ecs", "list_services", "serviceArns", cluster=cluster, maxResults=100)
        return [item(EcsCluster(cluster=_last(cluster), services=(_last(arn),)), _last(arn), arn) for arn in found]

    whole = [item(EcsCluster(cluster=_last(arn)), _last(arn), arn) for arn in clusters]
    return whole + [found for some in await gently([partial(within, arn) for arn in clusters]) for found in some]


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]
