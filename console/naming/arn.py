"""Reads ARNs: the full names of AWS resources, which say partition, region and account too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from console.naming.partitions import malformed, partition_of

SHAPE: Final = "arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE"
_ARN: Final = re.compile(
    r"arn:(?P<partition>aws(?:-[a-z]+)*):(?P<service>[a-z0-9-]+):(?P<region>(?:[a-z]{2,4}(?:-[a-z]+)+-[0-9]+)?)"
    r":(?P<account>(?:[0-9]{12})?):(?P<resource>[^\s](?:.*[^\s])?)"
)


@dataclass(frozen=True, slots=True)
class Arn:
    """An ARN in its parts; those that it leaves out are empty."""

    partition: str
    service: str
    region: str
    account: str
    resource: str


def is_arn(text: str) -> bool:
    """Whether a text is meant as an ARN, be it right or wrong."""
    return text.strip().lower().startswith("arn:")


def read(text: str) -> Arn:
    """The parts of an ARN. Raises `ValueError`, with the end of a sentence, for what is none.

    Its partition is that of its region, where it has one.
    """
    found = _ARN.fullmatch(text)
    if found is None:
        raise ValueError(f"is no whole ARN: that is {SHAPE}")
    arn = Arn(**found.groupdict())
    if arn.region and malformed(arn.region):
        raise ValueError(f"is no ARN that can be: {arn.region} {malformed(arn.region).rstrip('.')}")
    if arn.region and arn.partition != partition_of(arn.region):
        raise ValueError(f"is no ARN that can be: {arn.region} is in {partition_of(arn.region)}, not {arn.partition}")
    return arn
