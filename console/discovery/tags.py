"""What carries a tag, in the words of the tagging API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.aws.service_regions import home_of
from console.inventory.listing import listed

if TYPE_CHECKING:
    from console.aws.call import Aws


async def tagged(aws: Aws, region: str, key: str, value: str) -> tuple[str, ...]:
    """The ARNs of what carries the tag ``key=value`` in the region, CloudFront's included. Raises `Failure`."""
    asked = {"TagFilters": [{"Key": key, "Values": [value]}]}
    service, operation, answer = "resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList"
    found = await listed(aws, service, operation, answer, **asked)
    home = home_of("cloudfront", region)
    if home not in (None, region):
        edge = {"region": home, "ResourceTypeFilters": ["cloudfront"]}
        found += await listed(aws, service, operation, answer, **asked, **edge)
    return tuple(each["ResourceARN"] for each in found)
