"""What a tail still has to read when nothing newer waits."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from console.logs.reading.pages import Pages
from console.logs.tailing.following import Hole, TailTiming


@dataclass(slots=True)
class Debt:
    """Spans that are to be read: to fill a hole, or once more for lines that came late."""

    spans: deque[Pages]
    hole: Hole | None = None
    again: int | None = None
    """The number of the time after which they are read again, in `Backfills.settle`."""


class Backfills:
    """The debts of one group, first those that are soon paid."""

    def __init__(self, pace: TailTiming, start_ms: int, now_ms: int) -> None:
        self.settle = (pace.overlap, *pace.settle)
        """After how many seconds each span is read again; the first is the overlap, where that had to be cut short."""
        self._debts: deque[Debt] = deque()
        self._settled = [max(start_ms, now_ms - int(1000 * seconds)) for seconds in self.settle]

    def __bool__(self) -> bool:
        return bool(self._debts)

    @property
    def first(self) -> Debt:
        """What is to be paid first."""
        return self._debts[0]

    @property
    def holes(self) -> bool:
        """Whether there is a hole to fill."""
        return any(debt.hole is not None for debt in self._debts)

    @property
    def oldest_ms(self) -> float:
        """The time of the oldest line that is still to be read."""
        return min((span.start_ms for debt in self._debts for span in debt.spans), default=math.inf)

    def leave(self, spans: Iterable[Pages], hole: Hole) -> None:
        """Note spans that could not be read in time."""
        self._debts.append(Debt(deque(spans), hole))

    def take_last(self, end_ms: int) -> Debt | None:
        """Take away the last debt, if it is a hole that ends at a moment."""
        last = self._debts[-1] if self._debts else None
        return self._debts.pop() if last and last.hole and last.spans[-1].end_ms == end_ms else None

    def due(self, now_ms: int, floor_ms: int, *, overlapped: bool) -> list[tuple[int, int, int]]:
        """The spans that are to be read again now: number of the time, start, end. They are taken to be noted.

        `overlapped` says that the overlap is whole, so that the first time needs nothing more. Nothing before
        `floor_ms` can be read again.
        """
        noted = {debt.again for debt in self._debts}
        found = []
        for number, seconds in enumerate(self.settle):
            end = now_ms - int(1000 * seconds)
            if number in noted or (number == 0 and overlapped) or end - self._settled[number] < 500 * seconds:
                continue
            found.append((number, max(self._settled[number], floor_ms), end))
            self._settled[number] = end
        return found

    def again(self, spans: Iterable[Pages], number: int) -> None:
        """Note spans that are to be read again."""
        if debt := deque(spans):
            self._debts.appendleft(Debt(debt, again=number))

    def pay(self) -> Hole | None:
        """Go on after the first span was read to its end; gives the hole that is filled with it."""
        debt = self.first
        debt.spans.popleft()
        if debt.spans:
            return None
        self._debts.popleft()
        return debt.hole

    def clear(self) -> None:
        """Owe nothing any more."""
        self._debts.clear()
