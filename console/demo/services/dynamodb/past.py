"""The past of DynamoDB tables: each change of an item is remembered, so that a table can go back in time."""

from __future__ import annotations

import copy
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from moto.dynamodb.models import DynamoDBBackend as Backend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler, DynamoResult

from console.demo.services.shapes import refuse, replace

if TYPE_CHECKING:
    from moto.dynamodb.models.dynamo_type import DynamoType, Item

    from console.demo.world import World

REMEMBERED: Final = 20_000
"""Changes kept of one table."""

LATEST_BEHIND: Final = timedelta(minutes=5)
"""How far the latest restorable time is behind now (DynamoDB developer guide, point-in-time recovery)."""


class Change(NamedTuple):
    """What an item was before a change; `item` None: it did not exist."""

    at: datetime
    hash_key: DynamoType
    range_key: DynamoType | None
    item: Item | None


def install(world: World) -> None:
    """Let tables remember, and restores go back."""
    _remember_writes(world)
    _replace_restore(world)


def _remember_writes(world: World) -> None:
    def remember(table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> None:
        past: deque[Change] = table.__dict__.setdefault("past", deque(maxlen=REMEMBERED))
        old = copy.deepcopy(table.get_item(hash_key, range_key))
        past.append(Change(world.now(), hash_key, range_key, old))

    def writing(original: Any) -> Any:
        def write(backend: Backend, table_name: str, key: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
            table = backend.get_table(table_name)
            if table.hash_key_attr in key:
                remember(table, *backend.get_keys_value(table, key))
            return original(backend, table_name, key, *args, **kwargs)

        return write

    for name in ("put_item", "update_item", "delete_item"):
        replace(Backend, name, writing(vars(Backend)[name]))


def _replace_restore(world: World) -> None:
    from console.demo.services.dynamodb.api import begin_restore

    def describe_continuous_backups(backend: Backend, table_name: str) -> dict[str, Any]:
        answer: dict[str, Any] = describe(backend, table_name)
        recovery = answer["PointInTimeRecoveryDescription"]
        if recovery["PointInTimeRecoveryStatus"] == "ENABLED":
            earliest = recovery["EarliestRestorableDateTime"]
            recovery["LatestRestorableDateTime"] = max(earliest, (world.now() - LATEST_BEHIND).timestamp())
        return answer

    def restore_table_to_point_in_time(self: DynamoHandler) -> DynamoResult:
        backend: Backend = self.dynamodb_backend
        asked = self.body
        source = backend.get_table(asked.get("SourceTableName") or asked["SourceTableArn"])
        recovery = backend.describe_continuous_backups(source.name)["PointInTimeRecoveryDescription"]
        if recovery["PointInTimeRecoveryStatus"] != "ENABLED":
            raise refuse(
                "PointInTimeRecoveryUnavailableException",
                f"Point in time recovery is not enabled for table '{source.name}'",
            )
        latest = datetime.fromtimestamp(recovery["LatestRestorableDateTime"], UTC)
        moment: datetime = latest if asked.get("UseLatestRestorableTime") else asked.get("RestoreDateTime", latest)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if not int(recovery["EarliestRestorableDateTime"]) <= moment.timestamp() <= world.now().timestamp():
            raise refuse(
                "InvalidRestoreTimeException",
                "The restore time is not between EarliestRestorableDateTime and LatestRestorableDateTime",
            )
        table = backend.restore_table_to_point_in_time(asked["TargetTableName"], source.name)
        table.restore_date_time = moment.replace(tzinfo=None)
        _go_back(table, source, moment)
        return DynamoResult(begin_restore(world, table).describe())

    describe = replace(Backend, "describe_continuous_backups", describe_continuous_backups)
    replace(DynamoHandler, "restore_table_to_point_in_time", restore_table_to_point_in_time)


def _go_back(table: Table, source: Table, moment: datetime) -> None:
    """Undo, in a copy of the source, each change made after a moment, newest first."""
    for change in reversed(source.__dict__.get("past", ())):
        if change.at <= moment:
            return
        if change.item is None:
            table.delete_item(change.hash_key, change.range_key)
        else:
            table.put_item(change.item.to_json()["Attributes"])
