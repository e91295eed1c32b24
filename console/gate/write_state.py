"""Whether changes are allowed: what is not said to be harmless starts read-only and is armed for a while.

Writing is armed with a reason, for one stack in one account and region, and ends when any of them is another.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from console.stack.stack import Stack
from console.stack.standing import Standing, like_production
from console.text import Clean, clean

ARMED_FOR: Final = 1800.0
"""Seconds that writing on a stack stays armed."""

_CLOCK: Final[int] = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""A clock that goes on while the machine is suspended: Linux has it by this name, macOS's CLOCK_MONOTONIC is one."""


def since_boot() -> float:
    """Seconds since the machine was started, the time for which it was suspended included."""
    return time.clock_gettime(_CLOCK)


class Locked(Exception):
    """Writing cannot be armed; the message says why and what to do next."""


class AccountRegion(NamedTuple):
    """Whose account, and which region, as AWS tells them.

    `region` is None for a resource with a region of its own: it does not depend on whoever is signed in.
    """

    account: str
    region: str | None


@dataclass(frozen=True, slots=True)
class Armed:
    """What writing is armed for, why, and since when, on both clocks of the write state."""

    stack: Stack
    place: AccountRegion
    reason: Clean
    since: tuple[float, float]


class WriteState:
    """Whether the stacks of this process may be changed; one is armed at a time. What is in flight finishes.

    `reason` arms the stack that is opened first, as soon as it is known whose account it is. `clock` gives seconds
    that go on while the machine is suspended, `wall` seconds since 1970. For any thread.
    """

    def __init__(
        self,
        *,
        read_only: bool = False,
        reason: str = "",
        clock: Callable[[], float] = since_boot,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.read_only = read_only
        self._at_start = reason
        self._clocks = (clock, wall)
        self._lock = threading.RLock()
        self._open: Stack | None = None
        self._places: dict[str, AccountRegion] = {}
        self._armed: Armed | None = None
        self._spent = 0.0
        self._ended = ("", "")

    def opened(self, stack: Stack | None) -> None:
        """A stack was opened, or closed with None: what was armed for another one ends."""
        with self._lock:
            if self._open is not None and self._open != stack:
                self._at_start = ""
                self._end("another stack was opened")
            self._open = stack
            self._arm_at_start()

    def told(self, stack: Stack, place: AccountRegion) -> None:
        """AWS has told whose account a stack's credentials are of: what was armed for another one ends."""
        with self._lock:
            self._places[stack.name] = place
            self._end_elsewhere(stack, place)
            self._arm_at_start()

    def place(self, stack: Stack) -> AccountRegion | None:
        """Where a stack is, as AWS told it last; None while it is not known."""
        return self._places.get(stack.name)

    def arm(self, stack: Stack, reason: str, place: AccountRegion | None = None) -> Armed:
        """Allow changes of a stack for 30 minutes, in the place given or as it was told last. Raises `Locked`."""
        if self.read_only:
            raise Locked("This console was started with --read-only. Next: start one without it.")
        if not (why := clean(" ".join(reason.split()), limit=500)):
            raise Locked("Writing needs a reason for the record. Next: say why.")
        with self._lock:
            if self._open is not None and self._open != stack:
                raise Locked(f"Stack {stack.name} is not the one that is open now. Next: look which is, and try again.")
            if (place := place or self._places.get(stack.name)) is None:
                raise Locked(
                    f"It is not known yet in whose account stack {stack.name} is. "
                    "Next: wait until AWS has said so, or sign in (L), then try again."
                )
            clock, wall = self._clocks
            armed = self._armed = Armed(stack, place, why, (clock(), wall()))
            self._spent, self._ended = 0.0, ("", "")
        return armed

    def disarm(self) -> None:
        """Make all read-only again before its time."""
        with self._lock:
            self._armed = None

    def reset(self, why: str) -> None:
        """End what is armed, and forget where the stacks are, since `why`: the credentials are read anew."""
        with self._lock:
            self._at_start = ""
            self._places.clear()
            self._end(why)

    def armed(self, stack: Stack, place: AccountRegion | None = None) -> Armed | None:
        """What a stack is armed with, in the place given or as it was told last; None when it is not, or no longer."""
        with self._lock:
            if (place := place or self._places.get(stack.name)) is None:
                return None
            self._end_elsewhere(stack, place)
            armed = self._armed
            return armed if armed is not None and armed.stack.name == stack.name and self._left(armed) > 0 else None

    def seconds_left(self, stack: Stack) -> float:
        """For how long writing stays armed; 0 when it is not."""
        with self._lock:
            armed = self.armed(stack)
            return self._left(armed) if armed else 0.0

    def refusal(self, stack: Stack, place: AccountRegion | None = None) -> str | None:
        """Why nothing may be changed on a stack, and what to do about it; None where it may.

        `place` is where the change would be made; without it, where the stack is as it was told last.
        """
        if self.read_only:
            return "Read-only: started with --read-only. Next: start without it."
        if not stack.guarded or self.armed(stack, place) is not None:
            return None
        name, why = self._ended
        ended = f" Writing was armed and has ended: {why}." if name == stack.name else ""
        arms = "Next: W with a reason, or --write --reason TEXT."
        return clean(f"Stack {stack.name} is read-only: {stack.guard}.{ended} {arms} {mend(stack)}").strip()

    def _arm_at_start(self) -> None:
        if self._at_start and self._open is not None and self._open.name in self._places:
            reason, self._at_start = self._at_start, ""
            self.arm(self._open, reason)

    def _end_elsewhere(self, stack: Stack, place: AccountRegion) -> None:
        """End what is armed for this stack as it was, or where it was."""
        armed = self._armed
        if armed is None or armed.stack.name != stack.name:
            return
        there = armed.place
        if there.account != place.account:
            self._end(f"it was for account {there.account}, and this is account {place.account}")
        elif None not in (there.region, place.region) and there.region != place.region:
            self._end(f"it was for region {there.region}, and this is {place.region}")
        elif armed.stack != stack:
            self._end("the stack is described otherwise now")

    def _left(self, armed: Armed) -> float:
        """Seconds until it ends, by the clock that has gone furthest: one that is set back gives nothing back."""
        gone = (clock() - then for clock, then in zip(self._clocks, armed.since, strict=True))
        self._spent = max(self._spent, *gone)
        if self._spent >= ARMED_FOR:
            self._end(f"its {ARMED_FOR / 60:.0f} minutes are over")
        return max(0.0, ARMED_FOR - self._spent)

    def _end(self, why: str) -> None:
        if self._armed is not None:
            self._ended = (self._armed.stack.name, why)
            self._armed = None


def mend(stack: Stack) -> str:
    """What to write into a stack file that does not say, or says two things."""
    if not stack.described:
        return "Where it is not production: describe it in a stack file, groundskeeper init writes one."
    if stack.standing is Standing.CONTRADICTORY:
        return "Make the file agree with itself: production = true, or another name."
    if stack.standing is Standing.UNSAID:
        like = like_production(stack.environment, stack.name)
        return f"Where it is not production: production = false in its file{', and another name' if like else ''}."
    return ""
