"""Which log groups there are, and which one is meant by a short name or a prefix."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from console.logs.classes import STANDARD, unreadable
from console.logs.kinds import LOG_GROUP, LogGroup
from console.naming.arn import is_arn
from console.naming.resource_kind import read
from console.problems import Failure, Problem, ProblemKind
from console.stack.names import foreign
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

MOST_LISTED: Final = 2000
"""Groups of an account that are listed: forty calls, within the budget eight seconds."""


@dataclass(frozen=True, slots=True)
class GroupInfo:
    """A log group as AWS tells of it.

    `name` is AWS's own; `retention` is in days, None for ever; `stored_bytes` and `created_ms` are None where they were
    not told; `group_class` is as in DescribeLogGroups.
    """

    name: str
    arn: str
    stored_bytes: int | None = None
    retention: int | None = None
    created_ms: int | None = None
    region: str | None = None
    group_class: str = STANDARD

    @property
    def label(self) -> Clean:
        """The name, safe to show."""
        return clean(self.name)

    @property
    def group(self) -> LogGroup:
        """The group as one asks for it."""
        return LogGroup(group=self.name, region=self.region)


async def list_groups(
    aws: Aws, prefix: str = "", region: str | None = None, most: int = MOST_LISTED
) -> tuple[GroupInfo, ...]:
    """The groups whose names begin so, by name; `most` of them: an account may have thousands. Raises `Failure`."""
    given = {"logGroupNamePrefix": prefix} if prefix else {}
    found: list[GroupInfo] = []
    async for page in aws.pages("logs", "describe_log_groups", expect="logGroups", region=region, **given):
        found += (_info(item, region) for item in page["logGroups"])
        if len(found) >= most:
            break
    return tuple(sorted(found, key=lambda info: info.name)[:most])


async def describe(aws: Aws, groups: Iterable[LogGroup]) -> dict[str, GroupInfo]:
    """What AWS tells of these groups, by name; one that does not exist is not among them. Raises `Failure`.

    Each is asked for alone: groups come in the order of their names, so of all that begin so it is the first.
    """

    async def one(group: LogGroup) -> GroupInfo | None:
        answer = await aws.call(
            "logs",
            "describe_log_groups",
            expect="logGroups",
            region=group.region,
            logGroupNamePrefix=group.group,
            limit=1,
        )
        infos = [_info(item, group.region) for item in answer["logGroups"]]
        return next((info for info in infos if info.name == group.group), None)

    infos = await asyncio.gather(*(one(group) for group in groups))
    return {info.name: info for info in infos if info is not None}


def own_first(found: Sequence[GroupInfo], stack: Stack) -> tuple[GroupInfo, ...]:
    """The groups in the order in which they are offered: those of the stack as its file lists them, then the others."""
    place = {group.group: number for number, group in enumerate(stack.of(LogGroup))}
    return tuple(sorted(found, key=lambda info: (place.get(info.name, len(place)), info.name)))


def whole_name(word: str, stack: Stack) -> str | None:
    """The name of the group whose ARN a word is; None for other words.

    Raises `Failure` for an ARN that is no log group's, and for that of another account or region than the stack's.
    """
    if not is_arn(word):
        return None
    try:
        name = read(word, LOG_GROUP)
    except ValueError as error:
        raise Failure(Problem(ProblemKind.INVALID, clean(f"{word!r} {error}"))) from error
    own = next((group.region for group in stack.of(LogGroup) if group.group == name.text), None)
    if name.arn is not None and (problem := foreign(name.arn, stack, own)):
        raise Failure(Problem(ProblemKind.INVALID, clean(f"{word!r} {problem}")))
    return name.text


def match(word: str, stack: Stack, *, whole: str | None = None) -> tuple[LogGroup, ...]:
    """The groups of a stack that a word means: one by its whole name, else those it begins, ends or names a part of.

    Where `whole` is given, only the one of that name.
    """
    names = {group.group: group for group in stack.of(LogGroup)}
    if whole is not None or word in names:
        return tuple(group for name, group in names.items() if name == (whole or word))
    tests = (
        lambda name: name.startswith(word),
        lambda name: word in name.strip("/").split("/"),
        lambda name: name.rpartition("/")[2].startswith(word),
        lambda name: word in name,
    )
    for fits in tests:
        if found := tuple(group for name, group in names.items() if fits(name)):
            return found
    return ()


async def resolve(aws: Aws, words: Sequence[str], stack: Stack) -> tuple[LogGroup, ...]:
    """The groups that words mean: of the stack by any part of their names, of the account by whole name or prefix.

    An ARN means one group. Without words all of the stack. Raises `Failure` that says which word means nothing.
    """
    if not words:
        return stack.of(LogGroup)
    chosen: dict[str, LogGroup] = {}
    for word in words:
        whole = whole_name(word, stack)
        found = match(word, stack, whole=whole) or await _listed(aws, word, whole)
        exact = tuple(group for group in found if group.group == (whole or word))
        meant = exact if whole else exact or found
        for group in meant:
            chosen[group.group] = group
        if not meant:
            names = ", ".join(clean(group.group) for group in stack.of(LogGroup)) or "none"
            what = clean(f"No log group is named {word!r} or begins so.")
            raise Failure(Problem(ProblemKind.NOT_FOUND, what, Clean(f"The stack has: {names}.")))
    return tuple(chosen.values())


async def _listed(aws: Aws, word: str, whole: str | None) -> tuple[LogGroup, ...]:
    """The groups of the account that a word means. Raises `Failure`, also where all are of a class that is not read."""
    name = whole or word
    found = await list_groups(aws, name)
    meant = [info for info in found if info.name == name] or list(found)
    readable = tuple(info.group for info in meant if unreadable(info.group_class) is None)
    if meant and not readable and (problem := unreadable(meant[0].group_class)):
        raise Failure(replace(problem, what=clean(f"{meant[0].label}: {problem.what}")))
    return readable


def _info(item: dict[str, Any], region: str | None) -> GroupInfo:
    return GroupInfo(
        name=item["logGroupName"],
        arn=item.get("logGroupArn") or item.get("arn", "").removesuffix(":*"),
        stored_bytes=item.get("storedBytes"),
        retention=item.get("retentionInDays"),
        created_ms=item.get("creationTime"),
        region=region,
        group_class=item.get("logGroupClass", STANDARD),
    )
