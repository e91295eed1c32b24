"""What an Operation is: a change, named as in the catalogue, whose fields are its parameters."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any, ClassVar, Self

from console.aws.target import command
from console.operations.named import named_by, one_parent, one_region, region_in
from console.operations.parameters import parameters
from console.operations.plan import Plan
from console.operations.preview import quote
from console.stack.stack import Stack

if TYPE_CHECKING:
    from console.aws.call import Aws


class Danger(IntEnum):
    """How much can be lost. The worst of several is their maximum."""

    READ = 0
    CHANGE = 1
    DESTROY = 2
    """Data, access or running capacity can be lost; not that undo is missing."""

    @property
    def word(self) -> str:
        """The danger as it is written everywhere: read, change, destroy."""
        return self.name.lower()


class Repeat(Enum):
    """What a second apply does."""

    SAME = "same"
    """Nothing: the state is there already."""
    ANEW = "anew"
    """The same once more, as a restart does."""


class TookEffect(Enum):
    """Whether a step was carried out whose reply never came."""

    YES = "yes"
    NO = "no"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Resource:
    """What is changed. `name` is AWS's own, not cleaned: it is what must be typed to confirm."""

    name: str
    arn: str


@dataclass(frozen=True, slots=True)
class Observed:
    """What was read before a plan: JSON-like values, kept in the journal, so no secret is among them.

    The plan rests on `state` alone, of which its digest is made; `context` is shown besides.
    """

    state: Mapping[str, Any]
    context: Mapping[str, Any] = field(default_factory=dict)
    targets: tuple[Resource, ...] = ()


@dataclass(frozen=True, slots=True)
class NoUndo:
    """Why a change cannot be taken back, as a sentence."""

    reason: str


@dataclass(frozen=True)
class Operation(ABC):
    """A change that the console can make. The docstring is its help; the first sentence is its title.

    `screen` is where it is offered, `key` its key there; `permissions` are the IAM actions that it calls,
    `dependent` those that AWS asks for besides (``iam:PassRole``); `disrupts` says that users may notice it,
    `stack_wide` that it concerns all of a stack. `at_once` says that `verify` holds as soon as its calls are answered,
    before AWS is done with it; `lag` is how long AWS's reads may stay behind its writes, as pauses between questions in
    seconds: only after them a no is believed.
    """

    name: ClassVar[str]
    screen: ClassVar[str]
    key: ClassVar[str | None] = None
    danger: ClassVar[Danger] = Danger.CHANGE
    disrupts: ClassVar[bool] = False
    stack_wide: ClassVar[bool] = False
    repeat: ClassVar[Repeat] = Repeat.SAME
    at_once: ClassVar[bool] = False
    lag: ClassVar[tuple[float, ...]] = (1.0, 2.0, 4.0)
    permissions: ClassVar[tuple[str, ...]]
    dependent: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def help(cls) -> str:
        """All of its help, on one line."""
        return " ".join((cls.__doc__ or "").split())

    @classmethod
    def title(cls) -> str:
        """Its help's first sentence."""
        return cls.help().split(". ")[0].rstrip(".")

    @classmethod
    def verb(cls) -> str:
        """The one word for what is done to many: ``disable`` of cognito.disable-user."""
        return cls.name.partition(".")[2].partition("-")[0]

    def within(self, stack: Stack) -> Self:
        """The same with the parents that a stack file names, such as a service's cluster.

        Raises `ValueError` where that is not told, and for a list whose resources are not all in one region.
        """
        own = parameters(type(self))
        named = named_by(own, vars(self))
        found: dict[str, str] = {}
        for kind, names in named.items():
            parent = next((p for p in own if kind.parent is not None and p.field.kind is kind.parent), None)
            if parent is not None and getattr(self, parent.name) is None and (there := one_parent(stack, kind, names)):
                found[parent.name] = there
        made = replace(self, **found)
        one_region(stack, named_by(own, vars(made)))
        return made

    def region(self, stack: Stack) -> str | None:
        """The region of its own that a stack file gives the first resource that is named; None for the stack's.

        What is in a parent is where the parent is.
        """
        return region_in(stack, named_by(parameters(type(self)), vars(self)))

    @abstractmethod
    async def observe(self, aws: Aws) -> Observed:
        """Read what the plan rests on. Only reads. Raises `Failure`."""

    def refuse(self, now: Observed) -> str | None:
        """Why it cannot be done now, and what to do instead; None where it can."""
        del now
        return None

    @abstractmethod
    def plan(self, now: Observed) -> Plan:
        """What it would do now. Pure: names, tokens and times are fields or were observed."""

    def danger_of(self, now: Observed, stack: Stack) -> Danger:
        """How dangerous it is with these parameters in this state."""
        del now, stack
        return self.danger

    @abstractmethod
    async def verify(self, aws: Aws, before: Observed) -> bool:
        """Whether the state is now as planned. Only reads. Raises `Failure`."""

    async def happened(self, aws: Aws, before: Observed, intent: str) -> TookEffect:
        """Whether a step took effect whose reply never came; `intent` is that step's id. Raises `Failure`.

        As it stands it suits an operation of one call that sets a state: yes where the state is as planned,
        no where it is as before.
        """
        del intent
        if await self.verify(aws, before):
            return TookEffect.YES
        now = await self.observe(aws)
        return TookEffect.NO if now.state == before.state else TookEffect.CANNOT_TELL

    async def happened_to(self, aws: Aws, before: Observed, item: str) -> TookEffect:
        """The same for one item of a Bulk, by its id. An operation that makes one answers it. Raises `Failure`."""
        del aws, before, item
        return TookEffect.CANNOT_TELL

    @abstractmethod
    def undo(self, before: Observed) -> Operation | NoUndo:
        """What brings the former state back, or why nothing does."""

    def params(self) -> dict[str, Any]:
        """The parameters by field name, without those that are at their default."""
        given = ((p.name, getattr(self, p.name), p.default) for p in parameters(type(self)))
        return {name: value for name, value, default in given if value != default}

    def texts(self) -> dict[str, str]:
        """The same as they are typed, without secrets."""
        fields = {p.name: p.field for p in parameters(type(self)) if not p.is_secret}
        return {name: fields[name].write(value) for name, value in self.params().items() if name in fields}

    def cli(self, where: Iterable[str]) -> str:
        """The command that would do this from a shell; `where` are the flags that lead to the stack.

        Secrets are asked for when it runs.
        """
        words: list[str] = []
        for name, text in self.texts().items():
            flag = f"--{name.replace('_', '-')}"
            words += [f"{flag}={text}"] if text.startswith("-") else [flag, text]
        return " ".join([command(("groundskeeper", "apply", self.name), where, quote), *map(quote, words)])
