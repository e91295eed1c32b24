"""Textual's own driver, but for one thing: a console that was suspended and is told to end does not draw again."""

from __future__ import annotations

import signal
import time
from typing import Final

from textual.drivers.linux_driver import LinuxDriver

from console.signals import SIGNALS

_TOGETHER: Final = 0.02
"""Seconds within which another thread notes a signal that it took before the one that continues the process."""


class ConsoleDriver(LinuxDriver):
    """Reads keys and writes frames; see `LinuxDriver`."""

    def _sigcont_application(self, *_: object) -> None:
        """Draw again after ``fg``, but not after ``kill %1``, which sends SIGTERM and SIGCONT.

        The two may be noted in either order. Drawing from the background would stop the process once more, before the
        watchdog can end it; the watchdog has SIGCONT ignored as soon as it knows.
        """
        time.sleep(_TOGETHER)
        noted = signal.getsignal(signal.SIGCONT) is signal.SIG_IGN
        if not noted and signal.sigpending().isdisjoint(SIGNALS):
            super()._sigcont_application()
