"""The partitions of AWS and their regions, as botocore's data names them.

The data is read without importing botocore, since stack files are read before the first frame.
"""

from __future__ import annotations

import difflib
import functools
import importlib.util
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from console.text import clean

FIRST: Final = "aws"
"""The partition of all regions that no other one claims, as botocore has it."""

_FIPS: Final = re.compile(r"^fips-|-fips$")


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of AWS with accounts, credentials and ARNs of its own.

    `home` is the region that answers for what has none, and cannot be switched off; `pattern` says how regions are
    called, also those that botocore does not know yet.
    """

    name: str
    home: str
    pattern: re.Pattern[str]
    regions: tuple[str, ...]


@functools.cache
def partitions() -> tuple[Partition, ...]:
    """Every partition that botocore knows."""
    found = importlib.util.find_spec("botocore")
    data = Path((found and found.origin) or "").parent / "data" / "partitions.json"
    return tuple(map(_partition, json.loads(data.read_text(encoding="utf-8"))["partitions"]))


def _partition(data: dict[str, dict[str, str]]) -> Partition:
    pattern = re.compile(str(data["regionRegex"]), re.ASCII)
    regions = tuple(region for region in data["regions"] if pattern.fullmatch(region))
    return Partition(str(data["id"]), data["outputs"]["implicitGlobalRegion"], pattern, regions)


def of_name(name: str) -> Partition:
    """The partition of a name such as ``aws-cn``. Raises `LookupError` for one that botocore does not know."""
    for partition in partitions():
        if partition.name == name:
            return partition
    raise LookupError(f"There is no partition {name}.")


def plain(region: str) -> str:
    """A region without the mark by which older settings ask for its FIPS endpoints: ``fips-us-east-1``."""
    return _FIPS.sub("", region)


def of_region(region: str) -> Partition:
    """The partition of a region, also of one that botocore does not know yet."""
    found = (partition for partition in partitions() if partition.pattern.fullmatch(plain(region)))
    return next(found, None) or of_name(FIRST)


def partition_of(region: str) -> str:
    """The name of the partition of a region: ``aws-cn`` of ``cn-north-1``."""
    return of_region(region).name


def nearest(text: str) -> str:
    """The known region whose name is nearest to a text, as ``Nearest: eu-west-1.``; empty where none is near."""
    known = [region for partition in partitions() for region in partition.regions]
    found = difflib.get_close_matches(text.strip().lower().replace("_", "-").replace(" ", "-"), known, n=1)
    return f"Nearest: {found[0]}." if found else ""


def malformed(region: str) -> str:
    """Why a text cannot be a region, as the end of a sentence and the next one; empty where it can be.

    A region that botocore does not know yet is one all the same, where it is called as a partition's regions are.
    """
    if any(partition.pattern.fullmatch(plain(region)) for partition in partitions()):
        return ""
    return f"is no region of AWS, which are called as eu-west-1 is. {nearest(clean(region))}".strip()


def unheard(region: str) -> str:
    """That a region is none which botocore knows, as a sentence; empty where it knows it.

    It may be newer than botocore, so that it is asked all the same.
    """
    if plain(region) in of_region(region).regions:
        return ""
    return f"{clean(region)} is no region that is known here. {nearest(clean(region))}".strip()


def foreign(region: str, home: str) -> str:
    """Why a region cannot be used beside another, as the end of a sentence; empty where both are in one partition."""
    there, here = partition_of(region), partition_of(home)
    if there == here:
        return ""
    return f"is in partition {there}, but {home} is in {here}: neither accounts nor credentials of one work in another"
