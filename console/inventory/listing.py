"""How the resources of a kind are listed, and how many of them are judged one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from console.inventory.found import FoundResource
from console.naming.resource_kind import ResourceKind
from console.stack.part import Part

if TYPE_CHECKING:
    from console.aws.call import Aws

MOST: Final = 10_000
"""Resources of one kind after which listing ends."""

JUDGED: Final = 50
"""Resources of one kind that are judged one by one. At five metrics each, asked once a minute, 50 functions cost
$0.15 an hour and 5,000 would cost $15 (CloudWatch pricing, us-east-1: $0.01 per 1,000 metrics)."""

_AT_ONCE: Final = 5
"""Calls of one listing that run side by side, where it takes a call for each item."""

DOMAIN: Final = r"(?:amazonaws\.(?:com(?:\.cn)?|eu)|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)"
"""The domains in which AWS's partitions answer, as a regular expression; a test compares it with botocore's data."""

List = Callable[["Aws"], Awaitable[list[FoundResource]]]


def no_address(address: str) -> str | None:
    """Nothing: a kind whose resources have no address that holds their name."""
    del address
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """How the resources of a kind are listed, each as a `part` of a stack.

    Above `judged` of them they are only listed. Where there are checks in `skips`, which ask about each, only those
    are left out, and the others go on. `permissions` are the IAM actions that it takes. `address` gives the key (see
    `key_of`) of what answers at a host and path, and None where that is none of its addresses.
    """

    kind: ResourceKind
    part: type[Part]
    items: List
    permissions: tuple[str, ...]
    judged: int = JUDGED
    skips: tuple[str, ...] = ()
    address: Callable[[str], str | None] = no_address


def listing(
    kind: ResourceKind,
    part: type[Part],
    *permissions: str,
    judged: int = JUDGED,
    skips: tuple[str, ...] = (),
    address: Callable[[str], str | None] = no_address,
) -> Callable[[List], Listing]:
    """Make a listing of an async function that reads AWS page by page and gives what it found."""

    def wrap(items: List) -> Listing:
        return Listing(kind, part, items, permissions, judged, skips, address)

    return wrap


async def listed(aws: Aws, service: str, operation: str, key: str, **params: Any) -> list[Any]:
    """The items under `key` of every page, `MOST` at most. Raises `Failure`."""
    found: list[Any] = []
    async for page in aws.pages(service, operation, expect=key, **params):
        found += page[key]
        if len(found) >= MOST:
            break
    return found[:MOST]


async def gently(calls: list[Callable[[], Awaitable[Any]]]) -> list[Any]:
    """What each call gives, a few of them at a time. Raises the first failure."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(call: Callable[[], Awaitable[Any]]) -> Any:
        async with room:
            return await call()

    return list(await asyncio.gather(*(one(call) for call in calls)))
