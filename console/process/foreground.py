"""Runs a program on this terminal, in the foreground, as a shell does: its keys and signals reach it and not us."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Final

from console.text import Clean, clean

_WAITING: Final = 'kill -STOP $$; exec "$@"'
"""What the child does first: until it is in the foreground, a ctrl+c meant for it would end the console."""

_running: list[int] = []


def run(argv: Sequence[str], env: Mapping[str, str]) -> int | Clean:
    """Run a program with `env` added to the environment until it ends; its exit code, or why it cannot start.

    It is a job of its own: ctrl+c ends it and not the console. Blocks; nothing may be drawn meanwhile.
    """
    if shutil.which(argv[0]) is None:
        return clean(f"{argv[0]} cannot be started: it is not there.")
    tty = sys.stdin.fileno()
    child = subprocess.Popen(["/bin/sh", "-c", _WAITING, "sh", *argv], env={**os.environ, **env}, process_group=0)
    _running.append(child.pid)
    try:
        os.waitpid(child.pid, os.WUNTRACED)
        os.tcsetpgrp(tty, child.pid)
        return _wait(child)
    finally:
        _running.remove(child.pid)
        _take_back(tty)


def end() -> None:
    """End the program that runs in the foreground, if there is one: the console ends."""
    for group in list(_running):
        os.killpg(group, signal.SIGHUP)


def _wait(child: subprocess.Popen[bytes]) -> int:
    """Let it go on and wait for its end; when it is stopped it goes on at once: no shell could bring it back."""
    while True:
        os.killpg(child.pid, signal.SIGCONT)
        _, status = os.waitpid(child.pid, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            child.returncode = os.waitstatus_to_exitcode(status)
            return child.returncode


def _take_back(tty: int) -> None:
    """Be in the foreground again: a job in the background may set that only where it ignores the signal for it."""
    former = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    os.tcsetpgrp(tty, os.getpgrp())
    signal.signal(signal.SIGTTOU, former)
