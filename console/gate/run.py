"""One run: its steps one after the other, each on record before and after; then the watch, then the verification."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from console.gate.planned import changes, in_words
from console.gate.run_journal import NOT_RECORDED, Context, Ledger
from console.gate.settle import Evidence, bulk_answer, items_settled, verified
from console.journal.records import RunRecord, RunState, StepState
from console.journal.store import JournalError
from console.operations.bulk import Bulk
from console.operations.complete_answers import told_whole
from console.operations.operation import Observed, Operation, TookEffect
from console.operations.plan import Plan
from console.operations.step_context import Changed, StepFailed, Work
from console.operations.steps import Call, Step
from console.problems import Failure, classify
from console.text import clean

if TYPE_CHECKING:
    from console.aws.call import Aws

PAUSE: Final = 0.25
"""Seconds between two looks whether another operation has let go of a resource."""

READ_BACK: Final = 1.0
"""Seconds after the last call at which the state is read back: by then a change that somebody else made from the same
state at the same moment has arrived, since between the last look and the first call pass some tens of milliseconds."""

_ELSE: Final = "Someone else changed it at the same moment:"


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a run ends before its last step, and in which state."""

    state: RunState
    what: str


@dataclass(frozen=True, slots=True)
class Current:
    """Looks as whoever is signed in at that moment: a watch may outlast the credentials with which it began."""

    get: Callable[[], Awaitable[Aws]]

    async def call(
        self, service: str, operation: str, /, *, expect: str | None, region: str | None = None, **params: Any
    ) -> dict[str, Any]:
        """Make one call that reads. Raises `Failure`."""
        return await (await self.get()).call(service, operation, expect=expect, region=region, **params)


class Run:
    """A change that was confirmed, on its way. One made again from its record is only finished.

    `again` gives the calls that read where it was made, by whoever is signed in then. It may raise `Failure`.
    `overtaken` says that it sent nothing, since somebody else changed the state after it was confirmed.
    """

    def __init__(
        self,
        context: Context,
        record: RunRecord,
        operation: Operation,
        before: Observed,
        plan: Plan,
        reads: Aws,
        again: Callable[[], Awaitable[Aws]],
    ) -> None:
        self.ledger = Ledger(context, record, len(plan.all_steps))
        self.operation = operation
        self.before = before
        self.plan = plan
        self.reads = reads
        self.secrets: dict[str, str] = {}
        self.begun: dict[str, str] = {}
        self.stopped = False
        self.changed: bool | None = False
        self.overtaken = False
        self._context = context
        self._again = again
        self._looked = 0.0
        self._digest: Callable[[Observed], str] | None = None

    @property
    def state(self) -> RunState:
        """Where it stands."""
        return self.ledger.run.state

    @property
    def watched(self) -> Step | None:
        """The wait at the end, which goes on after the change was sent."""
        steps = self.plan.steps
        return steps[-1] if steps and not steps[-1].changes else None

    async def send(self, writes: Aws, digest: Callable[[Observed], str]) -> None:
        """Run every step but the watched one, and record how that went.

        `digest` is the plan's fingerprint of a state: immediately before the first call the state must still have it.
        """
        ledger, self._digest = self.ledger, digest
        work = Work(
            self.reads,
            writes,
            ledger.tell,
            self._sleep,
            self._stopping,
            ledger.keep,
            self._meanwhile,
            secrets=self.secrets,
            begun=self.begun,
        )
        await ledger.become(RunState.RUNNING, changed=None)
        verdict = await self._in_order(self.plan.steps[:-1] if self.watched else self.plan.steps, work)
        self._digest = None
        for at, step in enumerate(self.plan.finally_, len(self.plan.steps)):
            verdict = await self._at_the_end(step, at, work, verdict)
        if verdict is not None:
            await ledger.become(verdict.state, verdict.what, changed=self.changed)
        else:
            await ledger.become(RunState.WATCHING if self.watched else RunState.SENT, changed=self.changed)

    async def finish(self, *, sent_now: bool) -> None:
        """Watch until AWS is done, then verify; `sent_now` says that the calls were answered just now."""
        ledger, seen = self.ledger, False
        if sent_now and (self.watched is None or self.operation.at_once):
            await self._context.sleep(READ_BACK)
            state, what = await self._verified("at the same moment")
            if self.watched is None or state in (RunState.FAILED, RunState.STOPPED):
                await ledger.become(state, what, changed=self.changed)
                return
            seen = state is RunState.DONE
        if step := self.watched:
            ledger.at = len(self.plan.steps) - 1
            looks = Current(self._again)
            work = Work(
                looks, self.reads, ledger.tell, self._sleep_watching, self._stopping, ledger.keep, begun=self.begun
            )
            try:
                done = await step.run(work)
            except StepFailed as failed:
                await self._conclude(StepState.UNKNOWN if failed.unsettled else StepState.FAILED, str(failed))
                await ledger.become(_ended(failed), str(failed), changed=self.changed)
                return
            await self._conclude(StepState.DONE, done.what)
        with suppress(Failure):
            self.reads = await self._again()
        state, what = await self._verified("since")
        if seen and state is RunState.FAILED:
            state, what = (
                RunState.DONE,
                f"Done and verified. It was changed since, by autoscaling or by somebody. {what}",
            )
        await ledger.become(state, what, changed=self.changed)

    async def _verified(self, when: str) -> tuple[RunState, str]:
        """Read the state back, and say what became of the change; `when` others may have changed it."""
        answer = await verified(self.operation, self.reads, self.before, self._context.sleep)
        if answer is TookEffect.YES:
            return RunState.DONE, "Done and verified."
        if later := await self.ledger.later_run():
            return RunState.STOPPED, f"It was sent and accepted. Not verified: run {later} has changed it again."
        if answer is TookEffect.CANNOT_TELL:
            return RunState.UNKNOWN, "It was sent and accepted, but could not be verified."
        return RunState.FAILED, f"It was sent and accepted, but {await self._instead(when)} Next: look at it."

    async def _instead(self, when: str) -> str:
        """What the state is instead of what was planned."""
        try:
            with told_whole():
                now = await self.operation.observe(self.reads)
            effects = () if self.operation.refuse(now) else self.operation.plan(now).effects
        except Failure as failure:
            return f"the state is not as planned, and could not be read again: {failure.problem.what}"
        told = clean("; ".join(f"{one.what} is {one.before}, not {one.after}" for one in effects), limit=300)
        if now.state == self.before.state:
            return f"the state is as it was before: {told}." if told else "the state is as it was before."
        if told:
            return f"someone else changed it {when}: {told}."
        return f"someone else changed it {when}: {in_words(changes(self.before, now))}."

    async def pause(self, why: str) -> None:
        """Wait a moment before its first step. Raises `StepFailed` when the operator stops it."""
        self.ledger.tell(why)
        await self._sleep(PAUSE)

    async def _in_order(self, steps: Sequence[Step], work: Work) -> Ending | None:
        changed = False
        for at, step in enumerate(steps):
            if work.stopping():
                return Ending(RunState.PARTLY if changed else RunState.STOPPED, f"Stopped before step {at + 1}.")
            last = not any(later.changes for later in steps[at + 1 :])
            if verdict := await self._one(step, at, work, changed=changed, last=last):
                return verdict
            changed |= step.changes
        return None

    async def _one(self, step: Step, at: int, work: Work, *, changed: bool, last: bool) -> Ending | None:
        """Run a step between its intent and its outcome; None where all is well.

        `changed` says that a step before it has changed something, `last` that none after it will.
        """
        ledger = self.ledger
        try:
            await ledger.intend(at)
            if isinstance(step, Bulk):
                await ledger.keep(step.records())
        except JournalError as error:
            return Ending(RunState.PARTLY if changed else RunState.FAILED, str(error))
        ledger.tell(f"Step {at + 1}: {step.title or step.id}")
        if moved := await self._moved(step, work):
            await self._conclude(StepState.FAILED, f"Not sent. {moved}")
            state = RunState.STOPPED if self.overtaken else RunState.FAILED
            return Ending(state, f"{moved} Nothing was changed. Next: look again.")
        try:
            done = await step.run(work)
        except StepFailed as failed:
            return await self._failed(step, failed, changed=changed, last=last)
        except Exception as error:  # noqa: BLE001 - whatever a step raises, its run must be settled and recorded
            perhaps = StepFailed(str(classify(error, where=step.id, changing=True)), Changed.PERHAPS)
            return await self._failed(step, perhaps, changed=changed, last=last)
        if done.changed:
            self._changes(step)
        try:
            await ledger.conclude(StepState.DONE, done.what, done)
        except JournalError as error:
            return Ending(RunState.UNKNOWN, f"It was carried out. {error} {NOT_RECORDED}")
        return None

    def _changes(self, step: Step, *, surely: bool = True) -> None:
        """Note that a step has changed something, or may have. What is only cleaned up does not count."""
        if step.changes and step in self.plan.steps:
            self.changed = True if surely or self.changed else None

    async def _moved(self, step: Step, work: Work) -> str:
        """Why the first step that changes something must not be run: the state is another at the last moment.

        Consoles with journals of their own share no lock, so this is what keeps them apart where AWS has none.
        """
        digest, self._digest = self._digest, None if step.changes else self._digest
        if digest is None or not step.changes:
            return ""
        try:
            if isinstance(step, (Call, Bulk)):
                # The connection of the change stands before the look, so that nothing is left to do after it.
                await work.writes.client(step.service, step.region)
            now = await self._look()
        except Failure as failure:
            return f"The state could not be read at the last moment: {failure}"
        if digest(now) == digest(self.before):
            return ""
        self.overtaken = True
        return f"{_ELSE} {in_words(changes(self.before, now)) or 'it is another'}."

    async def _meanwhile(self, item: str | None) -> str:
        """The same within a step, where the last look is longer ago than a change of somebody else takes to arrive.

        Of a Bulk an item can be compared that the state names, and nothing else, since its own calls change the rest.
        """
        comparable = self.changed is False if item is None else item in self.before.state
        if not comparable or asyncio.get_running_loop().time() - self._looked < READ_BACK:
            return ""
        try:
            now = await self._look()
        except Failure as failure:
            return f"The state could not be read again: {failure}"
        found = changes(self.before, now)
        moved = in_words(one for one in found if item in (None, one[0]))
        return f"{_ELSE} {moved}." if moved else ""

    async def _look(self) -> Observed:
        with told_whole():
            now = await self.operation.observe(self.reads)
        self._looked = asyncio.get_running_loop().time()
        return now

    async def _failed(self, step: Step, failed: StepFailed, *, changed: bool, last: bool) -> Ending | None:
        what = str(failed)
        if failed.changed is Changed.PERHAPS:
            self.ledger.tell("No proof that it was carried out, or not: asking for the state.")
            answer, counts = await self._asked(step)
            what += counts
            if answer is TookEffect.CANNOT_TELL:
                self._changes(step, surely=False)
                await self._conclude(StepState.UNKNOWN, what)
                return Ending(RunState.UNKNOWN, f"{what} Whether it was carried out is not known yet.")
            if answer is TookEffect.YES:
                self._changes(step)
                await self._conclude(StepState.DONE, f"{what} It was carried out all the same.")
                rest = f"Its reply is missing, but this step was carried out; the rest was not begun: {what}"
                return None if last else Ending(RunState.PARTLY, rest)
        await self._conclude(StepState.FAILED, what)
        if failed.changed is Changed.SOME:
            self._changes(step)
        if changed or self.changed or failed.changed is Changed.SOME:
            return Ending(RunState.PARTLY, f"Something was changed before this: {what}")
        return Ending(RunState.STOPPED if failed.stopped else RunState.FAILED, what)

    async def _asked(self, step: Step) -> tuple[TookEffect, str]:
        """Whether a step was carried out whose reply is missing; of a Bulk item by item, and how many are how."""
        evidence = self.evidence
        if not isinstance(step, Bulk):
            return await evidence.step(step.id), ""
        journal = self._context.journal
        try:
            items = await asyncio.wrap_future(journal.items(self.ledger.run.id, self.ledger.at))
            known = await items_settled(items, evidence)
            await self.ledger.keep([new for new, old in zip(known, items, strict=True) if new != old])
        except JournalError:
            return TookEffect.CANNOT_TELL, ""
        if any(item.state is StepState.DONE for item in known):
            self._changes(step)
        answer, told = bulk_answer(known)
        return answer, f" {told}"

    @property
    def evidence(self) -> Evidence:
        """What the state can be asked with about its steps."""
        return Evidence(self.operation, self.reads, self.before, self._context.sleep, self.ledger.later_run)

    async def _at_the_end(self, step: Step, at: int, work: Work, verdict: Ending | None) -> Ending | None:
        """Run a step that must be run whatever came before it, also when the operator stopped the run."""
        patient = replace(work, sleep=self._context.sleep, stopping=lambda: False)
        failed = await self._one(step, at, patient, changed=True, last=True)
        if failed is None:
            return verdict
        unknown = verdict is not None and verdict.state is RunState.UNKNOWN
        before = f"{verdict.what} " if verdict else ""
        return Ending(
            RunState.UNKNOWN if unknown else RunState.PARTLY,
            f"{before}Left behind: {step.title or step.id}. {failed.what}",
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


def _ended(failed: StepFailed) -> RunState:
    """How a run ends whose watch ended before AWS was done."""
    if failed.unsettled:
        return RunState.UNKNOWN
    return RunState.STOPPED if failed.stopped else RunState.FAILED
