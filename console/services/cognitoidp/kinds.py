"""Amazon Cognito: user pools, and how a stack names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from console.inventory.found import FoundResource, item
from console.inventory.listing import listed, listing
from console.naming.resource_kind import ResourceKind
from console.stack.part import Name, Part, Region

if TYPE_CHECKING:
    from console.aws.call import Aws

USER_POOL: Final = ResourceKind(
    "Cognito user pool",
    "cognito-idp",
    r"userpool/(?P<name>[A-Za-z0-9_-]+)",
    "userpool/ID",
    r"[A-Za-z0-9_-]+",
    noun="user pool",
    hint="pool|cognito",
    opaque=True,
)


class UserPool(Part, frozen=True):
    """A Cognito user pool."""

    section = "cognito"
    health_service = "COGNITO"

    user_pool: Annotated[Name, USER_POOL]
    region: Region | None = None


@listing(USER_POOL, UserPool, "cognito-idp:ListUserPools")
async def user_pools(aws: Aws) -> list[FoundResource]:
    """Each user pool of the region."""
    found = await listed(aws, "cognito-idp", "list_user_pools", "UserPools", MaxResults=60)
    return [
        item(UserPool(user_pool=each["Id"]), each["Name"], each["Id"], f"cognito-idp:userpool/{each['Id']}")
        for each in found
    ]
