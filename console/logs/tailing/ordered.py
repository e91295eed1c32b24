"""Lines of several groups in the order of their times, for those who cannot put a line between others."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterable

from console.logs.event import LogEvent


class Ordered:
    """Holds lines back until no older one is to be expected, `hold` seconds; what is late then comes at once."""

    def __init__(self, hold: float, clock: Callable[[], float] = time.time) -> None:
        self._hold = hold
        self._clock = clock
        self._heap: list[tuple[int, int, LogEvent]] = []
        self._count = 0

    def put(self, events: Iterable[LogEvent]) -> None:
        """Take lines, in any order."""
        for event in events:
            self._count += 1
            heapq.heappush(self._heap, (event.at_ms, self._count, event))

    def due(self) -> list[LogEvent]:
        """The lines that are old enough, by time; those of the same time in the order in which they came."""
        until = (self._clock() - self._hold) * 1000
        found = []
        while self._heap and self._heap[0][0] <= until:
            found.append(heapq.heappop(self._heap)[2])
        return found
