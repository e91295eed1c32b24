"""Which of the CloudWatch agent's metrics are watched."""

from __future__ import annotations

from typing import Any

from console.services.ec2.cloudwatch_agent import choose, gauges_of


def listed(name: str, **dimensions: str) -> dict[str, Any]:
    return {"MetricName": name, "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()]}


def test_the_same_number_is_taken_once_with_the_fewest_dimensions() -> None:
    found = choose(
        [
            listed("mem_used_percent", InstanceId="i-1", ImageId="ami-1"),
            listed("mem_used_percent", InstanceId="i-1"),
            listed("mem_used_percent", InstanceId="i-1"),
            listed("cpu_usage_idle", InstanceId="i-1"),
        ]
    )
    assert [(metric.name, metric.dimensions) for metric in found] == [
        ("mem_used_percent", (("InstanceId", "i-1"),)),
    ]


def test_each_true_disk_is_taken() -> None:
    found = choose(
        [
            listed("disk_used_percent", InstanceId="i-1", path="/", fstype="xfs"),
            listed("disk_used_percent", InstanceId="i-1", path="/data", fstype="ext4"),
            listed("disk_used_percent", InstanceId="i-1", path="/run", fstype="tmpfs"),
        ]
    )
    gauges = gauges_of(found, memory_warn=70, disk=(80, 95))
    assert [(gauge.label, gauge.warn, gauge.crit) for gauge in gauges] == [("Disk /", 80, 95), ("Disk /data", 80, 95)]


def test_memory_must_be_high_three_times() -> None:
    (gauge,) = gauges_of(choose([listed("MemoryUtilization", InstanceId="i-1")]), memory_warn=70, of=" of i-1")
    assert (gauge.label, gauge.threshold) == ("Memory of i-1", "warn > 70 % in 3 of 3")
