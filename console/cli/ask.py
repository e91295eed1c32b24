"""Questions on the command line, which a signal ends also in the moment between asking and reading.

``input()`` and ``getpass`` write their question and then wait inside the kernel: a signal that comes just before
that wait only leaves a mark for later, and later is when somebody presses enter. Here the wait is for the terminal
and for a pipe into which the interpreter writes as soon as a signal comes.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

YES: Final = ("y", "yes")

OWN: Final = "/dev/tty"
"""The terminal of a process, wherever stdin and stdout lead."""

_LINE: Final = 4096
"""Bytes of the longest line that a terminal hands over: N_TTY_BUF_SIZE of Linux."""


def agreed(question: str) -> bool:
    """Ask on the terminal of stdin and stdout for a yes; anything else, also the end of the input, is a no."""
    try:
        return ask(f"{question} [y/N] ").strip().lower() in YES
    except EOFError:
        return False


def ask(question: str) -> str:
    """Ask on the terminal of stdin and stdout; gives the line. What was typed before is no answer and is dropped.

    Call it in the main thread. Raises EOFError at the end of the input, and what the handler of a signal raises.
    """
    terminal = sys.stdin.fileno()
    termios.tcflush(terminal, termios.TCIFLUSH)
    sys.stdout.write(question)
    sys.stdout.flush()
    return _line(terminal).decode(errors="replace")


def ask_hidden(question: str) -> str:
    """Ask on the process's own terminal, wherever stdout leads, for a line that is not shown while it is typed.

    Without a terminal of its own it asks on stdin and stderr. Raises as `ask` does, OSError where neither can be
    asked, and ValueError for what is no UTF-8; the terminal shows again what is typed, however it ends.
    """
    with _own_terminal() as (terminal, screen), _silent(terminal):
        os.write(screen, question.encode(errors="replace"))
        try:
            return _line(terminal).decode()
        finally:
            os.write(screen, b"\n")


@contextmanager
def _own_terminal() -> Iterator[tuple[int, int]]:
    """The descriptors to read from and to write to."""
    try:
        terminal = os.open(OWN, os.O_RDWR | os.O_NOCTTY)
    except OSError:
        yield sys.stdin.fileno(), sys.stderr.fileno()
        return
    try:
        yield terminal, terminal
    finally:
        os.close(terminal)


@contextmanager
def _silent(terminal: int) -> Iterator[None]:
    """Let a terminal not show what is typed; what was typed before is dropped."""
    try:
        modes = termios.tcgetattr(terminal)
        hidden = [*modes]
        hidden[3] &= ~termios.ECHO
        termios.tcsetattr(terminal, termios.TCSAFLUSH, hidden)
    except termios.error as error:
        raise OSError(*error.args) from error
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, modes)


def _line(terminal: int) -> bytes:
    """A line without its end. A terminal that can be read has a whole line, so that reading it does not wait."""
    line = b""
    with _woken() as wake:
        while not line.endswith(b"\n"):
            ready, _, _ = select.select([terminal, wake], [], [])
            if wake in ready:
                os.read(wake, _LINE)  # the handler of the signal runs here, and may raise
            elif piece := os.read(terminal, _LINE):
                line += piece
            else:
                raise EOFError
    return line.removesuffix(b"\n")


@contextmanager
def _woken() -> Iterator[int]:
    """A descriptor that can be read as soon as a signal comes for which there is a handler."""
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    former = -1
    try:  # a handler may raise at any moment from here on
        former = signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        yield wake
    finally:
        signal.set_wakeup_fd(former)
        os.close(wake)
        os.close(waker)
