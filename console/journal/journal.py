"""The journal as the program uses it: one thread does all its reading and writing, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar

from console.journal.locks import Locks
from console.journal.reconcile import state_word
from console.journal.records import (
    AT_WORK,
    AnyRun,
    ItemRecord,
    Owner,
    RunEntry,
    RunFilter,
    RunRecord,
    RunState,
    StepRecord,
    UnreadableStep,
)
from console.journal.store import JournalError, SqliteStore, Store
from console.text import clean

T = TypeVar("T")

_OPEN: Final = AT_WORK | {RunState.WATCHING, RunState.UNKNOWN}
_ALL: Final = 1_000_000


class Journal:
    """The record of every change, in a folder. Each method gives a Future, which may raise `JournalError`.

    Reading raises it only where the file as a whole cannot be read: a row that cannot be read is given as an
    `UnreadableRun`, `UnreadableStep` or `UnreadableItem`, and stays as it is. The file is opened at first use, so
    that a console that only looks needs no writable folder. `open_store` names another place to keep it.
    """

    def __init__(self, folder: Path, open_store: Callable[[Path], Store] = SqliteStore) -> None:
        self.folder = folder
        self.locks = Locks(folder)
        self._open_store = open_store
        self._store: Store | None = None
        self._thread = ThreadPoolExecutor(1, "journal")

    def note(self) -> Future[str]:
        """What the operator should know of how it is kept; empty when all is usual."""
        return self._do(lambda store: store.note)

    def refusal(self) -> Future[str]:
        """Why it can only be read, so that nothing can be changed; empty where it can be written."""
        return self._do(lambda store: store.refusal())

    def add(self, run: RunRecord, steps: Sequence[StepRecord]) -> Future[bool]:
        """Keep a new run with the steps that it will take; False where what it takes back was taken back meanwhile."""
        return self._do(lambda store: store.add(run, steps))

    def change(self, run: str, **changes: Any) -> Future[RunRecord]:
        """Change fields of a run; gives it as it is then."""
        return self._do(lambda store: store.change(run, **changes))

    def change_step(self, run: str, position: int, **changes: Any) -> Future[None]:
        """Change fields of a step."""
        return self._do(lambda store: store.change_step(run, position, **changes))

    def claim(self, run: str, former: Owner | None, new: Owner) -> Future[bool]:
        """Take a run over from an owner, unless another process was faster or its row cannot be read."""
        return self._do(lambda store: store.claim(run, former, new))

    def give_back(self, run: str, by: str) -> Future[None]:
        """Note that a run was not taken back after all by the run that was noted with it."""
        return self._do(lambda store: store.give_back(run, by))

    def put_items(self, run: str, step: int, items: Sequence[ItemRecord]) -> Future[None]:
        """Keep items of a Bulk, new ones and changed ones."""
        return self._do(lambda store: store.put_items(run, step, items))

    def runs(self, wanted: RunFilter | None = None) -> Future[tuple[AnyRun, ...]]:
        """Runs, newest first."""
        return self._do(lambda store: store.runs(wanted or RunFilter(), lambda run: state_word(run, self.locks)))

    def later_changes(self, run: str) -> Future[tuple[AnyRun, ...]]:
        """Runs that were recorded after this one and share a target with it, in whatever state.

        The newest first, 200 at most. Not by their times: clocks are set back, and those of two machines differ.
        """
        return self._do(lambda store: store.later_changes(run))

    def steps(self, run: str) -> Future[tuple[StepRecord, ...]]:
        """The steps of a run in their order."""
        return self._do(lambda store: store.steps(run))

    def items(self, run: str, step: int) -> Future[tuple[ItemRecord, ...]]:
        """The items of a Bulk in their order."""
        return self._do(lambda store: store.items(run, step))

    def entry(self, run: AnyRun) -> Future[RunEntry]:
        """All that is kept of a run: its steps, and the items of its Bulks."""

        def look(store: Store) -> RunEntry:
            steps = store.steps(run.id)
            bulks = [step.position for step in steps if step.kind == "bulk" or isinstance(step, UnreadableStep)]
            return RunEntry(run, steps, {at: items for at in bulks if (items := store.items(run.id, at))})

        return self._do(look)

    def open_runs(self) -> Future[tuple[RunRecord, ...]]:
        """Runs that have not ended: at work, watched, or unknown; none that cannot be read, which nobody can settle."""

        def look(store: Store) -> tuple[RunRecord, ...]:
            found = store.runs(RunFilter(states=_OPEN, limit=_ALL))
            return tuple(run for run in found if isinstance(run, RunRecord))

        return self._do(look)

    def find(self, name: str) -> Future[AnyRun]:
        """The run of an id, or of the one id that begins or ends so. Raises `LookupError` where there is none."""

        def look(store: Store) -> AnyRun:
            found = store.named(name)
            if len(found) != 1:
                count = "several runs" if found else "no run"
                raise LookupError(f"The journal has {count} {clean(name)!r}. Next: groundskeeper journal lists them.")
            return found[0]

        return self._do(look)

    def close(self) -> None:
        """Finish what is being written and let go of the file."""
        if self._store is not None:
            self._thread.submit(self._store.close).result()
        self._thread.shutdown()

    def _do(self, action: Callable[[Store], T]) -> Future[T]:
        def work() -> T:
            if self._store is None:
                self._store = self._open_store(self.folder)
            return action(self._store)

        try:
            return self._thread.submit(work)
        except RuntimeError:  # it was shut down: whoever asks now was not told yet
            closed: Future[T] = Future()
            closed.set_exception(JournalError("The journal was closed meanwhile."))
            return closed
