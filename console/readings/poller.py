"""Keeps what is watched fresh: one task a Source, never overlapping itself, backing off when it fails."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from console.problems import Failure, ProblemKind, classify
from console.readings.freshness import is_known
from console.readings.source import AnySource, Reading
from console.stack.stack import Stack

if TYPE_CHECKING:
    from console.aws.call import Aws

LONGEST_WAIT: Final = 300.0
"""Seconds: what the wait doubles to at most while a Source fails."""

IDLE_AFTER: Final = 300.0
"""Seconds without a key after which panel Sources slow down; after twice that they stop until the next key."""


@dataclass(frozen=True, slots=True)
class ReadingKey:
    """Which Source of which stack."""

    stack: str
    source: str


AnyReading = Reading[Any]
Listener = Callable[[ReadingKey, AnyReading], None]
Connect = Callable[[Stack], Awaitable["Aws"]]


def _now() -> datetime:
    return datetime.now(UTC)


class Feed:
    """One Source of one stack: its task, its listeners and its present reading."""

    def __init__(self, poller: Poller, source: AnySource, stack: Stack) -> None:
        self.key = ReadingKey(stack.name, source.name)
        self.source = source
        self.stack = stack
        self.reading: AnyReading = Reading()
        self.listeners: dict[object, Listener] = {}
        self._poller = poller
        self._wake = asyncio.Event()
        self._failures = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to fetch, if it does not already."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name=f"poll {self.key.stack} {self.key.source}")

    async def stop(self) -> None:
        """End the task and wait for its end."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._task is None:
            self.reading = replace(self.reading, fetching=False, next_at=None, paused=False)

    def wake(self) -> None:
        """Fetch now instead of at the end of the wait."""
        self._wake.set()

    async def _run(self) -> None:
        while not _own_cancellation():  # Python 3.11's wait_for can swallow one
            self._wake.clear()
            self._publish(replace(self.reading, fetching=True, asked=self._poller.now(), next_at=None))
            self._publish(await self._read())
            await self._wait()

    async def _read(self) -> AnyReading:
        try:
            value = await self.source.fetch(await self._poller.connect(self.stack), self.stack)
        except (Exception, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and _own_cancellation():
                raise
            failure = error if isinstance(error, Failure) else Failure(classify(error, where=self.key.source))
            self._failures += 1
            known = self.reading.problem
            same = known is not None and known.kind is failure.problem.kind
            since = self.reading.since if same else self._poller.now()
            return replace(self.reading, problem=failure.problem, since=since, fetching=False)
        self._failures = 0
        return Reading(value=value, at=self._poller.now(), asked=self.reading.asked)

    async def _wait(self) -> None:
        seconds = self._poller.pause(self.source.period, self._failures, self.reading.problem)
        if seconds is not None:
            due = self._poller.now().timestamp() + seconds
            self._publish(replace(self.reading, next_at=datetime.fromtimestamp(due, UTC)))
        else:
            self._publish(replace(self.reading, paused=True))
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return
        finally:
            if self.reading.paused:
                self.reading = replace(self.reading, paused=False)

    def _publish(self, reading: AnyReading) -> None:
        self.reading = reading
        for listener in list(self.listeners.values()):
            listener(self.key, reading)


def _own_cancellation() -> bool:
    """Whether this task itself is to end, not only something that it waited for."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


class Poller:
    """All feeds that somebody watches."""

    def __init__(
        self,
        connect: Connect,
        *,
        now: Callable[[], datetime] = _now,
        jitter: Callable[[], float] = random.random,
        idle_pause: bool = True,
    ) -> None:
        self.connect = connect
        self.now = now
        self.idle_pause = idle_pause
        self._jitter = jitter
        self._feeds: dict[ReadingKey, Feed] = {}
        self._touched = now()

    def watch(self, source: AnySource, stack: Stack, owner: object, listener: Listener) -> AnyReading:
        """Keep a Source fresh for an owner, who is told of every reading; the present one is returned.

        Watching twice is watching once: an owner has one listener a Source.
        """
        key = ReadingKey(stack.name, source.name)
        feed = self._feeds.get(key)
        if feed is None:
            feed = self._feeds[key] = Feed(self, source, stack)
        feed.listeners[owner] = listener
        feed.start()
        return feed.reading

    async def unwatch(self, owner: object) -> None:
        """Stop what only this owner watched. What was read stays, with its age."""
        for feed in list(self._feeds.values()):
            if feed.listeners.pop(owner, None) is not None and not feed.listeners:
                await feed.stop()

    def reading(self, stack: Stack, source: AnySource) -> AnyReading:
        """What is known of a Source at present."""
        feed = self._feeds.get(ReadingKey(stack.name, source.name))
        return feed.reading if feed else Reading()

    def readings(self) -> list[tuple[ReadingKey, AnyReading]]:
        """What is known of everything that is watched."""
        return [(key, feed.reading) for key, feed in self._feeds.items() if feed.listeners]

    def known(self) -> list[tuple[Stack, AnySource, AnyReading]]:
        """What is known at present: of all that is watched, and of what nobody watches any more until it is stale."""
        now = self.now()
        return [
            (feed.stack, feed.source, feed.reading)
            for feed in self._feeds.values()
            if feed.listeners or is_known(feed.source, feed.reading, now)
        ]

    def refresh_now(self, stack: Stack | None = None, source: str | None = None) -> None:
        """Fetch now what is watched: all, one stack's, or one Source of it."""
        for key, feed in self._feeds.items():
            if (stack is None or key.stack == stack.name) and (source is None or key.source == source):
                feed.wake()

    def touch(self) -> None:
        """Somebody pressed a key: what had slowed down for want of one goes on."""
        was_idle = self.idle() > IDLE_AFTER
        self._touched = self.now()
        if was_idle:
            self.refresh_now()

    def pause(self, period: float, failures: int, problem: object) -> float | None:
        """Seconds until the next fetch, with a tenth of jitter; None when it stops until the next key."""
        seconds = min(period * 2**failures, max(LONGEST_WAIT, period)) if failures else period
        if failures and getattr(problem, "kind", None) is ProblemKind.LOGIN:
            # Signing in elsewhere should be noticed within seconds, and asking costs nothing.
            seconds = min(period, 4.0)
        idle = self.idle() if self.idle_pause else 0.0
        if idle > 2 * IDLE_AFTER:
            return None
        if idle > IDLE_AFTER:
            seconds *= 4
        return seconds * (0.95 + 0.1 * self._jitter())

    async def close(self) -> None:
        """Stop every feed."""
        feeds, self._feeds = list(self._feeds.values()), {}
        for feed in feeds:
            await feed.stop()

    def idle(self) -> float:
        """Seconds since somebody pressed a key."""
        return (self.now() - self._touched).total_seconds()
