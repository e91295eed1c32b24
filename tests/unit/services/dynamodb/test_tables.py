"""DynamoDB: tables, indexes, throttling, user errors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from console.readings.source import Level
from console.services.dynamodb.kinds import Table
from console.services.dynamodb.tables import Use, judge_state, judge_uses, tables
from console.stack.stack import Stack
from console.text import Clean

NOW = 1_800_000_000.0
NAME = Clean("maps")


def table(status: str = "ACTIVE", *indexes: str) -> dict[str, Any]:
    return {
        "TableName": "maps",
        "TableStatus": status,
        "GlobalSecondaryIndexes": [
            {"IndexName": f"index{at}", "IndexStatus": state, "KeySchema": []} for at, state in enumerate(indexes)
        ],
    }


@pytest.mark.parametrize(
    ("answer", "verdicts"),
    [
        (table(), [(Level.OK, "Active, with 0 indexes.")]),
        (table("UPDATING"), [(Level.OK, "The table is being changed.")]),
        (table("INACCESSIBLE_ENCRYPTION_CREDENTIALS"), [(Level.CRIT, "The table cannot be used.")]),
        (table("ACTIVE", "ACTIVE", "CREATING"), [(Level.OK, "Index index1 is being changed.")]),
        (table("ACTIVE", "DELETING"), [(Level.CRIT, "Index index0 cannot be used.")]),
    ],
)
def test_state(answer: dict[str, Any], verdicts: list[tuple[Level, str]]) -> None:
    assert [(finding.level, finding.what) for finding in judge_state(answer)] == verdicts


def use(
    label: str = "The table", reads: float = 0, read_throttles: float = 0, write_throttles: float = 0, units: float = 0
) -> Use:
    def points(value: float) -> tuple[tuple[float, float], ...]:
        return ((NOW - 600, 0.0), (NOW - 300, value)) if value else ()

    return Use(
        label,
        {"Read": units, "Write": units},
        {
            "ConsumedReadCapacityUnits": points(reads),
            "ConsumedWriteCapacityUnits": (),
            "ReadThrottleEvents": points(read_throttles),
            "WriteThrottleEvents": points(write_throttles),
        },
    )


@pytest.mark.parametrize(
    ("uses", "verdicts"),
    [
        ([use()], [(Level.OK, "Nothing was throttled in the last hour.", "0")]),
        ([use(read_throttles=1, write_throttles=2)], [(Level.WARN, "The table was throttled in the last hour.", "3")]),
        (
            [use(), use("Index byOwner", read_throttles=7)],
            [(Level.WARN, "Index byOwner was throttled in the last hour.", "7")],
        ),
        (
            [use(reads=240, units=1)],
            [
                (Level.OK, "Nothing was throttled in the last hour.", "0"),
                (Level.OK, "The table: provisioned read capacity in use.", "80 %"),
            ],
        ),
        (
            [use(reads=270, units=1)],
            [
                (Level.OK, "Nothing was throttled in the last hour.", "0"),
                (Level.WARN, "The table: provisioned read capacity in use.", "90 %"),
            ],
        ),
        ([use(reads=9000)], [(Level.OK, "Nothing was throttled in the last hour.", "0")]),
    ],
)
def test_use(uses: list[Use], verdicts: list[tuple[Level, str, str]]) -> None:
    found = judge_uses(NAME, uses, tables.thresholds, NOW)
    assert [(finding.level, finding.what, finding.value) for finding in found] == verdicts


def test_throttling_says_since_when() -> None:
    (finding,) = judge_uses(NAME, [use(write_throttles=2)], tables.thresholds, NOW)
    assert finding.since == datetime.fromtimestamp(NOW - 300, UTC)


async def test_asks_per_index_and_counts_user_errors_once_an_account(canned: Callable[..., Any]) -> None:
    aws = canned({"describe_table": {"Table": table("ACTIVE", "ACTIVE")}}, UserErrors=[0.0, 12.0])
    stack = Stack(
        name="one",
        region="eu-west-1",
        parts=(
            Table(table="maps"),
            Table(table="jobs"),
        ),
    )
    report = await tables.fetch(aws, stack)
    asked = [metric for metric in aws.metrics.asked if metric.name == "ReadThrottleEvents"]
    assert [metric.dimensions for metric in asked] == [
        (("TableName", "maps"),),
        (("TableName", "maps"), ("GlobalSecondaryIndexName", "index0")),
        (("TableName", "jobs"),),
        (("TableName", "jobs"), ("GlobalSecondaryIndexName", "index0")),
    ]
    assert len([metric for metric in aws.metrics.asked if metric.name == "UserErrors"]) == 1
    (account,) = [finding for finding in report.findings if finding.resource == "account in eu-west-1"]
    assert (account.level, account.value) == (Level.WARN, "12")
    assert len({metric.region for metric in aws.metrics.asked}) == 1, "one region is one GetMetricData call"
