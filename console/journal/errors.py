"""Why the journal cannot be used, as a sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from console.files.settings import FolderError
from console.text import clean

NEXT: Final = "Next: make room or rights there, or name another folder in GROUNDSKEEPER_STATE_DIR."
_BROKEN: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
MOVE_IT: Final = (
    "It is left as it is. Next: move it aside together with its -wal and -shm, and a new one is begun; "
    "or name another folder in GROUNDSKEEPER_STATE_DIR."
)


class JournalError(Exception):
    """The journal cannot be used; the message says why and what to do next. Nothing may be changed then."""


def unusable(path: Path, error: sqlite3.Error | OSError) -> JournalError:
    """The error that explains why a file or folder of the journal cannot be used."""
    broken = isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _BROKEN
    then = f"Next: {error.next}." if isinstance(error, FolderError) else MOVE_IT if broken else NEXT
    return JournalError(
        f"The journal {path} cannot be used: {reason_of(error)}. What cannot be recorded is not done. {then}"
    )


def reason_of(error: sqlite3.Error | OSError) -> str:
    """What the system says of a file."""
    return clean((error.strerror if isinstance(error, OSError) else None) or error)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Inside of this what SQLite and the system raise of a file becomes a `JournalError`."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise unusable(path, error) from error
