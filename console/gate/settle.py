"""Finds out by the state itself what became of a change: whether it was carried out, whether it holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from console.journal.records import ItemRecord, RunState, StepRecord, StepState, UnreadableItem
from console.operations.bulk import replace_state
from console.operations.complete_answers import told_whole
from console.operations.operation import Observed, Operation, TookEffect
from console.problems import Failure

if TYPE_CHECKING:
    from console.aws.call import Aws

Sleep = Callable[[float], Awaitable[None]]

_LOST: Final = " The secret that it made was shown to nobody. Next: deactivate what it belongs to, and make another."
UNSETTLED: Final = frozenset({StepState.SENT, StepState.UNKNOWN})
"""States of steps and items of which nobody knows yet whether they were carried out."""


async def took_effect(operation: Operation, step: str, aws: Aws, before: Observed, sleep: Sleep) -> TookEffect:
    """Whether a step was carried out. Yes is believed at once, no only when it stays no. Never raises `Failure`."""
    return await _asked(lambda: operation.happened(aws, before, step), operation.lag, sleep)


async def verified(operation: Operation, aws: Aws, before: Observed, sleep: Sleep) -> TookEffect:
    """Whether the state is as planned, asked like `took_effect`."""

    async def ask() -> TookEffect:
        return TookEffect.YES if await operation.verify(aws, before) else TookEffect.NO

    return await _asked(ask, operation.lag, sleep)


async def _asked(ask: Callable[[], Awaitable[TookEffect]], pauses: Sequence[float], sleep: Sleep) -> TookEffect:
    for wait in (*pauses, None):
        try:
            with told_whole():
                answer = await ask()
        except Failure:
            answer = TookEffect.CANNOT_TELL
        if answer is TookEffect.YES or wait is None:
            return answer
        await sleep(wait)
    return TookEffect.CANNOT_TELL


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the state can be asked with about a run that left steps without an outcome.

    `later` gives the id of a run of the journal that changed the same thing afterwards (an item of a Bulk by its id,
    anything for None), empty where there is none: then the state says nothing of this run any more.
    """

    operation: Operation
    aws: Aws
    before: Observed
    sleep: Sleep
    later: Callable[[str | None], Awaitable[str]]

    async def step(self, step: str) -> TookEffect:
        """Whether a step was carried out."""
        if await self.later(None):
            return TookEffect.CANNOT_TELL
        return await took_effect(self.operation, step, self.aws, self.before, self.sleep)

    async def item(self, item: ItemRecord) -> ItemRecord:
        """An item of a Bulk as the state tells of it."""
        if run := await self.later(item.id):
            return replace_state(item, StepState.UNKNOWN, f"Run {run} has changed it since: nobody can tell any more.")
        answer = await _asked(
            lambda: self.operation.happened_to(self.aws, self.before, item.id), self.operation.lag, self.sleep
        )
        return replace_state(item, *_LEARNT[answer])


_LEARNT: Final = {
    TookEffect.YES: (StepState.DONE, "It was carried out; its reply was lost."),
    TookEffect.NO: (StepState.FAILED, "It was not carried out."),
    TookEffect.CANNOT_TELL: (StepState.UNKNOWN, "It may have been carried out or not."),
}


async def items_settled(items: Sequence[ItemRecord], evidence: Evidence) -> tuple[ItemRecord, ...]:
    """The items of a Bulk with an outcome for each that was begun, item by item: they are asked about apart."""
    readable = {item.position for item in items if not isinstance(item, UnreadableItem)}
    asked = (item.state in UNSETTLED and item.position in readable for item in items)
    return tuple([await evidence.item(item) if ask else item for item, ask in zip(items, asked, strict=True)])


def bulk_answer(items: Sequence[ItemRecord]) -> tuple[TookEffect, str]:
    """What became of a Bulk by its items, and how many of them are how. CANNOT_TELL while one of them is unknown."""
    states = [item.state for item in items]
    done, unknown = states.count(StepState.DONE), sum(state in UNSETTLED for state in states)
    counts = ((done, "done"), (states.count(StepState.FAILED), "not carried out"), (unknown, "unknown"),
              (states.count(StepState.WAITING), "not begun"))  # fmt: skip
    told = f"Of {len(items):,}: {', '.join(f'{count:,} {word}' for count, word in counts if count)}."
    if unknown:
        return TookEffect.CANNOT_TELL, told
    return (TookEffect.YES if items and done == len(items) else TookEffect.NO), told


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a run whose process ended. `state` SENT means that all of it was carried out.

    `step` is the position of a step about which something was learnt, and `step_state` what; `items` are those of a
    Bulk as they are now known. `changed` says whether anything was changed, None where nobody can tell; `ends` are the
    steps of the end about which something was learnt, as they are now known.
    """

    state: RunState
    what: str = ""
    step: int | None = None
    step_state: StepState = StepState.DONE
    items: tuple[ItemRecord, ...] = ()
    changed: bool | None = True
    ends: tuple[StepRecord, ...] = ()


async def found_out(steps: Sequence[StepRecord], items: Sequence[ItemRecord], evidence: Evidence) -> Settled:
    """What became of a run, from its steps on record and from the state; `items` are those of a Bulk that is open."""
    known = [await _end_settled(step, evidence) for step in steps]
    ends = tuple(new for new, old in zip(known, steps, strict=True) if new is not old)
    return dataclasses.replace(await _found(known, items, evidence), ends=ends)


async def _end_settled(step: StepRecord, evidence: Evidence) -> StepRecord:
    """A step of the end, such as taking a lock away, with an outcome where it was begun and has none."""
    if not step.last or step.state not in UNSETTLED:
        return step
    state, what = _LEARNT[await evidence.step(step.id)]
    return replace(step, state=state, what=what)


async def _found(steps: Sequence[StepRecord], items: Sequence[ItemRecord], evidence: Evidence) -> Settled:
    changing = [step for step in steps if step.kind != "wait" and not step.last]
    done = any(step.state is StepState.DONE for step in changing)
    waiting = [step for step in changing if step.state is StepState.WAITING]
    at = next((step for step in changing if step.state in UNSETTLED), None)
    if at is None:
        left = _left(steps, TookEffect.YES)
        if not waiting:
            return Settled(RunState.PARTLY, f"Carried out.{left}") if left else Settled(RunState.SENT)
        what = f"It ended before step {waiting[0].position + 1}; the rest was not begun.{left}"
        return Settled(RunState.PARTLY if done else RunState.STOPPED, what, changed=done)
    if at.kind == "bulk":
        return await _bulk(at, steps, items, evidence, done=done, waiting=bool(waiting))
    answer = await evidence.step(at.id)
    left, number = _left(steps, answer), at.position + 1
    if answer is TookEffect.CANNOT_TELL:
        later = await evidence.later(None)
        why = f"run {later} has changed it since" if later else "nobody could tell yet"
        what = f"Step {number} may have been carried out or not; {why}.{left}"
        return Settled(RunState.UNKNOWN, what, at.position, StepState.UNKNOWN, changed=done or None)
    if answer is TookEffect.NO:
        state = RunState.PARTLY if done else RunState.FAILED
        what = f"Step {number} was not carried out.{left}"
        return Settled(state, what, at.position, StepState.FAILED, changed=done)
    if waiting or left:
        what = f"Step {number} was carried out; what comes after it was not begun.{left}"
        return Settled(RunState.PARTLY, what, at.position)
    return Settled(RunState.SENT, step=at.position)


async def _bulk(
    at: StepRecord,
    steps: Sequence[StepRecord],
    items: Sequence[ItemRecord],
    evidence: Evidence,
    *,
    done: bool,
    waiting: bool,
) -> Settled:
    known = await items_settled(items, evidence)
    answer, told = bulk_answer(known)
    left = _left(steps, answer)
    some = done or any(item.state is StepState.DONE for item in known)
    if answer is TookEffect.CANNOT_TELL:
        return Settled(RunState.UNKNOWN, told + left, at.position, StepState.UNKNOWN, known, changed=some or None)
    if answer is TookEffect.NO:
        state = RunState.PARTLY if some else RunState.FAILED
        return Settled(state, told + left, at.position, StepState.FAILED, known, changed=some)
    if waiting or left:
        what = f"{told} What comes after step {at.position + 1} was not begun.{left}"
        return Settled(RunState.PARTLY, what, at.position, items=known)
    return Settled(RunState.SENT, told, at.position, items=known)


def _left(steps: Sequence[StepRecord], answer: TookEffect) -> str:
    """What a run left behind, `answer` being whether its open step was carried out."""
    behind = [step.title for step in steps if step.last and step.state is not StepState.DONE]
    carried_out = {StepState.DONE} if answer is TookEffect.NO else {StepState.DONE, *UNSETTLED}
    lost = any(step.secret and step.state in carried_out for step in steps)
    told = f" Left behind: {', '.join(behind)}." if behind else ""
    return f"{told}{_LOST}" if lost else told
