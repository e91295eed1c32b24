"""CloudWatch numbers: the questions of all Sources, gathered into as few GetMetricData calls as possible."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from console.aws.meter import METRIC_PRICE
from console.problems import Failure, Suspect, classify

if TYPE_CHECKING:
    from console.aws.call import Aws

Points = tuple[tuple[float, float], ...]
"""(epoch seconds, value), oldest first."""

GATHER: Final = 0.05
"""Seconds for which questions are gathered before they are asked together."""

AT_ONCE: Final = 500
"""Metrics in one GetMetricData call (CloudWatch quotas)."""

FRESH: Final = 60.0
"""Seconds for which an answer serves: CloudWatch's finest ordinary period."""


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


class Metrics:
    """Answers questions about metrics, each asked at most once a minute however many want it."""

    def __init__(self, aws: Aws, clock: Callable[[], float] = time.time) -> None:
        self._aws = aws
        self._clock = clock
        self._known: dict[Metric, tuple[float, asyncio.Future[Points]]] = {}
        self._waiting: dict[tuple[str | None, int], dict[Metric, asyncio.Future[Points]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def points(self, metrics: Sequence[Metric]) -> list[Points]:
        """The points of each metric over its span, oldest first; an empty tuple where there are none.

        Raises `Failure` when CloudWatch does not answer.
        """
        return list(await asyncio.gather(*(self._ask(metric) for metric in metrics)))

    def forget(self) -> None:
        """Ask CloudWatch anew at the next question."""
        self._known.clear()

    async def _ask(self, metric: Metric) -> Points:
        now = self._clock()
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

    async def _fetch(self, batch: tuple[str | None, int], chunk: list[tuple[Metric, asyncio.Future[Points]]]) -> None:
        region, span = batch
        found: dict[str, list[tuple[float, float]]] = {}
        try:
            async for page in self._ask_cloudwatch(region, span, [metric for metric, _ in chunk]):
                for result in page["MetricDataResults"]:
                    stamps = (stamp.timestamp() for stamp in result["Timestamps"])
                    found.setdefault(result["Id"], []).extend(zip(stamps, result["Values"], strict=True))
        except (Failure, KeyError, ValueError, AttributeError) as error:
            failure = error if isinstance(error, Failure) else Failure(classify(_incomplete(), where="cloudwatch"))
            for _, future in chunk:
                future.set_exception(failure)
                future.exception()  # marks it as seen: nobody may be waiting any more
            return
        for number, (_, future) in enumerate(chunk):
            future.set_result(tuple(sorted(found.get(f"m{number}", ()))))

    def _ask_cloudwatch(self, region: str | None, span: int, metrics: list[Metric]) -> AsyncIterator[dict[str, Any]]:
        now = self._clock()
        # Bins begin at whole periods: ask from one, so that the first bin is whole.
        coarsest = max(metric.period for metric in metrics)
        start = (now - span) // coarsest * coarsest
        self._aws.meter.charge(METRIC_PRICE * len(metrics))
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


def _incomplete() -> Suspect:
    return Suspect("A metric in the answer lacks its times or values.")
