"""Textual's own driver, but for one thing: a console that was suspended and is told to end does not draw again."""

from __future__ import annotations

from typing import Final

from textual.drivers.linux_driver import LinuxDriver

from console.signals import ENDING

_TOGETHER: Final = 0.1
"""Seconds within which a signal is noted that was sent just before the one that continues the process."""


class ConsoleDriver(LinuxDriver):
    """Reads keys and writes frames; see `LinuxDriver`."""

    def _sigcont_application(self, *_: object) -> None:
        """Draw again after ``fg``, but not after ``kill %1``, which sends SIGTERM and SIGCONT.

        Another thread may take the first of the two, so they are noted in either order. Drawing from the background
        would stop the process once more, before the watchdog can end it.
        """
        if not ENDING.wait(_TOGETHER):
            super()._sigcont_application()
