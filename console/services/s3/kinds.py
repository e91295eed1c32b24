"""Amazon S3: buckets, and how a stack names them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

from console.inventory.found import FoundResource, item
from console.inventory.listing import DOMAIN, listed, listing
from console.naming.resource_kind import ResourceKind
from console.stack.part import Name, Part, Region

if TYPE_CHECKING:
    from console.aws.call import Aws

_NAME: Final = r"(?!.*(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$)[A-Za-z0-9._-]+"
"""What a general purpose bucket may be called, old ones included. The suffixes are those of access points, directory
buckets and table buckets, which do not know most of what is asked here (S3 bucket naming rules)."""

BUCKET: Final = ResourceKind(
    "S3 bucket",
    "s3",
    rf"(?P<name>{_NAME})",
    "NAME",
    _NAME,
    regional=False,
    owned=False,
    hint="bucket|s3",
)

_ADDRESS: Final = re.compile(rf"([^/]+?)\.s3(?:-website)?[.-][^/]*{DOMAIN}(?:/.*)?")


class Bucket(Part, frozen=True):
    """An S3 bucket; `public` says that it is meant to be, as a site bucket is."""

    section = "s3"
    health_service = "S3"

    bucket: Annotated[Name, BUCKET]
    public: bool = False
    region: Region | None = None


def at_address(address: str) -> str | None:
    """The bucket that answers at an address of S3's own."""
    found = _ADDRESS.fullmatch(address)
    return f"s3:{found[1]}" if found else None


@listing(BUCKET, Bucket, "s3:ListAllMyBuckets", address=at_address)
async def buckets(aws: Aws) -> list[FoundResource]:
    """The buckets of the region; what only resembles S3 may name all and leave their regions out."""
    region = await aws.region("s3")
    found = await listed(aws, "s3", "list_buckets", "Buckets", BucketRegion=region, MaxBuckets=1000)
    return [
        item(Bucket(bucket=name), name, f"s3:{name}")
        for each in found
        if each.get("BucketRegion", region) == region and (name := each["Name"])
    ]
