"""RDS and DocumentDB of the embedded AWS: what is made, changed and restored takes its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import DemoServer

FAST = {"Delay": 0.1, "MaxAttempts": 200}
DATABASE = "prod-database"


@pytest.fixture(scope="module")
def rds(demo: DemoServer) -> Any:
    return demo.client("rds", "operations")


def describe(rds: Any, name: str = DATABASE) -> dict[str, Any]:
    (found,) = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return found


def test_a_snapshot_is_taken_and_restored(rds: Any) -> None:
    made = rds.create_db_snapshot(DBInstanceIdentifier=DATABASE, DBSnapshotIdentifier="test-snapshot")["DBSnapshot"]
    assert (made["Status"], made["PercentProgress"]) == ("creating", 0)
    rds.get_waiter("db_snapshot_available").wait(DBSnapshotIdentifier="test-snapshot", WaiterConfig=FAST)
    restored = rds.restore_db_instance_from_db_snapshot(
        DBInstanceIdentifier="test-restored", DBSnapshotIdentifier="test-snapshot"
    )["DBInstance"]
    assert restored["DBInstanceStatus"] == "creating"
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier="test-restored", WaiterConfig=FAST)
    assert describe(rds, "test-restored")["DbiResourceId"] != describe(rds)["DbiResourceId"]
    rds.delete_db_instance(DBInstanceIdentifier="test-restored", SkipFinalSnapshot=True)
    rds.delete_db_snapshot(DBSnapshotIdentifier="test-snapshot")


def test_a_slow_change_is_pending_until_it_is_applied(rds: Any) -> None:
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier=DATABASE, WaiterConfig=FAST)
    rds.modify_db_instance(DBInstanceIdentifier=DATABASE, AllocatedStorage=120)
    waiting = describe(rds)
    assert (waiting["AllocatedStorage"], waiting["PendingModifiedValues"]["AllocatedStorage"]) == (100, 120)
    changed = rds.modify_db_instance(DBInstanceIdentifier=DATABASE, AllocatedStorage=120, ApplyImmediately=True)
    assert changed["DBInstance"]["DBInstanceStatus"] == "modifying"
    rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier=DATABASE, WaiterConfig=FAST)
    assert describe(rds)["AllocatedStorage"] == 120
    assert not describe(rds).get("PendingModifiedValues")


def test_engines_bring_versions_and_parameters(rds: Any) -> None:
    (found,) = rds.describe_db_engine_versions(Engine="mysql", EngineVersion="8.0.35")["DBEngineVersions"]
    assert {target["EngineVersion"]: target["IsMajorVersionUpgrade"] for target in found["ValidUpgradeTarget"]} == {
        "8.0.36": False,
        "8.0.40": False,
        "8.0.41": False,
        "8.4.4": True,
    }
    parameters = rds.describe_db_parameters(DBParameterGroupName="prod-database-params")["Parameters"]
    named = {one["ParameterName"]: (one["ParameterValue"], one["Source"]) for one in parameters}
    assert named["max_connections"] == ("300", "user")
    assert named["long_query_time"] == ("10", "engine-default")
    parameters = rds.describe_db_parameters(DBParameterGroupName="default.postgres15")["Parameters"]
    assert (
        "DBInstanceClassMemory"
        in {one["ParameterName"]: one["ParameterValue"] for one in parameters}["max_connections"]
    )


def test_documentdb_is_snapshotted_and_restored(demo: DemoServer) -> None:
    docdb = demo.client("docdb", "personal-journal")
    snapshot = {"DBClusterIdentifier": "personal-journal-docdb", "DBClusterSnapshotIdentifier": "test-docdb"}
    assert docdb.create_db_cluster_snapshot(**snapshot)["DBClusterSnapshot"]["Status"] == "creating"
    made = docdb.restore_db_cluster_from_snapshot(
        DBClusterIdentifier="test-restored", SnapshotIdentifier="test-docdb", Engine="docdb"
    )["DBCluster"]
    assert (made["Engine"], made["Status"]) == ("docdb", "creating")
    assert ".docdb.amazonaws.com" in made["Endpoint"]
    docdb.delete_db_cluster(DBClusterIdentifier="test-restored", SkipFinalSnapshot=True)
    docdb.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier="test-docdb")
