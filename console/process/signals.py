"""Signals and the watchdog: whatever ends the console, no change is cut in two and the terminal is left as found.

Textual handles neither SIGTERM nor SIGHUP, and a terminal that nobody reads blocks its event loop, so that an
asyncio handler would never run. Therefore a thread of its own waits for signals, a hung-up terminal and a lost
parent; it never needs the event loop, nor the main thread.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import termios
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType, TracebackType
from typing import Final, Self

SIGNALS: Final = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)
"""What ends the console in order. A key never raises these: the terminal's own signals are off while it draws."""

GRACE: Final = 10.0
"""Seconds that a change between intent and outcome is given to finish."""

RESET: Final = b"".join(
    (
        b"\x18",  # CAN: whatever sequence was cut off in the middle ends here
        b"\x1b[?2026l",  # synchronized output off
        b"\x1b[<u",  # kitty keyboard: pop, before the alternate screen goes
        b"\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l",  # mouse
        b"\x1b[?1004l\x1b[?2004l\x1b[?2048l",  # focus, bracketed paste, in-band resize
        b"\x1b[?7h\x1b[0m",  # line wrap, plain text
        b"\x1b[?1049l\x1b[?25h",  # the normal screen, the cursor
    )
)
"""Bytes that put a terminal back: every mode that Textual sets, and 1002 and 1016 which terminals tie to them."""

CUT_OFF: Final = b"Groundskeeper ended while a change was running. The next start finds out what became of it.\r\n"

_RESTORE_SECONDS: Final = 0.4
_LOOK_SECONDS: Final = 1.0
_QUIT: Final = 0


ENDING: Final = threading.Event()
"""Set once the process is about to end: what was handed over to the shell must not be drawn on again."""


def in_background(tty: int) -> bool:
    """Whether a shell took the terminal over when the console was stopped; then it is not ours to touch."""
    try:
        return os.tcgetpgrp(tty) != os.getpgrp()
    except OSError:
        return False


class Watchdog:
    """Ends the console in order on a signal, a hung-up terminal or a lost parent; a context manager.

    `tty_fd` is the terminal; `busy` says whether a change is between intent and outcome, `grace` how many seconds
    that may go on; each of `on_stop` is called first, in the watchdog's thread (the list may grow while the console
    runs). Then the terminal is restored and the process exits with 128 plus the signal's number, 129 for a lost
    terminal or parent. A signal that was ignored when the console started stays ignored. Enter it in the main thread.
    """

    def __init__(
        self,
        tty_fd: int,
        *,
        busy: Callable[[], bool] = lambda: False,
        on_stop: Sequence[Callable[[], object]] = (),
        grace: float = GRACE,
    ) -> None:
        self._tty_fd = tty_fd
        self._busy = busy
        self._on_stop = on_stop
        self._grace = grace

    def __enter__(self) -> Self:
        # A descriptor of its own outlives what happens to stdin and stderr when the end comes.
        self._tty = os.dup(self._tty_fd)
        self._modes = termios.tcgetattr(self._tty) if os.isatty(self._tty) else None
        self._parent = os.getppid()
        self._wake, self._waker = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._waker, False)
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()
        # Written at once when the signal arrives, also while the main thread is stuck outside Python.
        self._former_waker = signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        self._former = {
            number: signal.signal(number, self._tell)
            for number in SIGNALS
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._former_waker)
        os.write(self._waker, bytes([_QUIT]))
        self._thread.join()
        for fd in (self._wake, self._waker, self._tty):
            os.close(fd)

    def _tell(self, number: int, frame: FrameType | None) -> None:
        # The interpreter has written it already, unless somebody else took the wakeup descriptor since.
        with contextlib.suppress(BlockingIOError):
            os.write(self._waker, bytes([number]))

    def _watch(self) -> None:
        poll = select.poll()
        poll.register(self._wake, select.POLLIN)
        poll.register(self._tty, 0)
        while True:
            ready = dict(poll.poll(_LOOK_SECONDS * 1000))
            if self._wake in ready:
                for number in os.read(self._wake, 1024):
                    if number == _QUIT:
                        return
                    if number in SIGNALS:
                        self._end(128 + number)
            if self._tty in ready or os.getppid() != self._parent:
                self._end(128 + signal.SIGHUP)

    def _end(self, code: int) -> None:
        ENDING.set()
        # The kernel's own clock: a hook that hangs cannot keep the process alive.
        signal.alarm(int(self._grace) + 2)
        with contextlib.ExitStack() as stack:  # unwound from the last to the first, whatever one of them raises
            stack.callback(os._exit, code)
            stack.callback(self._finish)
            for hook in reversed(self._on_stop):
                stack.callback(hook)

    def _finish(self) -> None:
        deadline = time.monotonic() + self._grace
        cut_off = False
        try:
            while self._busy() and not cut_off:
                time.sleep(0.02)
                cut_off = time.monotonic() >= deadline
        finally:
            if not in_background(self._tty):
                self._silence()
                self._restore(CUT_OFF if cut_off else b"")

    def _silence(self) -> None:
        """Throw away what this process would still draw, from here on."""
        null = os.open(os.devnull, os.O_WRONLY)
        for fd in (1, 2):
            if os.isatty(fd):
                os.dup2(null, fd)
        # A write that waits for a reader holds the terminal's lock; a signal, even one without effect, makes it let go.
        for number in list(self._former)[:1]:
            for thread in threading.enumerate():
                if thread.ident is not None and thread is not self._thread:
                    signal.pthread_kill(thread.ident, number)

    def _restore(self, last_words: bytes) -> None:
        """Put modes, screen and cursor back. Output that nobody took is dropped, for at most 0.4 s."""
        with contextlib.suppress(OSError, termios.error):
            os.set_blocking(self._tty, False)
            try:
                self._push(RESET + last_words)
            finally:
                os.set_blocking(self._tty, True)  # the flag is shared with the shell that started us
        with contextlib.suppress(termios.error):
            if self._modes is not None:
                termios.tcsetattr(self._tty, termios.TCSANOW, self._modes)
            termios.tcflush(self._tty, termios.TCIFLUSH)  # keys and mouse reports are not for the shell's prompt

    def _push(self, data: bytes) -> None:
        deadline = time.monotonic() + _RESTORE_SECONDS
        left = data
        while left and time.monotonic() < deadline:
            try:
                left = left[os.write(self._tty, left) :]
            except BlockingIOError:
                termios.tcflush(self._tty, termios.TCOFLUSH)
                left = data  # some of ours may have gone with the rest
                time.sleep(0.005)
