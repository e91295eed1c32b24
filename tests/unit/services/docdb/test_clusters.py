"""DocumentDB clusters: status, members, backups."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.aws.call import Aws
from console.readings.source import Level
from console.services.docdb import clusters
from console.services.docdb.kinds import DbCluster
from console.services.rds.status import level_of, serves
from console.stack.stack import Stack

NOW = 1_800_000_000.0
LIMITS = {"retention_days": 3, "restorable_minutes": 60}


def cluster(**changes: Any) -> dict[str, Any]:
    good = {
        "DBClusterIdentifier": "journal",
        "Status": "available",
        "DBClusterMembers": [
            {"DBInstanceIdentifier": "one", "IsClusterWriter": True},
            {"DBInstanceIdentifier": "two", "IsClusterWriter": False},
        ],
        "BackupRetentionPeriod": 7,
        "LatestRestorableTime": datetime.fromtimestamp(NOW - 300, UTC),
    }
    return good | changes


def verdicts(one: str = "available", two: str = "available", **changes: Any) -> list[tuple[Level, str]]:
    found = clusters.judge_cluster(cluster(**changes), {"one": one, "two": two}, LIMITS, NOW)
    return [(finding.level, finding.value) for finding in found]


def test_a_good_cluster() -> None:
    assert verdicts() == [
        (Level.OK, "available"),
        (Level.OK, "2 of 2 available"),
        (Level.OK, "7 d"),
        (Level.OK, "5 min ago"),
    ]


@pytest.mark.parametrize(
    ("status", "level"),
    [
        ("available", Level.OK),
        ("backing-up", Level.OK),
        ("modifying", Level.WARN),
        ("upgrading", Level.WARN),
        ("stopped", Level.CRIT),
        ("failed", Level.CRIT),
        ("storage-full", Level.CRIT),
        ("a word of tomorrow", Level.CRIT),
    ],
)
def test_status(status: str, level: Level) -> None:
    assert level_of(status) is level
    assert verdicts(Status=status)[0] == (level, status)


def test_a_database_that_is_modified_answers_and_one_that_reboots_does_not() -> None:
    assert serves("modifying")
    assert not serves("rebooting")


@pytest.mark.parametrize(
    ("one", "two", "level", "value"),
    [
        ("available", "rebooting", Level.WARN, "1 of 2 available"),
        ("rebooting", "available", Level.CRIT, "1 of 2 available"),
        ("modifying", "available", Level.OK, "2 of 2 available"),
    ],
)
def test_members(one: str, two: str, level: Level, value: str) -> None:
    assert verdicts(one, two)[1] == (level, value)


def test_a_cluster_without_instances_is_critical() -> None:
    assert verdicts(DBClusterMembers=[])[1] == (Level.CRIT, "0 of 0 available")


def test_short_retention_and_an_old_restorable_time_are_warnings() -> None:
    old = datetime.fromtimestamp(NOW - 7200, UTC)
    assert verdicts(BackupRetentionPeriod=1, LatestRestorableTime=old)[2:] == [
        (Level.WARN, "1 d"),
        (Level.WARN, "2 h ago"),
    ]


async def test_one_cluster_that_exists_and_one_that_does_not(aws: Aws, seed: Callable[[str], Any]) -> None:
    rds = seed("rds")
    # Plain moto has no engine "docdb"; another stands in.
    rds.create_db_cluster(
        DBClusterIdentifier="journal",
        Engine="aurora-mysql",
        MasterUsername="admin",
        MasterUserPassword="password-1",
        BackupRetentionPeriod=7,
        EnableCloudwatchLogsExports=["audit"],
    )
    rds.create_db_instance(
        DBInstanceIdentifier="journal-1",
        DBClusterIdentifier="journal",
        DBInstanceClass="db.t3.medium",
        Engine="aurora-mysql",
    )
    rds.create_db_instance(
        DBInstanceIdentifier="other",
        DBInstanceClass="db.t3.medium",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="admin",
        MasterUserPassword="password-1",
    )
    seed("cloudwatch").put_metric_data(
        Namespace="AWS/DocDB",
        MetricData=[
            {
                "MetricName": "CPUUtilization",
                "Dimensions": [{"Name": "DBClusterIdentifier", "Value": "journal"}],
                "Timestamp": datetime.now(UTC) - timedelta(minutes=5),
                "Value": 12,
            }
        ],
    )
    stack = Stack(
        name="s",
        parts=(
            DbCluster(cluster="journal"),
            DbCluster(cluster="gone"),
        ),
    )
    report = await clusters.clusters.fetch(aws, stack)
    assert [(f.resource, f.level, f.value) for f in report.findings if f.resource == "gone"] == [
        ("gone", Level.CRIT, "MISSING")
    ]
    (detail,) = report.details
    facts = dict(detail.facts)
    assert facts["Member, writer"] == "journal-1: available"
    assert facts["Backup retention"] == "7 d"
    assert detail.logs == ("/aws/docdb/journal/audit",)
    assert [(series.label, series.last) for series in detail.series] == [("CPU", 12)]
    assert aws.called == set(clusters.clusters.permissions)


async def test_metrics_and_members_are_asked_for_by_the_name_in_lower_case(canned: Callable[..., Any]) -> None:
    """DocumentDB keeps it so, and finds the cluster in any case; CloudWatch has no numbers of any other spelling."""
    aws = canned({"describe_db_clusters": {"DBClusters": [cluster()]}, "describe_db_instances": {"DBInstances": []}})
    await clusters.clusters.fetch(aws, Stack(name="s", parts=(DbCluster(cluster="Journal"),)))
    assert {metric.dimensions for metric in aws.metrics.asked} == {(("DBClusterIdentifier", "journal"),)}
    assert dict(aws.asked)["describe_db_instances"]["Filters"] == [{"Name": "db-cluster-id", "Values": ["journal"]}]
