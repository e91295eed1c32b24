"""Backups: how old the newest one of each table, database and state file is, against the stack's policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from console.operations.dynamodb import ContinuousBackups
from console.problems import Failure, Kind
from console.sources.base import Report, check
from console.sources.each import each, joined
from console.sources.freshness import Backup, Protected, Window, detail, judge
from console.sources.state_file import read_state
from console.sources.together import together
from console.stack import BackupPolicy, DbCluster, DbInstance, Stack, Table
from console.text import clean

if TYPE_CHECKING:
    from console.aws.call import Aws

_Thing = Table | DbInstance | DbCluster


@check(
    "backup.freshness",
    period=300,
    permissions=(
        "dynamodb:DescribeTable",
        "dynamodb:ListBackups",
        "dynamodb:DescribeContinuousBackups",
        "rds:DescribeDBInstances",
        "rds:DescribeDBSnapshots",
        "rds:DescribeDBClusters",
        "rds:DescribeDBClusterSnapshots",
        "backup:ListBackupVaults",
        "backup:ListRecoveryPointsByBackupVault",
        "s3:ListBucketVersions",
    ),
    wants=lambda stack: stack.dynamodb or stack.rds or stack.docdb or stack.terraform,
)
async def backups(aws: Aws, stack: Stack) -> Report:
    """Tables, databases and the Terraform state have backups as the policy asks.

    The policy is the stack file's [backup]: how old the newest backup may be (26 hours), whether point-in-time
    recovery is required, and how many days are kept daily (35) and monthly (365). AWS Backup's recovery points
    count as backups.
    """
    now = datetime.now(UTC)
    things: tuple[_Thing, ...] = (*stack.dynamodb, *stack.rds, *stack.docdb)
    regions = dict.fromkeys(thing.region for thing in things)
    vaults = await together(*(_recovery_points(aws, region, stack.backup, now) for region in regions))
    points = dict(zip(regions, vaults, strict=True))

    async def judged(thing: _Thing) -> Report:
        found = points[thing.region].added(await _read(aws, thing, now))
        return Report(tuple(judge(found, stack.backup, now)), (detail(found, stack.backup, now),))

    reports = [await each(backups.name, things, _name, judged)] if things else []
    if stack.terraform:
        state = [stack.terraform]
        reports.append(
            await each(
                backups.name, state, lambda file: file.location, lambda file: read_state(aws, file, stack.backup, now)
            )
        )
    return joined(reports)


def _name(thing: _Thing) -> str:
    match thing:
        case Table():
            return thing.table
        case DbInstance():
            return thing.instance
        case DbCluster():
            return thing.cluster


async def _read(aws: Aws, thing: _Thing, now: datetime) -> Protected:
    match thing:
        case Table():
            return await _table(aws, thing, now)
        case DbInstance():
            return await _instance(aws, thing, now)
        case DbCluster():
            return await _cluster(aws, thing, now)


@dataclass(frozen=True, slots=True)
class _Points:
    """AWS Backup's recovery points of a region by the ARN of what they are of; `complete` as in `Protected`."""

    by_arn: Mapping[str, Sequence[Backup]]
    complete: bool = True

    def added(self, thing: Protected) -> Protected:
        """A resource with its recovery points among its backups, each once."""
        known = {backup.arn for backup in thing.backups}
        more = tuple(backup for backup in self.by_arn.get(thing.arn, ()) if backup.arn not in known)
        return replace(thing, backups=thing.backups + more, complete=self.complete)


async def _recovery_points(aws: Aws, region: str | None, policy: BackupPolicy, now: datetime) -> _Points:
    oldest = now - timedelta(days=max(policy.daily_days, policy.monthly_days, 1))
    try:
        vaults = await aws.items("backup", "list_backup_vaults", "BackupVaultList", region=region)
        lists = await together(
            *(
                aws.items(
                    "backup",
                    "list_recovery_points_by_backup_vault",
                    "RecoveryPoints",
                    region=region,
                    BackupVaultName=vault["BackupVaultName"],
                    ByCreatedAfter=oldest,
                )
                for vault in vaults
            )
        )
    except Failure as failure:
        if failure.problem.kind in (Kind.DENIED, Kind.LOGIN, Kind.SKEW):
            raise
        return _Points({}, complete=failure.problem.kind is Kind.UNAVAILABLE)
    by_arn: dict[str, list[Backup]] = {}
    for point in (point for found in lists for point in found):
        backup = Backup(
            "recovery point",
            clean(point["RecoveryPointArn"].rpartition(":")[2]),
            point["CreationDate"],
            clean(point["Status"]),
            point.get("BackupSizeInBytes"),
            clean(point["RecoveryPointArn"]),
        )
        by_arn.setdefault(point["ResourceArn"], []).append(backup)
    return _Points(by_arn)


async def _table(aws: Aws, wanted: Table, now: datetime) -> Protected:
    described, listed, continuous = await together(
        aws.call("dynamodb", "describe_table", expect="Table", region=wanted.region, TableName=wanted.table),
        aws.items(
            "dynamodb",
            "list_backups",
            "BackupSummaries",
            region=wanted.region,
            TableName=wanted.table,
            BackupType="ALL",
        ),
        aws.call(
            "dynamodb",
            "describe_continuous_backups",
            expect="ContinuousBackupsDescription",
            region=wanted.region,
            TableName=wanted.table,
        ),
    )
    recovery = continuous["ContinuousBackupsDescription"].get("PointInTimeRecoveryDescription", {})
    on = recovery.get("PointInTimeRecoveryStatus") == "ENABLED"
    return Protected(
        clean(wanted.table),
        "DynamoDB table",
        clean(described["Table"]["TableArn"]),
        described["Table"]["CreationDateTime"],
        tuple(
            Backup(
                "DynamoDB backup",
                clean(backup["BackupName"]),
                backup["BackupCreationDateTime"],
                clean(backup["BackupStatus"]),
                backup.get("BackupSizeBytes"),
                clean(backup["BackupArn"]),
            )
            for backup in listed
        ),
        # AWS gives the window a moment after it was switched on.
        Window(recovery.get("EarliestRestorableDateTime", now), recovery.get("LatestRestorableDateTime", now))
        if on
        else Window(),
        enable=ContinuousBackups(wanted.table),
    )


async def _instance(aws: Aws, wanted: DbInstance, now: datetime) -> Protected:
    described, snapshots = await together(
        aws.call(
            "rds",
            "describe_db_instances",
            expect="DBInstances",
            region=wanted.region,
            DBInstanceIdentifier=wanted.instance,
        ),
        aws.items(
            "rds", "describe_db_snapshots", "DBSnapshots", region=wanted.region, DBInstanceIdentifier=wanted.instance
        ),
    )
    instance = described["DBInstances"][0]
    created = instance.get("InstanceCreateTime", now)
    days = instance.get("BackupRetentionPeriod", 0)
    return Protected(
        clean(wanted.instance),
        "RDS instance",
        clean(instance["DBInstanceArn"]),
        created,
        tuple(_snapshot("RDS snapshot", "DBSnapshot", snapshot, now) for snapshot in snapshots),
        Window(max(created, now - timedelta(days=days)), instance.get("LatestRestorableTime", now))
        if days
        else Window(),
    )


async def _cluster(aws: Aws, wanted: DbCluster, now: datetime) -> Protected:
    described, snapshots = await together(
        aws.call(
            "docdb",
            "describe_db_clusters",
            expect="DBClusters",
            region=wanted.region,
            DBClusterIdentifier=wanted.cluster,
        ),
        aws.items(
            "docdb",
            "describe_db_cluster_snapshots",
            "DBClusterSnapshots",
            region=wanted.region,
            DBClusterIdentifier=wanted.cluster,
        ),
    )
    cluster = described["DBClusters"][0]
    created = cluster.get("ClusterCreateTime", now)
    days = cluster.get("BackupRetentionPeriod", 0)
    earliest = cluster.get("EarliestRestorableTime", max(created, now - timedelta(days=days)))
    return Protected(
        clean(wanted.cluster),
        "DocumentDB cluster",
        clean(cluster["DBClusterArn"]),
        created,
        tuple(_snapshot("DocumentDB snapshot", "DBClusterSnapshot", snapshot, now) for snapshot in snapshots),
        Window(earliest, cluster.get("LatestRestorableTime", now)) if days else Window(),
    )


def _snapshot(kind: str, key: str, snapshot: Mapping[str, Any], now: datetime) -> Backup:
    return Backup(
        f"{snapshot.get('SnapshotType', 'manual')} {kind}",
        clean(snapshot[f"{key}Identifier"]),
        # One that is being made has no time yet.
        snapshot.get("SnapshotCreateTime", now),
        clean(snapshot["Status"]),
        snapshot.get("AllocatedStorage", 0) * 1024**3 or None,
        clean(snapshot[f"{key}Arn"]),
    )
