"""An account that nobody described: what it holds in a region, as a stack."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from console.discover.found import Account, Crowd, Parts, Unlisted
from console.discover.kinds import KINDS, MOST, Listing, name_of
from console.problems import Failure, Kind
from console.stack import Alarms
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws
    from console.aws.identity import Identity

Tell = Callable[[Clean], None]


def silence(_: Clean) -> None:
    """Tell nobody of the progress."""


async def account_stack(aws: Aws, identity: Identity, region: str, tell: Tell = silence) -> Account:
    """List what the account holds in a region, page by page, as the stack ``account-<id>``.

    `tell` is given the progress in words. A kind that cannot be listed is in `unlisted`, with the reason; one of
    which there are too many to judge each is in `crowds`. Raises `Failure` where not even one kind can be listed.
    """
    done: list[str] = []

    async def one(kind: Listing) -> tuple[Parts, Crowd | None] | Unlisted:
        try:
            return await _list(aws, kind)
        except Failure as failure:
            return Unlisted(kind.title, failure.problem)
        finally:
            done.append(kind.title)
            tell(clean(f"Listing what account {identity.account} holds: {len(done)} of {len(KINDS)} kinds ..."))

    alarms, lists = await asyncio.gather(_alarms(aws), asyncio.gather(*(one(kind) for kind in KINDS)))
    fields: dict[str, Any] = {}
    crowds: list[Crowd] = []
    unlisted: list[Unlisted] = []
    for kind, found in zip(KINDS, lists, strict=True):
        if isinstance(found, Unlisted):
            unlisted.append(found)
            continue
        parts, crowd = found
        fields[kind.field] = tuple(parts)
        crowds += [crowd] if crowd else []
    if len(unlisted) == len(KINDS) or any(each.problem.kind is Kind.LOGIN for each in unlisted):
        raise Failure(unlisted[0].problem)
    return Account(
        name=f"account-{identity.account}",
        title=f"Account {identity.account}",
        account=identity.account,
        region=region,
        alarms=alarms,
        skip=tuple(name for crowd in crowds for name in crowd.skipped),
        crowds=tuple(crowds),
        unlisted=tuple(unlisted),
        **fields,
    )


async def _list(aws: Aws, kind: Listing) -> tuple[Parts, Crowd | None]:
    """The parts of a kind that are judged, and the crowd that is not. Raises `Failure`."""
    parts = sorted(await kind.parts(aws), key=name_of)
    if kind.size is not None:
        size = await kind.size(aws, parts)
        return parts, Crowd(kind.title, size, skipped=kind.skips) if size > kind.judged else None
    if len(parts) <= kind.judged:
        return parts, None
    return [], Crowd(kind.title, len(parts), tuple(clean(name_of(part)) for part in parts), len(parts) >= MOST)


async def _alarms(aws: Aws) -> Alarms:
    """All alarms, where there is any. What keeps them from being told, their check says itself."""
    types = ["MetricAlarm", "CompositeAlarm"]
    try:
        answer = await aws.call("cloudwatch", "describe_alarms", expect="MetricAlarms", AlarmTypes=types, MaxRecords=1)
    except Failure:
        return Alarms(prefixes=("",))
    return Alarms(prefixes=("",)) if answer["MetricAlarms"] or answer.get("CompositeAlarms") else Alarms()
