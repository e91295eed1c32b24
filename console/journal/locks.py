"""File locks, which the system lets go of when their process ends, however it ends."""

from __future__ import annotations

import fcntl
import hashlib
import os
from functools import cached_property
from pathlib import Path

from console.files.settings import make_private
from console.journal.errors import unusable
from console.journal.filesystem import is_local


class Locks:
    """The locks that all consoles with one journal share: one a resource, one a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "locks"

    def try_resource(self, arn: str) -> Lock | None:
        """Take the lock of a resource; None while another run holds it. Raises `JournalError`."""
        return self._try(hashlib.sha256(arn.encode()).hexdigest()[:32])

    def try_run(self, run: str) -> Lock | None:
        """Take the lock of a run; None while its process lives. Raises `JournalError`."""
        return self._try(f"run-{run}")

    def is_held(self, run: str) -> bool | None:
        """Whether a process holds the lock of a run; None where that cannot be told.

        That is so without a lock file, and on a file system that other machines may share, whose locks are not seen.
        """
        if not self._local:
            return None
        try:
            fd = os.open(self.folder / f"run-{run}", os.O_RDONLY)
        except OSError:
            return None
        try:
            # Shared, so that two that look do not see each other.
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return None
        finally:
            os.close(fd)
        return False

    def forget_run(self, run: str) -> None:
        """Remove the lock file of a run that has ended; a run's name is never used again."""
        (self.folder / f"run-{run}").unlink(missing_ok=True)

    @cached_property
    def _local(self) -> bool:
        return is_local(self.folder)

    def _try(self, name: str) -> Lock | None:
        try:
            make_private(self.folder)
            fd = os.open(self.folder / name, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise unusable(self.folder, error) from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return None
        except OSError as error:
            os.close(fd)
            raise unusable(self.folder, error) from error
        return Lock(fd)


class Lock:
    """A lock that is held until `release`, or until the process ends."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def release(self) -> None:
        """Let go; once more does nothing."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)
