"""Beside followed tails: a check has its share of FilterLogEvents' budget. The clock is one that nobody waits for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from console.aws.limits import RATES, TokenBucket
from console.logs.kinds import LogGroup
from console.logs.reading.history import Search
from console.logs.reading.pages import FILTER
from console.logs.tailing.tail import Tail
from console.services.logs.recent_errors import recent_errors
from console.stack.stack import Stack
from tests.logs.cloud import Cloud, Shown, group

NAMES = [f"/{name}" for name in "abcdef"]
STACK = Stack(name="six", parts=tuple(group(name) for name in NAMES))
FLOODED = NAMES[0]
EPOCH = 1_800_000_000.0


class Hurried(asyncio.SelectorEventLoop):
    """A loop whose time goes on as soon as nothing is left to do."""

    _ready: Any
    _scheduled: Any
    now = 0.0

    def time(self) -> float:
        return self.now

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:
            self.now = max(self.now, self._scheduled[0].when())
        super()._run_once()  # type: ignore[misc]


@dataclass
class Busy(Cloud):
    """A cloud whose calls wait for the account's budget and take a fifth of a second; one group is flooded."""

    flooded_ms: int = 0

    async def call(self, *names: str, **params: Any) -> Any:
        params.pop("limit", None)
        await self.limits.wait(FILTER, "", "")
        await asyncio.sleep(0.2)
        now = int(time.time() * 1000)
        for at_ms in range(self.flooded_ms, now, 10):
            self.write(FLOODED, ["ERROR"], at_ms)
        self.flooded_ms = max(self.flooded_ms, now)
        return await super().call(*names, **params)


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hurried]:
    """A hurried loop, by which the machine's clock goes as well."""
    hurried = Hurried()
    monkeypatch.setattr(time, "time", lambda: EPOCH + hurried.now)
    monkeypatch.setattr(time, "monotonic", lambda: hurried.now)
    yield hurried
    hurried.close()


def checked_beside(loop: Hurried, begin: Callable[[Busy], Any]) -> list[float]:
    """How many seconds the check takes, twice, once a period, beside what is begun."""
    cloud = Busy({name: [] for name in NAMES}, page=25, flooded_ms=int(EPOCH * 1000))
    cloud.limits._buckets[FILTER, "", ""] = TokenBucket(RATES[FILTER], loop.time, most=4.0)

    async def checked() -> list[float]:
        others = begin(cloud)
        await asyncio.sleep(60)
        took = []
        for _ in range(2):
            start = loop.time()
            await recent_errors.fetch(cloud, STACK)  # type: ignore[arg-type]
            took.append(loop.time() - start)
            await asyncio.sleep(max(0.0, recent_errors.period - took[-1]))
        for other in others:
            await other()
        return took

    return loop.run_until_complete(checked())


def test_a_check_is_read_in_its_period_while_six_groups_are_followed_and_one_is_flooded(loop: Hurried) -> None:
    def begin(cloud: Busy) -> Any:
        tail = Tail(cloud.connect, STACK.of(LogGroup), Shown())
        tail.start()
        return [tail.stop]

    assert max(checked_beside(loop, begin)) < recent_errors.period


def test_a_check_is_read_in_its_period_also_beside_a_search_and_a_tail(loop: Hurried) -> None:
    def begin(cloud: Busy) -> Any:
        tail = Tail(cloud.connect, STACK.of(LogGroup), Shown())
        tail.start()
        now = int(time.time() * 1000)
        search = asyncio.create_task(Search(cloud.connect, STACK.of(LogGroup), Shown(), now - 10**9, now).run())

        async def end() -> None:
            search.cancel()
            await asyncio.gather(search, return_exceptions=True)

        return [tail.stop, end]

    assert max(checked_beside(loop, begin)) < recent_errors.period


def test_a_followed_tail_still_has_most_of_the_budget(loop: Hurried) -> None:
    bucket = TokenBucket(RATES[FILTER], loop.time, most=4.0)
    bucket.want(object(), 4.0)
    places = [bucket.enter() for _ in range(100)]
    urgent = [bucket.reserve() for _ in range(30)]
    assert sum(place.at is not None for place in places) == 9
    assert urgent[-1] < 39 / 4
