"""Which processes there are of ours: what a program leaves behind comes to this process, and is seen."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_SET_CHILD_SUBREAPER = 36
_TICKS = os.sysconf("SC_CLK_TCK")


def adopt_orphans() -> None:
    """Become the parent of whatever loses its own beneath this process (Linux: prctl)."""
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children(pid: int | None = None) -> list[int]:
    """The running children of a process, this one where none is named."""
    wanted = pid or os.getpid()
    return [found for found, fields in _processes() if int(fields[1]) == wanted and fields[0] != "Z"]


def of_session(session: int) -> list[int]:
    """The running processes of a session: a program in a terminal and all that it started in it."""
    return [found for found, fields in _processes() if int(fields[3]) == session and fields[0] != "Z"]


def end_strays() -> list[str]:
    """End, by their ids, the children that are left; gives their command lines."""
    left = []
    for pid in children():
        with suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            left.append(words.strip()[:200])
            os.kill(pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    return left


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has used."""
    fields = _fields(Path(f"/proc/{pid}/stat").read_text())
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident(pid: int) -> float:
    """Resident megabytes of a process."""
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


def threads(pid: int) -> int:
    """How many threads a process has."""
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def gone(pids: list[int], seconds: float) -> bool:
    """Whether all of these have ended within a time."""
    until = time.monotonic() + seconds
    while any(Path(f"/proc/{pid}").exists() and pid in running() for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def running() -> set[int]:
    """Every process that is not a zombie."""
    return {pid for pid, fields in _processes() if fields[0] != "Z"}


def _processes() -> Iterator[tuple[int, list[str]]]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            yield int(stat.parent.name), _fields(stat.read_text())


def _fields(stat: str) -> list[str]:
    """What follows the name in /proc/PID/stat: state, parent, group, session, ..."""
    return stat.rpartition(")")[2].split()
