"""What an Operation would do now."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from console.operations.bulk import Bulk
from console.operations.preview import Shell
from console.operations.step_values import Result
from console.operations.steps import Call, Step
from console.text import Clean


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes: its name, what it is before, and what it will be."""

    what: Clean
    before: Clean
    after: Clean

    def __str__(self) -> str:
        return f"{self.what}: {self.before} -> {self.after}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps, which are the very objects that will be run, and what to know of them. No steps: nothing to do.

    `cost` and `takes` say in words what it costs and how long it takes; `hints` what to do after it; `finally_`
    are steps that are run also when one before them failed (a scratch table, a lock).
    """

    steps: tuple[Step, ...] = ()
    effects: tuple[Effect, ...] = ()
    warnings: tuple[Clean, ...] = ()
    cost: Clean = Clean("")
    takes: Clean = Clean("")
    hints: tuple[Clean, ...] = ()
    finally_: tuple[Step, ...] = ()

    @property
    def all_steps(self) -> tuple[Step, ...]:
        """Every step, those of the end too."""
        return (*self.steps, *self.finally_)

    def commands(self, shell: Shell) -> tuple[tuple[str, ...], ...]:
        """Each step as shell commands; what a later step needs of an answer is read into a variable."""
        needed: dict[str, dict[Result, None]] = {}
        for step in self.all_steps:
            for result in step.needs():
                needed.setdefault(result.step, {})[result] = None
        return tuple(
            step.preview(shell, tuple(needed.get(step.id, ()))) if isinstance(step, Call) else step.preview(shell)
            for step in self.all_steps
        )

    def calls(self) -> tuple[Call, ...]:
        """The AWS calls; of a Bulk the first as an example."""
        found: list[Call] = []
        for step in self.all_steps:
            found += [step] if isinstance(step, Call) else []
            found += [step.call(step.items[0])] if isinstance(step, Bulk) and step.items else []
        return tuple(found)


def digest_of(operation: str, params: Mapping[str, Any], place: tuple[str, ...], state: Mapping[str, Any]) -> str:
    """A fingerprint of what a plan rests on: the operation, its parameters, account and region, and the state."""
    content = msgspec.json.encode([operation, params, place, state], order="sorted")
    return hashlib.sha256(content).hexdigest()[:16]
