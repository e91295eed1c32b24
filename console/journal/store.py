"""Where the journal is kept: one SQLite file, written so that what was recorded survives a cut of the power."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec
from msgspec.structs import replace

from console.journal.filesystem import network_filesystem
from console.journal.records import Filter, ItemRecord, Owner, RunRecord, StepRecord
from console.settings import FolderError, make_private
from console.text import clean

NAME: Final = "journal.db"
VERSION: Final = 1
_WAIT: Final = 10.0
"""Seconds that a write waits for another process's."""

_SCHEMA: Final = """
CREATE TABLE run (id TEXT PRIMARY KEY, started TEXT NOT NULL, state TEXT NOT NULL, stack TEXT NOT NULL,
                  body BLOB NOT NULL) STRICT;
CREATE INDEX run_started ON run (started);
CREATE INDEX run_state ON run (state);
CREATE TABLE target (run TEXT NOT NULL REFERENCES run, arn TEXT NOT NULL, PRIMARY KEY (arn, run)) STRICT;
CREATE TABLE step (run TEXT NOT NULL REFERENCES run, position INTEGER NOT NULL, body BLOB NOT NULL,
                   PRIMARY KEY (run, position)) STRICT;
CREATE TABLE item (run TEXT NOT NULL REFERENCES run, step INTEGER NOT NULL, position INTEGER NOT NULL,
                   body BLOB NOT NULL, PRIMARY KEY (run, step, position)) STRICT;
"""


# In the values, not in the names of the fields.
_SAYS: Final = "EXISTS (SELECT 1 FROM json_tree(CAST(body AS TEXT)) WHERE instr(lower(CAST(atom AS TEXT)), ?))"


class JournalError(Exception):
    """The journal cannot be used; the message says why and what to do next. Nothing may be changed then."""


def unusable(path: Path, error: sqlite3.Error | OSError) -> JournalError:
    """The error that explains why a file or folder of the journal cannot be used."""
    reason = error.strerror if isinstance(error, OSError) else str(error)
    then = "make room or rights there, or name another folder in GROUNDSKEEPER_STATE_DIR"
    if isinstance(error, FolderError):
        then = error.next
    return JournalError(
        f"The journal {path} cannot be used: {clean(reason)}. What cannot be recorded is not done. Next: {then}."
    )


class Store(Protocol):
    """What a journal needs of the place where it is kept. Each method is one transaction."""

    note: str

    def add(self, run: RunRecord, steps: Sequence[StepRecord]) -> None:
        """Keep a new run with the steps that it will take."""

    def change(self, run: str, **changes: Any) -> RunRecord:
        """Change fields of a run; gives it as it is then."""

    def change_step(self, run: str, position: int, **changes: Any) -> None:
        """Change fields of a step."""

    def claim(self, run: str, former: Owner | None, new: Owner) -> bool:
        """Take a run over from an owner, unless another process was faster."""

    def put_items(self, run: str, step: int, items: Sequence[ItemRecord]) -> None:
        """Keep items of a step, new ones and changed ones."""

    def runs(self, wanted: Filter) -> tuple[RunRecord, ...]:
        """Runs, newest first."""

    def steps(self, run: str) -> tuple[StepRecord, ...]:
        """The steps of a run in their order."""

    def items(self, run: str, step: int) -> tuple[ItemRecord, ...]:
        """The items of a step in their order."""

    def close(self) -> None:
        """Let go of the file."""


class SqliteStore:
    """The journal in a folder of its own, for this user's eyes only. Use it in one thread.

    Raises `JournalError` where it cannot be opened or written.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        with self._explained():
            make_private(folder)
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
            self._path.chmod(0o600)
            kind = network_filesystem(folder)
            self.note = f"The journal lies on a network file system ({kind}): it is slower there." if kind else ""
            self._db = sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None)
            try:
                # The shared memory of WAL does not work between machines.
                self._db.execute(f"PRAGMA journal_mode = {'TRUNCATE' if kind else 'WAL'}")
                self._db.execute(f"PRAGMA synchronous = {'EXTRA' if kind else 'FULL'}")
                self._make()
            except BaseException:
                self._db.close()
                raise

    def add(self, run: RunRecord, steps: Sequence[StepRecord]) -> None:
        """Keep a new run with the steps that it will take."""
        with self._writing() as db:
            row = (run.id, run.started.isoformat(), run.state, run.stack, _pack(run))
            db.execute("INSERT INTO run VALUES (?, ?, ?, ?, ?)", row)
            db.executemany("INSERT INTO target VALUES (?, ?)", {(run.id, arn) for _, arn in run.targets})
            db.executemany("INSERT INTO step VALUES (?, ?, ?)", [(run.id, s.position, _pack(s)) for s in steps])

    def change(self, run: str, **changes: Any) -> RunRecord:
        """Change fields of a run; gives it as it is then."""
        with self._writing() as db:
            record = replace(self._run(run), **changes)
            db.execute("UPDATE run SET state = ?, body = ? WHERE id = ?", (record.state, _pack(record), run))
        return record

    def change_step(self, run: str, position: int, **changes: Any) -> None:
        """Change fields of a step."""
        with self._writing() as db:
            where = (run, position)
            (body,) = db.execute("SELECT body FROM step WHERE run = ? AND position = ?", where).fetchone()
            record = replace(msgspec.json.decode(body, type=StepRecord), **changes)
            db.execute("UPDATE step SET body = ? WHERE run = ? AND position = ?", (_pack(record), *where))

    def claim(self, run: str, former: Owner | None, new: Owner) -> bool:
        """Take a run over from an owner, unless another process was faster."""
        with self._writing() as db:
            record = self._run(run)
            if record.owner != former:
                return False
            db.execute("UPDATE run SET body = ? WHERE id = ?", (_pack(replace(record, owner=new)), run))
        return True

    def put_items(self, run: str, step: int, items: Sequence[ItemRecord]) -> None:
        """Keep items of a step, new ones and changed ones."""
        with self._writing() as db:
            rows = [(run, step, item.position, _pack(item)) for item in items]
            db.executemany("INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?)", rows)

    def runs(self, wanted: Filter) -> tuple[RunRecord, ...]:
        """Runs, newest first."""
        states = sorted(wanted.states)
        since = wanted.since.isoformat() if wanted.since else ""
        conditions: list[tuple[str, list[str]]] = [
            ("started > ?", [since] if since else []),
            ("stack = ?", [wanted.stack] if wanted.stack else []),
            (f"state IN ({', '.join('?' * len(states))})", [*states]),
            ("id IN (SELECT run FROM target WHERE arn = ?)", [wanted.target] if wanted.target else []),
            (_SAYS, [_lower(wanted.text)] if wanted.text else []),
        ]
        used = [(text, values) for text, values in conditions if values]
        where = " AND ".join(text for text, _ in used) or "TRUE"
        values = [value for _, values in used for value in values]
        query = f"SELECT body FROM run WHERE {where} ORDER BY started DESC, rowid DESC LIMIT ?"  # noqa: S608
        return tuple(msgspec.json.decode(body, type=RunRecord) for body in self._bodies(query, *values, wanted.limit))

    def steps(self, run: str) -> tuple[StepRecord, ...]:
        """The steps of a run in their order."""
        query = "SELECT body FROM step WHERE run = ? ORDER BY position"
        return tuple(msgspec.json.decode(body, type=StepRecord) for body in self._bodies(query, run))

    def items(self, run: str, step: int) -> tuple[ItemRecord, ...]:
        """The items of a step in their order."""
        query = "SELECT body FROM item WHERE run = ? AND step = ? ORDER BY position"
        return tuple(msgspec.json.decode(body, type=ItemRecord) for body in self._bodies(query, run, step))

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _make(self) -> None:
        with self._writing() as db:
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version > VERSION:
                raise JournalError(
                    f"{self._path} was written by a newer Groundskeeper. "
                    "Next: use that one, or name another folder in GROUNDSKEEPER_STATE_DIR."
                )
            if version < VERSION:
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {VERSION}")

    def _run(self, run: str) -> RunRecord:
        row = self._db.execute("SELECT body FROM run WHERE id = ?", (run,)).fetchone()
        if row is None:
            raise JournalError(f"{self._path} has no run {clean(run)}.")
        return msgspec.json.decode(row[0], type=RunRecord)

    def _bodies(self, query: str, *values: object) -> list[bytes]:
        with self._explained():
            return [body for (body,) in self._db.execute(query, values)]

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._explained():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise unusable(self._path, error) from error


def _lower(text: str) -> str:
    """Lower case as SQLite makes it, of ASCII letters alone."""
    return "".join(char.lower() if char.isascii() else char for char in text)


def _pack(record: msgspec.Struct) -> bytes:
    return msgspec.json.encode(record)
