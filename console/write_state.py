"""Whether changes are allowed: a production stack starts read-only and is armed for a while, with a reason."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from console.stack import Stack
from console.text import Clean, clean

ARMED_FOR: Final = 1800.0
"""Seconds that writing on a production stack stays armed."""


class Locked(Exception):
    """Writing cannot be armed; the message says why and what to do next."""


@dataclass(frozen=True, slots=True)
class Armed:
    """Until when writing is armed, on the clock that the write state was given, and why."""

    until: float
    reason: Clean


class WriteState:
    """The write state of every stack in this process. What is in flight when it ends finishes."""

    def __init__(self, *, read_only: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self.read_only = read_only
        self._clock = clock
        self._armed: dict[str, Armed] = {}

    def arm(self, stack: Stack, reason: str) -> Armed:
        """Allow changes of a production stack for 30 minutes. Raises `Locked`."""
        if self.read_only:
            raise Locked("This console was started with --read-only. Next: start one without it.")
        if not (why := clean(" ".join(reason.split()), limit=500)):
            raise Locked("Writing needs a reason for the record. Next: say why.")
        armed = self._armed[stack.name] = Armed(self._clock() + ARMED_FOR, why)
        return armed

    def disarm(self, stack: Stack) -> None:
        """Make a stack read-only again before its time."""
        self._armed.pop(stack.name, None)

    def armed(self, stack: Stack) -> Armed | None:
        """What a stack is armed with; None when it is not, or no longer."""
        armed = self._armed.get(stack.name)
        return armed if armed is not None and armed.until > self._clock() else None

    def seconds_left(self, stack: Stack) -> float:
        """For how long writing stays armed; 0 when it is not."""
        armed = self.armed(stack)
        return armed.until - self._clock() if armed else 0.0

    def refusal(self, stack: Stack) -> str | None:
        """Why nothing may be changed on a stack, and what to do about it; None where it may."""
        if self.read_only:
            return "Read-only: started with --read-only. Next: start without it."
        if stack.production and self.armed(stack) is None:
            return f"Stack {stack.name} is production and read-only. Next: W with a reason, or --write --reason TEXT."
        return None
