"""CloudWatch numbers: gathered, asked once a minute, in chunks of 500, every page followed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from console.aws.meter import METRIC_PRICE, Meter
from console.aws.metrics import AT_ONCE, FRESH, REFUSED_FOR, TRIES, Metric, Metrics, Unanswered
from console.problems import Failure, Problem, ProblemKind
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
    aws.failure = Failure(Problem(ProblemKind.THROTTLED, Clean("Too often.")))
    asked = await asyncio.gather(
        metrics.points([Metric("AWS/ECS", "CPU")]),
        metrics.points([Metric("AWS/ECS", "Memory")]),
        return_exceptions=True,
    )
    assert asked == [aws.failure, aws.failure]
    aws.failure = None
    assert await metrics.points([Metric("AWS/ECS", "CPU")])


Edit = Callable[[int, dict[str, Any]], None]


def answering(aws: FakeAws, edit: Edit, to_all: Sequence[dict[str, str]] = ()) -> Metrics:
    """CloudWatch that answers with other results: `edit` is given the number of the page and each result."""
    whole = aws.pages

    async def pages(service: str, operation: str, **params: Any) -> AsyncIterator[dict[str, Any]]:
        number = 0
        async for page in whole(service, operation, **params):
            for result in page["MetricDataResults"]:
                edit(number, result)
            page["MetricDataResults"] = [result for result in page["MetricDataResults"] if result]
            yield page | {"Messages": list(to_all)}
            number += 1

    aws.pages = pages  # type: ignore[method-assign]
    return metrics_of(aws)


def states(*by_page: str) -> Edit:
    """The first metric has these states, one a page; no points where it is not whole in the end."""

    def edit(page: int, result: dict[str, Any]) -> None:
        result["StatusCode"] = by_page[page] if result["Id"] == "m0" else "Complete"

    return edit


def lacks(*keys: str, page: int | None = None) -> Edit:
    """The first metric lacks members, on one page or on all."""

    def edit(number: int, result: dict[str, Any]) -> None:
        result["StatusCode"] = "Complete"
        if result["Id"] == "m0" and page in (None, number):
            for key in keys:
                del result[key]

    return edit


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (states("Complete", "PartialData"), "told only a part of it"),
        (states("Complete", "InternalError"), "InternalError"),
        (states("Forbidden", "Forbidden"), "Forbidden"),
        (states("Complete", "Nonsense"), "no readable answer"),
        (lacks("Timestamps"), "no readable answer"),
        (lacks("Values"), "no readable answer"),
        (lacks("Values", page=0), "no readable answer"),
        (lambda page, result: result["Values"].clear() if result["Id"] == "m0" else None, "no readable answer"),
        (lambda page, result: result.clear() if result["Id"] == "m0" else None, "did not answer for it"),
        (lambda page, result: result.pop("Id") if result["Id"] == "m0" else None, "did not answer for it"),
    ],
    ids=["partial", "internal", "forbidden", "foreign state", "times", "values", "a page", "lengths", "id", "no id"],
)
async def test_what_was_not_answered_is_unknown_and_costs_no_other_value(aws: FakeAws, edit: Edit, says: str) -> None:
    metrics = answering(aws, edit)
    asked = metrics.points([Metric("AWS/ECS", "CPU"), Metric("AWS/ECS", "Memory")])
    bad, good = await asyncio.wait_for(asked, SOON)
    assert isinstance(bad, Unanswered)
    assert bad.problem.what.startswith("AWS/ECS CPU is not known: CloudWatch ") and says in bad.problem.what
    assert [value for _, value in good] == [6.0, 6.0]


@pytest.mark.parametrize("first", ["PartialData", "InternalError"])
async def test_a_part_is_whole_once_the_last_page_says_so(aws: FakeAws, first: str) -> None:
    [points] = await answering(aws, states(first, "Complete")).points([Metric("AWS/ECS", "CPU")])
    assert points == ((NOW - 600, 3.0), (NOW - 300, 3.0))


async def test_a_message_makes_nothing_of_what_is_empty_and_leaves_what_is_there(aws: FakeAws) -> None:
    def edit(page: int, result: dict[str, Any]) -> None:
        if result["Id"] == "m0":
            result |= {"Timestamps": [], "Values": []}

    said = [{"Code": "MaxMetricsExceeded", "Value": "Maximum number of allowed metrics exceeded"}]
    asked = [Metric("AWS/ECS", "CPU"), Metric("AWS/ECS", "Memory")]
    bad, good = await answering(aws, edit, said).points(asked)
    assert isinstance(bad, Unanswered) and "Maximum number of allowed metrics exceeded" in bad.problem.what
    assert len(good) == 2


@pytest.mark.parametrize("edit", [lacks("Values", "Timestamps"), lambda _, result: result.update(lists())])
async def test_a_whole_answer_without_points_is_none(aws: FakeAws, edit: Edit) -> None:
    [points, _] = await answering(aws, edit).points([Metric("AWS/ECS", "CPU"), Metric("AWS/ECS", "Memory")])
    assert points == () and not isinstance(points, Unanswered)


def lists() -> dict[str, list[Any]]:
    return {"Timestamps": [], "Values": []}


class Strict(FakeAws):
    """Refuses every question in which one of some metrics is."""

    def __init__(self, *bad: str, kind: ProblemKind = ProblemKind.INVALID) -> None:
        super().__init__()
        self.bad, self.kind = bad, kind

    async def pages(self, service: str, operation: str, **params: Any) -> AsyncIterator[dict[str, Any]]:
        names = {query["MetricStat"]["Metric"]["MetricName"] for query in params["MetricDataQueries"]}
        self.failure = Failure(Problem(self.kind, Clean("ValidationError."))) if names & {*self.bad} else None
        async for page in super().pages(service, operation, **params):
            yield page


def named(count: int) -> list[Metric]:
    return [Metric("Own", f"n{number}") for number in range(count)]


@pytest.mark.parametrize("kind", [ProblemKind.INVALID, ProblemKind.BUG])
async def test_a_metric_that_is_refused_costs_only_its_own_value(kind: ProblemKind) -> None:
    aws = Strict("n3", "n490", kind=kind)
    metrics = metrics_of(aws)
    one, other = await asyncio.gather(metrics.points(named(400)), metrics.points(named(500)[400:]))
    lost = [number for number, points in enumerate(one + other) if isinstance(points, Unanswered)]
    assert lost == [3, 490]
    assert "Own n3" in one[3].problem.what and "ValidationError." in one[3].problem.what  # type: ignore[attr-defined]
    assert len(aws.asked) <= TRIES
    assert aws.meter.dollars == pytest.approx(498 * METRIC_PRICE), "what was refused is not billed"


async def test_what_was_refused_is_left_out_for_an_hour_or_until_asked_anew() -> None:
    aws, now = Strict("n1"), NOW
    metrics = metrics_of(aws, lambda: now)
    await metrics.points(named(8))
    for later, asked in ((FRESH, [7]), (REFUSED_FOR, [8, 4, 2, 1, 1, 2, 4])):
        aws.asked.clear()
        now = NOW + later
        assert isinstance((await metrics.points(named(8)))[1], Unanswered)
        assert [len(call["MetricDataQueries"]) for call in aws.asked] == asked
    metrics.forget()
    aws.bad = ()
    assert len((await metrics.points(named(8)))[1]) == 2


async def test_a_refusal_of_everything_is_a_failure_after_a_bounded_number_of_calls() -> None:
    aws = Strict(*(metric.name for metric in named(500)))
    with pytest.raises(Failure, match="ValidationError"):
        await asyncio.wait_for(metrics_of(aws).points(named(500)), SOON)
    assert len(aws.asked) <= 2 * TRIES


async def test_one_metric_alone_that_is_refused_is_unknown() -> None:
    [points] = await metrics_of(Strict("n0")).points(named(1))
    assert isinstance(points, Unanswered)
