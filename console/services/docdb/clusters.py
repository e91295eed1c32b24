"""Amazon DocumentDB: clusters, their members and their backups."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from console.aws.metrics import Metric
from console.readings.concurrently import concurrently
from console.readings.each import each
from console.readings.gauge import Gauge, newest, read, series_of
from console.readings.numbers import epoch, span, stamp
from console.readings.source import Detail, Finding, Level, Report, check
from console.services.docdb.kinds import DB_CLUSTER, DbCluster
from console.services.rds.status import UNKNOWN, level_of, serves
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws


@check(
    "docdb.clusters",
    period=60,
    permissions=("cloudwatch:GetMetricData", "rds:DescribeDBClusters", "rds:DescribeDBInstances"),
    wants=lambda stack: stack.of(DbCluster),
    thresholds={"retention_days": 7, "restorable_minutes": 60},
    price=0.02,
)
async def clusters(aws: Aws, stack: Stack) -> Report:
    """DocumentDB clusters are available and backed up.

    A cluster that has no available writer, or a status that does not pass, is critical; one that is being
    changed, or has a member that is not available, is a warning. So is a retention of fewer days than
    `retention_days`, and a newest restorable time of more than `restorable_minutes` ago. The price is that
    of one cluster.
    """
    limits = clusters.limits(stack)
    return await each(
        clusters.name, stack.of(DbCluster), lambda named: named.cluster, lambda named: _read(aws, named, limits)
    )


async def _read(aws: Aws, named: DbCluster, limits: Mapping[str, float]) -> Report:
    of_cluster = (("DBClusterIdentifier", named.cluster.lower()),)  # DocumentDB keeps it so, and takes any case
    gauges = (
        Gauge(Metric("AWS/DocDB", "CPUUtilization", of_cluster, region=named.region), "CPU", "%"),
        Gauge(Metric("AWS/DocDB", "DatabaseConnections", of_cluster, region=named.region), "Connections"),
    )
    answer, instances, points = await concurrently(
        aws.call(
            "docdb",
            "describe_db_clusters",
            expect="DBClusters",
            region=named.region,
            DBClusterIdentifier=named.cluster,
        ),
        aws.items(
            "docdb",
            "describe_db_instances",
            "DBInstances",
            region=named.region,
            Filters=[{"Name": "db-cluster-id", "Values": [named.cluster.lower()]}],
        ),
        read(aws, gauges),
    )
    cluster, now = {"DBClusterIdentifier": named.cluster} | answer["DBClusters"][0], time.time()
    statuses = {one.get("DBInstanceIdentifier", ""): one.get("DBInstanceStatus", UNKNOWN) for one in instances}
    detail = Detail(
        resource=clean(named.cluster),
        kind=DB_CLUSTER,
        arn=clean(cluster.get("DBClusterArn", "")),
        facts=(*_facts(cluster, statuses), *newest(gauges, points, now)),
        series=series_of(gauges, points),
        related=tuple(clean(_name(member)) for member in cluster.get("DBClusterMembers", ())),
        logs=tuple(
            clean(f"/aws/docdb/{named.cluster}/{export}") for export in cluster.get("EnabledCloudwatchLogsExports", ())
        ),
    )
    return Report(tuple(judge_cluster(cluster, statuses, limits, now)), (detail,))


def judge_cluster(
    cluster: Mapping[str, Any], statuses: Mapping[str, str], limits: Mapping[str, float], now: float
) -> Iterator[Finding]:
    """The verdicts on one cluster, the statuses of whose instances are known by their names."""
    name, status = clean(cluster["DBClusterIdentifier"]), clean(cluster.get("Status", UNKNOWN))
    level = level_of(status)
    what = "The cluster is available." if level is Level.OK else f"The cluster is {status}."
    yield Finding(clusters.name, name, level, Clean(what), status, Clean("available"))
    yield _judge_members(name, cluster.get("DBClusterMembers"), statuses)
    yield from _judge_backups(name, cluster, limits, now)


def _judge_members(name: Clean, members: Sequence[Mapping[str, Any]] | None, statuses: Mapping[str, str]) -> Finding:
    threshold = Clean("all, with a writer")
    if members is None:
        return Finding(clusters.name, name, Level.UNKNOWN, Clean("Its members were not told."), Clean("?"), threshold)
    serving = [member for member in members if serves(statuses.get(_name(member), ""))]
    dark = [one for one in members if "IsClusterWriter" not in one or statuses.get(_name(one), UNKNOWN) == UNKNOWN]
    value = Clean(f"{len(serving)} of {len(members)} available")
    if dark and not any(member.get("IsClusterWriter") for member in serving):
        rest = ", ".join(_name(member) for member in dark)
        what = f"Whether a writer is available is not known: of {rest} not all was told."
        return Finding(clusters.name, name, Level.UNKNOWN, clean(what), value, threshold)
    if not any(member.get("IsClusterWriter") for member in serving):
        what = "No writer is available: nothing can be written." if members else "The cluster has no instances."
        return Finding(clusters.name, name, Level.CRIT, Clean(what), value, threshold)
    if len(serving) < len(members):
        rest = ", ".join(f"{_name(m)} is {statuses.get(_name(m), UNKNOWN)}" for m in members if m not in serving)
        level = Level.WARN if len(serving) + len(dark) < len(members) else Level.UNKNOWN
        return Finding(clusters.name, name, level, clean(f"Not every member is available: {rest}."), value, threshold)
    return Finding(clusters.name, name, Level.OK, Clean("Every member is available."), value, threshold)


def _judge_backups(
    name: Clean, cluster: Mapping[str, Any], limits: Mapping[str, float], now: float
) -> Iterator[Finding]:
    days, wanted = cluster.get("BackupRetentionPeriod"), limits["retention_days"]
    threshold = Clean(f"at least {wanted:g} d")
    if days is None:
        what = "How long automatic backups are kept was not told."
        yield Finding(clusters.name, name, Level.UNKNOWN, Clean(what), Clean("unknown"), threshold)
    else:
        level = Level.OK if days >= wanted else Level.WARN
        short = "Automatic backups are kept too short: set a longer retention on the cluster."
        what = short if level else "Automatic backups are kept long enough."
        yield Finding(clusters.name, name, level, Clean(what), Clean(f"{days} d"), threshold)
    newest, allowed = cluster.get("LatestRestorableTime"), limits["restorable_minutes"] * 60
    if newest is None:
        what = "The newest time to which it can be restored was not told."
        allowed_ago = Clean(f"at most {span(allowed)} ago")
        yield Finding(clusters.name, name, Level.UNKNOWN, Clean(what), Clean("unknown"), allowed_ago)
        return
    age = now - epoch(newest)
    level = Level.OK if age <= allowed else Level.WARN
    what = "It can be restored to moments ago." if level is Level.OK else "The newest restorable time is long ago."
    yield Finding(
        clusters.name, name, level, Clean(what), Clean(f"{span(age)} ago"), Clean(f"at most {span(allowed)} ago")
    )


def _name(member: Mapping[str, Any]) -> str:
    return str(member.get("DBInstanceIdentifier", "a member whose name was not told"))


def _facts(cluster: Mapping[str, Any], statuses: Mapping[str, str]) -> Iterator[tuple[str, Clean]]:
    yield "Status", clean(cluster.get("Status", "unknown"))
    yield "Engine", clean(f"{cluster.get('Engine', '')} {cluster.get('EngineVersion', '')}")
    for member in cluster.get("DBClusterMembers", ()):
        instance = _name(member)
        role = {True: "writer", False: "reader"}.get(member.get("IsClusterWriter"), "role unknown")
        yield f"Member, {role}", clean(f"{instance}: {statuses.get(instance, 'unknown')}")
    yield "Backup window", clean(f"{cluster.get('PreferredBackupWindow', 'unknown')} UTC")
    yield "Backup retention", clean(f"{cluster.get('BackupRetentionPeriod', '?')} d")
    for label, key in (
        ("Earliest restorable", "EarliestRestorableTime"),
        ("Newest restorable", "LatestRestorableTime"),
    ):
        if cluster.get(key):
            yield label, stamp(cluster[key])
    yield "Maintenance window", clean(f"{cluster.get('PreferredMaintenanceWindow', 'unknown')} UTC")
    yield "Endpoint", clean(f"{cluster.get('Endpoint', 'none')}:{cluster.get('Port', '')}")
    yield "Multi-AZ", Clean("yes" if cluster.get("MultiAZ") else "no")
    yield "Encrypted", Clean("yes" if cluster.get("StorageEncrypted") else "no")
    yield "Deletion protection", Clean("on" if cluster.get("DeletionProtection") else "off")
