"""RDS instances: status, load, storage, connections, events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from console.aws.call import Aws
from console.readings.source import Level
from console.services.rds import instances
from console.services.rds.kinds import DbInstance
from console.stack.stack import Stack
from console.text import Clean

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "level"),
    [
        ("available", Level.OK),
        ("backing-up", Level.OK),
        ("modifying", Level.WARN),
        ("rebooting", Level.WARN),
        ("stopped", Level.CRIT),
        ("storage-full", Level.CRIT),
        ("incompatible-parameters", Level.CRIT),
    ],
)
def test_status(status: str, level: Level) -> None:
    assert instances.judge_status(Clean("db"), {"DBInstanceStatus": status}).level is level


def event(message: str, *categories: str, minute: int = 0) -> dict[str, Any]:
    return {"Date": AT.replace(minute=minute), "Message": message, "EventCategories": list(categories)}


def test_harmless_events_are_no_finding() -> None:
    assert list(instances.judge_events(Clean("db"), [event("Finished backup", "backup")])) == []


def test_the_newest_failure_of_the_last_hour_is_quoted() -> None:
    events = [
        event("Storage is low", "low storage", minute=9),
        event("Restarted", "availability", minute=8),
        event("Failover began", "failover", minute=1),
    ]
    (finding,) = instances.judge_events(Clean("db"), events)
    assert (finding.level, finding.value) == (Level.WARN, "2 events")
    assert finding.what == "In the last hour: Storage is low"
    assert finding.since == AT.replace(minute=9)


@pytest.fixture
def expo(seed: Callable[[str], Any]) -> Any:
    """An instance of class db.t3.micro; gives a client of RDS."""
    client = seed("rds")
    client.create_db_parameter_group(
        DBParameterGroupName="expo-pg15", DBParameterGroupFamily="postgres15", Description="of expo"
    )
    client.create_db_instance(
        DBInstanceIdentifier="expo",
        DBInstanceClass="db.t3.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="expo",
        MasterUserPassword="password-1",
        DBParameterGroupName="expo-pg15",
        BackupRetentionPeriod=7,
        EnableCloudwatchLogsExports=["postgresql"],
    )
    return client


GOOD = {
    "CPUUtilization": [95, 30],
    "FreeStorageSpace": [12 * 2**30],
    "DatabaseConnections": [56],
    "ReadLatency": [0.002],
    "WriteLatency": [0.004],
}


def stack(*instances: DbInstance) -> Stack:
    return Stack(name="s", parts=instances)


async def verdicts(aws: Aws, named: DbInstance) -> list[tuple[Level, str]]:
    report = await instances.instances.fetch(aws, stack(named))
    return [(finding.level, finding.value) for finding in report.findings]


async def test_a_good_instance(aws: Aws, expo: Any, numbers: Callable[..., Any]) -> None:
    numbers(**GOOD)
    report = await instances.instances.fetch(aws, stack(DbInstance(instance="expo"), DbInstance(instance="gone")))
    *of_expo, gone = report.findings
    assert [(finding.level, finding.value) for finding in of_expo] == [
        (Level.OK, "available"),
        (Level.OK, "30 %"),
        (Level.OK, "12 GiB"),
        (Level.OK, "50 % of all allowed"),
        (Level.OK, "2 ms"),
        (Level.OK, "4 ms"),
    ]
    assert (gone.resource, gone.value) == ("gone", "MISSING")
    (detail,) = report.details
    facts = dict(detail.facts)
    assert facts["Most connections"] == "112 (about, by the memory of its class)"
    assert facts["Parameter group"] == "expo-pg15, in-sync"
    assert facts["Storage"].startswith("20 GiB")
    assert detail.logs == ("/aws/rds/instance/expo/postgresql",)
    storage = next(series for series in detail.series if series.label == "Free storage")
    assert (storage.warn, storage.crit, storage.last) == (5, 2, 12)
    assert aws.called | {"cloudwatch:GetMetricData"} == set(instances.instances.permissions)


@pytest.mark.parametrize(
    ("metric", "value", "at", "level", "shown"),
    [
        ("CPUUtilization", 71, 1, Level.WARN, "71 %"),
        ("CPUUtilization", 91, 1, Level.CRIT, "91 %"),
        ("FreeStorageSpace", 4 * 2**30, 2, Level.WARN, "4 GiB"),
        ("FreeStorageSpace", 2**30, 2, Level.CRIT, "1 GiB"),
        ("DatabaseConnections", 91, 3, Level.WARN, "81.2 % of all allowed"),
        ("ReadLatency", 0.051, 4, Level.WARN, "51 ms"),
        ("WriteLatency", 0.06, 5, Level.WARN, "60 ms"),
    ],
)
async def test_each_number_has_its_limit(
    aws: Aws, expo: Any, numbers: Callable[..., Any], metric: str, value: float, at: int, level: Level, shown: str
) -> None:
    numbers(**GOOD | {metric: [value]})
    found = await verdicts(aws, DbInstance(instance="expo"))
    assert found[at] == (level, shown)
    assert [verdict[0] for verdict in found].count(Level.OK) == 5


async def test_no_points_are_not_good_points(aws: Aws, expo: Any, numbers: Callable[..., Any]) -> None:
    numbers()
    assert [level for level, _ in await verdicts(aws, DbInstance(instance="expo"))] == [Level.OK] + [Level.UNKNOWN] * 5


async def test_the_stack_file_and_the_parameter_group_tell_the_most_connections(
    aws: Aws, expo: Any, numbers: Callable[..., Any]
) -> None:
    numbers(**GOOD)
    assert (await verdicts(aws, DbInstance(instance="expo", max_connections=60)))[3] == (
        Level.WARN,
        "93.3 % of all allowed",
    )
    parameter = {"ParameterName": "max_connections", "ParameterValue": "560", "ApplyMethod": "pending-reboot"}
    expo.modify_db_parameter_group(DBParameterGroupName="expo-pg15", Parameters=[parameter])
    assert (await verdicts(aws, DbInstance(instance="expo")))[3] == (Level.OK, "10 % of all allowed")


async def test_the_metrics_of_an_instance_have_its_name_in_lower_case(canned: Callable[..., Any]) -> None:
    """RDS keeps it so, and finds it in any case; CloudWatch has no numbers of any other spelling."""
    instance = {"DBInstanceStatus": "available", "Engine": "postgres"}
    aws = canned({"describe_db_instances": {"DBInstances": [instance]}, "describe_events": {"Events": []}}, **GOOD)
    await instances.instances.fetch(aws, stack(DbInstance(instance="Orders-DB", max_connections=100)))
    assert {metric.dimensions for metric in aws.metrics.asked} == {(("DBInstanceIdentifier", "orders-db"),)}


async def test_only_parameters_that_somebody_set_are_asked_for(canned: Callable[..., Any]) -> None:
    instance = {
        "DBInstanceStatus": "available",
        "Engine": "postgres",
        "DBInstanceClass": "db.t3.micro",
        "DBParameterGroups": [{"DBParameterGroupName": "default.postgres15"}],
    }
    answers = {
        "describe_db_instances": {"DBInstances": [instance]},
        "describe_events": {"Events": []},
        "describe_db_parameters": {"Parameters": []},
    }
    aws = canned(answers, **GOOD)
    await instances.instances.fetch(aws, stack(DbInstance(instance="expo")))
    (asked,) = [params for operation, params in aws.asked if operation == "describe_db_parameters"]
    assert asked == {"region": None, "DBParameterGroupName": "default.postgres15", "Source": "user"}


async def test_connections_are_not_judged_where_the_most_is_unknown(
    aws: Aws, expo: Any, numbers: Callable[..., Any]
) -> None:
    numbers(**GOOD)
    expo.modify_db_instance(DBInstanceIdentifier="expo", DBInstanceClass="db.serverless", ApplyImmediately=True)
    found = await verdicts(aws, DbInstance(instance="expo"))
    assert found[-1] == (Level.OK, "not judged")
    assert "of all allowed" not in str(found)


async def test_the_numbers_of_a_stopped_instance_are_not_judged(
    aws: Aws, expo: Any, numbers: Callable[..., Any]
) -> None:
    numbers()
    expo.stop_db_instance(DBInstanceIdentifier="expo")
    assert await verdicts(aws, DbInstance(instance="expo")) == [(Level.CRIT, "stopped")]


async def test_the_new_password_of_a_pending_change_is_not_shown(aws: Aws) -> None:
    instance = {
        "DBInstanceStatus": "available",
        "Engine": "postgres",
        "DBInstanceClass": "db.t3.micro",
        "PendingModifiedValues": {"MasterUserPassword": "hunter-2", "AllocatedStorage": 40},
    }
    facts = dict(instances._facts(instance, instances.MostConnections(0, "unknown")))
    assert facts["Pending changes"] == "AllocatedStorage, MasterUserPassword"
    assert "hunter-2" not in str(facts)
