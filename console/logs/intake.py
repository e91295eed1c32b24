"""What of a group came in already: the ids of its newest events, and how far each of its streams is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from console.logs.event import LogEvent

MOST: Final = 600_000
"""Ids that are kept, 70 bytes each: a minute of 10,000 events a second."""

_WINDOW: Final = 10_000
"""Milliseconds whose ids are kept and forgotten together."""


class Intake:
    """Takes events of one group, read once or several times, and passes each on once.

    Nothing before `floor_ms` may be given to it, in milliseconds; it grows as ids are forgotten.
    Of an id its hash is kept: two of 64 bits among `MOST` in ten seconds are alike once in ten million years.
    """

    def __init__(self, floor_ms: int = 0, most: int = MOST) -> None:
        self.marks: dict[int, int] = {}
        """The time of the newest event of each stream, in milliseconds."""
        self.floor_ms = floor_ms
        self._most = most
        self._kept = 0
        self._windows: dict[int, set[int]] = {}

    def new(self, events: Iterable[LogEvent], read_until_ms: int = 0) -> list[LogEvent]:
        """The events that did not come yet, in their order.

        An event is marked as late if newer ones of its stream were there before it and its time was read already,
        which is so up to `read_until_ms`.
        """
        fresh: list[LogEvent] = []
        marks, windows = self.marks, self._windows
        for event in events:
            ids = windows.get(event.at_ms // _WINDOW)
            if ids is None:
                ids = windows[event.at_ms // _WINDOW] = set()
            id_hash = hash(event.id)
            if id_hash in ids:
                continue
            ids.add(id_hash)
            newest = event.at_ms >= marks.get(event.stream, 0)
            if newest:
                marks[event.stream] = event.at_ms
            fresh.append(event if newest or event.at_ms >= read_until_ms else event._replace(late=True))
        self._kept += len(fresh)
        while self._kept > self._most and len(windows) > 1:
            self._drop(min(windows))
        return fresh

    def forget(self, before_ms: int) -> None:
        """Forget the ids of events before a time, which will not be read again."""
        for window in [window for window in self._windows if (window + 1) * _WINDOW <= before_ms]:
            self._drop(window)

    def _drop(self, window: int) -> None:
        self._kept -= len(self._windows.pop(window))
        self.floor_ms = max(self.floor_ms, (window + 1) * _WINDOW)
