"""A line of the scorecard: what must hold, how it is found out, and what was found."""

from __future__ import annotations

import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.scorecard.rig import Rig


@dataclass(frozen=True)
class Outcome:
    """What was found: whether it passes, the figure in a few words, and for failures what to look at."""

    met: bool
    figure: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Line:
    """One line; `seconds` is after how long it is given up."""

    number: int
    item: str
    passes: str
    measure: Callable[[Rig], Outcome]
    seconds: float

    def run(self, rig: Rig) -> Outcome:
        """Measure; whatever goes wrong is a failure with its reason, never the end of the scorecard."""
        try:
            with _deadline(self.seconds + rig.soak_seconds * (self.number == SOAK)):
                return self.measure(rig)
        except Exception as error:  # noqa: BLE001 - one line must not end the others
            where = traceback.extract_tb(error.__traceback__)
            ours = [frame for frame in where if "tests/" in frame.filename] or list(where)
            place = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(ours))
            return Outcome(False, f"{type(error).__name__}", (f"{error}", place))


SOAK = 18
"""The line whose length is chosen by ``--soak-minutes``."""


class Overdue(Exception):
    """A line took longer than it may."""


def line(number: int, item: str, passes: str, seconds: float = 120) -> Callable[[Callable[[Rig], Outcome]], Line]:
    """Make a line of a function; its module must be named in `lines`."""
    return lambda measure: Line(number, item, passes, measure, seconds)


def at_most(value: float, limit: float, figure: str, *notes: str) -> Outcome:
    """Passes where a value is within its limit."""
    return Outcome(value <= limit, figure, notes)


def with_notes(outcome: Outcome, notes: list[str], most: int = 12) -> Outcome:
    """The outcome with what to look at, which also decides: any note is a failure."""
    left = [f"... and {len(notes) - most} more"] if len(notes) > most else []
    return replace(outcome, met=outcome.met and not notes, notes=(*outcome.notes, *notes[:most], *left))


@contextmanager
def _deadline(seconds: float) -> Iterator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise Overdue(f"not done after {seconds:.0f} s")

    former = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
