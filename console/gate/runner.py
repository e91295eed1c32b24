"""The runner: the only code that changes anything. It has a thread, an event loop and connections of its own.

A stalled terminal stops the UI's loop, but an operation between intent and outcome must finish all the same.
What goes in and out is frozen, and every method may be called from any thread.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self, TypeVar

from console.aws.connections import Connections
from console.aws.meter import Meter
from console.aws.target import Target, command
from console.gate.events import AtTheGate, Outcome, Reason, RunProgress
from console.gate.gate import Gate
from console.gate.journal_records import before_of, operation_of, undo_of
from console.gate.place import elsewhere, recorded_place
from console.gate.planned import Planned
from console.gate.run_journal import Context, Ledger
from console.gate.runs import Runs
from console.gate.undo import why_not_undone
from console.gate.write_state import WriteState
from console.journal.export import cannot_undo
from console.journal.journal import Journal
from console.journal.records import RunRecord
from console.operations.operation import Operation
from console.problems import OTHER_ACCOUNT, OTHER_REGION, Failure
from console.stack.stack import Stack
from console.text import Clean

if TYPE_CHECKING:
    from console.aws.call import Aws

T = TypeVar("T")


def _now() -> datetime:
    return datetime.now(UTC)


class Runner:
    """Plans, applies, verifies, reconciles. A context manager: leaving it lets go of what is only watched.

    `listener` is told of every progress, in the runner's thread: it must hand it on and return at once.
    `timeout` is how many seconds the reply to a change is waited for; `now` and `sleep` are its clock.
    """

    def __init__(
        self,
        target_of: Callable[[Stack], Target],
        journal: Journal,
        write_state: WriteState,
        *,
        listener: Callable[[RunProgress], None] = lambda progress: None,
        meter: Meter | None = None,
        timeout: float | None = None,
        now: Callable[[], datetime] = _now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.journal = journal
        self.write_state = write_state
        self._listener = listener
        self._leaving = threading.Event()
        self._reads = Connections(target_of, meter, changing=True)
        self._writes = Connections(target_of, self._reads.meter, writes=True, timeout=timeout, changing=True)
        self._gate = Gate(self._reads, self._writes, write_state, journal.locks, now)
        self._context = Context(journal, self._tell, sleep, now, self._leaving.is_set)
        self._runs = Runs(self._gate, self._context)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="runner", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def plan(self, operation: Operation, stack: Stack) -> Future[Planned]:
        """What an operation would do. May raise `Failure`."""
        return self._start(self._gate.plan(operation, stack))

    def plan_undo(self, run: RunRecord, stack: Stack) -> Future[Planned]:
        """What would take a run back. May raise `AtTheGate` with why nothing does, `Failure` and `JournalError`."""
        return self._start(self._plan_undo(run, stack))

    def apply(self, planned: Planned, answer: str | None, *, wait: bool = True) -> Future[Outcome]:
        """Do what was planned and confirmed by `answer`. May raise `AtTheGate` and `Failure`: nothing was changed then.

        Without `wait` the outcome is given as soon as the change is sent. Cancelling the Future stops nothing.
        """
        return self._start(self._runs.apply(planned, answer, wait=wait))

    def reconcile(self, stacks: Iterable[Stack], *, wait: bool = False) -> Future[tuple[Outcome, ...]]:
        """Settle the runs of these stacks whose process ended, and watch on what is watched.

        With `wait` the outcomes are given when what was sent is verified; a watch is not waited for. May raise
        `JournalError`. A run that is watched on has the state WATCHING; `listener` is told of its end.
        """
        return self._start(self._runs.reconcile({stack.name: stack for stack in stacks}, wait=wait))

    def renew(self, stack: Stack) -> None:
        """Read the credentials of a stack again before the next plan, since somebody has signed in anew."""

        def begin() -> None:
            for connections in (self._reads, self._writes):
                connections.renew(stack, roles=False)

        self._loop.call_soon_threadsafe(begin)

    def stop(self, run: str) -> None:
        """Stop a run before its next step, or stop watching it. What was sent goes on."""
        self._runs.stop(run)

    def stop_taking(self) -> None:
        """Let nothing more begin, since the process ends. A step that has begun finishes."""
        self._leaving.set()

    def busy(self) -> bool:
        """Whether a run is between its intent and its outcome."""
        return self._runs.busy

    def close(self) -> None:
        """Wait for what is at work, let go of what is watched, close every connection."""
        if not self._thread.is_alive():
            return
        self.stop_taking()
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self) -> None:
        await self._runs.finish_sending()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._runs.let_go()  # last, since what ends above may still have begun to watch
        await self._reads.close()
        await self._writes.close()

    async def _plan_undo(self, run: RunRecord, stack: Stack) -> Planned:
        try:
            found = await asyncio.wrap_future(self.journal.find(run.id))  # as it is by now
        except LookupError as error:
            raise AtTheGate(Reason.REFUSED, str(error.args[0])) from error
        if not isinstance(found, RunRecord):
            raise AtTheGate(Reason.REFUSED, cannot_undo(found))
        run, cannot = found, f"Run {found.id} cannot be undone."
        try:
            if why := why_not_undone(run):
                raise LookupError(why)
            operation, done = undo_of(run), operation_of(run)
        except LookupError as error:
            raise AtTheGate(Reason.REFUSED, f"{cannot} {error.args[0]}") from error
        try:
            reads, here = await self._gate.place(stack, operation.region(stack))
        except Failure as failure:
            if failure.problem.code not in (OTHER_ACCOUNT, OTHER_REGION):
                raise
            raise AtTheGate(Reason.REFUSED, f"{cannot} It was made in {recorded_place(run)}. {failure}") from failure
        if why := elsewhere(run, here):
            lead = command(("groundskeeper", "undo", run.id), run.words)
            raise AtTheGate(Reason.REFUSED, f"{cannot} {why} Nothing was changed. Next: {lead}")
        planned = await self._gate.plan(operation, stack, run.id)
        if planned.nothing_to_do or planned.refused:
            return planned
        warnings = (*await self._since(run, done, reads), *planned.plan.warnings)
        return replace(planned, plan=replace(planned.plan, warnings=warnings))

    async def _since(self, run: RunRecord, done: Operation, reads: Aws) -> tuple[Clean, ...]:
        """What an operator should know who takes a run back: whether something was changed since, and by what."""
        later = await Ledger(self._context, run, 0).later_run()
        if later:
            return (Clean(f"Run {later} has changed it since: what that one did is lost as well."),)
        if await done.verify(reads, before_of(run)):
            return ()
        return (Clean(f"It is no longer as run {run.id} left it: what was changed since is lost as well."),)

    def _tell(self, progress: RunProgress) -> None:
        try:
            self._listener(progress)
        except Exception:  # noqa: BLE001 - whoever looks on must not stop a change
            return

    def _start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin something on the loop. The Future only mirrors it: cancelling it does not reach the task."""
        future: Future[T] = Future()

        def begin() -> None:
            task = self._loop.create_task(work)
            self._tasks.add(task)
            task.add_done_callback(lambda done: self._mirror(done, future))

        self._loop.call_soon_threadsafe(begin)
        return future

    def _mirror(self, task: asyncio.Task[T], future: Future[T]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if not future.set_running_or_notify_cancel():
            return
        if task.cancelled():
            future.set_exception(AtTheGate(Reason.REFUSED, "The console is ending: this is no longer waited for."))
        elif error is not None:
            future.set_exception(error)
        else:
            future.set_result(task.result())
