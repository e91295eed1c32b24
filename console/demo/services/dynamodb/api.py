"""Amazon DynamoDB: sizes, and backups, indexes and restores that take their time."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

from moto.dynamodb.models import DynamoDBBackend as Backend
from moto.dynamodb.models.table import Backup, GlobalSecondaryIndex, RestoredPITTable, RestoredTable, Table
from moto.dynamodb.responses import DynamoHandler

from console.demo.services.dynamodb import past
from console.demo.services.shapes import Request, add, replace

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = (
    "dynamodb: TableSizeBytes and BackupSizeBytes; backups, new indexes and restores take their time",
    "dynamodb: a restore to a point in time goes back to that time, and needs point-in-time recovery",
    "dynamodb: describe_contributor_insights, describe_table_replica_auto_scaling",
)

_BACKUP_SECONDS: Final = 10
_INDEX_SECONDS: Final = 240
_RESTORE_SECONDS: Final = 180
_SAMPLE: Final = 50
_OVERHEAD: Final = 100
"""Bytes that DynamoDB adds to each item (DynamoDB developer guide, on storage)."""


def install(world: World) -> None:
    """Put sizes and time into moto's DynamoDB."""
    _replace_tables(world)
    _replace_backups(world)
    past.install(world)

    def describe_contributor_insights(request: Request) -> dict[str, Any]:
        backend = world.backend("dynamodb", request.region, request.account)
        table = backend.get_table(request.params["TableName"])
        return {"TableName": table.name, "ContributorInsightsStatus": "DISABLED"}

    def describe_table_replica_auto_scaling(request: Request) -> dict[str, Any]:
        table = world.backend("dynamodb", request.region, request.account).get_table(request.params["TableName"])
        status = getattr(table, "demo_status", "ACTIVE")
        replica = {"RegionName": request.region, "ReplicaStatus": status}
        return {"TableAutoScalingDescription": {"TableName": table.name, "TableStatus": status, "Replicas": [replica]}}

    add(DynamoHandler, "DescribeContributorInsights", describe_contributor_insights)
    add(DynamoHandler, "DescribeTableReplicaAutoScaling", describe_table_replica_auto_scaling)


def size_of(table: Table) -> int:
    """About how many bytes a table holds: the mean of its first items, times their number."""
    sample = list(itertools.islice(table.all_items(), _SAMPLE))
    if not sample:
        return 0
    mean = sum(len(str(item.to_json()["Attributes"])) for item in sample) / len(sample)
    return int(len(table) * (mean + _OVERHEAD))


def _replace_tables(world: World) -> None:
    def table_describe(table: Table, base_key: str = "TableDescription") -> dict[str, Any]:
        answer: dict[str, Any] = describe(table, base_key)
        answer[base_key]["TableSizeBytes"] = size_of(table)
        answer[base_key]["TableStatus"] = getattr(table, "demo_status", "ACTIVE")
        return answer

    def restored(original: Any) -> Any:
        def restored_describe(table: Table, base_key: str = "TableDescription") -> dict[str, Any]:
            answer: dict[str, Any] = original(table, base_key)
            answer[base_key]["RestoreSummary"]["RestoreInProgress"] = answer[base_key]["TableStatus"] == "CREATING"
            return answer

        return restored_describe

    def update_table(backend: Backend, name: str, attr_definitions: Any, *args: Any, **kwargs: Any) -> Table:
        table = backend.get_table(name)
        before = {index.name for index in table.global_indexes}
        # moto forgets the attributes of the table that the caller does not name again.
        fresh = [a["AttributeName"] for a in attr_definitions or ()]
        merged = [a for a in table.attr if a["AttributeName"] not in fresh] + list(attr_definitions or ())
        changed: Table = update(backend, name, merged, *args, **kwargs)
        for index in changed.global_indexes:
            if index.name not in before:
                _create_index(world, index)
        return changed

    describe = replace(Table, "describe", table_describe)
    update = replace(Backend, "update_table", update_table)
    for kind in (RestoredTable, RestoredPITTable):
        replace(kind, "describe", restored(vars(kind)["describe"]))


def _create_index(world: World, index: GlobalSecondaryIndex) -> None:
    index.status = "CREATING"
    world.after(_INDEX_SECONDS, lambda: setattr(index, "status", "ACTIVE"))


def begin_restore(world: World, table: Table) -> Table:
    """Let a restored table be CREATING for some minutes."""
    vars(table)["demo_status"] = "CREATING"
    world.after(_RESTORE_SECONDS, lambda: vars(table).pop("demo_status", None))
    return table


def _replace_backups(world: World) -> None:
    def create_backup(backend: Backend, table_name: str, backup_name: str) -> Backup:
        backup: Backup = create(backend, table_name, backup_name)
        backup.status = "CREATING"

        def finish() -> None:
            if backup.status == "CREATING":
                backup.status = "AVAILABLE"

        world.after(_BACKUP_SECONDS, finish)
        return backup

    def restore_table_from_backup(backend: Backend, target_table_name: str, backup_arn: str) -> Table:
        return begin_restore(world, restore(backend, target_table_name, backup_arn))

    def sized(original: property) -> property:
        return property(lambda backup: original.fget(backup) | {"BackupSizeBytes": size_of(backup.table)})  # type: ignore[misc]

    create = replace(Backend, "create_backup", create_backup)
    restore = replace(Backend, "restore_table_from_backup", restore_table_from_backup)
    for name in ("details", "summary"):
        replace(Backup, name, sized(vars(Backup)[name]))
