"""Memory and disks of EC2 instances, which only the CloudWatch agent on them can measure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from console.aws.metrics import Metric
from console.readings.concurrently import concurrently
from console.readings.gauge import Gauge

if TYPE_CHECKING:
    from console.aws.call import Aws

NAMESPACE: Final = "CWAgent"
MEMORY: Final = ("mem_used_percent", "MemoryUtilization", "Memory % Committed Bytes In Use")
"""The agent's names on Linux and Windows, and the one that the older monitoring scripts had."""
DISK: Final = "disk_used_percent"

HOW: Final = (
    "Memory and disks are not measured: install the CloudWatch agent on the instance "
    "(docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Install-CloudWatch-Agent.html)."
)

_NO_DISK: Final = frozenset({"tmpfs", "devtmpfs", "overlay", "squashfs"})


async def metrics_of(aws: Aws, instances: Iterable[str], region: str | None = None) -> dict[str, list[Metric]]:
    """The agent's metrics of memory and disks, by instance id, as far as they had points in the last 3 hours."""
    ids = list(instances)
    found = await concurrently(
        *(
            aws.items(
                "cloudwatch",
                "list_metrics",
                "Metrics",
                region=region,
                Namespace=NAMESPACE,
                Dimensions=[{"Name": "InstanceId", "Value": instance}],
                RecentlyActive="PT3H",
            )
            for instance in ids
        )
    )
    return {instance: choose(listed, region) for instance, listed in zip(ids, found, strict=True)}


def choose(listed: Sequence[Mapping[str, Any]], region: str | None = None) -> list[Metric]:
    """One metric for memory and one for each disk, of what ListMetrics gave for an instance.

    The agent may publish the same number several times, with more and with fewer dimensions; the one with the
    fewest is taken.
    """
    chosen: dict[str, Metric] = {}
    for one in listed:
        dimensions = tuple((dimension["Name"], dimension["Value"]) for dimension in one.get("Dimensions", ()))
        named = dict(dimensions)
        name = one.get("MetricName")
        if name not in (*MEMORY, DISK) or named.get("fstype") in _NO_DISK:
            continue
        key = f"disk {named.get('path', '/')}" if name == DISK else "memory"
        if key not in chosen or len(dimensions) < len(chosen[key].dimensions):
            chosen[key] = Metric(NAMESPACE, name, dimensions, region=region)
    return [chosen[key] for key in sorted(chosen)]


def gauges_of(
    metrics: Iterable[Metric], memory_warn: float, disk: tuple[float, float] | None = None, of: str = ""
) -> list[Gauge]:
    """The metrics with their limits, in percent: memory must be high three times, `disk` is to warn and critical."""
    gauges = []
    for metric in metrics:
        if metric.name == DISK:
            path = dict(metric.dimensions).get("path", "/")
            gauges.append(Gauge(metric, f"Disk {path}{of}", "%", *(disk or ())))
        else:
            gauges.append(Gauge(metric, f"Memory{of}", "%", memory_warn, need=3, over=3))
    return gauges
