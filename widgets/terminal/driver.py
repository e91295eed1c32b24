"""Textual's own driver, but for how the console is stopped and goes on: as a job of a shell, like any other."""

from __future__ import annotations

import os
import signal
from typing import Final

from textual.message import Message

from console.process.signals import ENDING, in_background
from widgets.terminal.textual_internals import JobHooks

_TOGETHER: Final = 0.1
"""Seconds within which a signal is noted that was sent just before the one that continues the process."""


class ConsoleDriver(JobHooks):
    """Reads keys and writes frames; see Textual's `LinuxDriver`."""

    _put_back = False
    """Whether the terminal is as it was found."""
    _continued = False
    """Whether the signal came that continues what was stopped."""

    class NoShell(Message):
        """It was not stopped, since there is no shell that could bring it back."""

    def suspend_application_mode(self) -> None:
        """Put the terminal back (called by Textual, too)."""
        super().suspend_application_mode()
        self._put_back = True

    def resume_application_mode(self) -> None:
        """Take the terminal over again (called by Textual, too)."""
        self._put_back = False
        super().resume_application_mode()

    def stop(self) -> None:
        """Stop with all that the shell started together, such as a script around the console.

        The system stops nothing that no shell could bring back, as behind ``ssh -t HOST groundskeeper``; Textual does.
        """
        if not self._put_back:
            self.suspend_application_mode()
        self._continued = False
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(0, signal.SIGTSTP)
        self.handle_stop()
        # The signal that continues the process may be handled only a moment after it goes on.
        self.soon(self._look_whether_stopped, _TOGETHER)

    def _look_whether_stopped(self) -> None:
        if self._put_back and not self._continued and not self.lent:
            self.take_over()
            self.tell(self.NoShell())

    def continued(self) -> None:
        """Draw again after ``fg``, but not after ``kill %1``, which sends SIGTERM and SIGCONT, nor behind a shell.

        Another thread may take the first of the two, so they are noted in either order. Drawing from the background
        would stop the process once more, before the watchdog can end it.
        """
        self._continued = True
        if ENDING.wait(_TOGETHER) or self.lent:
            return
        if in_background(self.fileno):
            os.kill(os.getpid(), signal.SIGSTOP)
            return
        self.soon(self._go_on)

    def _go_on(self) -> None:
        if ENDING.is_set() or self.lent:
            return
        if not self._put_back:  # stopped by SIGSTOP, unasked: whoever was here meanwhile has set modes of their own
            self.suspend_application_mode()
        self.take_over()
