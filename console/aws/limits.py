"""Token buckets: how often an API may be asked, per account and region, whoever asks."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls a second, with `burst` of them at once."""

    per_second: float
    burst: int = 1


RATES: Final[dict[str, Rate]] = {
    # AWS allows 5/s per account and region, shared with every other user of the account.
    "logs:FilterLogEvents": Rate(1.0, 3),
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


class Bucket:
    """One token bucket, safe to use from several threads and loops."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._rate = rate
        self._next = clock() - (rate.burst - 1) / rate.per_second

    def reserve(self) -> float:
        """Take a token, and say how many seconds from now it may be used."""
        with self._lock:
            now = self._clock()
            earliest = now - (self._rate.burst - 1) / self._rate.per_second
            at = max(self._next, earliest)
            self._next = at + 1 / self._rate.per_second
            return max(0.0, at - now)

    def set_rate(self, rate: Rate) -> None:
        """Allow more or less from now on, as a lagging tail needs."""
        with self._lock:
            self._rate = rate


class Limits:
    """All buckets of this process, by API operation, account and region."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str, str], Bucket] = {}
        self._lock = threading.Lock()

    def bucket(self, api: str, account: str, region: str) -> Bucket | None:
        """The bucket of an API such as ``logs:FilterLogEvents``; None where only AWS's own limits hold."""
        rate = RATES.get(api)
        if rate is None and api.startswith("cognito-idp:Admin"):
            rate = _WRITE_TO_COGNITO
        if rate is None:
            return None
        key = (api, account, region)
        with self._lock:
            if key not in self._buckets:
                self._buckets[key] = Bucket(rate)
            return self._buckets[key]

    async def wait(self, api: str, account: str, region: str) -> None:
        """Wait until one more call of this API may be made."""
        bucket = self.bucket(api, account, region)
        if bucket is not None and (delay := bucket.reserve()) > 0:
            await asyncio.sleep(delay)


SHARED: Final = Limits()
