"""What a run writes into the journal and tells while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from console.journal.journal import Journal
from console.journal.records import ItemRecord, RunRecord, State, StepState
from console.journal.store import JournalError
from console.operations.events import Progress
from console.operations.work import Done
from console.text import clean

NOT_RECORDED: Final = "The journal could not record this; the next start finds out what became of it."
_GOING_ON: Final = {
    State.RUNNING: "Begun.",
    State.SENT: "Sent. Verifying.",
    State.WATCHING: "Sent. Watching until AWS is done.",
}
_IN_VAIN: Final = frozenset({State.FAILED, State.STOPPED})


@dataclass(frozen=True, slots=True)
class Context:
    """What all runs of a runner share. `leaving` says that the process ends."""

    journal: Journal
    emit: Callable[[Progress], None]
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
            "ended": self._context.now(),
        }
        await asyncio.wrap_future(self._context.journal.change_step(self.run.id, self.at, **change))

    async def keep(self, items: Sequence[ItemRecord]) -> None:
        """Record items of a Bulk. Raises `JournalError`."""
        await asyncio.wrap_future(self._context.journal.put_items(self.run.id, self.at, items))

    async def become(self, state: State, what: str = "") -> None:
        """Record the run's state and tell of it. One that cannot be recorded is told all the same."""
        ended = None if state in _GOING_ON else self._context.now()
        what = str(clean(what or _GOING_ON.get(state, "")))
        change = {"state": state, "outcome": what, "ended": ended}
        try:
            self.run = await asyncio.wrap_future(self._context.journal.change(self.run.id, **change))
        except JournalError:
            self.run = replace(self.run, **{**change, "outcome": f"{what} {NOT_RECORDED}".strip()})
        self.tell(self.run.outcome)

    def tell(self, text: str, fraction: float | None = None) -> None:
        """Tell how far it is."""
        self._context.emit(
            Progress(self.run, min(self.at + 1, self._steps), self._steps, clean(text), fraction, self._context.now())
        )

    async def later_run(self) -> str:
        """The id of a run that changed the same resource after this one; empty where there is none."""
        for run in await asyncio.wrap_future(self._context.journal.later_changes(self.run.id)):
            # One that cannot be read may have changed it as well.
            if not isinstance(run, RunRecord) or run.state not in _IN_VAIN:
                return run.id
        return ""
