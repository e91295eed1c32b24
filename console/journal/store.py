"""Where the journal is kept: one SQLite file, written so that what was recorded survives a cut of the power."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any, Final, Protocol

from msgspec.structs import replace

from console.journal.errors import JournalError, explained, unusable
from console.journal.opening import newer, open_file
from console.journal.records import (
    AT_WORK,
    AnyRun,
    ItemRecord,
    Owner,
    RunFilter,
    RunRecord,
    RunState,
    StepRecord,
    UnreadableRun,
    UnreadableStep,
)
from console.journal.rows import ITEMS, RUNS, STEPS, item_of, pack, run_of, said, step_of
from console.journal.schema import VERSION, version_of
from console.text import clean

__all__ = ["NAME", "VERSION", "JournalError", "SqliteStore", "Store", "unusable"]

NAME: Final = "journal.db"

_NEWEST_FIRST: Final = "ORDER BY started DESC, rowid DESC"
_KEEP_SAID: Final = (
    "INSERT INTO said VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET text = excluded.text WHERE text <> excluded.text"
)
_FOUND: Final = (
    "(id IN (SELECT run FROM said WHERE instr(text, ?)) OR instr(lower(id), ?) OR instr(lower(stack), ?) "
    "OR id IN (SELECT value FROM json_each(?)) OR state IN (SELECT value FROM json_each(?)))"
)
_LATER: Final = 200
_TENDED: Final = AT_WORK | {RunState.WATCHING}
_ON_THE_SAME: Final = (
    "rowid > (SELECT rowid FROM run WHERE id = ?) AND id IN "
    "(SELECT later.run FROM target AS mine JOIN target AS later USING (arn) WHERE mine.run = ?)"
)


def as_kept(run: RunRecord) -> str:
    """A run's state as it is on record."""
    return run.state.value


class Store(Protocol):
    """What a journal needs of the place where it is kept. Each method is one transaction.

    A row that cannot be read hides no other one: it is given as what can be told of it, and is never changed.
    """

    @property
    def note(self) -> str:
        """What the operator should know of how it is kept; empty when all is usual."""

    def refusal(self) -> str:
        """Why it can only be read, if that is still so; empty where it can be written."""

    def add(self, run: RunRecord, steps: Sequence[StepRecord]) -> bool:
        """Keep a new run with the steps that it will take, and note with the run that it takes back that it does.

        False where that one was taken back by another meanwhile: then nothing is kept.
        """

    def change(self, run: str, **changes: Any) -> RunRecord:
        """Change fields of a run; gives it as it is then."""

    def change_step(self, run: str, position: int, **changes: Any) -> None:
        """Change fields of a step."""

    def claim(self, run: str, former: Owner | None, new: Owner) -> bool:
        """Take a run over from an owner, unless another process was faster or its row cannot be read."""

    def give_back(self, run: str, by: str) -> None:
        """Note that a run was not taken back after all by the run that was noted with it."""

    def put_items(self, run: str, step: int, items: Sequence[ItemRecord]) -> None:
        """Keep items of a step, new ones and changed ones."""

    def runs(self, wanted: RunFilter, shown: Callable[[RunRecord], str] = as_kept) -> tuple[AnyRun, ...]:
        """Runs, newest first; `shown` gives the state in which a run is shown."""

    def named(self, name: str) -> tuple[AnyRun, ...]:
        """The run of an id, else up to two whose ids begin or end so."""

    def later_changes(self, run: str) -> tuple[AnyRun, ...]:
        """Runs that were recorded after this one and share a target with it, the newest first, 200 at most."""

    def steps(self, run: str) -> tuple[StepRecord, ...]:
        """The steps of a run in their order."""

    def items(self, run: str, step: int) -> tuple[ItemRecord, ...]:
        """The items of a step in their order."""

    def close(self) -> None:
        """Let go of the file."""


class SqliteStore:
    """The journal in a folder of its own, for this user's eyes only. Use it in one thread.

    A file that cannot be written is opened for reading: then every change of it raises `JournalError`, and so does
    opening one that cannot be read either. The next change tries again whether it can be written by now, and nothing
    new is recorded in a file that was moved aside.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._opened = open_file(self._path)
        self._file = self._there()

    @property
    def note(self) -> str:
        """What the operator should know of how it is kept; empty when all is usual."""
        return self._opened.refusal or self._opened.note

    def refusal(self) -> str:
        """Why it can only be read, if that is still so; empty where it can be written."""
        if self._opened.refusal or self._there() != self._file:
            former, self._opened = self._opened, open_file(self._path)
            self._file = self._there()
            former.db.close()
        return self._opened.refusal

    def add(self, run: RunRecord, steps: Sequence[StepRecord]) -> bool:
        """Keep a new run with the steps that it will take, and note with the run that it takes back that it does.

        False where that one was taken back by another meanwhile: then nothing is kept.
        """
        with self._writing(anew=True) as db:
            if run.undoes:
                undone = self._run(db, run.undoes)
                if undone.undone_by:
                    return False
                self._put(db, replace(undone, undone_by=run.id))
            row = (run.id, run.started.astimezone(UTC).isoformat(), run.state, run.stack, pack(run))
            db.execute("INSERT INTO run (id, started, state, stack, body) VALUES (?, ?, ?, ?, ?)", row)
            arns = {(run.id, arn) for _, arn in run.targets}
            db.executemany("INSERT INTO target (run, arn) VALUES (?, ?)", arns)
            rows = [(run.id, step.position, pack(step)) for step in steps]
            db.executemany("INSERT INTO step (run, position, body) VALUES (?, ?, ?)", rows)
            texts = [(run.id, step.position, -1, said(step)) for step in steps]
            db.executemany(_KEEP_SAID, [(run.id, -1, -1, said(run)), *texts])
        return True

    def change(self, run: str, **changes: Any) -> RunRecord:
        """Change fields of a run; gives it as it is then."""
        with self._writing() as db:
            return self._put(db, replace(self._run(db, run), **changes))

    def change_step(self, run: str, position: int, **changes: Any) -> None:
        """Change fields of a step."""
        with self._writing() as db:
            where = (run, position)
            row = db.execute(f"{STEPS} WHERE run = ? AND position = ?", where).fetchone()
            if row is None:
                raise JournalError(f"{self._path} has no step {position + 1} of run {clean(run)}.")
            found = step_of(row)
            if isinstance(found, UnreadableStep):
                raise JournalError(f"Step {position + 1} of run {clean(run)} is left as it is. {found.what}")
            record = replace(found, **changes)
            db.execute("UPDATE step SET body = ? WHERE run = ? AND position = ?", (pack(record), *where))
            db.execute(_KEEP_SAID, (*where, -1, said(record)))

    def claim(self, run: str, former: Owner | None, new: Owner) -> bool:
        """Take a run over from an owner, unless another process was faster or its row cannot be read."""
        with self._writing(anew=True) as db:
            found = self._any(db, run)
            if isinstance(found, UnreadableRun) or found.owner != former:
                return False
            self._put(db, replace(found, owner=new))
        return True

    def give_back(self, run: str, by: str) -> None:
        """Note that a run was not taken back after all by the run that was noted with it."""
        with self._writing() as db:
            found = self._run(db, run)
            if found.undone_by == by:
                self._put(db, replace(found, undone_by=""))

    def put_items(self, run: str, step: int, items: Sequence[ItemRecord]) -> None:
        """Keep items of a step, new ones and changed ones."""
        with self._writing() as db:
            rows = [(run, step, item.position, pack(item)) for item in items]
            db.executemany("INSERT OR REPLACE INTO item (run, step, position, body) VALUES (?, ?, ?, ?)", rows)
            db.executemany(_KEEP_SAID, [(run, step, item.position, said(item)) for item in items])

    def runs(self, wanted: RunFilter, shown: Callable[[RunRecord], str] = as_kept) -> tuple[AnyRun, ...]:
        """Runs, newest first; `shown` gives the state in which a run is shown."""
        states = json.dumps(sorted(wanted.states))
        since = wanted.since.astimezone(UTC).isoformat() if wanted.since else ""
        conditions: list[tuple[str, list[str]]] = [
            ("started > ?", [since] if since else []),
            ("stack = ?", [wanted.stack] if wanted.stack else []),
            ("state IN (SELECT value FROM json_each(?))", [states] if wanted.states else []),
            ("id IN (SELECT run FROM target WHERE arn = ?)", [wanted.target] if wanted.target else []),
            (_FOUND, self._found(_plain(wanted.text).casefold(), shown) if wanted.text else []),
        ]
        used = [(text, values) for text, values in conditions if values]
        where = " AND ".join(text for text, _ in used) or "TRUE"
        return self._select(
            f"{where} {_NEWEST_FIRST} LIMIT ?", *(one for _, some in used for one in some), wanted.limit
        )

    def named(self, name: str) -> tuple[AnyRun, ...]:
        """The run of an id, else up to two whose ids begin or end so."""
        name = _plain(name)
        ends = "id IN (SELECT id FROM run WHERE substr(id, 1, ?) = ? OR substr(id, -?) = ? LIMIT 2)"
        size = len(name)
        return self._select("id = ?", name) or (self._select(ends, size, name, size, name) if name else ())

    def later_changes(self, run: str) -> tuple[AnyRun, ...]:
        """Runs that were recorded after this one and share a target with it, the newest first, 200 at most."""
        return self._select(f"{_ON_THE_SAME} ORDER BY rowid DESC LIMIT {_LATER}", run, run)

    def steps(self, run: str) -> tuple[StepRecord, ...]:
        """The steps of a run in their order."""
        return tuple(map(step_of, self._rows(f"{STEPS} WHERE run = ? ORDER BY position", run)))

    def items(self, run: str, step: int) -> tuple[ItemRecord, ...]:
        """The items of a step in their order."""
        query = f"{ITEMS} WHERE run = ? AND step = ? ORDER BY position"
        return tuple(map(item_of, self._rows(query, run, step)))

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _there(self) -> tuple[int, int] | None:
        """Which file lies there now: the one that was opened may have been moved aside or deleted."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    @property
    def _db(self) -> sqlite3.Connection:
        return self._opened.db

    def _found(self, text: str, shown: Callable[[RunRecord], str]) -> list[str]:
        """The values of `_FOUND`: what a process is at may be shown in another state than it is kept in."""
        tended = self._select("state IN (SELECT value FROM json_each(?))", json.dumps(sorted(_TENDED)))
        ids = [run.id for run in tended if isinstance(run, RunRecord) and text in shown(run)]
        states = [state.value for state in RunState if state not in _TENDED and text in state.value]
        return [text, text, text, json.dumps(ids), json.dumps(states)]

    def _put(self, db: sqlite3.Connection, record: RunRecord) -> RunRecord:
        db.execute("UPDATE run SET state = ?, body = ? WHERE id = ?", (record.state, pack(record), record.id))
        db.execute(_KEEP_SAID, (record.id, -1, -1, said(record)))
        return record

    def _run(self, db: sqlite3.Connection, run: str) -> RunRecord:
        found = self._any(db, run)
        if isinstance(found, UnreadableRun):
            raise JournalError(f"Run {found.id} cannot be read: {found.why}. It is left as it is.")
        return found

    def _any(self, db: sqlite3.Connection, run: str) -> AnyRun:
        row = db.execute(f"{RUNS} WHERE id = ?", (run,)).fetchone()
        if row is None:
            raise JournalError(f"{self._path} has no run {clean(run)}.")
        return run_of(row)

    def _select(self, where: str, *values: object) -> tuple[AnyRun, ...]:
        return tuple(map(run_of, self._rows(f"{RUNS} WHERE {where}", *values)))

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with explained(self._path):
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def _writing(self, *, anew: bool = False) -> Iterator[sqlite3.Connection]:
        """A transaction. With `anew` something begins, which must not where a newer version is at the file by now."""
        if (anew or self._opened.refusal) and (refusal := self.refusal()):
            raise JournalError(refusal)
        with explained(self._path):
            db = self._db
            db.execute("BEGIN IMMEDIATE")
            try:
                if anew and version_of(db) > VERSION:
                    raise JournalError(newer(self._path))
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise


def _plain(text: str) -> str:
    """Text as SQLite takes it: an argument may hold bytes that are none."""
    return text.encode("utf-8", "replace").decode()
