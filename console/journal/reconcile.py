"""Runs whose process has ended: which they are, and how one console takes them over from it."""

from __future__ import annotations

import asyncio

from console.journal.journal import Journal
from console.journal.locks import Lock
from console.journal.owner import is_gone, me
from console.journal.records import AT_WORK, ENDED, RunRecord, State


def is_adrift(run: RunRecord) -> bool:
    """Whether a run has not ended, and no process is at it any more."""
    return run.state not in ENDED and (run.owner is None or is_gone(run.owner))


def state_of(run: RunRecord) -> State:
    """The state to show: a run that its process left in the middle is unknown until it is settled."""
    return State.UNKNOWN if run.state in AT_WORK and is_adrift(run) else run.state


async def take_over(journal: Journal, run: RunRecord) -> Lock | None:
    """Make this process the owner of a run that is adrift; None where another one is faster. Raises `JournalError`."""
    lock = journal.locks.try_run(run.id)
    if lock is None:
        return None
    if await asyncio.wrap_future(journal.claim(run.id, run.owner, me())):
        return lock
    lock.release()
    return None
