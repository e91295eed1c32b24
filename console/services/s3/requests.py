"""Amazon S3: whether requests to buckets succeed, from their request metrics."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from console.aws.metric_answer import unanswered
from console.aws.metrics import Metric, Points
from console.readings.concurrently import concurrently
from console.readings.each import each
from console.readings.gauge import Gauge, not_told, read, series_of, shown
from console.readings.numbers import bad_since, busy_span, percent, span, total
from console.readings.source import Detail, Finding, Level, Report, Series, check
from console.services.s3.bucket_region import metrics_region, placed, region_of
from console.services.s3.kinds import BUCKET, Bucket
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

Answer = Mapping[str, Any]

HOW: Final = (
    "Request metrics are off, so the success of uploads is not known. "
    "Turn them on in the bucket's metrics configuration; AWS bills them as custom metrics."
)


@check(
    "s3.requests",
    period=60,
    permissions=("cloudwatch:GetMetricData", "s3:GetMetricsConfiguration", "s3:ListBucket"),
    wants=lambda stack: stack.of(Bucket),
    thresholds={"success_warn": 99},
    price=0.05,
)
async def requests(aws: Aws, stack: Stack) -> Report:
    """Requests to the stack's buckets succeed.

    A warning where less than 99 % of the requests of the last 15 minutes (of the hour where there were fewer
    than 100) had neither 4xx nor 5xx. AWS counts errors of uploads and downloads together; a metrics
    configuration with a prefix counts only what is uploaded there. Buckets whose request metrics are off say
    how to turn them on. The price is that of one configuration.
    """
    least = requests.limits(stack)["success_warn"]
    return await each(
        requests.name, stack.of(Bucket), lambda named: named.bucket, lambda named: _bucket(aws, named, least)
    )


async def _bucket(aws: Aws, named: Bucket, least: float) -> Report:
    name = clean(named.bucket)
    configurations = await _configurations(aws, named)
    if not configurations:
        what = Finding(requests.name, name, Level.OK, Clean(HOW), Clean("off"))
        return Report((what,), (Detail(name, BUCKET, facts=(("Request metrics", Clean("off")),)),))
    filters = [configuration["Id"] for configuration in configurations]
    told = await region_of(aws, named)
    gauges = [gauges_of(named, filter_id, metrics_region(aws, named, told)) for filter_id in filters]
    read_points = await concurrently(*(read(aws, some) for some in gauges))
    points = [[placed(one, named, told) for one in some] for some in read_points]
    now = time.time()
    series: list[Series] = []
    for filter_id, some, found in zip(filters, gauges, points, strict=True):
        rate = Gauge(some[0].metric, f"Success, {filter_id}", "%", least, low=True)
        series += (rate.series(success(*found[:3])), *series_of(some, found))
    return Report(
        tuple(judge_requests(name, *pair, least, now) for pair in zip(filters, points, strict=True)),
        (
            Detail(
                resource=name,
                kind=BUCKET,
                facts=tuple((clean(f"Filter {one['Id']}"), _scope(one)) for one in configurations),
                series=tuple(one for one in series if one.points),
            ),
        ),
    )


async def _configurations(aws: Aws, named: Bucket) -> list[Answer]:
    """The bucket's metrics configurations. An answer without any lacks their list, but tells that it is whole."""
    found: list[Answer] = []
    token: dict[str, str] = {}
    while True:
        answer = await aws.call(
            "s3",
            "list_bucket_metrics_configurations",
            expect="IsTruncated",
            region=named.region,
            Bucket=named.bucket,
            **token,
        )
        found += answer.get("MetricsConfigurationList", ())
        if not answer["IsTruncated"]:
            return found
        token = {"ContinuationToken": answer["NextContinuationToken"]}


def gauges_of(named: Bucket, filter_id: str, region: str | None) -> tuple[Gauge, ...]:
    """The numbers of one metrics configuration: all requests, their errors, uploads and their latency."""
    dimensions = (("BucketName", named.bucket), ("FilterId", filter_id))

    def gauge(name: str, label: str, unit: str = "", stat: str = "Sum") -> Gauge:
        return Gauge(Metric("AWS/S3", name, dimensions, stat, region=region), f"{label}, {filter_id}", unit)

    return (
        gauge("AllRequests", "Requests"),
        gauge("4xxErrors", "4xx"),
        gauge("5xxErrors", "5xx"),
        gauge("PutRequests", "Uploads"),
        gauge("TotalRequestLatency", "Latency, mean", "ms", "Average"),
    )


def judge_requests(name: Clean, filter_id: str, points: Sequence[Points], least: float, now: float) -> Finding:
    """The verdict on the time before `now`, in epoch seconds, given requests, 4xx and 5xx as sums."""
    threshold = Clean(f"warn < {shown(least, '%')}")
    if missing := not_told(requests.name, name, f"Filter {filter_id}", *points[:3], threshold=threshold):
        return missing
    length = busy_span(points[0], now)
    count, client, server = (total(found, now, length) or 0.0 for found in points[:3])
    if not count:
        what = clean(f"Filter {filter_id}: no request in the last hour, so there is nothing to judge.")
        return Finding(requests.name, name, Level.OK, what, Clean("0 requests"), threshold)
    rate = 100 * (1 - (client + server) / count)
    level = Level.WARN if rate < least else Level.OK
    told = f"{shown(client)} 4xx and {shown(server)} 5xx of {shown(count)} requests in the last {span(length)}"
    since = bad_since(success(*points[:3]), lambda value: value < least) if level else None
    return Finding(
        requests.name, name, level, clean(f"Filter {filter_id}: {told}."), shown(rate, "%"), threshold, since=since
    )


def success(made: Points, client: Points, server: Points) -> Points:
    """The percentage of requests without an error at each moment that had requests."""
    if (missing := unanswered(made, client, server)) is not None:
        return missing
    errors = zip(percent(client, made), percent(server, made), strict=True)
    return tuple((at, 100 - fours - fives) for (at, fours), (_, fives) in errors)


def _scope(configuration: Answer) -> Clean:
    chosen = configuration.get("Filter", {})
    chosen = chosen.get("And", chosen)
    tags = [*chosen.get("Tags", ()), *([chosen["Tag"]] if "Tag" in chosen else ())]
    parts = [f"prefix {chosen['Prefix']}"] if chosen.get("Prefix") else []
    parts += [f"tag {tag['Key']}={tag['Value']}" for tag in tags]
    return clean(", ".join(parts) or "the whole bucket")
