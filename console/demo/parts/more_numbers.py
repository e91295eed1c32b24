"""The metrics of load balancers, databases, APIs, instances and clusters."""

from __future__ import annotations

from typing import Final

from console.demo.parts.numbers import NOTHING, count, gauge
from console.demo.parts.place import StackPlace
from console.demo.shapes import Level, Noise, Shape

GIB: Final = 1024**3


def load_balancer(
    place: StackPlace,
    balancer: str,
    target: str,
    requests: Shape,
    seconds: Shape,
    failing: Shape,
    refused: Shape = NOTHING,
) -> None:
    """Requests, response time and errors of an Application Load Balancer.

    `failing` are answers with 5xx of the targets a minute, `refused` those that the balancer itself gives.
    """
    where = {"LoadBalancer": balancer}
    count(place, "AWS/ApplicationELB", "RequestCount", where, requests)
    count(place, "AWS/ApplicationELB", "HTTPCode_Target_2XX_Count", where, requests * 0.96)
    count(place, "AWS/ApplicationELB", "HTTPCode_Target_4XX_Count", where, requests * 0.012)
    count(place, "AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", where, failing)
    count(place, "AWS/ApplicationELB", "HTTPCode_ELB_4XX_Count", where, requests * 0.002)
    count(place, "AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", where, refused)
    gauge(place, "AWS/ApplicationELB", "ActiveConnectionCount", where, requests * 0.3, "Count")
    place.world.history.define(
        "AWS/ApplicationELB",
        "TargetResponseTime",
        where,
        seconds,
        "Seconds",
        account=place.account,
        region=place.region,
        samples=requests,
        spread=0.7,
    )
    for metric, value in (("HealthyHostCount", 2.0), ("UnHealthyHostCount", 0.0)):
        gauge(place, "AWS/ApplicationELB", metric, where | {"TargetGroup": target}, Level(value), "Count")


def database(
    place: StackPlace,
    name: str,
    cpu: Shape,
    connections: Shape,
    free_storage: Shape,
    *,
    memory: float,
    slow: float = 1.0,
) -> None:
    """Processor, connections, storage, memory and latency of an RDS instance; `slow` multiplies the latency."""
    where = {"DBInstanceIdentifier": name}
    gauge(place, "AWS/RDS", "CPUUtilization", where, cpu.clamp(0, 100))
    gauge(place, "AWS/RDS", "DatabaseConnections", where, connections.clamp(0), "Count")
    gauge(place, "AWS/RDS", "FreeStorageSpace", where, free_storage.clamp(0), "Bytes")
    gauge(place, "AWS/RDS", "FreeableMemory", where, (Level(memory * 0.4) + Noise(memory * 0.05)).clamp(0), "Bytes")
    gauge(place, "AWS/RDS", "ReadLatency", where, (Level(0.0021) + Noise(0.0006)) * slow, "Seconds")
    gauge(place, "AWS/RDS", "WriteLatency", where, (Level(0.0044) + Noise(0.0011)) * slow, "Seconds")
    gauge(place, "AWS/RDS", "ReadIOPS", where, Level(120) + Noise(40), "Count/Second")
    gauge(place, "AWS/RDS", "WriteIOPS", where, Level(70) + Noise(20), "Count/Second")
    gauge(place, "AWS/RDS", "DiskQueueDepth", where, Level(0.3) + Noise(0.2), "Count")


def document_database(place: StackPlace, name: str, cpu: Shape, connections: Shape) -> None:
    """Processor, connections and storage of a DocumentDB cluster."""
    where = {"DBClusterIdentifier": name}
    gauge(place, "AWS/DocDB", "CPUUtilization", where, cpu.clamp(0, 100))
    gauge(place, "AWS/DocDB", "DatabaseConnections", where, connections.clamp(0), "Count")
    gauge(place, "AWS/DocDB", "VolumeBytesUsed", where, Level(14 * GIB), "Bytes")
    gauge(place, "AWS/DocDB", "FreeableMemory", where, Level(1.6 * GIB) + Noise(0.1 * GIB), "Bytes")


def rest_api(place: StackPlace, name: str, stage: str, calls: Shape, failing: Shape, latency: Shape) -> None:
    """Requests, errors and latency of a REST API, by API and by stage as API Gateway reports them."""
    for where in ({"ApiName": name}, {"ApiName": name, "Stage": stage}):
        place.world.history.define(
            "AWS/ApiGateway", "Count", where, calls, "Count", account=place.account, region=place.region, counts=True
        )
        for metric, shape in (("4XXError", calls * 0.02), ("5XXError", failing)):
            count(place, "AWS/ApiGateway", metric, where, shape, calls)
        for metric, share in (("Latency", 1.0), ("IntegrationLatency", 0.9)):
            place.world.history.define(
                "AWS/ApiGateway",
                metric,
                where,
                latency * share,
                "Milliseconds",
                account=place.account,
                region=place.region,
                samples=calls,
                spread=0.6,
            )


def instance(
    place: StackPlace, instance_id: str, cpu: Shape, memory: Shape | None = None, disk: Shape | None = None
) -> None:
    """Processor of an EC2 instance; memory and disk where the CloudWatch agent runs on it."""
    where = {"InstanceId": instance_id}
    gauge(place, "AWS/EC2", "CPUUtilization", where, cpu.clamp(0, 100))
    gauge(place, "AWS/EC2", "StatusCheckFailed", where, NOTHING, "Count")
    if memory:
        gauge(place, "CWAgent", "mem_used_percent", where, memory.clamp(0, 100))
    if disk:
        gauge(place, "CWAgent", "disk_used_percent", where | {"path": "/", "fstype": "xfs"}, disk.clamp(0, 100))
