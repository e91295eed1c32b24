"""Which process is at a run, and whether it still is."""

from __future__ import annotations

import getpass
import hashlib
import os
import platform
import subprocess
from enum import Enum
from functools import cache
from pathlib import Path

from console.journal.records import Owner, Who
from console.text import clean


class Life(Enum):
    """What can be told of a process from here."""

    ALIVE = "alive"
    GONE = "gone"
    UNTOLD = "untold"
    """It is on another machine or in another container, as far as can be seen: its lock may tell."""


def me() -> Owner:
    """This process."""
    return Owner(*_place(), os.getpid(), _started(os.getpid()) or "", _machine(), _namespace())


def life_of(owner: Owner) -> Life:
    """Whether a process lives, by its identity.

    The same boot is the same machine, whatever its name: its process ids can be looked up, if both count in the same
    namespace. Another boot of a machine of the same name, which is no other one by its machine id, means that it was
    restarted. All else is another machine, or one that was renamed and restarted: cloned ones share a machine id.
    """
    host, boot = _place()
    same_host, boots_told = owner.host == host, bool(owner.boot and boot)
    if owner.boot == boot if boots_told else same_host:
        started = _started(owner.pid)
        if owner.started and started == owner.started:
            return Life.ALIVE
        # Records of earlier versions name no namespace.
        visible = owner.namespace == _namespace() or (not owner.namespace and same_host)
        return Life.GONE if visible and owner.started and started is not None else Life.UNTOLD
    if owner.machine and _machine() and owner.machine != _machine():
        return Life.UNTOLD
    return Life.GONE if same_host and boots_told else Life.UNTOLD


def who(arn: str) -> Who:
    """Who makes a change here: the caller's ARN, the login name, and the SSH session's address."""
    try:
        login = getpass.getuser()
    except (KeyError, OSError):
        login = str(os.getuid())
    return Who(str(clean(arn)), str(clean(login)), str(clean(os.environ.get("SSH_CLIENT", ""))))


@cache
def _place() -> tuple[str, str]:
    """The host name, and a name for the time since this machine was started."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        boot = _output("sysctl", "-n", "kern.bootsessionuuid") or ""
    return platform.node(), boot


@cache
def _machine() -> str:
    """A name for this machine that stays when it is restarted or renamed; the id itself is nobody's business."""
    try:
        text = Path("/etc/machine-id").read_bytes().strip()
    except OSError:
        return ""
    return hashlib.sha256(b"groundskeeper " + text).hexdigest()[:32] if text else ""


@cache
def _namespace() -> str:
    """The namespace in which this process's id counts; empty where the system has none."""
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """When a process was started, in whatever form the system tells it; empty where there is none, None if untold."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return "" if Path("/proc/self/stat").exists() else _output("ps", "-o", "lstart=", "-p", str(pid))
    # The name in brackets may hold anything; after it the state comes first, the start 19 words later (proc(5)).
    words = text.rpartition(")")[2].split()
    return "" if not words or words[0] == "Z" else words[19]


def _output(*command: str) -> str | None:
    """What a command says; None where it cannot be run."""
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return None
