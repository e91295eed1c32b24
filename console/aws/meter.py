"""Counts every request that is sent and estimates what AWS charges for it."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Final

PRICES: Final[dict[str, float]] = {
    # Charged by the metric, not by the request: see METRIC_PRICE.
    "cloudwatch:GetMetricData": 0.0,
    # Cost Explorer pricing: $0.01 a request.
    "ce": 0.01,
    # S3 pricing, Standard, us-east-1: LIST $0.005 and GET $0.0004 per 1,000.
    "s3:ListObjectsV2": 0.000005,
    "s3:ListObjectVersions": 0.000005,
    "s3:ListBuckets": 0.000005,
    "s3": 0.0000004,
    # CloudWatch pricing: $0.01 per 1,000 requests beyond the free million.
    "cloudwatch": 0.00001,
}
"""US dollars a request, by API operation, else by service; nothing where absent."""

METRIC_PRICE: Final = 0.00001
"""US dollars a metric of GetMetricData (CloudWatch pricing, us-east-1: $0.01 per 1,000, not in the free tier)."""

_WINDOW: Final = 60.0


class Meter:
    """Requests and their estimated price, by service and operation; safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._started = clock()
        self._recent: deque[float] = deque()
        self._charges: deque[tuple[float, float]] = deque()
        self.calls: Counter[str] = Counter()
        self.dollars = 0.0

    def count(self, service: str, operation: str) -> None:
        """Record one request that is being sent."""
        api = f"{service}:{operation}"
        with self._lock:
            self.calls[api] += 1
            self._recent.append(self._clock())
        self.charge(PRICES.get(api, PRICES.get(service, 0.0)))

    def charge(self, dollars: float) -> None:
        """Record what is charged besides the request itself, such as the metrics of GetMetricData."""
        now = self._clock()
        with self._lock:
            self.dollars += dollars
            self._charges.append((now, dollars))
            self._forget(now)

    @property
    def per_minute(self) -> int:
        """Requests sent in the last 60 s."""
        with self._lock:
            self._forget(self._clock())
            return len(self._recent)

    @property
    def dollars_per_hour(self) -> float:
        """What the last minute's requests would cost if they went on for an hour, in US dollars."""
        with self._lock:
            now = self._clock()
            self._forget(now)
            seen = min(_WINDOW, max(now - self._started, 1.0))
            return sum(price for _, price in self._charges) * 3600 / seen

    @property
    def total(self) -> int:
        """All requests since the start."""
        with self._lock:
            return self.calls.total()

    def _forget(self, now: float) -> None:
        while self._recent and now - self._recent[0] > _WINDOW:
            self._recent.popleft()
        while self._charges and now - self._charges[0][0] > _WINDOW:
            self._charges.popleft()
