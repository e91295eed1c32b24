"""Follows log groups together: all at once, each on its own, within the budget of the account."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from console import filter_pattern
from console.aws.limits import URGENT, TokenBucket
from console.logs.kinds import LogGroup
from console.logs.reading.pages import FILTER
from console.logs.tailing.following import Connect, Doing, GroupState, Sink, TailTiming
from console.logs.tailing.group_tail import GroupTail
from console.problems import ProblemKind

if TYPE_CHECKING:
    from console.aws.call import Aws

BACK: Final = 300.0
"""Seconds that a tail begins before it was started."""

MOST_A_SECOND: Final = 4.0
"""Calls a second that a tail asks for when it is busy."""

_MODEST_FOR: Final = 30.0
"""Seconds for which a tail that was throttled asks for no more than the ordinary rate."""


class Tail:
    """One or many log groups that are followed until `stop`, whoever looks at them.

    Lines go to `sink` as they come, each once; those of one group in the order in which AWS tells them. `since_ms` is
    where it begins, in milliseconds since 1970. A failure of one group does not concern the others. `idle` says for
    how many seconds nobody has touched a key. Raises `PatternError` for a pattern that AWS would refuse.
    """

    def __init__(
        self,
        connect: Connect,
        groups: Sequence[LogGroup],
        sink: Sink,
        *,
        pattern: str = "",
        since_ms: int | None = None,
        pace: TailTiming | None = None,
        idle: Callable[[], float] = lambda: 0.0,
    ) -> None:
        filter_pattern.parse(pattern)
        start = since_ms if since_ms is not None else int(1000 * (time.time() - BACK))
        self.groups = tuple(groups)
        self.pattern = pattern
        self.sink = sink
        self._connect = connect
        self._pace = pace or TailTiming()
        self._tails = [
            GroupTail(
                group,
                sink,
                start,
                pattern=pattern,
                pace=self._pace,
                tell=self._told,
                idle=idle,
                crowded=self._crowded,
            )
            for group in groups
        ]
        self._tasks: list[asyncio.Task[None]] = []
        self._listeners: list[Callable[[], None]] = []
        self._modest_until = 0.0
        self._buckets: dict[str | None, TokenBucket] = {}

    @property
    def states(self) -> tuple[GroupState, ...]:
        """How each group goes, in the order in which they were given."""
        return tuple(tail.state for tail in self._tails)

    @property
    def behind(self) -> float:
        """Seconds since all groups that are there were known to be read."""
        there = [state.behind for state in self.states if state.doing not in (Doing.MISSING, Doing.UNREADABLE)]
        return max(there, default=0.0)

    def listen(self, listener: Callable[[], None]) -> None:
        """Have a function called when a state has changed; it should do no more than note that."""
        self._listeners.append(listener)

    def forget(self, listener: Callable[[], None]) -> None:
        """Call a function no more."""
        self._listeners.remove(listener)

    def start(self) -> None:
        """Begin, or go on where it was stopped; on the loop of the connections."""
        if self._tasks:
            return
        self._tasks = [asyncio.create_task(self._follow(tail)) for tail in self._tails]

    async def stop(self) -> None:
        """End, and give back what was asked of the account's budget."""
        tasks, self._tasks = self._tasks, []  # at once: it may be started again while these end
        for task in tasks:
            task.cancel()
        for bucket in self._buckets.values():
            bucket.want(self, 0)
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self) -> None:
        """Read at once, as after a key."""
        for tail in self._tails:
            tail.wake()

    async def _follow(self, tail: GroupTail) -> None:
        URGENT.set(True)
        region = tail.group.region

        async def connect() -> Aws:
            aws = await self._connect()
            if region not in self._buckets and (bucket := await aws.bucket(FILTER, region)) is not None:
                self._buckets[region] = bucket
            self._ask()
            return aws

        await tail.run(connect)

    def _crowded(self, tail: GroupTail) -> bool:
        """Whether a search needs the budget too, or a group of more lines than this one."""
        bucket = self._buckets.get(tail.group.region)
        if bucket is not None and bucket.wanted_besides(self):
            return True
        return not tail.busy and any(one.busy and one.group.region == tail.group.region for one in self._tails)

    def _ask(self) -> None:
        """Ask the account's budget for what the groups of each region need now."""
        for region, bucket in self._buckets.items():
            here = [
                tail for tail in self._tails if tail.group.region == region and tail.state.doing is not Doing.UNREADABLE
            ]
            need = MOST_A_SECOND if any(tail.busy for tail in here) else len(here) / (1.5 * self._pace.every)
            bucket.want(self, 0.0 if time.monotonic() < self._modest_until else need)

    def _told(self, state: GroupState) -> None:
        if state.problem is not None and state.problem.kind is ProblemKind.THROTTLED:
            self._modest_until = time.monotonic() + _MODEST_FOR
        self._ask()
        for listener in tuple(self._listeners):
            listener()
