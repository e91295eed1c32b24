"""The application's own metrics, as the stack file names them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from console.aws.metric_answer import Unanswered
from console.aws.metrics import Metric, Points
from console.readings.concurrently import concurrently
from console.readings.gauge import UNKNOWN, Gauge, judge, read, shown
from console.readings.numbers import span
from console.readings.source import Detail, Finding, Level, Report, check
from console.services.cloudwatch.kinds import METRIC, ApplicationMetric
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

SPAN: Final = 3 * 3600
AT_LEAST: Final = 12
"""Points of a metric that are drawn, however long its period."""


@check(
    "metrics.application",
    period=60,
    permissions=("cloudwatch:GetMetricData", "cloudwatch:ListMetrics"),
    wants=lambda stack: stack.of(ApplicationMetric),
    price=0.01,
)
async def metrics(aws: Aws, stack: Stack) -> Report:
    """The application's own metrics are within the limits that the stack file gives.

    The newest period counts: above `warn` is a warning, above `crit` critical; where `crit` is the lower of
    the two, below them. A metric that has no points is unknown, with what CloudWatch has of that name. The price
    is that of one metric.
    """
    gauges = [gauge_of(metric) for metric in stack.of(ApplicationMetric)]
    points = await read(aws, gauges)
    listed = await concurrently(
        *(_listed(aws, metric, found) for metric, found in zip(stack.of(ApplicationMetric), points, strict=True))
    )
    now = time.time()
    findings = [
        judge_metric(metric, gauge, found, names, now)
        for metric, gauge, found, names in zip(stack.of(ApplicationMetric), gauges, points, listed, strict=True)
    ]
    details = [
        _detail(metric, gauge, found)
        for metric, gauge, found in zip(stack.of(ApplicationMetric), gauges, points, strict=True)
    ]
    return Report(tuple(findings), tuple(details))


def gauge_of(metric: ApplicationMetric) -> Gauge:
    """The metric of a stack file with its limits."""
    asked = Metric(
        metric.namespace,
        metric.metric,
        tuple(sorted(metric.dimensions.items())),
        metric.statistic,
        metric.period,
        max(SPAN, AT_LEAST * metric.period),
    )
    low = metric.warn is not None and metric.crit is not None and metric.crit < metric.warn
    return Gauge(asked, metric.metric, warn=metric.warn, crit=metric.crit, low=low)


async def _listed(aws: Aws, metric: ApplicationMetric, points: Points) -> Sequence[Mapping[str, Any]]:
    """What CloudWatch has of a metric's name; asked only where it said that there are no points."""
    if points or isinstance(points, Unanswered):
        return ()
    found: list[Mapping[str, Any]] = await aws.items(
        "cloudwatch", "list_metrics", "Metrics", Namespace=metric.namespace, MetricName=metric.metric
    )
    return found


def judge_metric(
    metric: ApplicationMetric, gauge: Gauge, points: Points, listed: Sequence[Mapping[str, Any]], now: float
) -> Finding:
    """The verdict on one metric at `now`, in epoch seconds; `listed` is what CloudWatch has of its name."""
    name = _name(metric)
    if points or isinstance(points, Unanswered):
        return judge(metrics.name, name, gauge, points, now)
    known = sorted({_dimensions(one) for one in listed})
    if not known:
        what = "CloudWatch has no metric of this name. Check namespace and name in the stack file, and the region."
    elif _words(metric.dimensions) in known:
        what = f"No data for {span(gauge.metric.span)}. Check that the application runs and sends it."
    else:
        what = f"It exists with other dimensions: {'; '.join(known[:3])}. Mend them in the stack file."
    return Finding(metrics.name, name, Level.UNKNOWN, clean(what, limit=500), Clean("no data"), gauge.threshold)


def _detail(metric: ApplicationMetric, gauge: Gauge, points: Points) -> Detail:
    return Detail(
        resource=_name(metric),
        kind=METRIC,
        facts=tuple(_facts(metric, gauge, points)),
        series=(gauge.series(points),) if points else (),
    )


def _facts(metric: ApplicationMetric, gauge: Gauge, points: Points) -> Iterator[tuple[str, Clean]]:
    yield "Namespace", clean(metric.namespace)
    yield "Metric", clean(metric.metric)
    yield "Dimensions", clean(_words(metric.dimensions))
    yield "Statistic", clean(f"{metric.statistic} of {span(metric.period)}")
    yield "Newest value", shown(points[-1][1]) if points else _nothing(points)
    yield "Limits", gauge.threshold or Clean("none")


def _nothing(points: Points) -> Clean:
    return UNKNOWN if isinstance(points, Unanswered) else Clean("no data")


def _name(metric: ApplicationMetric) -> Clean:
    values = "".join(f" {value}" for _, value in sorted(metric.dimensions.items()))
    return clean(f"{metric.namespace} {metric.metric}{values}")


def _dimensions(listed: Mapping[str, Any]) -> str:
    return _words({dimension["Name"]: dimension["Value"] for dimension in listed.get("Dimensions", ())})


def _words(dimensions: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(dimensions.items())) or "none"
