"""Makes names of the ARNs in a stack, and one resource of what it names twice."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_args

import msgspec

from console.naming import partitions
from console.naming.arn import Arn
from console.naming.partitions import partition_of
from console.naming.resource_kind import ResourceKind, contradiction, read
from console.stack.part import Part
from console.stack.stack import Stack
from console.text import clean

P = TypeVar("P", bound=Part)

_SHOWN: Final = 160


@dataclass(frozen=True, slots=True)
class Told:
    """What ARNs tell of account and region where the stack itself names none; None where they do not either."""

    account: str | None = None
    region: str | None = None


def named(stack: Stack) -> tuple[Stack, Told]:
    """The stack with names where ARNs were, each resource once; and what the ARNs tell besides.

    Raises `ValueError`, with place and sentence, for what is no name, and for an ARN that contradicts the stack, the
    table in which it is, or another ARN.
    """
    if problem := next(_wrong_regions(stack), ""):
        raise ValueError(problem)
    reader = _Reader(stack)
    return msgspec.structs.replace(stack, parts=reader.parts()), reader.told()


def _wrong_regions(stack: Stack) -> Iterator[str]:
    """What is wrong with the regions that a stack names, each with its place."""
    for place, region in _regions(stack):
        if problem := partitions.malformed(region):
            yield f"{place}: found {clean(repr(region), limit=_SHOWN)}, which {problem}"
        elif stack.region and (problem := partitions.foreign(region, stack.region)):
            yield f"{place}: found {region!r}, which {problem}. Next: give what is there a stack of its own."


def _regions(stack: Stack) -> Iterator[tuple[str, str]]:
    if stack.region:
        yield "region", stack.region
    for place, part in _places(stack):
        if region := getattr(part, "region", None):
            yield f"{place}.region", region


def _places(stack: Stack) -> Iterator[tuple[str, Part]]:
    """The resources of a stack, with where its file has them."""
    seen: Counter[str] = Counter()
    for part in stack.parts:
        yield part.section if part.single else f"{part.section}[{seen[part.section]}]", part
        seen[part.section] += 1


def foreign(arn: Arn, stack: Stack, region: str | None = None) -> str:
    """Why an ARN that was typed cannot be of a stack, as the end of a sentence; empty where it is.

    `region` is that of a resource with one of its own. Where the stack does not tell, it is not taken for its own.
    """
    region = region or stack.region
    for key, says, known in (("account", arn.account, stack.account), ("region", arn.region, region)):
        if says and not known:
            return (
                f"cannot be compared with stack {stack.name}, which names no {key}. "
                f'Next: give the name alone, or add to the stack file: {key} = "{says}".'
            )
    problem = contradiction(arn, account=stack.account, region=region)
    return f"{problem}, as stack {stack.name} says. Next: name what is in the stack." if problem else ""


@functools.cache
def named_keys(part: type[Part]) -> Mapping[str, ResourceKind]:
    """The keys of a section that name resources of AWS, and of which kinds."""
    found = {field.name: next(_kinds(field.type), None) for field in msgspec.structs.fields(part)}
    return {name: kind for name, kind in found.items() if kind is not None}


def _kinds(hint: object) -> Iterator[ResourceKind]:
    for part in get_args(hint):
        if isinstance(part, ResourceKind):
            yield part
        yield from _kinds(part)


class _Reader:
    """Reads the names of one stack, and what their ARNs tell of account and region."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._account: tuple[str | None, str] = (stack.account, "the stack")
        self._region: tuple[str | None, str] = (stack.region, "the stack")
        self._partition = (partition_of(stack.region) if stack.region else "", "the stack")

    def told(self) -> Told:
        """What was learnt that the stack does not say."""
        return Told(
            None if self._stack.account else self._account[0],
            None if self._stack.region else self._region[0],
        )

    def parts(self) -> tuple[Part, ...]:
        """The resources of the stack by their names, each once."""
        named = {place: self._part(part, place) for place, part in _places(self._stack)}
        region = self._region[0]  # which the ARNs may have told
        if problem := _contrary(named, region):
            raise ValueError(problem)
        return tuple(once(named.values(), region))

    def _part(self, part: P, place: str) -> P:
        names: dict[str, Any] = {}
        for key, kind in named_keys(type(part)).items():
            value = getattr(part, key)
            if isinstance(value, tuple):
                read = [self._name(text, kind, f"{place}.{key}[{at}]", part, names) for at, text in enumerate(value)]
                names[key] = tuple(dict.fromkeys(read))
            elif value is not None:
                names[key] = self._name(value, kind, f"{place}.{key}", part, names)
        return msgspec.structs.replace(part, **names)

    def _name(self, text: str, kind: ResourceKind, place: str, part: Part, names: Mapping[str, Any]) -> str:
        found = f"{place}: found {clean(repr(text), limit=_SHOWN)}, which"
        try:
            name = read(text, kind)
        except ValueError as error:
            raise ValueError(f"{found} {error}") from None
        for key, told in name.beside.items():
            said = names.get(key, getattr(part, key))
            if said != told:
                beside = f'{key} is {clean(repr(said))} beside it. Next: mend the ARN, or say {key} = "{told}"'
                raise ValueError(f"{found} says {key} {told!r}, but {beside}.")
        if name.arn is not None and (problem := self._contradiction(name.arn, part, place)):
            raise ValueError(f"{found} {problem}")
        return name.text

    def _contradiction(self, arn: Arn, part: Part, place: str) -> str:
        """How an ARN contradicts what is known of account and region, if it does; else what it tells is kept."""
        own = getattr(part, "region", None)
        account, region = self._account, (own, "this table") if own else self._region
        if problem := contradiction(arn, account=account[0]):
            there = f"name what is in account {account[0]}, or give the other a stack of its own"
            return f"{problem}, as {account[1]} says. Next: {there}."
        if problem := contradiction(arn, region=region[0]):
            key = f', or say in this table: region = "{arn.region}"' if hasattr(part, "region") and arn.region else ""
            return f"{problem}, as {region[1]} says. Next: name what is in {region[0]}{key}."
        partition = self._partition
        if arn.partition and partition[0] and arn.partition != partition[0]:
            return (
                f"is an ARN in {arn.partition}, not {partition[0]}, as {partition[1]} says. Next: mend one of the two."
            )
        self._account = account if account[0] or not arn.account else (arn.account, place)
        self._partition = partition if partition[0] or not arn.partition else (arn.partition, place)
        if not region[0] and arn.region:
            self._region = (arn.region, place)
        return ""


def _contrary(parts: Mapping[str, Part], region: str | None) -> str:
    """What is said in two ways of one resource, with both places; empty where nothing is."""
    seen: dict[object, tuple[str, object]] = {}
    for place, part in parts.items():
        if not (names := tuple(names_of(part))):
            continue
        placed = _placed(part, region)
        key = (type(part), names, getattr(placed, "region", None), tuple(getattr(part, key) for key in part.apart))
        earlier, identity = seen.setdefault(key, (place, placed.identity))
        if identity != placed.identity:
            name = clean(repr(names[-1][1]), limit=_SHOWN)
            return f"{place}: it names {name} again, of which {earlier} says something else. Next: make one of the two."
    return ""


def once(parts: Iterable[Part], region: str | None = None) -> Iterator[Part]:
    """The parts, those that name one resource as one; `region` is that of all that name none."""
    kept: dict[object, Part] = {}
    for part in parts:
        key = _placed(part, region).identity if named_keys(type(part)) else id(part)
        earlier = kept.get(key)
        kept[key] = part if earlier is None else earlier.joined(part)
    yield from kept.values()


def _placed(part: Part, region: str | None) -> Part:
    """The same with the region in which it is, so that two can be compared."""
    return msgspec.structs.replace(part, region=part.region or region) if hasattr(part, "region") else part


def names_in(stack: Stack, kind: ResourceKind) -> tuple[str, ...]:
    """The names that a stack gives resources of a kind, each once."""
    return tuple(dict.fromkeys(name for part in stack.parts for name in _named_by(part, kind)))


def naming(stack: Stack, kind: ResourceKind, name: str) -> tuple[Part, ...]:
    """The parts of a stack that name a resource of a kind."""
    return tuple(part for part in stack.parts if name in _named_by(part, kind))


def names_of(part: Part) -> Iterator[tuple[ResourceKind, str]]:
    """The names in a part, each with its kind."""
    for key, kind in named_keys(type(part)).items():
        value = getattr(part, key)
        yield from ((kind, name) for name in (value if isinstance(value, tuple) else (value,)) if name is not None)


def _named_by(part: Part, kind: ResourceKind) -> list[str]:
    return [name for named, name in names_of(part) if named is kind]


def region_of(stack: Stack, kind: ResourceKind, name: str) -> str | None:
    """The region of its own that a stack gives a resource, if it gives one."""
    return next((region for part in naming(stack, kind, name) if (region := getattr(part, "region", None))), None)


def parent_of(stack: Stack, kind: ResourceKind, name: str) -> str:
    """The parent in which a stack has a resource: the one that names it, else the one of which all belongs to it.

    Raises `ValueError` with a sentence where none or several do, and `TypeError` for a kind without parent.
    """
    parent, beside = kind.parent, naming(stack, kind, name)
    if parent is None:
        raise TypeError(f"{kind.name} has no parent")
    found = {there for part in beside or _whole(stack, kind) for there in _named_by(part, parent)}
    if len(found) != 1:
        there = ", ".join(names_in(stack, parent)) or "none"
        raise ValueError(
            f"Stack {stack.name} does not say in which {parent.noun} {clean(name)} is. "
            f"Next: give --{parent.noun}; the stack has: {clean(there)}."
        )
    return found.pop()


def _whole(stack: Stack, kind: ResourceKind) -> Iterator[Part]:
    """The parts of a stack that could name resources of a kind, and name none: all of them."""
    for part in stack.parts:
        if kind in named_keys(type(part)).values() and not _named_by(part, kind):
            yield part
