"""Backups: their age, recovery windows, what is kept, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from console.aws.call import Aws
from console.problems import Failure, Problem, ProblemKind
from console.readings.source import Level
from console.services.backup.backups import backups
from console.services.backup.judge import (
    Backup,
    Protected,
    RestoreWindow,
    detail,
    judge,
    missing_months,
    retention,
    unbroken_days,
)
from console.services.dynamodb.kinds import Table
from console.services.dynamodb.operations import ContinuousBackups
from console.services.rds.kinds import DbInstance
from console.stack.stack import BackupPolicy, Stack
from console.text import Clean

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
POLICY = BackupPolicy(max_age_hours=26, point_in_time=True, daily_days=3, monthly_days=0)
OFF = RestoreWindow()
WINDOW = RestoreWindow(NOON - timedelta(days=35), NOON - timedelta(minutes=5))


def made(*hours: float, state: str = "AVAILABLE") -> tuple[Backup, ...]:
    return tuple(
        Backup("DynamoDB backup", Clean(f"b{hour:g}"), NOON - timedelta(hours=hour), Clean(state)) for hour in hours
    )


def thing(*found: Backup, window: RestoreWindow = OFF, complete: bool = True, days: float = 400) -> Protected:
    return Protected(
        Clean("maps"), "DynamoDB table", Clean("arn"), NOON - timedelta(days=days), found, window, complete
    )


DAILY = made(2, 26, 50, 74, 98)


@pytest.mark.parametrize(
    ("protected", "level", "what"),
    [
        (thing(*DAILY, window=WINDOW), Level.OK, "The newest backup is b2."),
        (thing(*made(27)), Level.WARN, "The newest backup, b27, is too old."),
        (thing(*made(53)), Level.CRIT, "The newest backup, b53, is too old."),
        (
            thing(*made(53), window=WINDOW),
            Level.WARN,
            "The newest backup, b53, is too old; only point-in-time recovery covers the time since.",
        ),
        (thing(), Level.CRIT, "There is no backup."),
        (thing(window=WINDOW), Level.WARN, "There is no backup; only point-in-time recovery covers the time since."),
        (thing(days=0.5), Level.OK, "Too new to have a backup."),
        (thing(*made(2, state="CREATING")), Level.CRIT, "There is no backup."),
        (
            thing(complete=False),
            Level.UNKNOWN,
            "There is no backup, as far as could be read: AWS Backup did not answer.",
        ),
        (thing(*made(2), complete=False), Level.OK, "The newest backup is b2."),
    ],
)
def test_age(protected: Protected, level: Level, what: str) -> None:
    age, *_ = judge(protected, POLICY, NOON)
    assert (age.level, age.what) == (level, what)


@pytest.mark.parametrize(
    ("window", "required", "level", "value"),
    [
        (WINDOW, True, Level.OK, "since 2026-10-16 12:00:00 UTC"),
        (OFF, True, Level.WARN, "off"),
        (OFF, False, Level.OK, "off"),
    ],
)
def test_point_in_time_recovery(window: RestoreWindow, required: bool, level: Level, value: str) -> None:
    policy = BackupPolicy(max_age_hours=26, point_in_time=required)
    _, recovery, *_ = judge(thing(*DAILY, window=window), policy, NOON)
    assert (recovery.level, recovery.value) == (level, value)


@pytest.mark.parametrize(
    ("protected", "days"),
    [
        (thing(), 0),
        (thing(*DAILY), 4),
        (thing(*made(2, 26, 74, 98)), 1),
        (thing(*made(40, 64)), 2),
        (thing(window=WINDOW), 35),
        (thing(*made(2, 36 * 24), window=WINDOW), 36),
        (thing(*made(2), days=1), 1),
        (thing(*made(2, 26, state="FAILED")), 0),
    ],
)
def test_how_far_backups_reach_back_without_a_gap(protected: Protected, days: int) -> None:
    assert unbroken_days(protected, POLICY, NOON) == days


def test_weekly_backups_satisfy_a_weekly_policy() -> None:
    weekly = BackupPolicy(max_age_hours=170, point_in_time=False, daily_days=35, monthly_days=0)
    protected = thing(*made(*(24 * 7 * week for week in range(6))))
    assert {finding.level for finding in judge(protected, weekly, NOON)} == {Level.OK}


@pytest.mark.parametrize(
    ("protected", "missing"),
    [
        (thing(*made(24 * 30, 24 * 62)), []),
        (thing(*made(24 * 30)), [date(2026, 9, 1)]),
        (thing(window=WINDOW), [date(2026, 9, 1)]),
        (thing(days=40), []),
        (thing(), [date(2026, 10, 1), date(2026, 9, 1)]),
    ],
)
def test_months_of_which_nothing_is_kept(protected: Protected, missing: list[date]) -> None:
    policy = BackupPolicy(monthly_days=85)
    assert list(missing_months(protected, policy, NOON)) == missing


@pytest.mark.parametrize(
    ("hours", "why"),
    [(2, "daily"), (72, "daily"), (24 * 30, "monthly"), (24 * 31, "past retention"), (24 * 90, "past retention")],
)
def test_retention(hours: float, why: str) -> None:
    policy = BackupPolicy(daily_days=3, monthly_days=60)
    everything = made(2, 72, 24 * 30, 24 * 31, 24 * 90)
    found = {backup.name: why for backup, why in retention(thing(*everything), policy, NOON)}
    assert found[Clean(f"b{hours:g}")] == why


def test_what_is_kept_is_told_with_what_is_missing() -> None:
    policy = BackupPolicy(max_age_hours=26, point_in_time=False, daily_days=35, monthly_days=365)
    *_, kept = judge(thing(*made(2)), policy, NOON)
    assert kept.level is Level.WARN
    assert kept.what == (
        "Too little is kept: backups without a gap over 26 h reach back 0 of 35 days; "
        "of 11 months nothing is kept of 11, the last of them 2026-10."
    )
    *_, unsure = judge(replace(thing(*made(2)), complete=False), policy, NOON)
    assert unsure.level is Level.UNKNOWN


def test_detail_lists_backups_newest_first() -> None:
    found = detail(thing(*made(50, 2)), POLICY, NOON)
    assert [event.text for event in found.events] == [
        "DynamoDB backup b2: AVAILABLE, daily",
        "DynamoDB backup b50: AVAILABLE, daily",
    ]
    assert dict(found.facts)["Newest backup"] == "2026-11-20 10:00:00 UTC"


def test_what_is_off_but_required_can_be_switched_on() -> None:
    enable = ContinuousBackups("maps")
    off = replace(thing(*DAILY), enable=enable)
    _, recovery, *_ = judge(off, POLICY, NOON)
    assert recovery.fix == enable
    _, recovery, *_ = judge(off, BackupPolicy(point_in_time=False), NOON)
    assert recovery.fix is None


async def test_reads_tables_and_instances(aws: Aws, seed: Callable[[str], Any]) -> None:
    dynamodb, rds = seed("dynamodb"), seed("rds")
    key = {"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "id", "KeyType": "HASH"}
    dynamodb.create_table(
        TableName="maps", AttributeDefinitions=[key[0]], KeySchema=[key[1]], BillingMode="PAY_PER_REQUEST"
    )
    dynamodb.create_backup(TableName="maps", BackupName="first")
    dynamodb.update_continuous_backups(
        TableName="maps", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    rds.create_db_instance(
        DBInstanceIdentifier="db", Engine="postgres", DBInstanceClass="db.t3.micro", AllocatedStorage=20,
        MasterUsername="someone", MasterUserPassword="something", BackupRetentionPeriod=0,
    )  # fmt: skip
    stack = Stack(
        name="one",
        parts=(
            Table(table="maps"),
            Table(table="gone"),
            DbInstance(instance="db"),
        ),
    )
    report = await backups.fetch(aws, stack)
    found = {(f.resource, f.level, f.what) for f in report.findings}
    assert ("maps", Level.OK, "The newest backup is first.") in found
    assert ("maps", Level.OK, "Point-in-time recovery is on.") in found
    assert ("db", Level.WARN, "Point-in-time recovery is off.") in found
    assert [level for resource, level, _ in found if resource == "gone"] == [Level.CRIT]


MAPS = "arn:aws:dynamodb:eu-west-1:123456789012:table/maps"
TABLE = {
    "describe_table": {"Table": {"TableArn": MAPS, "CreationDateTime": NOON - timedelta(days=400)}},
    "list_backups": {"BackupSummaries": []},
    "describe_continuous_backups": {
        "ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"}}
    },
}
VAULTS = {"list_backup_vaults": {"BackupVaultList": [{"BackupVaultName": "vault"}]}}


def point(resource: str) -> dict[str, Any]:
    return {
        "RecoveryPointArn": "arn:aws:backup:eu-west-1:123456789012:recovery-point:rp-1",
        "ResourceArn": resource,
        "CreationDate": datetime.now(UTC) - timedelta(hours=1),
        "Status": "COMPLETED",
        "BackupSizeInBytes": 10,
    }


async def test_recovery_points_of_aws_backup_count(canned: Callable[..., Any]) -> None:
    points = {"list_recovery_points_by_backup_vault": {"RecoveryPoints": [point(MAPS), point(MAPS + "-other")]}}
    report = await backups.fetch(canned(TABLE | VAULTS | points), Stack(name="one", parts=(Table(table="maps"),)))
    assert (report.findings[0].level, report.findings[0].what) == (Level.OK, "The newest backup is rp-1.")
    assert len(report.details[0].events) == 1


async def test_a_backup_that_both_services_list_counts_once(canned: Callable[..., Any]) -> None:
    both = point(MAPS)
    listed = {
        "BackupName": "rp-1",
        "BackupArn": both["RecoveryPointArn"],
        "BackupCreationDateTime": both["CreationDate"],
        "BackupStatus": "AVAILABLE",
    }
    answers = (
        TABLE
        | VAULTS
        | {
            "list_backups": {"BackupSummaries": [listed]},
            "list_recovery_points_by_backup_vault": {"RecoveryPoints": [both]},
        }
    )
    report = await backups.fetch(canned(answers), Stack(name="one", parts=(Table(table="maps"),)))
    assert len(report.details[0].events) == 1


@pytest.mark.parametrize(
    ("kind", "level"),
    [(ProblemKind.NETWORK, Level.UNKNOWN), (ProblemKind.SUSPECT, Level.UNKNOWN), (ProblemKind.UNAVAILABLE, Level.CRIT)],
)
async def test_no_false_alarm_while_aws_backup_is_silent(
    canned: Callable[..., Any], kind: ProblemKind, level: Level
) -> None:
    silent = {"list_backup_vaults": Failure(Problem(kind, Clean("No answer.")))}
    report = await backups.fetch(canned(TABLE | silent), Stack(name="one", parts=(Table(table="maps"),)))
    assert report.findings[0].level is level


async def test_a_missing_permission_for_aws_backup_is_told(canned: Callable[..., Any]) -> None:
    denied = {"list_backup_vaults": Failure(Problem(ProblemKind.DENIED, Clean("Access denied.")))}
    with pytest.raises(Failure, match="Access denied"):
        await backups.fetch(canned(TABLE | denied), Stack(name="one", parts=(Table(table="maps"),)))
