"""The application's own metrics."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.aws.call import Aws
from console.readings.source import Level
from console.services.cloudwatch import application_metrics
from console.services.cloudwatch.kinds import ApplicationMetric
from console.stack.stack import Stack

ERRORS = ApplicationMetric(namespace="Journal", metric="ApiErrors", dimensions={"Service": "api"}, warn=5, crit=20)


def test_above_the_limits_is_bad() -> None:
    gauge = application_metrics.gauge_of(ERRORS)
    assert [gauge.level(value) for value in (5, 6, 21)] == [Level.OK, Level.WARN, Level.CRIT]
    assert gauge.metric.dimensions == (("Service", "api"),)


def test_below_the_limits_is_bad_where_crit_is_the_lower() -> None:
    gauge = application_metrics.gauge_of(ApplicationMetric(namespace="Journal", metric="Logins", warn=10, crit=1))
    assert [gauge.level(value) for value in (10, 9, 0)] == [Level.OK, Level.WARN, Level.CRIT]


def test_a_long_period_has_a_long_span() -> None:
    assert (
        application_metrics.gauge_of(ApplicationMetric(namespace="J", metric="M", period=3600)).metric.span == 12 * 3600
    )


def listed(**dimensions: str) -> dict[str, Any]:
    return {"Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()]}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], "no metric of this name"),
        ([listed(Service="api")], "No data for 3 h"),
        ([listed(Service="web"), listed()], "other dimensions: Service=web; none."),
    ],
)
def test_no_points_are_unknown_and_say_why(found: list[dict[str, Any]], words: str) -> None:
    finding = application_metrics.judge_metric(ERRORS, application_metrics.gauge_of(ERRORS), (), found, 1_800_000_000.0)
    assert finding.level is Level.UNKNOWN
    assert words in finding.what


async def test_metrics_of_a_stack(aws: Aws, seed: Callable[[str], Any]) -> None:
    at = datetime.now(UTC) - timedelta(minutes=6)
    dimensions = [{"Name": "Service", "Value": "api"}]
    data = {"MetricName": "ApiErrors", "Dimensions": dimensions, "Timestamp": at, "Value": 9}
    seed("cloudwatch").put_metric_data(Namespace="Journal", MetricData=[data])
    requests = ApplicationMetric(namespace="Journal", metric="ApiRequests")
    unlimited = ApplicationMetric(namespace="Journal", metric="ApiErrors", dimensions={"Service": "api"})
    report = await application_metrics.metrics.fetch(
        aws,
        Stack(
            name="s",
            parts=(
                ERRORS,
                requests,
                unlimited,
            ),
        ),
    )
    assert [(f.resource, f.level, f.value) for f in report.findings] == [
        ("Journal ApiErrors api", Level.WARN, "9"),
        ("Journal ApiRequests", Level.UNKNOWN, "no data"),
        ("Journal ApiErrors api", Level.OK, "9"),
    ]
    assert "no limit is set" in report.findings[2].what
    assert [len(detail.series) for detail in report.details] == [1, 0, 1]
    assert dict(report.details[0].facts)["Limits"] == "warn > 5, crit > 20"
    assert aws.called == set(application_metrics.metrics.permissions)
