"""Tells lines apart that come without ids, over two ways that may bring the same line twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from console.logs.event import LogEvent

_WINDOW: Final = 10_000


class DedupeByText:
    """Passes a line on once though two ways bring it.

    Programs repeat themselves: of equal lines as many are passed on as the one way brought that brought more.
    """

    def __init__(self, kept_ms: int = 120_000) -> None:
        self._kept_ms = kept_ms
        self._windows: dict[int, dict[tuple[int, int, str], list[int]]] = {}

    def new(self, events: Sequence[LogEvent], way: int) -> list[LogEvent]:
        """The events that the other way did not bring already; `way` is 0 or 1."""
        fresh = []
        for event in events:
            window = self._windows.setdefault(event.at_ms // _WINDOW, {})
            counts = window.setdefault((event.stream, event.at_ms, event.text), [0, 0])
            counts[way] += 1
            if counts[way] > counts[1 - way]:
                fresh.append(event)
        return fresh

    def forget(self, now_ms: int) -> None:
        """Forget what is too old to come again."""
        oldest = (now_ms - self._kept_ms) // _WINDOW
        for window in [window for window in self._windows if window < oldest]:
            del self._windows[window]
