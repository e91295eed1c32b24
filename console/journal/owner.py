"""Which process is at a run, and whether it still is."""

from __future__ import annotations

import getpass
import os
import platform
import subprocess
from functools import cache
from pathlib import Path

from console.journal.records import Owner, Who
from console.text import clean


@cache
def _host() -> tuple[str, str]:
    return platform.node(), _boot()


def me() -> Owner:
    """This process."""
    host, boot = _host()
    return Owner(host, boot, os.getpid(), _started(os.getpid()))


def is_gone(owner: Owner) -> bool:
    """Whether a process has surely ended. One on another machine, which a shared folder may show, is left alone."""
    host, boot = _host()
    if owner.host != host:
        return False
    return owner.boot != boot or _started(owner.pid) != owner.started


def who(arn: str) -> Who:
    """Who makes a change here: the caller's ARN, the login name, and the SSH session's address."""
    try:
        login = getpass.getuser()
    except (KeyError, OSError):
        login = str(os.getuid())
    return Who(str(clean(arn)), str(clean(login)), str(clean(os.environ.get("SSH_CLIENT", ""))))


def _boot() -> str:
    """A name for the time since this machine was started."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return _output("sysctl", "-n", "kern.boottime")


def _started(pid: int) -> str:
    """When a process was started, in whatever form the system tells it; empty where there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return "" if Path("/proc/self/stat").exists() else _output("ps", "-o", "lstart=", "-p", str(pid))
    # The name in brackets may hold anything; after it the state comes first, the start 19 words later (proc(5)).
    words = text.rpartition(")")[2].split()
    return "" if words[0] == "Z" else words[19]


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""
