"""The world of the demo: its clock, its chance, what is wrong in it, and what happens later."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from console.demo.metrics import MetricHistory
from console.demo.options import SEED

ACCOUNT: Final = "123456789012"

_log = logging.getLogger(__name__)


@dataclass(order=True, slots=True)
class _Job:
    """Something that happens at a moment of the monotonic clock; `every` real seconds again, or once."""

    due: float
    order: int
    callback: Callable[[], object] = field(compare=False)
    every: float | None = field(compare=False, default=None)


class World:
    """What the server, the builders of the stacks and the gaps share.

    The clock shows real time, so that timestamps suit the console's own; only durations are scaled: what
    takes 60 s on AWS takes ``60 / time_scale`` real seconds. People and weather may have a clock of their own,
    `ahead` seconds (whole minutes) of the real one, so that a Sunday's night can have a weekday's traffic. `lock`
    is held by each request and by each callback, since moto serves one at a time. `faults` names what is wrong at
    present, as ``stack.what-is-wrong``; metrics and log lines show it. `history` holds every metric; `site` is the
    status that each page of the stacks' own sites answers, by ``stack/path``; `began` are the scenarios that were
    injected; `things` are what the gaps keep beside moto's own state, such as findings, by kind, account, region.
    """

    def __init__(
        self, stacks: tuple[str, ...] = (), time_scale: float = 1.0, seed: int = SEED, ahead: float = 0.0
    ) -> None:
        self.stacks = stacks
        self.time_scale = time_scale
        self.seed = seed
        self.random = Random(seed)  # noqa: S311 - chance for a demo, not for secrets
        self.lock = threading.RLock()
        self.started = datetime.now(UTC)
        self.faults: set[str] = set()
        self.history = MetricHistory(self.faults, ahead=ahead)
        self.url = ""
        self.site: dict[str, int] = {}
        self.began: list[str] = []
        self.pages: dict[str, bytes] = {}
        self.things: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
        self._jobs: list[_Job] = []
        self._orders = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False

    def now(self) -> datetime:
        """The present moment, in UTC."""
        return datetime.now(UTC)

    def ago(self, **span: float) -> datetime:
        """The moment before now by `span`, given as for `timedelta`: ``ago(days=9)``."""
        return self.now() - timedelta(**span)

    def uuid(self) -> str:
        """A new identity, by this world's chance."""
        return str(UUID(int=self.random.getrandbits(128)))

    def real(self, seconds: float) -> float:
        """How many real seconds a span of AWS seconds takes here."""
        return seconds / self.time_scale

    def publish(self, name: str, content: bytes) -> str:
        """Put a file on the demo's own site, and give its URL."""
        self.pages[name] = content
        return f"{self.url}/groundskeeper/files/{name}"

    def after(self, seconds: float, callback: Callable[[], object]) -> None:
        """Call back once, when `seconds` of AWS time have passed."""
        self._add(self.real(seconds), callback, None)

    def hurry(self, seconds: float) -> None:
        """Let what is to happen once within the next `seconds` of AWS time happen now; the lock must be held."""
        horizon = time.monotonic() + self.real(seconds)
        with self._changed:
            near = sorted(job for job in self._jobs if job.every is None and job.due <= horizon)
            self._jobs = [job for job in self._jobs if job not in near]
            heapq.heapify(self._jobs)
        for job in near:
            job.callback()

    def every(self, seconds: float, callback: Callable[[], object]) -> None:
        """Call back each `seconds` of AWS time; never more often than ten times in a real second."""
        span = max(0.1, self.real(seconds))
        self._add(span, callback, span)

    def backend(self, service: str, region: str, account: str = ACCOUNT) -> Any:
        """moto's state of one service; global services live in the region ``aws``."""
        from moto.backends import get_backend

        return get_backend(service)[account][region]  # type: ignore[call-overload]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let time pass: callbacks happen in a thread of their own until the block ends."""
        thread = threading.Thread(target=self._pass_time, name="world", daemon=True)
        thread.start()
        try:
            yield
        finally:
            with self._changed:
                self._stopped = True
                self._changed.notify()
            thread.join()

    def _add(self, span: float, callback: Callable[[], object], every: float | None) -> None:
        with self._changed:
            heapq.heappush(self._jobs, _Job(time.monotonic() + span, next(self._orders), callback, every))
            self._changed.notify()

    def _next(self) -> _Job | None:
        """Wait for the next job that is due; None when the world has been stopped."""
        with self._changed:
            while not self._stopped:
                wait = self._jobs[0].due - time.monotonic() if self._jobs else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._jobs)
                self._changed.wait(wait)
        return None

    def _pass_time(self) -> None:
        # A worker holds what a callback raised: one that fails is logged, and time goes on for the others.
        with ThreadPoolExecutor(1, "world-work") as worker:
            while job := self._next():
                if error := worker.submit(self._run, job.callback).exception():
                    _log.error("%s failed", job.callback, exc_info=error)
                if job.every is not None:
                    self._add(job.every, job.callback, job.every)

    def _run(self, callback: Callable[[], object]) -> None:
        with self.lock:
            callback()
