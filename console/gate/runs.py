"""The runs of this process: begun, watched, taken over. All of it happens on the runner's loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from console.aws.target import command
from console.gate.events import AtTheGate, Outcome, Reason
from console.gate.gate import Gate, unlock
from console.gate.journal_records import before_of, operation_of, run_record, step_records
from console.gate.place import elsewhere, recorded_place
from console.gate.planned import Planned
from console.gate.run import Run
from console.gate.run_journal import Context
from console.gate.settle import UNSETTLED, found_out
from console.journal.locks import Lock
from console.journal.reconcile import is_adrift, state_of, take_over
from console.journal.records import ENDED, RunRecord, RunState
from console.journal.store import JournalError
from console.operations.operation import Operation
from console.operations.step_context import StepFailed
from console.problems import OTHER_ACCOUNT, OTHER_REGION, Failure, classify
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

_UNDER_WAY: Final = frozenset({RunState.SENT, RunState.WATCHING})
_WELL: Final = frozenset({RunState.DONE, RunState.SENT, RunState.WATCHING})
"""States in which the hints of a plan, which say what to do after it, hold."""

_ENDING: Final = "The console is ending: nothing more is begun."


class Runs:
    """Applies what the gate lets through, and settles what an ended process left."""

    def __init__(self, gate: Gate, context: Context) -> None:
        self._gate = gate
        self._context = context
        self._journal = context.journal
        self._runs: dict[str, Run] = {}
        self._locks: dict[str, Lock] = {}
        self._sending: set[asyncio.Task[None]] = set()
        self._finishing: set[asyncio.Task[None]] = set()
        self._guard = threading.Lock()
        self._at_work: set[str] = set()

    @property
    def busy(self) -> bool:
        """Whether a run is between its intent and its outcome. For any thread."""
        with self._guard:
            return bool(self._at_work)

    def stop(self, run: str) -> None:
        """Stop a run before its next step, or stop watching it. For any thread."""
        if found := self._runs.get(run):
            found.stopped = True

    async def apply(self, planned: Planned, answer: str | None, *, wait: bool) -> Outcome:
        """Do what was planned and confirmed. Raises `AtTheGate` and `Failure`: nothing was changed then."""
        if planned.nothing_to_do:
            return Outcome(RunState.DONE, Clean("Nothing to do: it is so already."))
        if self._context.leaving():
            raise AtTheGate(Reason.REFUSED, _ENDING)
        self._gate.check(planned, answer)
        armed = self._gate.write_state.armed(planned.stack, planned.armed_in)
        record = run_record(planned, self._context.now(), armed.reason if armed else "")
        operation, stack = planned.operation, planned.stack
        reads = await self._gate.reads.get(stack, operation.region(stack))
        again = partial(self._gate.reads_at, record, stack, operation.region(stack))
        run = Run(self._context, record, operation, planned.before, planned.plan, reads.aws, again)
        self._runs[record.id] = run
        finishing: asyncio.Task[None] | None = None
        sending = asyncio.create_task(self._send(run, planned), name=f"send {record.id}")
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        try:
            await asyncio.shield(sending)
            if run.state in _UNDER_WAY:
                finishing = self._finish(run, sent_now=True)
            else:
                await self._give_back(run)
            if run.overtaken:
                raise AtTheGate(Reason.STALE, run.ledger.run.outcome, await self._gate.plan_again(planned))
        except StepFailed as stopped:
            return Outcome(RunState.STOPPED, Clean(f"{stopped} Nothing was changed."))
        finally:
            if finishing is None:
                await self._release(run)
        if finishing is not None and (wait or run.state is RunState.SENT):
            await asyncio.shield(finishing)
        return _outcome(run, planned.plan.hints if run.state in _WELL else ())

    async def _send(self, run: Run, planned: Planned) -> None:
        locks = await self._gate.lock(planned, run.pause)
        record = run.ledger.run
        try:
            writes = await self._gate.check_again(planned)
            with self._guard:
                if self._context.leaving():
                    raise AtTheGate(Reason.REFUSED, _ENDING)
                self._at_work.add(record.id)
            run.ledger.run = replace(record, state=RunState.CONFIRMED, started=self._context.now())
            await self._record(run, planned)
            await run.send(writes, planned.digest_with)
        finally:
            with self._guard:
                self._at_work.discard(record.id)
            unlock(locks)

    async def _give_back(self, run: Run) -> None:
        """Let the run that this one should have taken back be taken back after all, where nothing was changed."""
        record = run.ledger.run
        if record.undoes and run.changed is False:
            with suppress(JournalError):
                await asyncio.wrap_future(self._journal.give_back(record.undoes, record.id))

    async def _record(self, run: Run, planned: Planned) -> None:
        """Put a run into the journal. Raises `AtTheGate`: what cannot be recorded is not done."""
        record = run.ledger.run
        try:
            if lock := self._journal.locks.try_run(record.id):
                self._locks[record.id] = lock
            if not await asyncio.wrap_future(self._journal.add(record, step_records(planned))):
                raise AtTheGate(Reason.REFUSED, f"Run {record.undoes} was taken back meanwhile. Nothing was changed.")
        except JournalError as error:
            raise AtTheGate(Reason.REFUSED, f"{error} Nothing was changed.") from error

    async def reconcile(self, stacks: Mapping[str, Stack], *, wait: bool) -> tuple[Outcome, ...]:
        """Settle what ended processes left; with `wait` what was sent is verified by then. Raises `JournalError`."""
        found = await asyncio.wrap_future(self._journal.open_runs())
        adrift = [run for run in found if run.stack in stacks and is_adrift(run, self._journal.locks)]
        outcomes = await asyncio.gather(*(self._take_up(run, stacks[run.stack], wait=wait) for run in adrift))
        return tuple(outcome for outcome in outcomes if outcome is not None)

    async def _take_up(self, record: RunRecord, stack: Stack, *, wait: bool) -> Outcome | None:
        """Take over one run; None where another console is faster. One that was made elsewhere is left as it is."""
        try:
            operation = operation_of(record)
            reads, here = await self._gate.place(stack, operation.region(stack))
        except Failure as failure:
            if failure.problem.code in (OTHER_ACCOUNT, OTHER_REGION):
                made = f"Run {record.id} was made in {recorded_place(record)}."
                return self._left(record, f"{made} {failure.problem.what}")
            return await self._take_over(record, stack, str(failure))
        except LookupError as error:
            return await self._take_over(record, stack, str(error.args[0]))
        if why := elsewhere(record, here):
            return self._left(record, why)
        return await self._take_over(record, stack, operation, reads, wait=wait)

    def _left(self, record: RunRecord, why: str) -> Outcome:
        """A run that is not of this place, and is left as it is."""
        lead = command(("groundskeeper",), record.words)
        what = f"{why} It is left as it is. Next: start the console with {lead}, which settles it."
        return Outcome(state_of(record, self._journal.locks), clean(what), record)

    async def _take_over(
        self,
        record: RunRecord,
        stack: Stack,
        operation: Operation | str,
        reads: Aws | None = None,
        *,
        wait: bool = False,
    ) -> Outcome | None:
        """Make a run this process's, and settle it; where `operation` is a text, that is why it cannot be."""
        lock = await take_over(self._journal, record)
        if lock is None:
            return None
        self._locks[record.id] = lock
        if isinstance(operation, str) or reads is None:
            return await self._give_up(record, f"It cannot be settled now: {operation}")
        try:
            before = before_of(record)
            plan, again = operation.plan(before), partial(self._gate.reads_at, record, stack, operation.region(stack))
            run = self._runs[record.id] = Run(self._context, record, operation, before, plan, reads, again)
            await self._settle(run)
        except (Failure, LookupError) as error:
            return await self._give_up(record, f"It cannot be settled now: {error.args[0]}")
        except Exception as error:  # noqa: BLE001 - a record that this version cannot read must not hide the others
            return await self._give_up(record, f"It cannot be settled: {classify(error, changing=True).what}")
        if run.state in _UNDER_WAY:
            verifying = run.state is RunState.SENT and wait
            finishing = self._finish(run, sent_now=False)
            if verifying:
                await asyncio.shield(finishing)
        else:
            await self._release(run)
        return _outcome(run, ())

    async def _settle(self, run: Run) -> None:
        """Find out what became of a run; one that is watched is simply watched on."""
        record = run.ledger.run
        steps = await asyncio.wrap_future(self._journal.steps(record.id))
        run.begun |= {step.id: step.begun for step in steps if step.begun}
        if record.state is RunState.WATCHING:
            run.changed = True
            run.ledger.tell("Watching on.")
            return
        bulk = next((s.position for s in steps if s.kind == "bulk" and s.state in UNSETTLED), None)
        items = () if bulk is None else await asyncio.wrap_future(self._journal.items(record.id, bulk))
        found = await found_out(steps, items, run.evidence)
        run.changed = found.changed
        for end in found.ends:
            run.ledger.at = end.position
            await run.ledger.conclude(end.state, end.what)
        if found.step is not None:
            run.ledger.at = found.step
            await run.ledger.keep([new for new, old in zip(found.items, items, strict=False) if new != old])
            await run.ledger.conclude(found.step_state, found.what or "It was carried out; its reply was lost.")
        state = RunState.WATCHING if found.state is RunState.SENT and run.watched else found.state
        await run.ledger.become(state, found.what, changed=run.changed)
        await self._give_back(run)

    async def _give_up(self, record: RunRecord, what: str) -> Outcome:
        """Leave a run unknown, for the next start."""
        state = record.state if record.state is RunState.WATCHING else RunState.UNKNOWN
        said = clean(what)
        changed = await asyncio.wrap_future(self._journal.change(record.id, state=state, outcome=said, owner=None))
        self._unlock(record.id)
        return Outcome(state, said, changed)

    def _finish(self, run: Run, *, sent_now: bool) -> asyncio.Task[None]:
        async def finish() -> None:
            try:
                await run.finish(sent_now=sent_now)
            except Exception as error:  # noqa: BLE001 - what was sent must not stay without an outcome
                await run.ledger.become(RunState.UNKNOWN, str(classify(error, changing=True).what), changed=run.changed)
            finally:
                await self._release(run)

        task = asyncio.create_task(finish(), name=f"finish {run.ledger.run.id}")
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)
        return task

    async def _release(self, run: Run) -> None:
        """Let another console have a run that has not ended, and forget it."""
        record = run.ledger.run
        self._runs.pop(record.id, None)
        if record.id in self._locks and record.state not in ENDED:
            with suppress(JournalError):
                await asyncio.wrap_future(self._journal.change(record.id, owner=None))
        self._unlock(record.id)

    def _unlock(self, run: str) -> None:
        if lock := self._locks.pop(run, None):
            self._journal.locks.forget_run(run)
            lock.release()

    async def finish_sending(self) -> None:
        """Wait for what is at work."""
        await asyncio.gather(*self._sending, return_exceptions=True)

    async def let_go(self) -> None:
        """Stop watching and verifying: any console may take that up again."""
        tasks = list(self._finishing)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _outcome(run: Run, hints: tuple[Clean, ...]) -> Outcome:
    record: Any = run.ledger.run
    secrets, run.secrets = dict(run.secrets), {}
    return Outcome(record.state, clean(record.outcome or record.state.value), record, hints, secrets)
