"""What the screens need of the gate: plans, changes and their progress, the journal, the write state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final, TypeVar

from console.gate.events import Outcome, RunProgress
from console.gate.planned import Planned
from console.gate.runner import Runner
from console.gate.write_state import WriteState
from console.journal.journal import Journal
from console.journal.reconcile import is_adrift
from console.journal.records import AT_WORK, ENDED, AnyRun, RunEntry, RunFilter, RunRecord, RunState
from console.journal.store import JournalError
from console.operations.operation import Operation
from console.problems import Problem, ProblemKind
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.meter import Meter
    from console.desk.workspace import Workspace

T = TypeVar("T")

LOOK_SECONDS: Final = 10.0
"""Seconds between two looks at what other consoles and commands are at."""

CHANGED: Final = ENDED | {RunState.WATCHING, RunState.UNKNOWN}
"""States at whose beginning something in AWS may be other than it was shown."""
Heard = Callable[[RunProgress], None]


class Changes:
    """The runner and the journal of one console, as awaitables on the UI's loop.

    `changed` is called with the name of a stack when a change of it was sent, and when it has ended; with no name
    when the journal can be used no longer, or again.
    """

    def __init__(
        self, workspace: Workspace, write_state: WriteState, meter: Meter, changed: Callable[[str], None]
    ) -> None:
        self.write_state = write_state
        self.open_runs: tuple[RunRecord, ...] = ()
        self.problem: Problem | None = None
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._listeners: dict[object, Heard] = {}
        self._states: dict[str, RunState] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._adrift: set[str] = set()
        self._renewed = False
        self._minding: asyncio.Task[None] | None = None
        self.journal = Journal(workspace.journal_folder)
        # Another connection in another thread: whoever looks holds up no intent that is to be recorded.
        self._shown = Journal(workspace.journal_folder)
        self._runner = Runner(workspace.target, self.journal, write_state, listener=self._hand_on, meter=meter)

    def listen(self, owner: object, heard: Heard) -> None:
        """Tell of every progress of every run."""
        self._listeners[owner] = heard

    def forget(self, owner: object) -> None:
        """Tell no more."""
        self._listeners.pop(owner, None)

    @property
    def watches(self) -> int:
        """How many changes were sent and are still being watched by a console or a command."""
        return sum(run.state is RunState.WATCHING and run.id not in self._adrift for run in self.open_runs)

    @property
    def unknown(self) -> int:
        """Of how many changes nobody knows what became of them, since nobody is at them or could tell."""
        return sum(run.state is RunState.UNKNOWN or run.id in self._adrift for run in self.open_runs)

    @property
    def at_work(self) -> tuple[RunRecord, ...]:
        """The changes that are being made now."""
        return tuple(run for run in self.open_runs if run.state in AT_WORK)

    async def plan(self, operation: Operation, stack: Stack) -> Planned:
        """What an operation would do. Raises `Failure`."""
        return await self._result(self._runner.plan(operation, stack))

    async def plan_undo(self, run: RunRecord, stack: Stack) -> Planned:
        """What would take a run back. Raises `AtTheGate`, `Failure` and `JournalError`."""
        return await self._result(self._runner.plan_undo(run, stack))

    async def apply(self, planned: Planned, answer: str | None) -> Outcome:
        """Do what was planned; it goes on when the caller is cancelled. Raises `AtTheGate` and what reading raises."""
        try:
            return await self._result(self._runner.apply(planned, answer))
        finally:
            await self.look()

    async def settle(self, stacks: tuple[Stack, ...]) -> tuple[Outcome, ...]:
        """Find out what became of changes whose console ended, and watch on what is watched."""
        try:
            outcomes = await self._result(self._runner.reconcile(stacks))
        except JournalError as error:
            outcomes = ()
            self._failed(error)
            return outcomes
        await self.look()
        return outcomes

    def mind(self, stacks: tuple[Stack, ...], every: float = LOOK_SECONDS) -> None:
        """From now on see what other consoles change, and take over what they leave behind."""
        self._minding = self._loop.create_task(self._mind(stacks, every))

    async def runs(self, wanted: RunFilter) -> tuple[AnyRun, ...]:
        """Changes of the journal, the newest first. Raises `JournalError`."""
        return await self._result(self._shown.runs(wanted))

    async def run(self, name: str) -> AnyRun:
        """One change as it is now. Raises `JournalError`, and `LookupError` where there is none."""
        return await self._result(self._shown.find(name))

    async def entry(self, run: AnyRun) -> RunEntry:
        """A change with its steps and their items. Raises `JournalError`."""
        return await self._result(self._shown.entry(run))

    async def look(self) -> None:
        """Count again what is watched and what is unknown, and see whether changes can be recorded."""
        try:
            await self._result(self._shown.refusal())  # opens another file, where that is there now
            self.open_runs = await self._result(self._shown.open_runs())
            self._adrift = await self._left_behind()
            refusal = await self._result(self.journal.refusal())
        except JournalError as error:
            self._failed(error)
        else:
            self.problem = _problem(refusal) if refusal else None

    def _failed(self, error: JournalError) -> None:
        self.problem = _problem(str(error))

    def renew(self, stack: Stack) -> None:
        """Read the credentials of a stack again before the next plan; what they kept from being settled is, then."""
        self._runner.renew(stack)
        self._renewed = True

    def stop(self, run: AnyRun) -> None:
        """Stop a run before its next step, or stop watching it."""
        self._runner.stop(run.id)

    def busy(self) -> bool:
        """Whether a change is between its intent and its outcome."""
        return self._runner.busy()

    def stop_taking(self) -> None:
        """Begin no further change."""
        self._runner.stop_taking()

    async def close(self) -> None:
        """Wait for what is at work, let go of what is watched."""
        if self._minding is not None:
            self._minding.cancel()
            await asyncio.gather(self._minding, return_exceptions=True)
        await asyncio.to_thread(self._runner.close)
        for journal in (self.journal, self._shown):
            await asyncio.to_thread(journal.close)

    async def _result(self, future: Future[T]) -> T:
        # Shielded: a screen that closes must not cancel what it only looks at. What fails after that is nobody's loss.
        result = asyncio.wrap_future(future)
        result.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(result)

    def _hand_on(self, progress: RunProgress) -> None:
        """Called in the runner's thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, progress)

    def _tell(self, progress: RunProgress) -> None:
        for heard in list(self._listeners.values()):
            heard(progress)
        if self._states.get(progress.run.id) is not progress.state:
            # Only another state may have changed what the panels show: a wait tells of itself every few seconds.
            self._states[progress.run.id] = progress.state
            self._soon(self.look())
            if progress.state in CHANGED:
                self._changed(progress.run.stack)

    async def _mind(self, stacks: tuple[Stack, ...], every: float) -> None:
        asked = await self._left_behind()
        while True:
            before, problem = {(run.id, run.state): run.stack for run in self.open_runs}, self.problem
            await asyncio.sleep(every)
            await self.look()
            if self.problem != problem:
                self._changed("")
            now = {(run.id, run.state): run.stack for run in self.open_runs}
            for stack in {(before | now)[one] for one in before.keys() ^ now.keys()}:
                self._changed(stack)
            # What nobody could settle when it was first asked about is left to the next start.
            adrift = await self._left_behind()
            if adrift - asked or (self._renewed and adrift):
                self._renewed = False
                await self.settle(stacks)
            asked = await self._left_behind()

    async def _left_behind(self) -> set[str]:
        runs, locks = self.open_runs, self.journal.locks
        return await asyncio.to_thread(lambda: {run.id for run in runs if is_adrift(run, locks)})

    def _soon(self, work: Any) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _problem(why: str) -> Problem:
    return Problem(ProblemKind.INVALID, clean(why), Clean("Until then no change can be made."))
