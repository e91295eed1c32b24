"""A small Textual program under the watchdog, for tests of how a program ends: tiny_app.py [MODE [SECONDS [MARK]]]."""

from __future__ import annotations

import ctypes
import sys
import time
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from console.process.signals import Watchdog
from widgets.terminal.app import TerminalApp


class TinyApp(TerminalApp[None]):
    """Draws one line; `flood` redraws the screen as fast as it can, `stuck` leaves Python for good."""

    BINDINGS: ClassVar[list[BindingType]] = [("q", "quit")]

    def __init__(self, mode: str) -> None:
        super().__init__()
        self.mode = mode
        self.frames = 0

    def compose(self) -> ComposeResult:
        yield Static("tiny is ready")

    def on_mount(self) -> None:
        if self.mode == "flood":
            self.set_interval(0.01, self.repaint)
        if self.mode == "stuck":
            self.call_after_refresh(self.leave_python)

    def repaint(self) -> None:
        self.frames += 1
        fill = "\n".join(f"tiny is ready {self.frames} {row} " + "abcdefgh " * 20 for row in range(60))
        self.query_one(Static).update(fill, layout=False)

    def leave_python(self) -> None:
        libc = ctypes.CDLL(None)
        mutex = ctypes.create_string_buffer(64)
        libc.pthread_mutex_lock(mutex)
        leave_mark("stuck")
        libc.pthread_mutex_lock(mutex)  # for ever, and no signal ends it


def leave_mark(word: str) -> None:
    """Write a word to the file that the third argument names."""
    if len(sys.argv) > 3:
        Path(sys.argv[3]).write_text(word)


def main() -> None:
    """Run until told to stop, and be busy for SECONDS after that."""
    mode = sys.argv[1] if len(sys.argv) > 1 else "idle"
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    stopped: list[float] = []

    def busy() -> bool:
        busy = time.monotonic() < stopped[0] + seconds
        if not busy:
            leave_mark("finished")
        return busy

    def stop() -> None:
        stopped.append(time.monotonic())
        leave_mark("stopped")

    with Watchdog(0, busy=busy, on_stop=[stop], grace=2.0):
        TinyApp(mode).run()


if __name__ == "__main__":
    main()
