"""Finds out by the state itself what became of a change: whether it was carried out, whether it holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from console.journal.records import State, StepRecord, StepState
from console.operations.base import Answer, Observed, Operation
from console.problems import Failure

if TYPE_CHECKING:
    from console.aws.call import Aws

Sleep = Callable[[float], Awaitable[None]]

ASK_AGAIN: Final = (1.0, 2.0, 4.0)
"""Seconds between the questions: a request may still be on its way, and reads may lag behind."""

_LOST: Final = " The secret that it made was shown to nobody. Next: deactivate what it belongs to, and make another."
_OPEN: Final = frozenset({StepState.SENT, StepState.UNKNOWN})


async def took_effect(operation: Operation, step: str, aws: Aws, before: Observed, sleep: Sleep) -> Answer:
    """Whether a step was carried out. Yes is believed at once, no only when it stays no. Never raises `Failure`."""
    return await _asked(lambda: operation.happened(aws, before, step), sleep)


async def verified(operation: Operation, aws: Aws, before: Observed, sleep: Sleep) -> Answer:
    """Whether the state is as planned, asked like `took_effect`."""

    async def ask() -> Answer:
        return Answer.YES if await operation.verify(aws, before) else Answer.NO

    return await _asked(ask, sleep)


async def _asked(ask: Callable[[], Awaitable[Answer]], sleep: Sleep) -> Answer:
    for wait in (*ASK_AGAIN, None):
        try:
            answer = await ask()
        except Failure:
            answer = Answer.CANNOT_TELL
        if answer is Answer.YES or wait is None:
            return answer
        await sleep(wait)
    return Answer.CANNOT_TELL


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a run whose process ended. `state` SENT means that all of it was carried out.

    `step` is the position of a step about which something was learnt, and `step_state` what.
    """

    state: State
    what: str = ""
    step: int | None = None
    step_state: StepState = StepState.DONE


async def found_out(
    operation: Operation, steps: Sequence[StepRecord], aws: Aws, before: Observed, sleep: Sleep
) -> Found:
    """What became of a run, from its steps on record and from the state."""
    changing = [step for step in steps if step.kind != "wait" and not step.last]
    done = any(step.state is StepState.DONE for step in changing)
    waiting = [step for step in changing if step.state is StepState.WAITING]
    at = next((step for step in changing if step.state in _OPEN), None)
    if at is None:
        left = _left(steps, Answer.YES)
        if not waiting:
            return Found(State.PARTLY, f"Carried out.{left}") if left else Found(State.SENT)
        what = f"It ended before step {waiting[0].position + 1}; the rest was not begun.{left}"
        return Found(State.PARTLY if done else State.STOPPED, what)
    answer = await took_effect(operation, at.id, aws, before, sleep)
    left, number = _left(steps, answer), at.position + 1
    if answer is Answer.CANNOT_TELL:
        what = f"Step {number} may have been carried out or not; nobody could tell yet.{left}"
        return Found(State.UNKNOWN, what, at.position, StepState.UNKNOWN)
    if answer is Answer.NO:
        state = State.PARTLY if done or at.kind == "bulk" else State.FAILED
        return Found(state, f"Step {number} was not carried out.{left}", at.position, StepState.FAILED)
    if waiting or left:
        what = f"Step {number} was carried out; what comes after it was not begun.{left}"
        return Found(State.PARTLY, what, at.position)
    return Found(State.SENT, step=at.position)


def _left(steps: Sequence[StepRecord], answer: Answer) -> str:
    """What a run left behind, `answer` being whether its open step was carried out."""
    behind = [step.title for step in steps if step.last and step.state is not StepState.DONE]
    carried_out = {StepState.DONE} if answer is Answer.NO else {StepState.DONE, *_OPEN}
    lost = any(step.secret and step.state in carried_out for step in steps)
    told = f" Left behind: {', '.join(behind)}." if behind else ""
    return f"{told}{_LOST}" if lost else told
