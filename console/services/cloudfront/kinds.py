"""Amazon CloudFront: distributions, and how a stack names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from console.inventory.found import FoundResource, item
from console.inventory.listing import listing
from console.naming.resource_kind import ResourceKind
from console.stack.part import Name, Part

if TYPE_CHECKING:
    from console.aws.call import Aws

DISTRIBUTION: Final = ResourceKind(
    "CloudFront distribution",
    "cloudfront",
    r"distribution/(?P<name>[A-Za-z0-9]+)",
    "distribution/ID",
    r"[A-Za-z0-9]{1,64}",
    regional=False,
    hint="distribution|cdn|cloudfront",
)


class Distribution(Part, frozen=True):
    """A CloudFront distribution."""

    section = "cloudfront"
    health_service = "CLOUDFRONT"

    id: Annotated[Name, DISTRIBUTION]
    name: Name | None = None


@listing(DISTRIBUTION, Distribution, "cloudfront:ListDistributions")
async def distributions(aws: Aws) -> list[FoundResource]:
    """Each distribution of the account, known by its aliases."""
    found: list[FoundResource] = []
    async for page in aws.pages("cloudfront", "list_distributions", expect="DistributionList"):
        for each in page["DistributionList"].get("Items", ()):
            aliases = each.get("Aliases", {}).get("Items", ())
            part = Distribution(id=each["Id"], name=next(iter(aliases), None))
            key = f"cloudfront:distribution/{each['Id']}"
            found.append(item(part, *aliases, each["Id"], key, each["DomainName"], each.get("Comment")))
    return found
