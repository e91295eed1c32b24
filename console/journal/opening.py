"""Opening the journal's file: to write where that can be, else only to read, and saying why."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import Final

from console.files.settings import make_private
from console.journal.errors import MOVE_IT, NEXT, JournalError, explained, reason_of, unusable
from console.journal.filesystem import network_filesystem
from console.journal.schema import VERSION, migrate, read_as_it_is, teach, version_of

_WAIT: Final = 10.0
"""Seconds that a write waits for another process's."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An open file. `refusal` says why it can only be read; `note` what else is unusual."""

    db: sqlite3.Connection
    note: str = ""
    refusal: str = ""


def open_file(path: Path) -> Opened:
    """Open the journal, making it where there is none and bringing an earlier version up to date.

    What cannot be written is opened for reading alone: a file that a newer version wrote, one without the rights.
    Raises `JournalError` where it cannot be read either.
    """
    with explained(path):
        make_private(path.parent)
        if path.exists() and not S_ISREG(path.stat().st_mode):
            raise JournalError(f"The journal {path} cannot be used: it is no file. {MOVE_IT}")
    try:
        return _to_write(path)
    except _Newer:
        refusal = newer(path)
    except (sqlite3.Error, OSError) as error:
        refusal = (
            f"The journal {path} can only be read: {reason_of(error)}. What cannot be recorded is not done. {NEXT}"
        )
        try:
            return Opened(_to_read(path), refusal=refusal)
        except (sqlite3.Error, OSError):
            raise unusable(path, error) from error
    with explained(path):
        return Opened(_to_read(path), refusal=refusal)


def newer(path: Path) -> str:
    """Why nothing is written into a file of a newer version."""
    return (
        f"The journal {path} was written by a newer Groundskeeper: this one only reads it. "
        "Next: use that one, or name another folder in GROUNDSKEEPER_STATE_DIR."
    )


class _Newer(Exception):
    """A newer version wrote the file."""


def _to_write(path: Path) -> Opened:
    _make(path)
    kind = network_filesystem(path.parent)
    db = sqlite3.connect(path, timeout=_WAIT, isolation_level=None)
    try:
        if not 0 <= version_of(db) <= VERSION:
            raise _Newer
        path.chmod(0o600)
        db.execute(f"PRAGMA synchronous = {'EXTRA' if kind else 'FULL'}")
        teach(db)
        migrate(db)
        # Last, so that a file of another program stays as it is. WAL's shared memory does not work between machines.
        db.execute(f"PRAGMA journal_mode = {'TRUNCATE' if kind else 'WAL'}")
    except BaseException:
        db.close()
        raise
    return Opened(db, f"The journal lies on a network file system ({kind}): it is slower there." if kind else "")


def _make(path: Path) -> None:
    """Make the file where there is none, as this user's alone. Raises OSError where it may not be written.

    One that is there is not opened but by SQLite: to close it drops every lock that this process has on it (POSIX, and
    "How To Corrupt An SQLite Database File" 2.2), whereupon the next program to end deletes the log of the others.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    if not os.access(path, os.R_OK | os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def _to_read(path: Path) -> sqlite3.Connection:
    log = path.with_name(f"{path.name}-wal")
    try:
        return _looked_at(f"{path.absolute().as_uri()}?mode=ro")
    except sqlite3.OperationalError:
        if log.exists() and log.stat().st_size:
            raise
        # WAL needs a file beside it, which a folder without rights does not allow; nobody else can write there.
        return _looked_at(f"{path.absolute().as_uri()}?mode=ro&immutable=1")


def _looked_at(address: str) -> sqlite3.Connection:
    db = sqlite3.connect(address, timeout=_WAIT, isolation_level=None, uri=True)
    try:
        teach(db)
        read_as_it_is(db)
        db.execute("SELECT body FROM run LIMIT 0")
    except BaseException:
        db.close()
        raise
    return db
