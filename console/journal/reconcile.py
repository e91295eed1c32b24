"""Runs whose process has ended: which they are, and how one console takes them over from it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from console.journal.owner import Life, life_of, me
from console.journal.records import AT_WORK, ENDED, RunRecord, RunState, UnreadableStep

if TYPE_CHECKING:
    from console.journal.journal import Journal
    from console.journal.locks import Lock, Locks

UNWATCHED: Final = "unwatched"
"""The word for a run that was sent, and that no process watches any more."""

_TRIES: Final = 5
_PAUSE: Final = 0.02
"""Seconds between two tries: who only looks whether a run's lock is held has it for a moment."""


def is_adrift(run: RunRecord, locks: Locks | None = None) -> bool:
    """Whether a run has not ended, and no process is at it any more.

    A live process is never taken for a dead one. Where its identity does not tell whether it lives, its lock does,
    if `locks` are given: one that is held is the sign of life, one that is free on a local file system of the end.
    """
    if run.state in ENDED or run.owner is None:
        return run.state not in ENDED
    life = life_of(run.owner)
    if life is Life.ALIVE:
        return False
    held = locks.is_held(run.id) if locks else None
    return held is False if life is Life.UNTOLD else held is not True


def state_of(run: RunRecord, locks: Locks | None = None) -> RunState:
    """The state to show: a run that its process left in the middle is unknown until it is settled."""
    return RunState.UNKNOWN if run.state in AT_WORK and is_adrift(run, locks) else run.state


def state_word(run: RunRecord, locks: Locks | None = None) -> str:
    """The word for the state to show, which also says where nobody watches what is to be watched."""
    if run.state is RunState.WATCHING and is_adrift(run, locks):
        return UNWATCHED
    return state_of(run, locks).value


async def take_over(journal: Journal, run: RunRecord) -> Lock | None:
    """Make this process the owner of a run that is adrift. Raises `JournalError`.

    None where another one is faster, and where a step of it cannot be read: what became of it cannot be told then.
    """
    steps = await asyncio.wrap_future(journal.steps(run.id))
    if any(isinstance(step, UnreadableStep) for step in steps):
        return None
    lock = await _lock(journal, run.id)
    if lock is None:
        return None
    try:
        if await asyncio.wrap_future(journal.claim(run.id, run.owner, me())):
            return lock
    except BaseException:
        lock.release()
        raise
    lock.release()
    return None


async def _lock(journal: Journal, run: str) -> Lock | None:
    for _ in range(_TRIES):
        if lock := journal.locks.try_run(run):
            return lock
        await asyncio.sleep(_PAUSE)
    return None
