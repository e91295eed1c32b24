"""The tables of the journal, and how a file of an earlier version becomes one of this."""

from __future__ import annotations

import sqlite3
from typing import Final

from console.journal.records import ItemRecord, RunRecord, StepRecord
from console.journal.rows import BODY_LIMIT, said_in

_FIRST: Final = """
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

_SMALL: Final = f"CASE WHEN length(body) <= {BODY_LIMIT} THEN body END"
_SAID: Final = f"""
SELECT id AS run, -1 AS step, -1 AS item, said_in_run({_SMALL}) AS text FROM run
UNION ALL SELECT run, position, -1, said_in_step({_SMALL}) FROM step
UNION ALL SELECT run, step, position, said_in_item({_SMALL}) FROM item
"""  # noqa: S608 - a constant

# A table of its own: rows that cannot be read stay untouched. Odd rows of a damaged file are left out of it.
_SEARCH: Final = f"""
CREATE TABLE said (run TEXT, step INTEGER, item INTEGER, text TEXT, PRIMARY KEY (run, step, item)) WITHOUT ROWID;
INSERT OR IGNORE INTO said {_SAID};
CREATE INDEX target_run ON target (run);
"""

MIGRATIONS: Final = (_FIRST, _SEARCH)
"""What makes version 1 of an empty file, 2 of 1, and so on. One that was released is never changed.

A console that is open while a newer one brings the file up to date goes on recording what it has begun. So a
migration only adds: tables, indexes, and columns with defaults.
"""

VERSION: Final = len(MIGRATIONS)


def version_of(db: sqlite3.Connection) -> int:
    """The version of a file; 0 for an empty one."""
    (version,) = db.execute("PRAGMA user_version").fetchone()
    return int(version)


def teach(db: sqlite3.Connection) -> None:
    """Let a connection read any text, and find in a body what is shown of it."""
    db.text_factory = lambda text: text.decode("utf-8", "replace")
    for name, kind in (("run", RunRecord), ("step", StepRecord), ("item", ItemRecord)):
        db.create_function(f"said_in_{name}", 1, said_in(kind), deterministic=True)


def migrate(db: sqlite3.Connection) -> None:
    """Bring a file up to date, each version in one transaction; of two processes one does it, the other waits."""
    while (version := version_of(db)) < VERSION:
        db.execute("BEGIN IMMEDIATE")
        try:
            if version_of(db) == version:
                for statement in filter(str.strip, MIGRATIONS[version].split(";")):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {version + 1}")
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def read_as_it_is(db: sqlite3.Connection) -> None:
    """Let a file of an earlier version that cannot be written be searched all the same, if slowly."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'said'").fetchone():
        db.execute(f"CREATE TEMP VIEW said AS {_SAID}")
