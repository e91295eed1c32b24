"""Amazon ECS: CPU, memory and running tasks of services, from CloudWatch."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from console.aws.metrics import Metric
from console.readings import gauge
from console.readings.concurrently import concurrently
from console.readings.each import each
from console.readings.gauge import Gauge
from console.readings.source import Detail, Finding, Level, Report, check
from console.services.ecs.judge import NAMELESS, is_missing, last, name_of
from console.services.ecs.kinds import SERVICE, EcsCluster
from console.services.ecs.services import read_services
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.aws.call import Aws
    from console.aws.metrics import Points


@check(
    "ecs.utilisation",
    period=60,
    permissions=(
        "ecs:DescribeServices",
        "ecs:ListServices",
        "ecs:DescribeClusters",
        "cloudwatch:GetMetricData",
    ),
    thresholds={"cpu_warn": 80, "cpu_crit": 90, "memory_warn": 80, "memory_crit": 90},
    wants=lambda stack: stack.of(EcsCluster),
    price=0.03,
)
async def utilisation(aws: Aws, stack: Stack) -> Report:
    """ECS services have CPU and memory to spare.

    A warning above 80 % of the CPU or memory that is reserved for the service, critical above 90 %, from the
    newest 5 minutes. The running tasks are Container Insights' where the cluster has it on, else the service's.
    The price is that of one service.
    """
    limits = utilisation.limits(stack)
    return await each(utilisation.name, stack.of(EcsCluster), lambda c: c.cluster, lambda c: _cluster(aws, c, limits))


async def _cluster(aws: Aws, cluster: EcsCluster, limits: Mapping[str, float]) -> Report:
    services, insights = await concurrently(read_services(aws, cluster), _has_insights(aws, cluster))
    present = [service for service in services if not is_missing(service) and name_of(service) != NAMELESS]
    gauges = [_gauges(cluster, name_of(service), limits, insights) for service in present]
    found = await concurrently(*(gauge.read(aws, some) for some in gauges))
    now = time.time()
    absent = [_not_measured(service) for service in services if service not in present]
    nothing = Finding(utilisation.name, clean(cluster.cluster), Level.OK, Clean("No service in this cluster."))
    findings = [
        finding
        for service, some, points in zip(present, gauges, found, strict=True)
        for finding in judge_utilisation(service, some, points, now)
    ]
    return Report(
        tuple([*absent, *findings] or [nothing]),
        tuple(
            _detail(service, some, points, insights)
            for service, some, points in zip(present, gauges, found, strict=True)
        ),
    )


def _not_measured(service: dict[str, Any]) -> Finding:
    """The verdict on a service that does not exist, or whose name was not told, by which CloudWatch knows it."""
    if is_missing(service):
        return Finding(utilisation.name, name_of(service), Level.CRIT, Clean("The service does not exist."))
    what = Clean("Its name was not told, by which CloudWatch knows it.")
    return Finding(utilisation.name, name_of(service), Level.UNKNOWN, what, gauge.UNKNOWN)


async def _has_insights(aws: Aws, cluster: EcsCluster) -> bool:
    answer = await aws.call(
        "ecs",
        "describe_clusters",
        expect="clusters",
        region=cluster.region,
        clusters=[cluster.cluster],
        include=["SETTINGS"],
    )
    settings = [setting for found in answer["clusters"] for setting in found.get("settings", ())]
    return any(s.get("name") == "containerInsights" and s.get("value") in ("enabled", "enhanced") for s in settings)


def _gauges(cluster: EcsCluster, service: str, limits: Mapping[str, float], insights: bool) -> list[Gauge]:
    dimensions = (("ClusterName", cluster.cluster), ("ServiceName", service))
    gauges = [
        Gauge(
            Metric("AWS/ECS", f"{name}Utilization", dimensions, region=cluster.region),
            label,
            "%",
            limits[f"{key}_warn"],
            limits[f"{key}_crit"],
        )
        for name, label, key in (("CPU", "CPU", "cpu"), ("Memory", "Memory", "memory"))
    ]
    if insights:
        metric = Metric("ECS/ContainerInsights", "RunningTaskCount", dimensions, region=cluster.region)
        gauges.append(Gauge(metric, "Running tasks"))
    return gauges


def judge_utilisation(
    service: dict[str, Any], gauges: list[Gauge], points: list[Points], now: float
) -> tuple[Finding, ...]:
    """The verdicts on one service; that it has no numbers while no task runs is no fault."""
    name = name_of(service)
    if service.get("runningCount") == 0:
        what = Clean("No task runs, so there is nothing to measure. ecs.services says whether some should.")
        return (Finding(utilisation.name, name, Level.OK, what, Clean("0 tasks")),)
    return gauge.judge_all(utilisation.name, name, gauges, points, now)


def _detail(service: dict[str, Any], gauges: list[Gauge], points: list[Points], insights: bool) -> Detail:
    series = tuple(some.series(found) for some, found in zip(gauges, points, strict=True))
    newest = ((line.label, line.last) for line in series)
    origin = "Container Insights" if insights else "the service; Container Insights is off"
    return Detail(
        resource=name_of(service),
        kind=SERVICE,
        arn=clean(service.get("serviceArn", "")),
        facts=(
            *(
                (label, gauge.shown(value, "%"))
                for label, value in newest
                if value is not None and label != "Running tasks"
            ),
            ("Running", clean(service.get("runningCount", "unknown"))),
            ("Desired", clean(service.get("desiredCount", "unknown"))),
            ("Running tasks from", Clean(origin)),
        ),
        series=series,
        related=(clean(last(service.get("clusterArn", ""))),),
    )
