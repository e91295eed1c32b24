"""Amazon RDS: database instances, their load, storage, connections and recent events."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from console.aws.metrics import Metric
from console.readings.concurrently import concurrently
from console.readings.each import each
from console.readings.gauge import Gauge, judge_all, newest, read, series_of, shown
from console.readings.numbers import epoch, stamp
from console.readings.source import Detail, Event, Finding, Level, Report, check
from console.services.rds.kinds import DB_INSTANCE, DbInstance
from console.services.rds.max_connections import allowed
from console.services.rds.status import UNKNOWN, level_of, serves
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

Answer = Mapping[str, Any]

NOT_TOLD: Final = "RDS did not tell all that it depends on"
"""The origin of a number of connections that is not known for once."""

_BAD_EVENTS: Final = frozenset({"failure", "failover", "low storage"})
"""Categories of events that deserve a look (RDS user guide, event categories)."""


@dataclass(frozen=True, slots=True)
class MostConnections:
    """How many connections an instance allows, and where that is known from; 0 where it is not known."""

    count: int
    origin: str


@check(
    "rds.instances",
    period=60,
    permissions=(
        "cloudwatch:GetMetricData",
        "rds:DescribeDBInstances",
        "rds:DescribeDBParameters",
        "rds:DescribeEvents",
    ),
    wants=lambda stack: stack.of(DbInstance),
    thresholds={
        "cpu_warn": 70,
        "cpu_crit": 90,
        "free_storage_gib_warn": 5,
        "free_storage_gib_crit": 2,
        "connections_warn": 80,
        "latency_ms_warn": 50,
    },
    price=0.06,
)
async def instances(aws: Aws, stack: Stack) -> Report:
    """RDS instances are available, not overloaded, and have storage left.

    A warning above 70 % CPU, below 5 GiB of free storage, above 80 % of the allowed connections and above
    50 ms a read or write, and for a failure among the events of the last hour; critical above 90 % CPU,
    below 2 GiB, and for a status in which the instance does not answer. The price is that of one instance.
    """
    limits = instances.limits(stack)
    return await each(
        instances.name, stack.of(DbInstance), lambda named: named.instance, lambda named: _instance(aws, named, limits)
    )


async def _instance(aws: Aws, named: DbInstance, limits: Mapping[str, float]) -> Report:
    answer, events = await concurrently(
        aws.call(
            "rds",
            "describe_db_instances",
            expect="DBInstances",
            region=named.region,
            DBInstanceIdentifier=named.instance,
        ),
        aws.items(
            "rds",
            "describe_events",
            "Events",
            region=named.region,
            SourceIdentifier=named.instance,
            SourceType="db-instance",
            Duration=60,
        ),
    )
    instance = answer["DBInstances"][0]
    most = await _most_connections(aws, named, instance)
    gauges = gauges_of(named, instance.get("Engine", ""), most, limits)
    points = await read(aws, gauges)
    name, now = clean(named.instance), time.time()
    findings = [judge_status(name, instance), *judge_events(name, events)]
    if serves(_status(instance)) or _status(instance) == UNKNOWN:
        findings += judge_all(instances.name, name, gauges, points, now)
        if not most.count:
            findings.append(_unknown_most(name, told=most.origin == "unknown"))
    detail = Detail(
        resource=name,
        kind=DB_INSTANCE,
        arn=clean(instance.get("DBInstanceArn", "")),
        facts=(*_facts(instance, most), *newest(gauges, points, now)),
        events=tuple(_event(event) for event in events if "Date" in event),
        series=series_of(gauges, points),
        related=tuple(_related(instance)),
        logs=tuple(
            clean(f"/aws/rds/instance/{named.instance}/{export}")
            for export in instance.get("EnabledCloudwatchLogsExports", ())
        ),
    )
    return Report(tuple(findings), (detail,))


async def _most_connections(aws: Aws, named: DbInstance, instance: Answer) -> MostConnections:
    if named.max_connections is not None:
        return MostConnections(named.max_connections, "the stack file")
    groups = instance.get("DBParameterGroups")
    parameters: list[Answer] = []
    if groups is None or any("DBParameterGroupName" not in group for group in groups):
        return MostConnections(0, NOT_TOLD)
    if groups:
        # Only what somebody set: AWS's default groups have 400 parameters, on pages of 100.
        parameters = await aws.items(
            "rds",
            "describe_db_parameters",
            "Parameters",
            region=named.region,
            DBParameterGroupName=groups[0]["DBParameterGroupName"],
            Source="user",
        )
    if any("ParameterName" not in one or "ParameterValue" not in one for one in parameters):
        return MostConnections(0, NOT_TOLD)
    set_by_hand = next((p["ParameterValue"] for p in parameters if p["ParameterName"] == "max_connections"), None)
    if "Engine" not in instance or "DBInstanceClass" not in instance:
        return MostConnections(0, NOT_TOLD)
    count = allowed(instance["Engine"], instance["DBInstanceClass"], set_by_hand)
    if count is None:
        return MostConnections(0, "unknown")
    exact = set_by_hand is not None and set_by_hand.isdecimal()
    return MostConnections(count, "the parameter group" if exact else "about, by the memory of its class")


def gauges_of(named: DbInstance, engine: str, most: MostConnections, limits: Mapping[str, float]) -> tuple[Gauge, ...]:
    """The numbers of an instance, a point each five minutes."""
    dimensions = (("DBInstanceIdentifier", named.instance.lower()),)  # RDS keeps it so, and takes any case

    def metric(name: str, stat: str = "Average") -> Metric:
        return Metric("AWS/RDS", name, dimensions, stat, region=named.region)

    slow = limits["latency_ms_warn"]
    connections = metric("DatabaseConnections", "Maximum")
    storage = Gauge(
        metric("FreeStorageSpace", "Minimum"),
        "Free storage",
        "GiB",
        limits["free_storage_gib_warn"],
        limits["free_storage_gib_crit"],
        low=True,
        factor=1 / 2**30,
    )
    return (
        Gauge(metric("CPUUtilization"), "CPU", "%", limits["cpu_warn"], limits["cpu_crit"]),
        # Aurora's storage grows by itself and is not an instance's.
        *(() if engine.startswith("aurora") else (storage,)),
        Gauge(connections, "Connections", "% of all allowed", limits["connections_warn"], factor=100 / most.count)
        if most.count
        else Gauge(connections, "Connections"),
        Gauge(metric("ReadLatency"), "Read latency", "ms", slow, factor=1000),
        Gauge(metric("WriteLatency"), "Write latency", "ms", slow, factor=1000),
        Gauge(metric("FreeableMemory"), "Freeable memory", "GiB", factor=1 / 2**30),
    )


def judge_status(name: Clean, instance: Answer) -> Finding:
    """The verdict on the status of an instance."""
    status = clean(_status(instance))
    level = level_of(status)
    what = "The instance is available." if level is Level.OK else f"The instance is {status}."
    return Finding(instances.name, name, level, Clean(what), status, Clean("available"))


def judge_events(name: Clean, events: Sequence[Answer]) -> Iterator[Finding]:
    """A warning where the events of the last hour tell of a failure; the newest is quoted."""
    bad = [event for event in events if _BAD_EVENTS & set(event.get("EventCategories", ()))]
    if bad:
        newest = max(bad, key=lambda event: epoch(event["Date"]) if "Date" in event else 0.0)
        what = clean(f"In the last hour: {newest.get('Message', 'no message was told.')}", limit=300)
        value = Clean(f"{len(bad)} events")
        yield Finding(instances.name, name, Level.WARN, what, value, Clean("no failure"), since=newest.get("Date"))
    if any("EventCategories" not in event for event in events):
        what = Clean("Of events of the last hour it was not told what they are about.")
        yield Finding(instances.name, name, Level.UNKNOWN, what, Clean("unknown"), Clean("no failure"))


def _status(instance: Answer) -> str:
    return str(instance.get("DBInstanceStatus", UNKNOWN))


def _unknown_most(name: Clean, *, told: bool) -> Finding:
    if not told:
        what = f"Connections are not judged: {NOT_TOLD}."
        return Finding(instances.name, name, Level.UNKNOWN, Clean(what), Clean("unknown"))
    what = "Connections are not judged: how many are allowed is not known. Set max_connections in the stack file."
    return Finding(instances.name, name, Level.OK, Clean(what), Clean("not judged"))


def _event(event: Answer) -> Event:
    bad = _BAD_EVENTS & set(event.get("EventCategories", ()))
    return Event(event["Date"], clean(event.get("Message", "")), Level.WARN if bad else Level.OK)


def _facts(instance: Answer, most: MostConnections) -> Iterator[tuple[str, Clean]]:
    yield "Status", clean(_status(instance))
    yield "Engine", clean(f"{instance.get('Engine', UNKNOWN)} {instance.get('EngineVersion', '')}")
    yield "Class", clean(instance.get("DBInstanceClass", UNKNOWN))
    grows = instance.get("MaxAllocatedStorage")
    limit = f", grows to {grows} GiB" if grows else ", does not grow by itself"
    yield "Storage", clean(f"{instance.get('AllocatedStorage', '?')} GiB {instance.get('StorageType', '')}{limit}")
    yield "Most connections", Clean(f"{shown(most.count)} ({most.origin})" if most.count else "unknown")
    endpoint = instance.get("Endpoint", {})
    yield "Endpoint", clean(f"{endpoint.get('Address', 'none')}:{endpoint.get('Port', '')}")
    yield "Multi-AZ", Clean("yes" if instance.get("MultiAZ") else "no")
    yield "Public", Clean("yes" if instance.get("PubliclyAccessible") else "no")
    yield "Encrypted", Clean("yes" if instance.get("StorageEncrypted") else "no")
    yield "Deletion protection", Clean("on" if instance.get("DeletionProtection") else "off")
    window = instance.get("PreferredBackupWindow", "unknown")
    yield "Backups", clean(f"kept {instance.get('BackupRetentionPeriod', '?')} days, made at {window} UTC")
    if instance.get("LatestRestorableTime"):
        yield "Restorable until", stamp(instance["LatestRestorableTime"])
    yield "Maintenance window", clean(f"{instance.get('PreferredMaintenanceWindow', 'unknown')} UTC")
    # Names only: one of the values is the new master password.
    if pending := sorted(instance.get("PendingModifiedValues", {})):
        yield "Pending changes", clean(", ".join(pending))
    for group in instance.get("DBParameterGroups", ()):
        yield (
            "Parameter group",
            clean(f"{group.get('DBParameterGroupName', UNKNOWN)}, {group.get('ParameterApplyStatus', '')}"),
        )


def _related(instance: Answer) -> Iterator[Clean]:
    for group in instance.get("VpcSecurityGroups", ()):
        yield clean(group.get("VpcSecurityGroupId", ""))
    if subnets := instance.get("DBSubnetGroup"):
        yield clean(subnets.get("DBSubnetGroupName", ""))
    if source := instance.get("ReadReplicaSourceDBInstanceIdentifier"):
        yield clean(source)
    for replica in instance.get("ReadReplicaDBInstanceIdentifiers", ()):
        yield clean(replica)
