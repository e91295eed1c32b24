"""CloudFront: state, errors, cache."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from console.readings.source import Level
from console.services.cloudfront.distributions import distributions, judge_distribution, judge_traffic
from console.services.cloudfront.kinds import Distribution
from console.stack.stack import Stack
from console.text import Clean

NOW = 1_800_000_000.0
LIMITS = distributions.thresholds
NAME = Clean("site")


def distribution(enabled: bool = True, status: str = "Deployed", compress: bool = True) -> dict[str, Any]:
    return {
        "Id": "E1",
        "ARN": "arn:aws:cloudfront::123456789012:distribution/E1",
        "Status": status,
        "DomainName": "d1.cloudfront.net",
        "LastModifiedTime": datetime(2026, 11, 18, tzinfo=UTC),
        "DistributionConfig": {
            "Enabled": enabled,
            "DefaultCacheBehavior": {"Compress": compress},
            "Origins": {"Items": [{"Id": "frontend", "DomainName": "ec2-1.example"}]},
        },
    }


@pytest.mark.parametrize(
    ("answer", "levels"),
    [
        (distribution(), [Level.OK]),
        (distribution(status="InProgress"), [Level.OK]),
        (distribution(enabled=False), [Level.CRIT]),
        (distribution(compress=False), [Level.OK, Level.WARN]),
    ],
)
def test_state(answer: dict[str, Any], levels: list[Level]) -> None:
    assert [finding.level for finding in judge_distribution(NAME, answer)] == levels


def points(value: float | None) -> tuple[tuple[float, float], ...]:
    return () if value is None else tuple((NOW - back, value) for back in (840, 540, 240))


def traffic(
    requests: float | None = 100,
    c4: float | None = 0,
    c5: float | None = 0,
    both: float | None = 0,
    hits: float | None = 90,
) -> dict[str, Any]:
    return {
        "Requests": points(requests),
        "4xxErrorRate": points(c4),
        "5xxErrorRate": points(c5),
        "TotalErrorRate": points(both),
        "CacheHitRate": points(hits),
    }


@pytest.mark.parametrize(
    ("seen", "levels"),
    [
        (traffic(), [Level.OK] * 4),
        (traffic(c4=1.01), [Level.WARN, Level.OK, Level.OK, Level.OK]),
        (traffic(c5=5.1), [Level.OK, Level.CRIT, Level.OK, Level.OK]),
        (traffic(both=0.11), [Level.OK, Level.OK, Level.WARN, Level.OK]),
        (traffic(hits=69), [Level.OK, Level.OK, Level.OK, Level.WARN]),
        (traffic(hits=75), [Level.OK] * 4),
        (traffic(c4=None), [Level.UNKNOWN, Level.OK, Level.OK, Level.OK]),
        (traffic(requests=None), [Level.OK]),
        (traffic(requests=0), [Level.OK]),
    ],
)
def test_traffic(seen: dict[str, Any], levels: list[Level]) -> None:
    assert [finding.level for finding in judge_traffic(NAME, seen, LIMITS, NOW)] == levels


def test_says_that_additional_metrics_are_off_and_what_the_target_is() -> None:
    *_, off = judge_traffic(NAME, traffic(hits=None), LIMITS, NOW)
    assert off.level is Level.OK and "additional metrics are off" in off.what
    *_, below = judge_traffic(NAME, traffic(hits=75), LIMITS, NOW)
    assert below.what == "Cache hit rate, below the target of 80 %."


async def test_asks_for_its_numbers_where_they_live(canned: Callable[..., Any]) -> None:
    aws = canned({"get_distribution": {"Distribution": distribution()}}, Requests=[100.0], CacheHitRate=[90.0])
    report = await distributions.fetch(aws, Stack(name="one", parts=(Distribution(id="E1"),)))
    assert {metric.region for metric in aws.metrics.asked} == {"us-east-1"}
    assert {metric.dimensions for metric in aws.metrics.asked} == {(("DistributionId", "E1"), ("Region", "Global"))}
    facts = dict(report.details[0].facts)
    assert facts["Origin frontend"] == "ec2-1.example" and facts["Compression"] == "on"
    assert facts["Last modified"] == "2026-11-18 00:00:00 UTC"
