"""When frames are painted: what answers a key at once, all else as often as the line can take.

Textual paints at most `MAX_FPS` times a second (15 over SSH), and makes what comes soon after a frame wait for up to
two periods, however fast the line: while log lines came, keys were answered within 31 ms (p90), over SSH within 60.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from textual import constants, events
from textual.app import ReturnType
from textual.screen import ModalScreen, Screen, ScreenResultType

from widgets.terminal.faults import STAYS, FaultsApp
from widgets.terminal.textual_internals import IdleHooks

if TYPE_CHECKING:
    from console.problems import Problem

PATIENCE: Final = 0.1
"""Seconds after a key in which a frame is taken for its answer."""

GRACE: Final = 0.03
"""Seconds after the first frame of an answer in which the rest of it comes, such as the detail of what is selected.
It is no longer than the pause between the repeats of a held key, which a slow line need not show each."""


class FrameRate:
    """Whether a frame may be painted at once: keys are answered so no more often than `spacing` seconds allow."""

    def __init__(self, spacing: float = 1 / constants.MAX_FPS, clock: Callable[[], float] = monotonic) -> None:
        self._spacing = spacing
        self._clock = clock
        self._asked_at = self._until = float("-inf")

    @property
    def answering(self) -> bool:
        """Whether what is to be painted now answers a key."""
        return self._clock() < self._until

    def asked(self) -> None:
        """Note a key, or what a mouse did."""
        now = self._clock()
        if now - self._asked_at >= self._spacing:
            self._asked_at, self._until = now, now + PATIENCE

    def painted(self) -> None:
        """Note a frame."""
        self._until = min(self._until, self._clock() + GRACE)


class FrameRateApp(FaultsApp[ReturnType]):
    """An App whose screens answer keys at once."""

    def __init__(self) -> None:
        super().__init__()
        self.pace = FrameRate()

    def get_default_screen(self) -> Screen[Any]:
        """What is there before any other screen."""
        return FrameRateScreen(id="_default")

    async def on_event(self, event: events.Event) -> None:
        """Note what the operator does (called by Textual)."""
        if isinstance(event, events.InputEvent):
            self.pace.asked()
        await super().on_event(event)


class FrameRateScreen(IdleHooks[ScreenResultType]):
    """A screen whose frames come at once where they answer a key."""

    @cached_property
    def _faults(self) -> set[Problem]:
        """What was told already."""
        return set()

    def show_fault(self, problem: Problem) -> None:
        """Tell once of what failed here; a screen that has a better place for it says so there."""
        if problem not in self._faults:
            self._faults.add(problem)
            self.app.notify(str(problem), title="Failed", severity="error", timeout=STAYS, markup=False)

    def paints_at_once(self) -> bool:
        """Whether what would wait for a timer answers a key."""
        return isinstance(self.app, FrameRateApp) and self.app.pace.answering


class FrameRateModal(ModalScreen[ScreenResultType], FrameRateScreen[ScreenResultType]):
    """The same for what covers a screen for a moment."""
