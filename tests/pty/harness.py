"""A terminal for tests: runs a program in a pseudo-terminal, answers like a modern terminal, keeps the screen.

Nothing is read while no method is being called: a test that does not call any is a terminal that nobody reads.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyte

from tests.children import stop
from tests.deadlines import SOON

Condition = str | re.Pattern[str] | Callable[["Terminal"], bool]

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "shift+tab": "\x1b[Z",
    "escape": "\x1b",
    "space": " ",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "delete": "\x1b[3~",
    **{f"ctrl+{chr(96 + n)}": chr(n) for n in range(1, 27)},
}

# What the program asks, and what a terminal of today says to it.
ANSWERS = (
    (re.compile(rb"\x1b\[0?c"), b"\x1b[?62;22c"),
    (re.compile(rb"\x1b\[6n"), b"\x1b[1;1R"),
    (re.compile(rb"\x1b\[\?2026\$p"), b"\x1b[?2026;2$y"),
    (re.compile(rb"\x1b\[\?2048\$p"), b"\x1b[?2048;0$y"),
    (re.compile(rb"\x1b\]10;\?(?:\x07|\x1b\\)"), b"\x1b]10;rgb:cccc/cccc/cccc\x1b\\"),
    (re.compile(rb"\x1b\]11;\?(?:\x07|\x1b\\)"), b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
)
LONGEST_QUERY = 16
MOST_READS = 16
UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<=>][0-9;]*[a-z]|\x1b\[\?[0-9;]+\$p|\x1bP.*?\x1b\\", re.DOTALL)
UNFINISHED = re.compile(rb"\x1b(?:\[[0-9;?<=>$]*|P[^\x1b]*\x1b?)?\Z")
MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")


class Terminal:
    """A pseudo-terminal of `columns` x `rows` with `argv` running in it, as its session leader.

    `env` is added to this process's environment, where None takes a variable away; `ignore` names signals that the
    program is started with ignored. Without `emulate` there is no screen, only `raw`.
    """

    def __init__(
        self,
        argv: Sequence[str | Path],
        columns: int = 100,
        rows: int = 30,
        *,
        env: Mapping[str, str | None] | None = None,
        cwd: Path | None = None,
        ignore: Sequence[signal.Signals] = (),
        emulate: bool = True,
    ) -> None:
        self._emulate = emulate
        self.raw = bytearray()
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._unfed = self._unanswered = b""
        # The other end stays open here, so that the terminal's modes can be looked at after the program's end.
        self.master, self._slave = pty.openpty()
        self._size(columns, rows)
        self.modes_at_start = self.termios()
        # A size in the environment, as pytest-xdist sets it, would go before the terminal's own.
        size = {"COLUMNS": None, "LINES": None}
        changes = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": None, **size, **(env or {})}
        merged = {**os.environ, **{name: value for name, value in changes.items() if value is not None}}
        for name in (name for name, value in changes.items() if value is None):
            merged.pop(name, None)

        # A session leader that opens a terminal gets it as its own; the shell is replaced by the program.
        traps = "".join(f"trap '' {number.name.removeprefix('SIG')}; " for number in ignore)
        take = [traps + 'exec "$@" <>"$0" >&0 2>&0', os.ttyname(self._slave), *argv]
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", *(str(part) for part in take)],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=merged,
            cwd=cwd,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the program, by force where it does not go by itself within 3 s, and close the terminal."""
        try:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
                with contextlib.suppress(TimeoutError):
                    self.wait_exit(3)
        finally:  # also where a deadline comes in the middle of it
            stop(self.process)
            self.hang_up()

    def hang_up(self) -> None:
        """Close the terminal under the program, as a lost connection does."""
        for fd in (self.master, self._slave):
            if fd >= 0:
                os.close(fd)
        self.master = self._slave = -1

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size; the program is told by the kernel."""
        self.screen.resize(rows, columns)
        self._size(columns, rows)

    def termios(self) -> list[Any]:
        """The terminal's modes as the kernel keeps them."""
        return termios.tcgetattr(self._slave)

    def modes(self) -> dict[int, bool]:
        """The private modes (1049, 2004, ...) that the program ever set or reset, and how it left each."""
        found: dict[int, bool] = {}
        for numbers, way in MODE.findall(bytes(self.raw)):
            found |= {int(number): way == b"h" for number in numbers.split(b";")}
        return found

    def read(self, seconds: float = 0.0) -> bool:
        """Take what the program wrote, waiting for it at most `seconds`; whether there was anything."""
        if self.master < 0 or not select.select([self.master], [], [], max(0.0, seconds))[0]:
            return False
        data = os.read(self.master, 65536)
        self.raw += data
        self._answer(data)
        if self._emulate:
            self._feed(data)
        return bool(data)

    def _answer(self, data: bytes) -> None:
        window = self._unanswered + data
        asked = [(match.start(), match.end(), reply) for query, reply in ANSWERS for match in query.finditer(window)]
        done = 0
        for _, end, reply in sorted(asked):
            os.write(self.master, reply)
            done = end
        self._unanswered = window[max(done, len(window) - LONGEST_QUERY) :]

    def _feed(self, data: bytes) -> None:
        window = self._unfed + data
        cut = UNFINISHED.search(window)
        end = cut.start() if cut else len(window)
        self._unfed = window[end:]
        self._stream.feed(UNKNOWN_TO_PYTE.sub(b"", window[:end]))

    def lines(self) -> list[str]:
        """The rows of the screen, without blanks at their ends."""
        self._take()
        return [line.rstrip() for line in self.screen.display]

    def text(self) -> str:
        """The whole screen as text."""
        return "\n".join(self.lines())

    def _take(self) -> None:
        """Read what is there; not for ever where the program writes faster than it can be read."""
        for _ in range(MOST_READS):
            if not self.read():
                return

    def _holds(self, condition: Condition) -> bool:
        if isinstance(condition, str):
            return condition in self.text()
        if isinstance(condition, re.Pattern):
            return condition.search(self.text()) is not None
        return condition(self)

    def wait_for(self, condition: Condition, timeout: float = SOON) -> None:
        """Read until the screen holds the text, matches the expression, or the function says yes."""
        deadline = time.monotonic() + timeout
        while True:
            ended = self.process.poll()
            self._take()
            if self._holds(condition):
                return
            left = deadline - time.monotonic()
            if left <= 0 or ended is not None:
                state = "still running" if ended is None else f"ended with {ended}"
                raise AssertionError(f"{condition!r} is not there; the program is {state}:\n{self.text()}")
            self.read(min(left, 0.1))

    def wait_exit(self, timeout: float = SOON) -> int:
        """Read until the program has ended; its exit code, negative for a signal that killed it."""
        deadline = time.monotonic() + timeout
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise TimeoutError(f"still running after {timeout} s")
            if not self.read(0.02):
                time.sleep(0.005)
        self._take()
        return self.process.returncode

    def press(self, *keys: str) -> None:
        """Type keys: a name of `KEYS`, or literal text."""
        for key in keys:
            os.write(self.master, KEYS.get(key, key).encode())

    def kill(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        self.process.send_signal(number)
