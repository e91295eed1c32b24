"""A plan with everything around it: for whom, on what, how dangerous, and what would take it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from console.gate.confirm import Confirmation, confirmation_of
from console.gate.place import Place
from console.gate.write_state import AccountRegion
from console.operations.operation import Danger, NoUndo, Observed, Operation
from console.operations.parameters import recorded
from console.operations.plan import Plan, digest_of
from console.operations.preview import Shell
from console.operations.step_values import shown
from console.stack.stack import Stack
from console.text import Clean, clean

GOOD_FOR: Final = timedelta(seconds=120)
"""How long after the end of observing a plan may be confirmed."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What an operator is shown and confirms. `refused` says why it cannot be done; then the plan is empty.

    `at` is the end of observing; `undoes` names the run that this takes back.
    """

    operation: Operation
    stack: Stack
    place: Place
    caller: str
    before: Observed
    plan: Plan
    danger: Danger
    undo: Operation | NoUndo
    refused: str
    at: datetime
    shell: Shell
    undoes: str = ""

    @property
    def account(self) -> str:
        """The account in which it would be done."""
        return self.place.account

    @property
    def region(self) -> str:
        """The region in which it would be done."""
        return self.place.region

    @property
    def nothing_to_do(self) -> bool:
        """Whether all is already as it would be."""
        return not self.refused and not self.plan.steps

    @property
    def confirmation(self) -> Confirmation:
        """What confirms it."""
        return confirmation_of(self.operation, self.danger, self.before.targets, self.stack)

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """Each step as the shell commands that would do the same."""
        return self.plan.commands(self.shell)

    @property
    def digest(self) -> str:
        """A fingerprint of what it rests on; another one means that the plan is stale."""
        return self.digest_with(self.before)

    def digest_with(self, now: Observed) -> str:
        """The fingerprint that the same plan would have if this were what was observed."""
        place = (*astuple(self.place), *(target.arn for target in now.targets))
        return digest_of(self.operation.name, recorded(self.operation), place, now.state)

    @property
    def armed_in(self) -> AccountRegion:
        """Where writing must be armed for it, as AWS told it."""
        return AccountRegion(self.account, None if self.operation.region(self.stack) else self.region)

    @property
    def words(self) -> tuple[str, ...]:
        """The flags by which another command comes to the same stack."""
        return self.shell.target.words or ("--stack", self.stack.name)

    @property
    def way_back(self) -> str:
        """The command that would take it back, or why there is none."""
        undo = self.undo
        return f"none: {undo.reason}" if isinstance(undo, NoUndo) else undo.cli(self.words)

    def is_old(self, now: datetime) -> bool:
        """Whether too much time has passed since the end of observing, or the clock went back."""
        return not timedelta() <= now - self.at <= GOOD_FOR

    def differs(self, former: Planned) -> tuple[tuple[str, str, str], ...]:
        """What changed since a former plan: what, then, now."""
        pairs = ("account", former.account, self.account), ("region", former.region, self.region)
        return (*(pair for pair in pairs if pair[1] != pair[2]), *changes(former.before, self.before))

    def what_differs(self, former: Planned) -> Clean:
        """The same as a text; empty where nothing of it differs."""
        return in_words(self.differs(former))

    def as_json(self) -> dict[str, Any]:
        """The plan in the shape that scripts read."""
        undo = self.undo
        return {
            "operation": self.operation.name,
            "stack": self.stack.name,
            "account": self.account,
            "region": self.region,
            "danger": self.danger.word,
            "effects": [str(effect) for effect in self.plan.effects],
            "calls": [
                {
                    "service": call.service,
                    "method": call.operation,
                    "args": shown(call.params),
                    "cli": call.preview(self.shell)[0],
                }
                for call in self.plan.calls()
            ],
            "steps": [line for lines in self.commands for line in lines],
            "warnings": list(self.plan.warnings),
            "cost": self.plan.cost,
            "undo": {"reason": undo.reason}
            if isinstance(undo, NoUndo)
            else {"operation": undo.name, "params": recorded(undo), "cli": self.way_back},
            "confirm": self.confirmation.text,
            "digest": self.digest,
            "refused": self.refused or None,
        }


def changes(then: Observed, now: Observed) -> tuple[tuple[str, str, str], ...]:
    """What of a state is other than it was: what, then, now."""
    keys = {**then.state, **now.state}
    pairs = ((key, str(then.state.get(key)), str(now.state.get(key))) for key in keys)
    return tuple(pair for pair in pairs if pair[1] != pair[2])


def in_words(changed: Iterable[tuple[str, str, str]]) -> Clean:
    """Changes as a text: what was then and is now what."""
    return clean(", ".join(f"{what} was {then} and is now {now}" for what, then, now in changed), limit=500)
