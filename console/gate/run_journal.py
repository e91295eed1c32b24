"""What a run writes into the journal and tells while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from console.gate.events import RunProgress
from console.journal.journal import Journal
from console.journal.records import WATCHED, ItemRecord, RunRecord, RunState, StepState
from console.journal.store import JournalError
from console.operations.step_context import Done
from console.text import clean

NOT_RECORDED: Final = "The journal could not record this; the next start finds out what became of it."
_GOING_ON: Final = {
    RunState.RUNNING: "Begun.",
    RunState.SENT: "Sent. Verifying.",
    RunState.WATCHING: WATCHED,
}


@dataclass(frozen=True, slots=True)
class Context:
    """What all runs of a runner share. `leaving` says that the process ends."""

    journal: Journal
    emit: Callable[[RunProgress], None]
    sleep: Callable[[float], Awaitable[None]]
    now: Callable[[], datetime]
    leaving: Callable[[], bool]


class Ledger:
    """The record of one run as it stands, and the way to change it."""

    def __init__(self, context: Context, run: RunRecord, steps: int) -> None:
        self.run = run
        self.at = 0
        self._context = context
        self._steps = steps

    async def intend(self, at: int) -> None:
        """Record that a step is about to be run. Raises `JournalError`: then it must not be."""
        self.at = at
        change = {"state": StepState.SENT, "started": self._context.now()}
        await asyncio.wrap_future(self._context.journal.change_step(self.run.id, at, **change))

    async def conclude(self, state: StepState, what: str, done: Done | None = None) -> None:
        """Record how the step ended. Raises `JournalError`: then no further one may be run."""
        change = {
            "state": state,
            "what": str(clean(what)),
            "request": done.request if done else "",
            "begun": str(done.begun) if done else "",
            "ended": self._context.now(),
        }
        await asyncio.wrap_future(self._context.journal.change_step(self.run.id, self.at, **change))

    async def keep(self, items: Sequence[ItemRecord]) -> None:
        """Record items of a Bulk. Raises `JournalError`."""
        await asyncio.wrap_future(self._context.journal.put_items(self.run.id, self.at, items))

    async def become(self, state: RunState, what: str = "", *, changed: bool | None) -> None:
        """Record the run's state and tell of it. One that cannot be recorded is told all the same.

        `changed` says whether anything was changed so far; None where nobody can tell.
        """
        ended = None if state in _GOING_ON else self._context.now()
        what = str(clean(what or _GOING_ON.get(state, "")))
        change = {"state": state, "outcome": what, "ended": ended, "changed": changed}
        try:
            self.run = await asyncio.wrap_future(self._context.journal.change(self.run.id, **change))
        except JournalError:
            self.run = replace(self.run, **{**change, "outcome": f"{what} {NOT_RECORDED}".strip()})
        self.tell(self.run.outcome)

    def tell(self, text: str, fraction: float | None = None) -> None:
        """Tell how far it is."""
        self._context.emit(
            RunProgress(
                self.run, min(self.at + 1, self._steps), self._steps, clean(text), fraction, self._context.now()
            )
        )

    async def later_run(self, item: str | None = None) -> str:
        """The id of a run that changed the same resource after this one; empty where there is none.

        `item` is one of a Bulk's by its id, where only that one matters.
        """
        mine = {arn: name for name, arn in self.run.targets}
        if item in mine.values():
            mine = {arn: name for arn, name in mine.items() if name == item}
        for run in await asyncio.wrap_future(self._context.journal.later_changes(self.run.id)):
            if not isinstance(run, RunRecord):
                return run.id  # one that cannot be read may have changed it as well
            shared = {mine[arn] for _, arn in run.targets if arn in mine}
            if shared and run.changed is not False and await self._touched(run, shared, item):
                return run.id
        return ""

    async def _touched(self, run: RunRecord, names: set[str], item: str | None) -> bool:
        """Whether a run may have changed one of these, or this item: of a Bulk only what was begun."""
        journal = self._context.journal
        steps = await asyncio.wrap_future(journal.steps(run.id))
        if not steps or any(step.kind not in ("bulk", "wait") for step in steps):
            return True
        of_steps = [await asyncio.wrap_future(journal.items(run.id, s.position)) for s in steps if s.kind == "bulk"]
        listed = [one for of_step in of_steps for one in of_step]
        those = [one for one in listed if one.id in ({item} if item else names)]
        if not those and item is None:
            those = listed  # its items are parts of what is shared, such as the objects of a bucket
        return not listed or any(one.state is not StepState.WAITING for one in those)
