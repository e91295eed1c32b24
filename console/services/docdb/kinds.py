"""Amazon DocumentDB: clusters, and how a stack names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

from console.inventory.found import FoundResource, item
from console.inventory.listing import DOMAIN, listed, listing
from console.naming.resource_kind import ResourceKind
from console.stack.part import Name, Part, Region

if TYPE_CHECKING:
    from console.aws.call import Aws

_NAME: Final = r"[A-Za-z0-9-]{1,255}"
_ADDRESS: Final = re.compile(rf"([^./]+)\.cluster-[^/]*\.(?:rds|docdb)\.(?:[a-z0-9-]+\.)?{DOMAIN}(?:/.*)?")
"""In China the region comes after the service: ``orders.cluster-abc.docdb.cn-north-1.amazonaws.com.cn``."""


DB_CLUSTER: Final = ResourceKind(
    "DocumentDB cluster", "rds", rf"cluster:(?P<name>{_NAME})", "cluster:NAME", _NAME, hint="doc|cluster"
)


class DbCluster(Part, frozen=True):
    """A DocumentDB cluster."""

    section = "docdb"
    health_service = "DOCDB"

    cluster: Annotated[Name, DB_CLUSTER]
    region: Region | None = None


def at_address(address: str) -> str | None:
    """The cluster that answers at an address."""
    found = _ADDRESS.fullmatch(address)
    return f"rds:cluster:{found[1]}" if found else None


@listing(DB_CLUSTER, DbCluster, "rds:DescribeDBClusters", address=at_address)
async def clusters(aws: Aws) -> list[FoundResource]:
    """Each cluster of the region."""
    engine = [{"Name": "engine", "Values": ["docdb"]}]
    found = await listed(aws, "rds", "describe_db_clusters", "DBClusters", Filters=engine)
    return [
        item(DbCluster(cluster=name), name, f"rds:cluster:{name}", each.get("Endpoint"))
        for each in found
        if each["Engine"] == "docdb" and (name := each["DBClusterIdentifier"])
    ]
