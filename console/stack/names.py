"""Makes names of the ARNs in a stack, and one resource of what it names twice."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_args

import msgspec

from console.naming import partitions
from console.naming.arn import Arn
from console.naming.partitions import partition_of
from console.naming.resources import Named, contradiction, read
from console.stack.stack import EcsCluster, Part, Stack
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
    return msgspec.structs.replace(stack, **dict(reader.changed())), reader.told()


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
    for field in msgspec.structs.fields(type(stack)):
        value = getattr(stack, field.name)
        for at, part in enumerate(value if isinstance(value, tuple) else ()):
            if region := getattr(part, "region", None):
                yield f"{field.encode_name}[{at}].region", region


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
def named_keys(kind: type[Part]) -> Mapping[str, Named]:
    """The keys of a table that name resources of AWS, and how."""
    found = {field.name: next(_kinds(field.type), None) for field in msgspec.structs.fields(kind)}
    return {name: named for name, named in found.items() if named is not None}


def _kinds(hint: object) -> Iterator[Named]:
    for part in get_args(hint):
        if isinstance(part, Named):
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

    def changed(self) -> Iterator[tuple[str, Any]]:
        """Every field of the stack that names resources, with their names."""
        for field in msgspec.structs.fields(type(self._stack)):
            value = getattr(self._stack, field.name)
            if isinstance(value, Part) and named_keys(type(value)):
                yield field.name, self._part(value, field.encode_name)
            elif isinstance(value, tuple) and value and isinstance(value[0], Part) and named_keys(type(value[0])):
                parts = [self._part(part, f"{field.encode_name}[{at}]") for at, part in enumerate(value)]
                yield field.name, tuple(_once(parts, self._stack.region))

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

    def _name(self, text: str, kind: Named, place: str, part: Part, names: Mapping[str, Any]) -> str:
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


def _once(parts: Iterable[Part], region: str | None) -> Iterator[Part]:
    """The parts without those that only repeat an earlier one; the services of one cluster are put together."""
    kept: dict[object, Part] = {}
    for part in parts:
        place = getattr(part, "region", None) or region
        key = (part.cluster, place) if isinstance(part, EcsCluster) else _placed(part, place)
        earlier = kept.setdefault(key, part)
        if isinstance(part, EcsCluster) and isinstance(earlier, EcsCluster):
            some = part.services and earlier.services
            services = dict.fromkeys((*earlier.services, *part.services)) if some else ()
            kept[key] = msgspec.structs.replace(earlier, services=tuple(services))
    yield from kept.values()


def _placed(part: Part, region: str | None) -> Part:
    """The same with the region in which it is, so that two can be compared."""
    return msgspec.structs.replace(part, region=region) if hasattr(part, "region") else part
