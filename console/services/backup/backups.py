"""Backups: how old the newest one of each table, database and state file is, against the stack's policy."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from console.naming.resource_kind import ResourceKind
from console.problems import Failure, ProblemKind
from console.readings.concurrently import concurrently
from console.readings.each import each, once
from console.readings.source import Report, check
from console.services.backup.judge import Backup, Protected, RestoreWindow, detail, judge
from console.services.docdb.kinds import DB_CLUSTER, DbCluster
from console.services.dynamodb.kinds import TABLE, Table
from console.services.dynamodb.operations import ContinuousBackups
from console.services.rds.kinds import DB_INSTANCE, DbInstance
from console.services.terraform.kinds import StateFile
from console.services.terraform.state_file import read_state
from console.stack.stack import BackupPolicy, Stack
from console.text import clean

if TYPE_CHECKING:
    from console.aws.call import Aws

_Part = Table | DbInstance | DbCluster


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
    wants=lambda stack: stack.of(Table) or stack.of(DbInstance) or stack.of(DbCluster) or stack.of(StateFile),
)
async def backups(aws: Aws, stack: Stack) -> Report:
    """Tables, databases and the Terraform state have backups as the policy asks.

    The policy is the stack file's [backup]: how old the newest backup may be (26 hours), whether point-in-time
    recovery is required, and how many days are kept daily (35) and monthly (365). AWS Backup's recovery points
    count as backups.
    """
    now = datetime.fromtimestamp(time.time(), UTC)
    parts: tuple[_Part, ...] = (*stack.of(Table), *stack.of(DbInstance), *stack.of(DbCluster))
    regions = dict.fromkeys(part.region for part in parts)
    vaults = await concurrently(*(_recovery_points(aws, region, stack.backup, now) for region in regions))
    points = dict(zip(regions, vaults, strict=True))

    async def judged(part: _Part | StateFile) -> Report:
        if isinstance(part, StateFile):
            return await read_state(aws, part, stack.backup, now)
        found = points[part.region].added(await _read(aws, part, now))
        return Report(tuple(judge(found, stack.backup, now)), (detail(found, stack.backup, now),))

    return await each(backups.name, (*parts, *stack.of(StateFile)), _name, judged)


def _name(part: _Part | StateFile) -> str:
    match part:
        case Table():
            return part.table
        case DbInstance():
            return part.instance
        case DbCluster():
            return part.cluster
        case StateFile():
            return part.location


async def _read(aws: Aws, part: _Part, now: datetime) -> Protected:
    match part:
        case Table():
            return await _table(aws, part, now)
        case DbInstance():
            return await _instance(aws, part, now)
        case DbCluster():
            return await _cluster(aws, part, now)


@dataclass(frozen=True, slots=True)
class _Points:
    """AWS Backup's recovery points of a region by the ARN of what they are of; `complete` as in `Protected`."""

    by_arn: Mapping[str, Sequence[Backup]]
    complete: bool = True
    gap: str = "AWS Backup did not answer"

    def added(self, part: Protected) -> Protected:
        """A resource with its recovery points among its backups, each once."""
        known = {backup.arn for backup in part.backups}
        more = tuple(backup for backup in self.by_arn.get(part.arn, ()) if backup.arn not in known)
        added = replace(part, backups=part.backups + more)
        if not part.arn:
            return replace(added, complete=False, gap="its ARN was not told, by which AWS Backup knows it")
        return added if self.complete else replace(added, complete=False, gap=self.gap)


async def _recovery_points(aws: Aws, region: str | None, policy: BackupPolicy, now: datetime) -> _Points:
    oldest = now - timedelta(days=max(policy.daily_days, policy.monthly_days, 1))
    try:
        vaults = await aws.items("backup", "list_backup_vaults", "BackupVaultList", region=region)
        lists = await concurrently(
            *(
                aws.items(
                    "backup",
                    "list_recovery_points_by_backup_vault",
                    "RecoveryPoints",
                    region=region,
                    BackupVaultName=name,
                    ByCreatedAfter=oldest,
                )
                for name in dict.fromkeys(vault.get("BackupVaultName", "") for vault in vaults)
                if name
            )
        )
    except Failure as failure:
        if failure.problem.kind in (ProblemKind.DENIED, ProblemKind.LOGIN, ProblemKind.SKEW):
            raise
        return _Points({}, complete=failure.problem.kind is ProblemKind.UNAVAILABLE)
    by_arn: dict[str, list[Backup]] = {}
    complete = all(vault.get("BackupVaultName") for vault in vaults)
    for point in (point for found in lists for point in found):
        arn = point.get("RecoveryPointArn", "")
        backup = _backup("recovery point", arn.rpartition(":")[2], point, "CreationDate", "Status", arn, now)
        if backup is None or "ResourceArn" not in point:
            complete = False
        else:
            by_arn.setdefault(point["ResourceArn"], []).append(replace(backup, bytes=point.get("BackupSizeInBytes")))
    return _Points(by_arn, complete, "AWS Backup did not tell all of a recovery point")


def _backup(
    kind: str, name: str, told: Mapping[str, Any], at: str, state: str, arn: str, now: datetime
) -> Backup | None:
    """One backup of what was told, under these keys; None where that is not enough to count on it, or not to."""
    backup = Backup(kind, clean(name or "unnamed"), told.get(at) or now, clean(told.get(state, "")), None, clean(arn))
    # Only one that is being made has no time yet.
    return None if not backup.state or (backup.usable and at not in told) else backup


def _protected(
    resource: str,
    kind: ResourceKind,
    arn: str,
    created: datetime | None,
    found: Sequence[Backup | None],
    window: RestoreWindow,
) -> Protected:
    """A resource and its backups, each once; not complete where something about them was not told."""
    backups = tuple(once((backup for backup in found if backup), lambda backup: backup.arn))
    gap = "" if window.told else "whether a point in time can be restored was not told"
    gap = gap or ("since when it can be restored was not told" if window.on and not window.earliest else "")
    gap = gap or ("" if all(found) else "of a backup not all was told")
    gap = gap or ("" if created else "when it was made was not told")
    return Protected(clean(resource), kind, clean(arn), created, backups, window, not gap, gap=gap)


async def _table(aws: Aws, wanted: Table, now: datetime) -> Protected:
    described, listed, continuous = await concurrently(
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
    found = [_table_backup(backup, now) for backup in listed]
    table = described["Table"]
    arn, created = table.get("TableArn", ""), table.get("CreationDateTime")
    protected = _protected(wanted.table, TABLE, arn, created, found, _window(recovery, now))
    return replace(protected, enable=ContinuousBackups(wanted.table))


def _table_backup(told: Mapping[str, Any], now: datetime) -> Backup | None:
    name, arn = told.get("BackupName", ""), told.get("BackupArn", "")
    backup = _backup("DynamoDB backup", name, told, "BackupCreationDateTime", "BackupStatus", arn, now)
    return replace(backup, bytes=told.get("BackupSizeBytes")) if backup else None


def _window(recovery: Mapping[str, Any], now: datetime) -> RestoreWindow:
    """The times to which a table can be restored."""
    status = recovery.get("PointInTimeRecoveryStatus")
    if status != "ENABLED":
        return RestoreWindow(told=status is not None)
    # AWS gives the window a moment after it was switched on.
    return RestoreWindow(recovery.get("EarliestRestorableDateTime"), recovery.get("LatestRestorableDateTime", now))


async def _instance(aws: Aws, wanted: DbInstance, now: datetime) -> Protected:
    described, snapshots = await concurrently(
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
    made = now if instance.get("DBInstanceStatus") == "creating" else None
    created = instance.get("InstanceCreateTime", made)
    return _protected(
        wanted.instance,
        DB_INSTANCE,
        instance.get("DBInstanceArn", ""),
        created,
        [_snapshot("RDS snapshot", "DBSnapshot", snapshot, now) for snapshot in snapshots],
        _kept_window(instance, created, now),
    )


async def _cluster(aws: Aws, wanted: DbCluster, now: datetime) -> Protected:
    described, snapshots = await concurrently(
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
    made = now if cluster.get("Status") == "creating" else None
    created = cluster.get("ClusterCreateTime", made)
    return _protected(
        wanted.cluster,
        DB_CLUSTER,
        cluster.get("DBClusterArn", ""),
        created,
        [_snapshot("DocumentDB snapshot", "DBClusterSnapshot", snapshot, now) for snapshot in snapshots],
        _kept_window(cluster, created, now),
    )


def _kept_window(database: Mapping[str, Any], created: datetime | None, now: datetime) -> RestoreWindow:
    """The times to which a database can be restored: as many days back as its automatic backups are kept."""
    days = database.get("BackupRetentionPeriod")
    if not days:
        return RestoreWindow(told=days is not None)
    reached = now - timedelta(days=days)
    earliest = database.get("EarliestRestorableTime", max(created, reached) if created else None)
    return RestoreWindow(earliest, database.get("LatestRestorableTime", now))


def _snapshot(kind: str, key: str, snapshot: Mapping[str, Any], now: datetime) -> Backup | None:
    name, arn = snapshot.get(f"{key}Identifier", ""), snapshot.get(f"{key}Arn", "")
    kind = f"{snapshot.get('SnapshotType', 'manual')} {kind}"
    backup = _backup(kind, name, snapshot, "SnapshotCreateTime", "Status", arn, now)
    return replace(backup, bytes=snapshot.get("AllocatedStorage", 0) * 1024**3 or None) if backup else None
