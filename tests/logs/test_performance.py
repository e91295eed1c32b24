"""lambda.performance: from REPORT lines on the embedded AWS to verdicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from console.aws.call import Aws
from console.logs.insights import query
from console.readings.source import Level
from console.services.awslambda.kinds import Function
from console.services.awslambda.performance import Performance, judge, performance
from console.services.sources import SOURCES, VIEWS
from console.stack.stack import Stack
from console.stack_files.file import StackError, parse
from console.stack_files.thresholds import check_thresholds
from console.text import Clean
from tests.logs.cloud import now_ms

NAME = Clean("slow")
LIMITS = dict(performance.thresholds)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "_PAUSES", (0.02,))


def report(number: int, duration: float, used: int, cold: str = "") -> str:
    init = f"Init Duration: {cold} ms\t" if cold else ""
    return (
        f"REPORT RequestId: 8f507cfc-1111-4697-b07a-{number:012x}\tDuration: {duration:.2f} ms\t"
        f"Billed Duration: {duration:.0f} ms\tMemory Size: 256 MB\tMax Memory Used: {used} MB\t{init}\n"
    )


async def test_what_report_lines_say(aws: Aws, new_group: Callable[[str], Any]) -> None:
    client, name = new_group("/aws/lambda/slow"), "/aws/lambda/slow"
    new_group("/aws/lambda/idle")
    lines = [
        report(number, 10 * number, 200 + number // 2, "400.00" if number < 10 else "") for number in range(1, 101)
    ]
    at = now_ms() - 60_000
    client.put_log_events(
        logGroupName=name, logStreamName="s0", logEvents=[{"timestamp": at, "message": line} for line in lines]
    )
    stack = Stack(name="one", parts=tuple(Function(function=name) for name in ("slow", "idle", "gone")))
    found = await performance.fetch(aws, stack)
    assert [(one.resource, one.level, one.value) for one in found.findings] == [
        ("slow", Level.OK, "950 ms, p95"),
        ("slow", Level.WARN, "98 % of 256 MB"),
        ("slow", Level.OK, "9.0 % of 100"),
        ("idle", Level.OK, "0 invocations"),
        ("gone", Level.OK, "0 invocations"),
    ]
    assert "There is no log group /aws/lambda/gone." in found.findings[-1].what
    (detail,) = found.details
    facts = dict(detail.facts)
    assert facts["Invocations, last 3 h"] == "100" and facts["Duration, p50"].startswith("50")
    assert facts["Memory used at most"] == "250 MB of 256 MB" and facts["Cold starts"] == "9 (9.0 %)"
    assert facts["Time of a cold start"] == "400 ms" and detail.logs == ("/aws/lambda/slow",)
    assert aws.called <= set(performance.permissions)


@pytest.mark.parametrize(
    ("measured", "levels"),
    [
        (Performance(100, 5, 3001, 9000, 50, 100, 0, 0), [Level.WARN, Level.OK, Level.OK]),
        (Performance(100, 5, 3000, 9000, 90, 100, 20, 9), [Level.OK, Level.OK, Level.OK]),
        (Performance(50, 5, 5, 9000, 91, 100, 11, 9), [Level.OK, Level.WARN, Level.WARN]),
        (Performance(49, 5, 5, 9000, 0, 0, 49, 9), [Level.OK, Level.OK, Level.OK]),
    ],
)
def test_the_verdicts(measured: Performance, levels: list[Level]) -> None:
    assert [finding.level for finding in judge(NAME, measured, LIMITS)] == levels


def test_it_is_read_only_when_somebody_opens_it_and_its_thresholds_can_be_set() -> None:
    assert performance.name in VIEWS and performance.name not in SOURCES
    assert performance.wants(Stack(name="one", parts=(Function(function="f"),)))
    check_thresholds(Stack(name="one", thresholds={"lambda.performance": {"memory_warn": 80}}), "one.toml")
    with pytest.raises(StackError, match="unknown threshold 'memory'"):
        check_thresholds(Stack(name="one", thresholds={"lambda.performance": {"memory": 80}}), "one.toml")


async def test_a_function_may_be_named_by_its_arn(aws: Aws, new_group: Callable[[str], Any]) -> None:
    new_group("/aws/lambda/slow")
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:slow"
    found = await performance.fetch(aws, parse(f'name = "one"\n[[lambda]]\nfunction = "{arn}"', "one.toml"))
    assert found.findings[0].what == "It has not run in the last 3 hours."
