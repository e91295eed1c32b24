"""A search back in time, in one span or several: what one wants to see first is read first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from console.logs.kinds import LogGroup
from console.logs.reading.history import Search, SearchProgress
from console.logs.tailing.following import Connect, Sink
from console.problems import Failure, Problem, classify

_NEAR: Final = 300_000
"""Milliseconds before and after a moment that are read first where one wants to go to it."""

Span = tuple[int, int]
"""From a moment on and before another, in milliseconds since 1970."""


class LookBack:
    """One search that runs until it is done or stopped; `reached` is called once `at_ms` and what is around it is read.

    `ended` is called where it ends before its end.
    """

    def __init__(
        self,
        connect: Connect,
        groups: Sequence[LogGroup],
        sink: Sink,
        span: Span,
        *,
        pattern: str = "",
        at_ms: int | None = None,
        reached: Callable[[int], None] = lambda at_ms: None,
        ended: Callable[[LookBack], None] = lambda look: None,
    ) -> None:
        self.span = span
        self.groups = tuple(groups)
        self.problem: Problem | None = None
        self.stopped = False
        self._searches = [
            Search(connect, groups, sink, start, end, pattern=pattern) for start, end in _spans(*span, at_ms)
        ]
        self._shares = [(end - start) / max(1, span[1] - span[0]) for start, end in _spans(*span, at_ms)]
        self._at_ms, self._reached, self._ended = at_ms, reached, ended
        self._task = asyncio.create_task(self._run())

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return not self._task.done()

    @property
    def progress(self) -> SearchProgress:
        """How far it is, all spans taken together."""
        each = [search.progress for search in self._searches]
        now = next((one for one in each if not one.done), each[-1])
        covered = sum(one.covered * share for one, share in zip(each, self._shares, strict=True))
        failed = {name: problem for one in each for name, problem in one.failed}
        return replace(
            now,
            covered=1.0 if now.done else min(1.0, covered),
            events=sum(one.events for one in each),
            calls=sum(one.calls for one in each),
            failed=tuple(failed.items()),
        )

    async def stop(self) -> None:
        """End it."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        try:
            for number, search in enumerate(self._searches):
                await search.run()
                if number == 0 and self._at_ms is not None:
                    self._reached(self._at_ms)
        except Failure as failure:
            self.problem = failure.problem
            self._ended(self)
        except asyncio.CancelledError:
            self.stopped = True
            self._ended(self)
            raise
        except Exception as error:  # noqa: BLE001 - nobody waits for this task: what ends it must be told
            self.problem = classify(error, where="search")
            self._ended(self)


def _spans(start_ms: int, end_ms: int, at_ms: int | None) -> list[Span]:
    """The spans of a range in the order in which they are read: around a moment, after it, before it."""
    if at_ms is None:
        return [(start_ms, end_ms)]
    first = (min(end_ms, max(start_ms, at_ms - _NEAR)), max(start_ms, min(end_ms, at_ms + _NEAR)))
    return [first, *(span for span in ((first[1], end_ms), (start_ms, first[0])) if span[0] < span[1])]
