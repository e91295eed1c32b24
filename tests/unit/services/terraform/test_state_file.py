"""The Terraform state: versions in S3, copies here, and whether a change was copied."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from console.aws.call import Aws
from console.readings.source import Level
from console.services.backup.backups import backups
from console.services.backup.judge import Backup
from console.services.terraform.kinds import StateFile
from console.services.terraform.state_file import FileState, judge_state, read_state
from console.stack.stack import BackupPolicy, Stack
from console.text import Clean

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
POLICY = BackupPolicy(max_age_hours=26)


def ago(hours: float) -> datetime:
    return NOON - timedelta(hours=hours)


def copied(*hours: float) -> tuple[Backup, ...]:
    return tuple(Backup("copy", Clean("state.backup"), ago(hour)) for hour in hours)


@pytest.mark.parametrize(
    ("place", "state", "level", "what"),
    [
        (
            "s3://b/state",
            FileState(None),
            Level.CRIT,
            "There is no state file here. Check [terraform] location.",
        ),
        (
            "~/state",
            FileState(None),
            Level.UNKNOWN,
            "There is no state file here on this machine. Check [terraform] location.",
        ),
        ("s3://b/state", FileState(ago(500), (), versioned=True), Level.OK, "Its bucket keeps every version."),
        ("s3://b/state", FileState(ago(500), copied(499)), Level.OK, "Copied since its last change."),
        ("s3://b/state", FileState(ago(5), copied(499)), Level.OK, "Changed 5 h ago and not copied since."),
        ("s3://b/state", FileState(ago(30), copied(499)), Level.WARN, "It changed after its newest copy was made."),
        ("s3://b/state", FileState(ago(30)), Level.CRIT, "There is no copy of it."),
    ],
)
def test_state(place: str, state: FileState, level: Level, what: str) -> None:
    finding = judge_state(Clean(place), state, POLICY, NOON)
    assert (finding.level, finding.what) == (level, what)


@pytest.fixture
def bucket(seed: Callable[[str], Any]) -> Any:
    s3 = seed("s3")
    s3.create_bucket(Bucket="state", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return s3


@pytest.mark.parametrize("versioned", [True, False])
async def test_versions_of_the_object_itself_count(aws: Aws, bucket: Any, versioned: bool) -> None:
    if versioned:
        bucket.put_bucket_versioning(Bucket="state", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"22"):
        bucket.put_object(Bucket="state", Key="prod/terraform.tfstate", Body=body)
    bucket.put_object(Bucket="state", Key="prod/other", Body=b"x")
    stack = Stack(name="one", parts=(StateFile(location="s3://state/prod/terraform.tfstate"),))
    report = await backups.fetch(aws, stack)
    facts = dict(report.details[0].facts)
    assert facts["Bucket versioning"] == ("on" if versioned else "off")
    assert facts["Older versions and copies"] == ("1" if versioned else "0")
    assert report.findings[0].resource == "s3://state/prod/terraform.tfstate"


async def test_copies_beside_it_and_in_a_folder_of_their_own_count(aws: Aws, bucket: Any) -> None:
    for key in ("terraform.tfstate", "terraform.tfstate.backup-20261101-020000", "backups/terraform.tfstate.20261101"):
        bucket.put_object(Bucket="state", Key=key, Body=b"x")
    file = StateFile(location="s3://state/terraform.tfstate", backups="s3://state/backups/")
    report = await read_state(aws, file, POLICY, datetime.now(UTC))
    assert dict(report.details[0].facts)["Older versions and copies"] == "2"
    assert report.findings[0].level is Level.OK


async def test_a_bucket_that_does_not_exist_is_critical(aws: Aws) -> None:
    stack = Stack(name="one", parts=(StateFile(location="s3://nowhere/terraform.tfstate"),))
    report = await backups.fetch(aws, stack)
    assert [finding.level for finding in report.findings] == [Level.CRIT]


async def test_a_state_on_this_machine(aws: Aws, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    state, copy = tmp_path / "terraform.tfstate", tmp_path / "terraform.tfstate.backup-1"
    for file, hours in ((state, 30), (copy, 90)):
        file.write_text("{}")
        moment = (now - timedelta(hours=hours)).timestamp()
        os.utime(file, (moment, moment))
    report = await read_state(aws, StateFile(location=str(state)), POLICY, now)
    assert report.findings[0].what == "It changed after its newest copy was made."
    os.utime(copy, (now.timestamp(), now.timestamp()))
    report = await read_state(aws, StateFile(location=str(state)), POLICY, now)
    assert report.findings[0].what == "Copied since its last change."
    report = await read_state(aws, StateFile(location=str(tmp_path / "gone" / "x")), POLICY, now)
    assert report.findings[0].level is Level.UNKNOWN
