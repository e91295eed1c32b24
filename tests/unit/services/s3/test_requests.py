"""Whether requests to buckets succeed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from console.readings.source import Level
from console.services.s3 import requests as request_check
from console.services.s3.kinds import Bucket
from console.stack.stack import Stack
from console.text import Clean

NOW = 1_800_000_000.0
STACK = Stack(name="s", parts=(Bucket(bucket="images"),))
fetch: Any = request_check.requests.fetch


def points(*values: float) -> tuple[tuple[float, float], ...]:
    return tuple((NOW - 300 * (len(values) - at), value) for at, value in enumerate(values))


@pytest.mark.parametrize(
    ("requests", "fours", "fives", "level", "value"),
    [
        ((100, 100), (0, 1), (0, 1), Level.OK, "99 %"),
        ((100, 100), (0, 2), (0, 1), Level.WARN, "98.5 %"),
        ((100,), (), (), Level.OK, "100 %"),
        ((), (), (), Level.OK, "0 requests"),
        ((0,), (), (), Level.OK, "0 requests"),
    ],
)
def test_judge(
    requests: tuple[float, ...], fours: tuple[float, ...], fives: tuple[float, ...], level: Level, value: str
) -> None:
    found = [points(*requests), points(*fours), points(*fives)]
    finding = request_check.judge_requests(Clean("images"), "all", found, 99, NOW)
    assert (finding.level, finding.value) == (level, value)


def test_success_over_time_skips_moments_without_requests() -> None:
    rates = request_check.success(points(10, 0, 20), points(1, 0, 0), points(0, 0, 5))
    assert [value for _, value in rates] == [90, 75]


def listed(*ids: str, more: str = "") -> dict[str, Any]:
    answer: dict[str, Any] = {"IsTruncated": bool(more)} | ({"NextContinuationToken": more} if more else {})
    if ids:
        answer["MetricsConfigurationList"] = [{"Id": one} for one in ids]
    return answer


async def test_where_request_metrics_are_off_it_says_how_to_turn_them_on(canned: Callable[..., Any]) -> None:
    report = await fetch(canned({"list_bucket_metrics_configurations": listed()}), STACK)
    (finding,) = report.findings
    assert (finding.level, finding.value) == (Level.OK, "off")
    assert "Turn them on" in finding.what
    assert len(report.details) == 1


async def test_every_filter_of_every_page_is_judged(canned: Callable[..., Any]) -> None:
    uploads = {"Id": "uploads", "Filter": {"And": {"Prefix": "in/", "Tags": [{"Key": "a", "Value": "b"}]}}}

    def answer(asked: dict[str, Any]) -> dict[str, Any]:
        if asked.get("ContinuationToken") == "next":
            return {"IsTruncated": False, "MetricsConfigurationList": [uploads]}
        return listed("whole", more="next")

    values = {"AllRequests": [50, 50], "4xxErrors": [0, 2], "5xxErrors": []}
    here = {"BucketRegion": "eu-west-1"}
    aws = canned({"list_bucket_metrics_configurations": answer, "head_bucket": here}, **values)
    report = await fetch(aws, STACK)
    assert [(finding.level, finding.value) for finding in report.findings] == [(Level.WARN, "98 %")] * 2
    (detail,) = report.details
    assert detail.facts == (("Filter whole", "the whole bucket"), ("Filter uploads", "prefix in/, tag a=b"))
    rate = detail.series[0]
    assert (rate.label, rate.warn, rate.last) == ("Success, whole", 99, 96)
    assert not any(series.points == () for series in detail.series)
    assert {metric.region for metric in aws.metrics.asked} == {None}


@pytest.mark.parametrize(
    ("told", "level", "asked_in"), [("us-west-2", Level.OK, "us-west-2"), ("", Level.UNKNOWN, None)]
)
async def test_a_bucket_is_measured_where_it_is_or_it_is_unknown(
    canned: Callable[..., Any], told: str, level: Level, asked_in: str | None
) -> None:
    aws = canned({"list_bucket_metrics_configurations": listed("whole"), "head_bucket": {"BucketRegion": told}})
    (finding,) = (await fetch(aws, STACK)).findings
    assert finding.level is level
    assert {metric.region for metric in aws.metrics.asked} == {asked_in}
