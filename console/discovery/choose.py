"""Which of the things that an account holds are a stack's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import msgspec

from console.discovery.beanstalk import surroundings
from console.discovery.match import by_arns, by_prefix
from console.discovery.parts import parts_of, with_logs
from console.discovery.tags import tagged
from console.discovery.terraform import named_in
from console.inventory.found import FoundResource, Inventory
from console.options import UsageError
from console.services.cloudwatch.kinds import Alarms
from console.stack.found_account import Unlisted
from console.stack.names import names_of
from console.stack.stack import Stack
from console.text import clean

if TYPE_CHECKING:
    from console.aws.call import Aws

_MANY: Final = 20
"""Names of alarms in a stack file: with more a prefix is better, which only a person can tell."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen, by which words, and what else follows for the stack."""

    origin: str
    name: str
    items: tuple[FoundResource, ...]
    alarms: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    whole_clusters: bool = True
    unlisted: tuple[Unlisted, ...] = ()

    @property
    def labels(self) -> dict[str, str]:
        """What people call the things whose stack file names an id."""
        named = ((each, kind, name) for each in self.items for kind, name in names_of(each.part))
        return {name: each.name for each, kind, name in named if kind.opaque and name != each.name}


def everything(inventory: Inventory) -> Chosen:
    """All that the account holds."""
    origin = f"account {inventory.account}"
    return Chosen(origin, f"account-{inventory.account}", inventory.items, ("",), unlisted=inventory.unlisted)


def of_prefix(inventory: Inventory, prefix: str) -> Chosen:
    """What has a name that begins so."""
    items = with_logs(by_prefix(inventory, prefix), inventory)
    return Chosen(f"the prefix {prefix}", prefix, tuple(items), (prefix,), unlisted=inventory.unlisted)


async def of_tag(aws: Aws, inventory: Inventory, tag: str) -> Chosen:
    """What carries a tag ``KEY=VALUE``. Raises `Failure`, and `UsageError` for what is no tag."""
    key, equals, value = tag.partition("=")
    if not key or not equals:
        raise UsageError(f"--tag {clean(tag)!r}: give it as KEY=VALUE, such as Project=shop.")
    arns = await tagged(aws, inventory.region, key, value)
    alarms = tuple(sorted(arn.partition(":alarm:")[2] for arn in arns if ":alarm:" in arn))
    items = with_logs(by_arns(inventory, arns), inventory)
    tags = {key: value}
    return Chosen(f"the tag {tag}", value, tuple(items), alarms[:_MANY], tags, unlisted=inventory.unlisted)


def of_outputs(inventory: Inventory, outputs: str, origin: str) -> Chosen:
    """What the outputs of Terraform name. Raises `UsageError`."""
    items = with_logs(named_in(outputs, inventory), inventory)
    return Chosen(f"Terraform's outputs, {origin}", "", tuple(items), whole_clusters=False, unlisted=inventory.unlisted)


async def of_environment(aws: Aws, inventory: Inventory, environment: str) -> Chosen:
    """What belongs to an Elastic Beanstalk environment. Raises `Failure`."""
    found = await surroundings(aws, inventory, environment)
    unlisted = (*inventory.unlisted, *found.unlisted)
    origin = f"the Elastic Beanstalk environment {environment}"
    return Chosen(origin, environment, found.items, found.alarms, unlisted=unlisted)


def stack_of(choice: Chosen, inventory: Inventory, settings: Stack) -> Stack:
    """The chosen things as a stack, with the name, environment, profile and so on of `settings`.

    Raises `UsageError` where nothing was chosen: an empty stack would look healthy.
    """
    if not choice.items:
        raise UsageError(
            f"Nothing in account {inventory.account}, {inventory.region}, belongs to {clean(choice.origin)}. "
            f"{_there_is(inventory.items)}{_not_seen(choice.unlisted)}"
        )
    return msgspec.structs.replace(
        settings,
        account=inventory.account,
        region=inventory.region,
        parts=(
            *parts_of(choice.items, whole_clusters=choice.whole_clusters),
            *([Alarms(prefixes=choice.alarms)] if choice.alarms else ()),
        ),
        tags=choice.tags,
    )


def slug(text: str) -> str:
    """A name for a stack: ``Shop Frontend/`` is ``shop-frontend``; empty where nothing of it can stay."""
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-._")


def _there_is(items: Iterable[FoundResource]) -> str:
    names = [clean(each.name, limit=60) for each in items]
    if not names:
        return "It seems to be empty: check profile and region."
    return f"There are {len(names):,} resources, such as {', '.join(names[:8])}."


def _not_seen(unlisted: Iterable[Unlisted]) -> str:
    kinds = ", ".join(each.kind for each in unlisted)
    return f" Not seen, for want of permission or an answer: {kinds}." if kinds else ""
