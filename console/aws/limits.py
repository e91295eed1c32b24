"""Token buckets: how often an API may be asked, per account and region, whoever asks."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

URGENT: Final = ContextVar("urgent", default=False)
"""Set in a task whose calls go before others that wait for the same bucket, as those of a followed tail."""

SHARE: Final = 4
"""Of so many tokens one is for those who are not urgent, where any of them waits: a check beside a flooded tail."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls a second, with `burst` of them at once."""

    per_second: float
    burst: int = 1


RATES: Final[dict[str, Rate]] = {
    # AWS allows 5/s per account and region, shared with every other user of the account.
    "logs:FilterLogEvents": Rate(1.0, 3),
    # AWS allows 10/s per account and region (CloudWatch Logs quotas); a large account has hundreds of pages.
    "logs:DescribeLogGroups": Rate(5.0, 10),
    # AWS allows 2/s per account and region.
    "cloudtrail:LookupEvents": Rate(0.5),
    # ECS's read actions have a bucket of 50 (ECS API reference, request throttling), which deployments need too.
    "ecs:DescribeServices": Rate(10.0, 30),
    # Cognito's quotas are shared with the application's own sign-ins.
    "cognito-idp:ListUsers": Rate(2.0, 2),
    "cognito-idp:AdminGetUser": Rate(2.0, 5),
    "cognito-idp:AdminListGroupsForUser": Rate(2.0, 5),
    "cognito-idp:AdminListUserAuthEvents": Rate(2.0, 5),
    # Each page of Cost Explorer costs $0.01.
    "ce:GetCostAndUsage": Rate(1.0, 2),
}
_WRITE_TO_COGNITO: Final = Rate(1.0)

MOST: Final[dict[str, float]] = {"logs:FilterLogEvents": 4.0}
"""Calls a second that a bucket may be raised to: one of AWS's five is left to the account's other users."""


@dataclass(eq=False, slots=True)
class Turn:
    """The place of a call in the line before a bucket; `at` is when it may be made, once that is known."""

    at: float | None = None


class TokenBucket:
    """One token bucket, safe to use from several threads and loops.

    Who is urgent books the next token with `reserve`; the others stand in line, the first come first. While anyone
    stands there, each fourth token (`SHARE`) is theirs, so that nobody waits for ever.
    """

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic, most: float = 0.0) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._base = self._rate = rate
        self._most = max(most, rate.per_second)
        self._wanted: dict[object, float] = {}
        self._next = clock() - (rate.burst - 1) / rate.per_second
        self._line: deque[Turn] = deque()
        self._in_a_row = 0

    def reserve(self) -> float:
        """Take the next token that is not the turn of the line, and say how many seconds from now it may be used."""
        with self._lock:
            if self._line and self._in_a_row >= SHARE - 1:
                self._give(self._line.popleft())
            self._in_a_row += 1
            return max(0.0, self._take() - self._clock())

    def enter(self) -> Turn:
        """Stand in line for a token. Who leaves without having used it must say so with `leave`."""
        with self._lock:
            if not self._line:
                self._in_a_row = 0
            place = Turn()
            self._line.append(place)
            return place

    def ask(self, place: Turn) -> float:
        """Whether it is the turn of a place, 0; else how many seconds from now to ask again."""
        with self._lock:
            if place.at is None:
                if self._line[0] is not place:
                    return max(1 / self._rate.per_second, self._free() - self._clock())
                if self._free() > self._clock() and self._in_a_row < SHARE - 1:
                    return self._free() - self._clock()
                self._give(self._line.popleft())
            return max(0.0, (place.at or 0.0) - self._clock())

    def leave(self, place: Turn) -> None:
        """Wait no more; a token that was this place's already is that of the next in line."""
        with self._lock:
            if place.at is None:
                self._line.remove(place)
            elif place.at > self._clock() and self._line:
                self._line.popleft().at = place.at

    def want(self, owner: object, per_second: float) -> None:
        """Allow more from now on while an owner needs it, as a lagging tail does; 0 gives it back."""
        with self._lock:
            self._wanted[owner] = per_second
            if not per_second:
                del self._wanted[owner]
            rate = min(self._most, max(self._base.per_second, *self._wanted.values(), 0.0))
            self._rate = Rate(rate, max(self._base.burst, math.ceil(rate)))

    def wanted_besides(self, owner: object) -> bool:
        """Whether others than an owner need it as well, such as a search beside a tail."""
        with self._lock:
            return any(other is not owner for other in self._wanted)

    def _free(self) -> float:
        """When the next token may be used."""
        return max(self._next, self._clock() - (self._rate.burst - 1) / self._rate.per_second)

    def _take(self) -> float:
        """Take the next token; gives when it may be used."""
        at = self._free()
        self._next = at + 1 / self._rate.per_second
        return at

    def _give(self, place: Turn) -> None:
        """Give the next token to a place."""
        place.at = self._take()
        self._in_a_row = 0


class Limits:
    """All buckets of this process, by API operation, account and region."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str, str], TokenBucket] = {}
        self._lock = threading.Lock()

    def bucket(self, api: str, account: str, region: str) -> TokenBucket | None:
        """The bucket of an API such as ``logs:FilterLogEvents``; None where only AWS's own limits hold."""
        rate = RATES.get(api)
        if rate is None and api.startswith("cognito-idp:Admin"):
            rate = _WRITE_TO_COGNITO
        if rate is None:
            return None
        key = (api, account, region)
        with self._lock:
            if key not in self._buckets:
                self._buckets[key] = TokenBucket(rate, most=MOST.get(api, 0.0))
            return self._buckets[key]

    async def wait(self, api: str, account: str, region: str) -> None:
        """Wait until one more call of this API may be made; who is `URGENT` goes before those who stand in line."""
        bucket = self.bucket(api, account, region)
        if bucket is None:
            return
        if URGENT.get():
            await asyncio.sleep(bucket.reserve())
            return
        place = bucket.enter()
        try:
            delay = bucket.ask(place)
            while delay > 0:
                await asyncio.sleep(delay)
                delay = bucket.ask(place)
        except BaseException:
            bucket.leave(place)
            raise


SHARED: Final = Limits()
