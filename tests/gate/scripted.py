"""An operation whose steps, state and answers a test gives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from console.aws.call import Aws
from console.operations.fields import choice
from console.operations.operation import Danger, NoUndo, Observed, Operation, Resource, TookEffect
from console.operations.plan import Plan
from console.operations.preview import Shell
from console.operations.step_context import Done, Work
from console.operations.steps import Step
from console.stack.stack import Stack
from console.text import Clean

Body = Callable[[Work], Awaitable[Done]]


async def nothing(work: Work) -> Done:
    return Done(what=Clean("nothing"))


@dataclass(frozen=True)
class Do(Step):
    """A step that does what a test says."""

    body: Body = nothing
    kind: ClassVar[str] = "call"

    def preview(self, shell: Shell) -> tuple[str, ...]:
        return (f"do {self.id}",)

    async def run(self, work: Work) -> Done:
        return await self.body(work)


@dataclass(frozen=True)
class Hold(Do):
    """A wait that does what a test says."""

    kind: ClassVar[str] = "wait"
    changes: ClassVar[bool] = False


@dataclass
class Script:
    """What the operation finds, does and answers."""

    plan: Plan = field(default_factory=Plan)
    state: dict[str, Any] = field(default_factory=lambda: {"value": 1})
    answer: TookEffect = TookEffect.CANNOT_TELL
    verified: bool = True
    danger: Danger = Danger.CHANGE
    targets: tuple[Resource, ...] = (Resource("thing", "arn:thing"),)
    split: bool = False
    """Whether `one` and `two` are about different things."""
    asked: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Scripted(Operation):
    """Do what a test says."""

    name = "test.scripted"
    screen = "health"
    permissions = ()
    script: ClassVar[Script] = Script()

    word: Annotated[str, choice("one", "two"), "which"] = "one"

    async def observe(self, aws: Aws) -> Observed:
        targets = (Resource(self.word, f"arn:{self.word}"),) if self.script.split else self.script.targets
        return Observed(dict(self.script.state), {}, targets)

    def plan(self, now: Observed) -> Plan:
        return self.script.plan

    def danger_of(self, now: Observed, stack: Stack) -> Danger:
        return self.script.danger

    async def verify(self, aws: Aws, before: Observed) -> bool:
        return self.script.verified

    async def happened(self, aws: Aws, before: Observed, intent: str) -> TookEffect:
        self.script.asked.append(intent)
        return self.script.answer

    def undo(self, before: Observed) -> Operation | NoUndo:
        return NoUndo("It is a test.")
