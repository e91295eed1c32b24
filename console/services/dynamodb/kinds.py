"""Amazon DynamoDB: tables, and how a stack names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from console.inventory.found import FoundResource, item
from console.inventory.listing import listed, listing
from console.naming.resource_kind import ResourceKind
from console.operations.fields import name_of
from console.stack.part import Name, Part, Region

if TYPE_CHECKING:
    from console.aws.call import Aws

TABLE: Final = ResourceKind(
    "DynamoDB table",
    "dynamodb",
    r"table/(?P<name>[A-Za-z0-9_.-]+)",
    "table/NAME",
    r"[A-Za-z0-9_.-]{3,255}",
    hint="table|dynamo",
)

ACCOUNT: Final = ResourceKind("DynamoDB account")

TableName = Annotated[str, name_of(TABLE)]


class Table(Part, frozen=True):
    """A DynamoDB table."""

    section = "dynamodb"
    health_service = "DYNAMODB"

    table: Annotated[Name, TABLE]
    region: Region | None = None


@listing(TABLE, Table, "dynamodb:ListTables")
async def tables(aws: Aws) -> list[FoundResource]:
    """Each table of the region."""
    found = await listed(aws, "dynamodb", "list_tables", "TableNames")
    return [item(Table(table=name), name, f"dynamodb:table/{name}") for name in found]
