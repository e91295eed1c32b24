"""Amazon RDS: instances, and how a stack names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

from msgspec import Meta

from console.inventory.found import FoundResource, item
from console.inventory.listing import DOMAIN, listed, listing
from console.naming.resource_kind import ResourceKind
from console.stack.part import Name, Part, Region

if TYPE_CHECKING:
    from console.aws.call import Aws

_NAME: Final = r"[A-Za-z0-9-]{1,255}"
_ADDRESS: Final = re.compile(rf"([^./]+)\.(?!cluster-)[^/]*\.(?:rds|docdb)\.(?:[a-z0-9-]+\.)?{DOMAIN}(?:/.*)?")
"""In China the region comes after the service: ``orders.abc.rds.cn-north-1.amazonaws.com.cn``."""

_NOT_RDS: Final = frozenset({"docdb", "neptune"})
"""Engines whose instances DescribeDBInstances lists too."""

DB_INSTANCE: Final = ResourceKind(
    "RDS instance", "rds", rf"db:(?P<name>{_NAME})", "db:NAME", _NAME, hint="db|rds|database"
)


class DbInstance(Part, frozen=True):
    """An RDS instance; `max_connections` where the parameter group does not tell it."""

    section = "rds"
    health_service = "RDS"

    instance: Annotated[Name, DB_INSTANCE]
    max_connections: Annotated[int, Meta(gt=0)] | None = None
    region: Region | None = None


def at_address(address: str) -> str | None:
    """The instance that answers at an address, also one of a cluster's."""
    found = _ADDRESS.fullmatch(address)
    return f"rds:db:{found[1]}" if found else None


@listing(DB_INSTANCE, DbInstance, "rds:DescribeDBInstances", address=at_address)
async def instances(aws: Aws) -> list[FoundResource]:
    """Each instance of the region that is of RDS' own engines."""
    found = await listed(aws, "rds", "describe_db_instances", "DBInstances")
    return [
        item(DbInstance(instance=name), name, f"rds:db:{name}", each.get("Endpoint", {}).get("Address"))
        for each in found
        if each["Engine"] not in _NOT_RDS and (name := each["DBInstanceIdentifier"])
    ]
