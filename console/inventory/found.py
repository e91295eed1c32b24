"""One resource that was found, the names by which people and ARNs know it, and all that was found together."""

from __future__ import annotations

from dataclasses import dataclass

from console.stack.found_account import Unlisted
from console.stack.part import Part


@dataclass(frozen=True, slots=True)
class FoundResource:
    """A resource: the part of a stack that names it, and all its names; the first is the one to show."""

    part: Part
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name by which people know it."""
        return self.names[0]


@dataclass(frozen=True, slots=True)
class Inventory:
    """All that was found in an account and region, and the kinds that could not be listed."""

    account: str
    region: str
    items: tuple[FoundResource, ...]
    unlisted: tuple[Unlisted, ...] = ()


def item(part: Part, *names: str | None) -> FoundResource:
    """An item of the names that there are; an ARN among them is kept as `key_of` has it."""
    return FoundResource(part, tuple(key_of(name) for name in names if name))


def key_of(arn: str) -> str:
    """What is left of an ARN without partition, region and account: ``lambda:function:web``. Other text stays."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return arn
    return f"{parts[2]}:{parts[5].removesuffix(':*')}"
