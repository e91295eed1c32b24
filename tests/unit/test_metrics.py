"""CloudWatch numbers: gathered, asked once a minute, in chunks of 500, every page followed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from console.aws.meter import METRIC_PRICE, Meter
from console.aws.metrics import AT_ONCE, FRESH, Metric, Metrics
from console.problems import Failure, Kind, Problem
from console.text import Clean
from tests.deadlines import SOON

NOW = 1_800_000_000.0


class FakeAws:
    """Answers GetMetricData: each metric has one point, its own name's length, split over two pages."""

    def __init__(self) -> None:
        self.meter = Meter()
        self.asked: list[dict[str, Any]] = []
        self.failure: Failure | None = None

    async def pages(self, service: str, operation: str, **params: Any) -> AsyncIterator[dict[str, Any]]:
        self.asked.append(params)
        if self.failure:
            raise self.failure
        for minutes in (10, 5):
            stamp = datetime.fromtimestamp(NOW - minutes * 60, UTC)
            yield {
                "MetricDataResults": [
                    {
                        "Id": query["Id"],
                        "Timestamps": [stamp],
                        "Values": [float(len(query["MetricStat"]["Metric"]["MetricName"]))],
                    }
                    for query in params["MetricDataQueries"]
                ]
            }


@pytest.fixture
def aws() -> FakeAws:
    return FakeAws()


def metrics_of(aws: FakeAws, clock: Any = lambda: NOW) -> Metrics:
    return Metrics(aws, clock)  # type: ignore[arg-type]


async def test_questions_of_several_sources_are_one_call(aws: FakeAws) -> None:
    metrics = metrics_of(aws)
    one, other = await asyncio.gather(
        metrics.points([Metric("AWS/ECS", "CPU"), Metric("AWS/ECS", "Memory")]),
        metrics.points([Metric("AWS/Lambda", "Errors"), Metric("AWS/ECS", "CPU")]),
    )
    assert len(aws.asked) == 1
    assert len(aws.asked[0]["MetricDataQueries"]) == 3
    assert [points[-1][1] for points in one + other] == [3, 6, 6, 3]
    assert aws.meter.dollars == pytest.approx(3 * METRIC_PRICE)


async def test_points_of_all_pages_are_there_oldest_first(aws: FakeAws) -> None:
    [points] = await metrics_of(aws).points([Metric("AWS/ECS", "CPU")])
    assert points == ((NOW - 600, 3.0), (NOW - 300, 3.0))


async def test_an_answer_serves_for_a_minute(aws: FakeAws) -> None:
    now = NOW
    metrics = metrics_of(aws, lambda: now)
    await metrics.points([Metric("AWS/ECS", "CPU")])
    now += FRESH - 1
    await metrics.points([Metric("AWS/ECS", "CPU")])
    assert len(aws.asked) == 1
    now += 1
    await metrics.points([Metric("AWS/ECS", "CPU")])
    assert len(aws.asked) == 2


async def test_more_than_500_metrics_are_asked_in_several_calls(aws: FakeAws) -> None:
    wanted = [Metric("AWS/Lambda", "Errors", (("FunctionName", str(n)),)) for n in range(AT_ONCE + 1)]
    assert len(await metrics_of(aws).points(wanted)) == AT_ONCE + 1
    assert sorted(len(call["MetricDataQueries"]) for call in aws.asked) == [1, AT_ONCE]


async def test_regions_and_spans_are_asked_apart_and_begin_at_whole_periods(aws: FakeAws) -> None:
    await metrics_of(aws).points(
        [Metric("AWS/CloudFront", "Requests", region="us-east-1"), Metric("AWS/S3", "Size", period=86400, span=86400)]
    )
    assert {call["region"] for call in aws.asked} == {"us-east-1", None}
    for call in aws.asked:
        assert call["StartTime"].timestamp() % call["MetricDataQueries"][0]["MetricStat"]["Period"] == 0


async def test_a_failure_reaches_everyone_who_asked_and_is_not_kept(aws: FakeAws) -> None:
    metrics = metrics_of(aws)
    aws.failure = Failure(Problem(Kind.THROTTLED, Clean("Too often.")))
    asked = await asyncio.gather(
        metrics.points([Metric("AWS/ECS", "CPU")]),
        metrics.points([Metric("AWS/ECS", "Memory")]),
        return_exceptions=True,
    )
    assert asked == [aws.failure, aws.failure]
    aws.failure = None
    assert await metrics.points([Metric("AWS/ECS", "CPU")])


@pytest.mark.parametrize("lacking", ["Timestamps", "Values", "both lengths"])
async def test_an_incomplete_answer_is_suspect_for_everyone_who_asked(aws: FakeAws, lacking: str) -> None:
    whole = aws.pages

    async def pages(service: str, operation: str, **params: Any) -> AsyncIterator[dict[str, Any]]:
        async for page in whole(service, operation, **params):
            for result in page["MetricDataResults"]:
                result.pop(lacking, None)
                if lacking == "both lengths":
                    result["Values"] = []
            yield page

    aws.pages = pages  # type: ignore[method-assign]
    with pytest.raises(Failure) as failed:
        await asyncio.wait_for(metrics_of(aws).points([Metric("AWS/ECS", "CPU")]), SOON)
    assert failed.value.problem.kind is Kind.SUSPECT
