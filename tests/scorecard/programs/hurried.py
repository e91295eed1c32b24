"""The console with instruments, for which an hour passes in some minutes: hurried.py [console's arguments].

GK_PACE says how many times as fast as usual its clock goes: that of its waits, its budgets, its meter and its poller.
The wall clock stays as it is, since requests are signed by it.
"""

from __future__ import annotations

import asyncio
import os
import selectors
import sys
import time
from datetime import UTC, datetime, timedelta

PACE = float(os.environ["GK_PACE"])
_monotonic, _began, _first = time.monotonic, time.monotonic(), datetime.now(UTC)


def monotonic() -> float:
    """Seconds of the hurried clock."""
    return _began + (_monotonic() - _began) * PACE


def now() -> datetime:
    """The moment by the hurried clock."""
    return _first + timedelta(seconds=monotonic() - _began)


class Hurried(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    """Waits for as much less as the clock goes faster."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for events."""
        found: list[tuple[selectors.SelectorKey, int]] = super().select(timeout and timeout / PACE)
        return found


class Policy(asyncio.DefaultEventLoopPolicy):
    """Every loop is a hurried one."""

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """A loop whose time is that of `time.monotonic`, and whose waits fit it."""
        return asyncio.SelectorEventLoop(Hurried())


def main() -> int:
    """Set the clocks, then run the console: what takes a clock as a default takes this one."""
    time.monotonic = monotonic
    asyncio.set_event_loop_policy(Policy())
    import console.aws.session
    from console.__main__ import main
    from console.readings.poller import Poller
    from tests.scorecard.programs import probe

    console.aws.session.READ_TIMEOUT *= PACE  # type: ignore[misc]
    Poller.__init__.__kwdefaults__["now"] = now  # type: ignore[index]
    probe.TICK = 1.0
    probe.install()
    return main()


if __name__ == "__main__":
    sys.exit(main())
