"""What carries a tag, in the words of the tagging API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from console.discover.kinds import listed

if TYPE_CHECKING:
    from console.aws.call import Aws

_GLOBAL: Final = "us-east-1"


async def tagged(aws: Aws, region: str, key: str, value: str) -> tuple[str, ...]:
    """The ARNs of what carries the tag ``key=value`` in the region, CloudFront's included. Raises `Failure`."""
    asked = {"TagFilters": [{"Key": key, "Values": [value]}]}
    service, operation, answer = "resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList"
    found = await listed(aws, service, operation, answer, **asked)
    if region != _GLOBAL:
        edge = {"region": _GLOBAL, "ResourceTypeFilters": ["cloudfront"]}
        found += await listed(aws, service, operation, answer, **asked, **edge)
    return tuple(each["ResourceARN"] for each in found)
