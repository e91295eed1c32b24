"""Somebody at a terminal: this process's stdin and stdout are a terminal on which a test answers questions."""

from __future__ import annotations

import os
import pty
import re
import select
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest

from tests.deadlines import SOON

ASKED = re.compile(rb"\? \[[^]]*\] $")
"""The end of a question that waits for its answer."""


@dataclass
class Somebody:
    """Reads what is shown and answers; `typed_before` is what is typed ahead of everything."""

    keyboard: int
    name: str
    shown: bytes = b""
    told: bytes = b""
    """What was shown before the last answer."""
    END: ClassVar[str] = "\x04"
    """Ctrl+d, which ends the input."""

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self.keyboard, text.encode())

    def type_ahead(self, line: str) -> None:
        """Press keys and enter before anything asks, and wait until the terminal has the line to hand over."""
        self.type(f"{line}\n")
        assert select.select([sys.stdin], [], [], SOON)[0], "the line has not come"

    def see(self, text: str) -> None:
        """Read until a text is there."""
        while text.encode() not in self.shown:
            assert select.select([self.keyboard], [], [], SOON)[0], self.shown
            self.shown += os.read(self.keyboard, 4096)

    def answers(self, *lines: str) -> None:
        """Answer one question after the other in a thread of its own, each as soon as it is asked; `END` ends it."""

        def talk() -> None:
            for line in lines:
                while not ASKED.search(self.shown):
                    assert select.select([self.keyboard], [], [], SOON)[0], self.shown
                    self.shown += os.read(self.keyboard, 4096)
                self.told += self.shown
                self.shown = b""
                self.type(line if line == self.END else f"{line}\n")

        threading.Thread(target=talk, daemon=True).start()

    def when(self, question: str, act: Callable[[], object]) -> None:
        """Do something in a thread of its own as soon as a question is asked."""

        def wait() -> None:
            with suppress(OSError):  # the terminal is closed by now
                self.see(question)
                act()

        threading.Thread(target=wait, daemon=True).start()


@contextmanager
def somebody() -> Iterator[Somebody]:
    """Make a new terminal stdin, stdout and the process's own, with somebody at it."""
    ours, theirs = pty.openpty()
    name = os.ttyname(theirs)
    try:
        with (
            os.fdopen(theirs, "r") as read,
            Path(name).open("w") as written,
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setattr("sys.stdin", read)
            patch.setattr("sys.stdout", written)
            patch.setattr("console.cli.ask.OWN", name)
            yield Somebody(ours, name)
    finally:
        os.close(ours)
