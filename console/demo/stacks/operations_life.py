"""The metrics, alarms, logs and life of the operations guide's infrastructure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from console.demo.log_traffic import Spec
from console.demo.parts import more_numbers, numbers, watch
from console.demo.parts.containers import log_streams
from console.demo.parts.more_numbers import GIB
from console.demo.parts.place import StackPlace
from console.demo.shapes import Daily, During, Level, Noise

DATABASE: Final = "prod-database"
TABLE: Final = "user-sessions"
FUNCTIONS: Final = ("api-handler", "data-processor", "daily-backup")
BUSY: Final = "operations.database-busy"
THROTTLED: Final = "operations.sessions-throttled"
FAULTS: Final = (BUSY, THROTTLED)

_CLUSTER: Final = "prod-cluster"
_ENOUGH: Final = 100
"""Units of capacity with which the sessions table is no longer throttled."""

_MESSAGES: Final = (
    "pymysql.err.OperationalError: (1040, 'Too many connections')",
    "pymysql.err.OperationalError: (2013, 'Lost connection to MySQL server during query')",
)


def define(place: StackPlace, instances: Sequence[str]) -> None:
    """Define every metric of the stack."""
    web = numbers.traffic(2400, "operations-web")
    numbers.ecs_service(place, _CLUSTER, "api-service", Level(49) + Daily(17, peak=15) + Noise(5), Level(61) + Noise(3))
    insights = {"ClusterName": _CLUSTER, "ServiceName": "api-service"}
    for metric in ("RunningTaskCount", "DesiredTaskCount"):
        numbers.gauge(place, "ECS/ContainerInsights", metric, insights, Level(4), "Count")
    busy = During(BUSY, Level(84) + Noise(6), Level(42) + Noise(6))
    connections = During(BUSY, Level(262) + Noise(14), Level(118) + Daily(30) + Noise(9))
    more_numbers.database(place, DATABASE, busy, connections, Level(38 * GIB), memory=4 * GIB, slow=2.2)
    for name, share, mean in zip(FUNCTIONS, (0.3, 0.05, 0.0007), (240.0, 1900.0, 2_400.0), strict=True):
        numbers.lambda_function(place, name, web * share, web * share * 0.0007, Level(mean) + Noise(mean / 8))
    reads = During(THROTTLED, Level(2160) + Noise(80), web * 0.9)  # of the 2400 a minute that the capacity allows
    numbers.table(place, TABLE, reads, web * 0.5)
    throttled = During(THROTTLED, Level(14) + Noise(6), Level(0))
    numbers.count(place, "AWS/DynamoDB", "ReadThrottleEvents", {"TableName": TABLE}, throttled)
    where = {"TableName": TABLE, "Operation": "GetItem"}
    numbers.count(place, "AWS/DynamoDB", "ThrottledRequests", where, throttled)
    for metric in ("ProvisionedReadCapacityUnits", "ProvisionedWriteCapacityUnits"):
        numbers.gauge(place, "AWS/DynamoDB", metric, {"TableName": TABLE}, Level(40), "Count")
    for number, instance in enumerate(instances):
        level = Level(86 if not number else 37)
        more_numbers.instance(place, instance, level + Noise(5), Level(62) + Noise(3), Level(55) + Noise(0.4))
    for metric, value in (("cluster_node_count", 5.0), ("cluster_failed_node_count", 0.0)):
        numbers.gauge(place, "ContainerInsights", metric, {"ClusterName": "prod-eks-cluster"}, Level(value), "Count")
    numbers.bucket(place, f"app-data-{place.account}")


def alarms(place: StackPlace, topic: str, instance: str) -> None:
    """The alarms that the guide names, critical and warning."""
    watch.alarm(
        place,
        "HighCPUUtilization",
        "CPU of an instance over 80%",
        ("AWS/EC2", "CPUUtilization"),
        {"InstanceId": instance},
        80,
        topic_arn=topic,
    )
    database = {"DBInstanceIdentifier": DATABASE}
    watch.alarm(
        place,
        "DatabaseConnectionFailures",
        "Many connections",
        ("AWS/RDS", "DatabaseConnections"),
        database,
        240,
        statistic="Maximum",
        period=60,
        periods=1,
        topic_arn=topic,
    )
    watch.alarm(
        place,
        "HighMemoryUsage",
        "Memory of an instance over 70%",
        ("CWAgent", "mem_used_percent"),
        {"InstanceId": instance},
        70,
        periods=3,
        topic_arn=topic,
    )
    watch.alarm(
        place,
        "prod-api-cpu",
        "CPU of api-service over 80%",
        ("AWS/ECS", "CPUUtilization"),
        {"ClusterName": _CLUSTER, "ServiceName": "api-service"},
        80,
        topic_arn=topic,
    )
    watch.alarm(
        place,
        "prod-sessions-throttling",
        "user-sessions is throttled",
        ("AWS/DynamoDB", "ReadThrottleEvents"),
        {"TableName": TABLE},
        0,
        statistic="Sum",
        missing="notBreaching",
        topic_arn=topic,
    )


def log_specs(place: StackPlace) -> list[Spec]:
    """How each log group speaks."""
    streams = log_streams(place, _CLUSTER, "api-service")
    troubles = {BUSY: _MESSAGES}
    return [
        watch.voice(place, "/aws/ecs/api-service", "java", 26, streams=streams),
        watch.voice(place, "/aws/lambda/api-handler", "lambda", 8, troubles=troubles),
        watch.voice(place, "/aws/lambda/data-processor", "lambda", 3),
        watch.voice(place, "/aws/lambda/daily-backup", "lambda", 0.1),
        watch.voice(place, "/application/batch", "python", 4),
    ]


def start(place: StackPlace) -> None:
    """A bigger or newly started database recovers, more capacity ends the throttling."""
    world = place.world
    world.site |= {"operations/": 200, "operations/api/health": 200}
    kind = place.backend("rds").databases[DATABASE].db_instance_class

    def heal() -> None:
        database = place.backend("rds").databases.get(DATABASE)
        if database and (database.db_instance_class != kind or database.status == "rebooting"):
            world.faults.discard(BUSY)
        table = place.backend("dynamodb").tables.get(TABLE)
        if table and (table.billing_mode == "PAY_PER_REQUEST" or table.throughput["ReadCapacityUnits"] >= _ENOUGH):
            world.faults.discard(THROTTLED)

    world.every(10, heal)
