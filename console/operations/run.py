"""One run: its steps one after the other, each on record before and after; then the watch, then the verification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from console.journal.records import RunRecord, State, StepState
from console.journal.store import JournalError
from console.operations.base import Answer, Observed, Operation
from console.operations.bulk import Bulk
from console.operations.ledger import NOT_RECORDED, Context, Ledger
from console.operations.plan import Plan
from console.operations.settle import took_effect, verified
from console.operations.steps import Step
from console.operations.work import Changed, StepFailed, Work
from console.problems import classify

if TYPE_CHECKING:
    from console.aws.call import Aws

PAUSE: Final = 0.25
"""Seconds between two looks whether another operation has let go of a resource."""

_VERIFIED: Final = {
    Answer.YES: (State.DONE, "Done and verified."),
    Answer.NO: (State.FAILED, "It was sent and accepted, but the state is not as planned. Next: look at it."),
    Answer.CANNOT_TELL: (State.UNKNOWN, "It was sent and accepted, but could not be verified."),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a run ends before its last step, and in which state."""

    state: State
    what: str


class Run:
    """A change that was confirmed, on its way. One made again from its record is only finished."""

    def __init__(
        self, context: Context, record: RunRecord, operation: Operation, before: Observed, plan: Plan, reads: Aws
    ) -> None:
        self.ledger = Ledger(context, record, len(plan.all_steps))
        self.operation = operation
        self.before = before
        self.plan = plan
        self.reads = reads
        self.secrets: dict[str, str] = {}
        self.stopped = False
        self._context = context

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.ledger.run.state

    @property
    def watched(self) -> Step | None:
        """The wait at the end, which goes on after the change was sent."""
        steps = self.plan.steps
        return steps[-1] if steps and not steps[-1].changes else None

    async def send(self, writes: Aws) -> None:
        """Run every step but the watched one, and record how that went."""
        ledger = self.ledger
        work = Work(self.reads, writes, ledger.tell, self._sleep, self._stopping, ledger.keep, secrets=self.secrets)
        await ledger.become(State.RUNNING)
        verdict = await self._in_order(self.plan.steps[:-1] if self.watched else self.plan.steps, work)
        for at, step in enumerate(self.plan.finally_, len(self.plan.steps)):
            verdict = await self._at_the_end(step, at, work, verdict)
        if verdict is not None:
            await ledger.become(verdict.state, verdict.what)
        else:
            await ledger.become(State.WATCHING if self.watched else State.SENT)

    async def finish(self) -> None:
        """Watch until AWS is done, then verify."""
        ledger = self.ledger
        if step := self.watched:
            ledger.at = len(self.plan.steps) - 1
            work = Work(self.reads, self.reads, ledger.tell, self._sleep_watching, self._stopping, ledger.keep)
            try:
                done = await step.run(work)
            except StepFailed as failed:
                await self._conclude(StepState.FAILED, str(failed))
                await ledger.become(State.STOPPED if failed.stopped else State.FAILED, str(failed))
                return
            await self._conclude(StepState.DONE, done.what)
        await ledger.become(*_VERIFIED[await verified(self.operation, self.reads, self.before, self._context.sleep)])

    async def pause(self, why: str) -> None:
        """Wait a moment before its first step. Raises `StepFailed` when the operator stops it."""
        self.ledger.tell(why)
        await self._sleep(PAUSE)

    async def _in_order(self, steps: Sequence[Step], work: Work) -> Verdict | None:
        changed = False
        for at, step in enumerate(steps):
            if work.stopping():
                return Verdict(State.PARTLY if changed else State.STOPPED, f"Stopped before step {at + 1}.")
            last = not any(later.changes for later in steps[at + 1 :])
            if verdict := await self._one(step, at, work, changed=changed, last=last):
                return verdict
            changed |= step.changes
        return None

    async def _one(self, step: Step, at: int, work: Work, *, changed: bool, last: bool) -> Verdict | None:
        """Run a step between its intent and its outcome; None where all is well.

        `changed` says that a step before it has changed something, `last` that none after it will.
        """
        ledger = self.ledger
        try:
            await ledger.intend(at)
            if isinstance(step, Bulk):
                await ledger.keep(step.records())
        except JournalError as error:
            return Verdict(State.PARTLY if changed else State.FAILED, str(error))
        ledger.tell(f"Step {at + 1}: {step.title or step.id}")
        try:
            done = await step.run(work)
        except StepFailed as failed:
            return await self._failed(step, failed, changed=changed, last=last)
        except Exception as error:  # noqa: BLE001 - whatever a step raises, its run must be settled and recorded
            perhaps = StepFailed(str(classify(error, where=step.id)), Changed.PERHAPS)
            return await self._failed(step, perhaps, changed=changed, last=last)
        try:
            await ledger.conclude(StepState.DONE, done.what, done)
        except JournalError as error:
            return Verdict(State.UNKNOWN, f"It was carried out. {error} {NOT_RECORDED}")
        return None

    async def _failed(self, step: Step, failed: StepFailed, *, changed: bool, last: bool) -> Verdict | None:
        what = str(failed)
        if failed.changed is Changed.PERHAPS:
            self.ledger.tell("No proof that it was carried out, or not: asking for the state.")
            answer = await took_effect(self.operation, step.id, self.reads, self.before, self._context.sleep)
            if answer is Answer.CANNOT_TELL:
                await self._conclude(StepState.UNKNOWN, what)
                return Verdict(State.UNKNOWN, f"{what} Whether it was carried out is not known yet.")
            if answer is Answer.YES:
                await self._conclude(StepState.DONE, f"{what} It was carried out all the same.")
                rest = f"Its reply is missing, but this step was carried out; the rest was not begun: {what}"
                return None if last else Verdict(State.PARTLY, rest)
        await self._conclude(StepState.FAILED, what)
        if changed or failed.changed is Changed.SOME:
            return Verdict(State.PARTLY, f"Something was changed before this: {what}")
        return Verdict(State.STOPPED if failed.stopped else State.FAILED, what)

    async def _at_the_end(self, step: Step, at: int, work: Work, verdict: Verdict | None) -> Verdict | None:
        """Run a step that must be run whatever came before it, also when the operator stopped the run."""
        patient = replace(work, sleep=self._context.sleep, stopping=lambda: False)
        failed = await self._one(step, at, patient, changed=True, last=True)
        if failed is None:
            return verdict
        unknown = verdict is not None and verdict.state is State.UNKNOWN
        before = f"{verdict.what} " if verdict else ""
        return Verdict(
            State.UNKNOWN if unknown else State.PARTLY, f"{before}Left behind: {step.title or step.id}. {failed.what}"
        )

    async def _conclude(self, state: StepState, what: str) -> None:
        """Record the outcome of a step that nothing follows; the run's own state is told in any case."""
        try:
            await self.ledger.conclude(state, what)
        except JournalError:
            self.ledger.tell(NOT_RECORDED)

    def _stopping(self) -> bool:
        return self.stopped or self._context.leaving()

    async def _sleep(self, seconds: float) -> None:
        await self._context.sleep(seconds)
        if self._stopping():
            raise StepFailed("Stopped.", stopped=True)

    async def _sleep_watching(self, seconds: float) -> None:
        await self._context.sleep(seconds)
        if self.stopped:
            raise StepFailed("No longer watched: what was sent goes on.", stopped=True)
        if later := await self.ledger.later_run():
            raise StepFailed(f"No longer watched: run {later} has changed it again.", stopped=True)
