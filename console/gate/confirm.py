"""The danger rules: how dangerous a plan is on this stack, and what must be typed to confirm it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from console.operations.operation import Danger, Observed, Operation, Resource
from console.stack.stack import Stack
from console.stack.standing import NO_ENVIRONMENT, Standing
from console.text import is_plain

YES = "yes"
"""The answer to a confirmation that asks for no text."""


class Ask(Enum):
    """How an operator confirms."""

    YES = "yes"
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What confirms a plan. No is always the default; the text is compared exactly and never prefilled."""

    kind: Ask
    text: str
    why: str

    def accepts(self, answer: str | None) -> bool:
        """Whether an answer confirms."""
        return answer == self.text


def danger_on(operation: Operation, now: Observed, stack: Stack) -> Danger:
    """How dangerous an operation is: on a stack that is not said to be harmless what disrupts destroys."""
    danger = operation.danger_of(now, stack)
    return Danger.DESTROY if danger is Danger.CHANGE and operation.disrupts and stack.guarded else danger


def confirmation_of(operation: Operation, danger: Danger, targets: tuple[Resource, ...], stack: Stack) -> Confirmation:
    """What must be answered before an operation is applied."""
    if danger is not Danger.DESTROY:
        return Confirmation(Ask.YES, YES, "It can be seen above what changes.")
    if operation.stack_wide:
        return Confirmation(Ask.TYPED, as_typed(stack.name), "It concerns all of the stack: type the stack's name.")
    if len(targets) > 1:
        text = f"{operation.verb()} {len(targets)}"
        return Confirmation(Ask.TYPED, text, "It concerns many: type what is done, and to how many.")
    name = targets[0].name if targets else stack.name
    if stack.guarded:
        named = stack.environment != NO_ENVIRONMENT
        text = as_typed(f"{stack.environment if named else stack.name}/{name}")
        is_sure = stack.standing is Standing.PRODUCTION
        why = "This is production" if is_sure else "Nothing says that this is not production"
        if stack.standing is Standing.CONTRADICTORY:
            why = "This may be production, whatever its file says"
        return Confirmation(Ask.TYPED, text, f"{why}: type the {'environment' if named else 'stack'} and the name.")
    return Confirmation(Ask.TYPED, as_typed(name), "Something can be lost: type the name.")


def as_typed(name: str) -> str:
    """The form of a name that proves that it was read: itself, or its ``ascii()`` where it could look like another."""
    return name if is_plain(name) and name == " ".join(name.split()) else ascii(name)
