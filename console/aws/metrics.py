"""CloudWatch numbers: the questions of all Sources, gathered into as few GetMetricData calls as possible."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from console.aws.meter import METRIC_PRICE
from console.aws.metric_answer import MetricAnswer, Points, Unanswered, refused
from console.problems import Failure, ProblemKind

if TYPE_CHECKING:
    from console.aws.call import Aws

__all__ = ["Metric", "Metrics", "Points", "Unanswered"]

GATHER: Final = 0.05
"""Seconds for which questions are gathered before they are asked together."""

AT_ONCE: Final = 500
"""Metrics in one GetMetricData call (CloudWatch quotas)."""

FRESH: Final = 60.0
"""Seconds for which an answer serves: CloudWatch's finest ordinary period."""

TRIES: Final = 40
"""Calls for one batch that CloudWatch refuses, to find which of its metrics it will not have: two of 500 take 34."""

REFUSED_FOR: Final = 3600.0
"""Seconds for which a metric that CloudWatch refused is not asked again."""

_REFUSALS: Final = frozenset({ProblemKind.INVALID, ProblemKind.BUG, ProblemKind.NOT_FOUND})
"""What CloudWatch, or botocore before it, says to a batch of which one metric is wrong."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One series of CloudWatch: the name, what it is of, how it is summed up and over which seconds."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()
    stat: str = "Average"
    period: int = 300
    span: int = 3 * 3600
    region: str | None = None

    @property
    def label(self) -> str:
        """The metric for people: its namespace, its name and what it is of."""
        return " ".join((self.namespace, self.name, *(value for _, value in self.dimensions)))

    def query(self, number: int) -> dict[str, Any]:
        """The MetricDataQuery of this series, under the id ``m<number>``."""
        return {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": self.namespace,
                    "MetricName": self.name,
                    "Dimensions": [{"Name": name, "Value": value} for name, value in self.dimensions],
                },
                "Period": self.period,
                "Stat": self.stat,
            },
            "ReturnData": True,
        }


_Asked = tuple[Metric, asyncio.Future[Points]]


class Metrics:
    """Answers questions about metrics, each asked at most once a minute however many want it."""

    def __init__(self, aws: Aws, clock: Callable[[], float] = time.time) -> None:
        self._aws = aws
        self._clock = clock
        self._known: dict[Metric, tuple[float, asyncio.Future[Points]]] = {}
        self._refused: dict[Metric, tuple[float, Unanswered]] = {}
        self._waiting: dict[tuple[str | None, int], dict[Metric, asyncio.Future[Points]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def points(self, metrics: Sequence[Metric]) -> list[Points]:
        """The points of each metric over its span, oldest first; an empty tuple where there are none.

        A metric of which CloudWatch did not tell, or told a part, is `Unanswered`, and costs no other one. Raises
        `Failure` when CloudWatch does not answer at all.
        """
        return list(await asyncio.gather(*(self._ask(metric) for metric in metrics)))

    def forget(self) -> None:
        """Ask CloudWatch anew at the next question."""
        self._known.clear()
        self._refused.clear()

    async def _ask(self, metric: Metric) -> Points:
        now = self._clock()
        if metric in self._refused and now - self._refused[metric][0] < REFUSED_FOR:
            return self._refused[metric][1]
        known = self._known.get(metric)
        if known is None or now - known[0] >= FRESH or _failed(known[1]):
            future = asyncio.get_running_loop().create_future()
            self._known[metric] = (now, future)
            batch = (metric.region, metric.span)
            if batch not in self._waiting:
                self._waiting[batch] = {}
                task = asyncio.create_task(self._flush(batch))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            self._waiting[batch][metric] = future
            known = self._known[metric]
        return await asyncio.shield(known[1])

    async def _flush(self, batch: tuple[str | None, int]) -> None:
        await asyncio.sleep(GATHER)
        waiting = list(self._waiting.pop(batch).items())
        old = self._clock() - 10 * FRESH
        self._known = {metric: known for metric, known in self._known.items() if known[0] > old}
        chunks = [waiting[at : at + AT_ONCE] for at in range(0, len(waiting), AT_ONCE)]
        await asyncio.gather(*(self._fetch(batch, chunk) for chunk in chunks))

    async def _fetch(self, batch: tuple[str | None, int], chunk: list[_Asked]) -> None:
        """Ask a chunk; where CloudWatch refuses it, its halves, until what is wrong stands alone."""
        parts, tries, failed, answered = [chunk], 0, list[tuple[list[_Asked], Failure]](), False
        while parts:
            part, tries = parts.pop(), tries + 1
            try:
                found = await self._read(batch, [metric for metric, _ in part])
            except Failure as failure:
                if failure.problem.kind in _REFUSALS and len(part) > 1 and tries < TRIES:
                    parts += [part[len(part) // 2 :], part[: len(part) // 2]]
                else:
                    failed.append((part, failure))
                continue
            answered = True
            for (_, future), points in zip(part, found, strict=True):
                future.set_result(points)
        for part, why in failed:
            alone = len(part) == 1 and (answered or len(chunk) == 1)
            self._fail(part, why, alone=alone and why.problem.kind in _REFUSALS)

    def _fail(self, part: list[_Asked], failure: Failure, *, alone: bool) -> None:
        """Tell who waits; what is refused `alone` costs no more than its own value."""
        for metric, future in part:
            if alone:
                self._refused[metric] = (self._clock(), refused(metric.label, failure))
                future.set_result(self._refused[metric][1])
            else:
                future.set_exception(failure)
                future.exception()  # marks it as seen: nobody may be waiting any more

    async def _read(self, batch: tuple[str | None, int], metrics: list[Metric]) -> list[Points]:
        answer = MetricAnswer()
        async for page in self._ask_cloudwatch(*batch, metrics):
            if not answer.pages:
                self._aws.meter.charge(METRIC_PRICE * len(metrics))
            answer.add(page)
        return [answer.points(f"m{number}", metric.label) for number, metric in enumerate(metrics)]

    def _ask_cloudwatch(self, region: str | None, span: int, metrics: list[Metric]) -> AsyncIterator[dict[str, Any]]:
        now = self._clock()
        # Bins begin at whole periods: ask from one, so that the first bin is whole.
        coarsest = max(metric.period for metric in metrics)
        start = (now - span) // coarsest * coarsest
        return self._aws.pages(
            "cloudwatch",
            "get_metric_data",
            expect="MetricDataResults",
            region=region,
            MetricDataQueries=[metric.query(number) for number, metric in enumerate(metrics)],
            StartTime=datetime.fromtimestamp(start, UTC),
            EndTime=datetime.fromtimestamp(now, UTC),
            ScanBy="TimestampAscending",
        )


def _failed(future: asyncio.Future[Points]) -> bool:
    return future.done() and (future.cancelled() or future.exception() is not None)
