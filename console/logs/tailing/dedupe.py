"""What of a group came in already: the ids of its newest events, and how far each of its streams is."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from typing import Final

from console.logs.event import LogEvent

MOST: Final = 2_000_000
"""Ids that are kept, some ten bytes each: three minutes of 10,000 events a second."""

_WINDOW: Final = 1000
"""Milliseconds whose ids are kept and forgotten together."""

_WARM: Final = 30
"""Windows, the newest, that are quick to ask and take seventy bytes an id."""


class _Window:
    """The ids of the events of one second: a set while they are asked for all the time, later a sorted array."""

    __slots__ = ("_cold", "_warm")

    def __init__(self) -> None:
        self._warm: set[int] = set()
        self._cold = array("q")

    def __len__(self) -> int:
        return len(self._warm) + len(self._cold)

    def add(self, id_hash: int) -> bool:
        """Note an id; whether it is a new one."""
        if id_hash in self._warm:
            return False
        if self._cold:
            at = bisect_left(self._cold, id_hash)
            if at < len(self._cold) and self._cold[at] == id_hash:
                return False
        self._warm.add(id_hash)
        return True

    def freeze(self) -> None:
        """Keep the ids in little room."""
        if self._warm:
            self._cold = array("q", sorted((*self._cold, *self._warm)))
            self._warm = set()


class DedupeById:
    """Takes events of one group, read once or several times, and passes each on once.

    Nothing before `floor_ms` may be given to it, in milliseconds; it grows as ids are forgotten.
    Of an id its hash is kept: two of 64 bits in one second are alike once in a million years.
    """

    def __init__(self, floor_ms: int = 0, most: int = MOST) -> None:
        self.marks: dict[int, int] = {}
        """The time of the newest event of each stream, in milliseconds."""
        self.floor_ms = floor_ms
        self._most = most
        self._kept = 0
        self._windows: dict[int, _Window] = {}
        self._warm: set[int] = set()

    def new(self, events: Iterable[LogEvent], read_until_ms: int = 0) -> list[LogEvent]:
        """The events that did not come yet, in their order.

        An event is marked as late if newer ones of its stream were there before it and its time was read already,
        which is so up to `read_until_ms`.
        """
        fresh: list[LogEvent] = []
        marks, windows = self.marks, self._windows
        for event in events:
            second = event.at_ms // _WINDOW
            window = windows.get(second)
            if window is None:
                window = windows[second] = _Window()
            if not window.add(hash(event.id)):
                continue
            self._warm.add(second)
            newest = event.at_ms >= marks.get(event.stream, 0)
            if newest:
                marks[event.stream] = event.at_ms
            fresh.append(event if newest or event.at_ms >= read_until_ms else event._replace(late=True))
        self._kept += len(fresh)
        return fresh

    def forget(self, before_ms: float) -> None:
        """Forget the ids of events before a time, which will not be read again, and of the oldest if there are many."""
        for second in sorted(self._windows):
            if (second + 1) * _WINDOW > before_ms and self._kept <= self._most:
                break
            self._kept -= len(self._windows.pop(second))
            self._warm.discard(second)
            self.floor_ms = max(self.floor_ms, (second + 1) * _WINDOW)
        for second in sorted(self._warm)[:-_WARM]:
            self._windows[second].freeze()
            self._warm.discard(second)
