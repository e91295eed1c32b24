"""An account that nobody described: what it holds in a region, as a stack."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from console.discovery.parts import parts_of
from console.inventory.found import FoundResource, Inventory
from console.inventory.listing import MOST, Listing
from console.problems import Failure, ProblemKind
from console.services.cloudwatch.kinds import Alarms
from console.services.kinds import LISTINGS
from console.stack.found_account import Account, Crowd, Unlisted
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws
    from console.aws.login.identity import Identity

Tell = Callable[[Clean], None]


def silence(_: Clean) -> None:
    """Tell nobody of the progress."""


async def take_inventory(aws: Aws, identity: Identity, region: str, tell: Tell = silence) -> Inventory:
    """List everything that the account holds in a region, page by page.

    `tell` is given the progress in words. A kind that cannot be listed is in `unlisted`, with the reason. Raises
    `Failure` where the credentials are refused, and where not even one kind can be listed.
    """
    done: list[str] = []

    async def one(listing: Listing) -> list[FoundResource] | Unlisted:
        try:
            return await listing.items(aws)
        except Failure as failure:
            return Unlisted(listing.kind.many, failure.problem)
        finally:
            done.append(listing.kind.many)
            tell(clean(f"Listing what account {identity.account} holds: {len(done)} of {len(LISTINGS)} kinds ..."))

    lists = await asyncio.gather(*map(one, LISTINGS))
    unlisted = tuple(found for found in lists if isinstance(found, Unlisted))
    if len(unlisted) == len(LISTINGS) or any(each.problem.kind is ProblemKind.LOGIN for each in unlisted):
        raise Failure(unlisted[0].problem)
    # Pages overlap where something came or went between them.
    items = dict.fromkeys(each for found in lists if not isinstance(found, Unlisted) for each in found)
    return Inventory(str(identity.account), region, tuple(items), unlisted)


async def account_stack(aws: Aws, identity: Identity, region: str, tell: Tell = silence) -> Account:
    """What the account holds in a region as the stack ``account-<id>``; too many of a kind are in `crowds`.

    Raises what `take_inventory` raises.
    """
    inventory, alarms = await asyncio.gather(take_inventory(aws, identity, region, tell), _alarms(aws))
    judged: list[FoundResource] = []
    crowds: list[Crowd] = []
    for listing in LISTINGS:
        items = sorted(
            (each for each in inventory.items if type(each.part) is listing.part), key=lambda each: each.name
        )
        kept, crowd = _judged(listing, items)
        judged += kept
        crowds += [crowd] if crowd else []
    return Account(
        name=f"account-{identity.account}",
        title=f"Account {identity.account}",
        account=identity.account,
        region=region,
        skip=tuple(name for crowd in crowds for name in crowd.skipped),
        crowds=tuple(crowds),
        unlisted=inventory.unlisted,
        parts=(*parts_of(judged), *alarms),
    )


def _judged(listing: Listing, items: list[FoundResource]) -> tuple[list[FoundResource], Crowd | None]:
    """The items of a kind that are judged one by one, and the crowd that is not."""
    if listing.skips:
        clusters = [each for each in items if not getattr(each.part, "services", ())]
        size = len(items) - len(clusters)
        return clusters, Crowd(listing.kind.many, size, skipped=listing.skips) if size > listing.judged else None
    if len(items) <= listing.judged:
        return items, None
    return [], Crowd(listing.kind.many, len(items), tuple(clean(each.name) for each in items), len(items) >= MOST)


async def _alarms(aws: Aws) -> tuple[Alarms, ...]:
    """All alarms, where there is any. What keeps them from being told, their check says itself."""
    types = ["MetricAlarm", "CompositeAlarm"]
    try:
        answer = await aws.call("cloudwatch", "describe_alarms", expect="MetricAlarms", AlarmTypes=types, MaxRecords=1)
    except Failure:
        return (Alarms(prefixes=("",)),)
    return (Alarms(prefixes=("",)),) if answer["MetricAlarms"] or answer.get("CompositeAlarms") else ()
