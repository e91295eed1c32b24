"""Lambda: state, runtime, errors, durations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from console.readings.source import Level
from console.services.awslambda.functions import _modified, functions, judge_runs, judge_state
from console.services.awslambda.kinds import Function
from console.services.awslambda.runtimes import DEPRECATED
from console.stack.stack import Stack
from console.text import Clean

NOW = 1_800_000_000.0
TODAY = date(2026, 11, 20)
LIMITS = functions.thresholds
NAME = Clean("handler")


@pytest.mark.parametrize(
    ("config", "verdicts"),
    [
        ({"State": "Active", "Runtime": "python3.13"}, [(Level.OK, "Ready to run.")]),
        ({"State": "Pending"}, [(Level.OK, "A change is being made.")]),
        ({"State": "Active", "LastUpdateStatus": "InProgress"}, [(Level.OK, "A change is being made.")]),
        ({"State": "Failed", "StateReason": "no subnet"}, [(Level.CRIT, "The function cannot run: no subnet")]),
        (
            {"State": "Active", "LastUpdateStatus": "Failed", "LastUpdateStatusReason": "bad image"},
            [(Level.CRIT, "The function could not be updated: bad image")],
        ),
        (
            {"State": "Active", "Runtime": "nodejs20.x"},
            [
                (Level.OK, "Ready to run."),
                (
                    Level.WARN,
                    "The runtime has been deprecated since 2026-04-30: it gets no security patches. "
                    "Choose a newer one.",
                ),
            ],
        ),
    ],
)
def test_state(config: dict[str, Any], verdicts: list[tuple[Level, str]]) -> None:
    whole = {"LastUpdateStatus": "Successful", "Runtime": "python3.13"} | config
    assert [(finding.level, finding.what) for finding in judge_state(NAME, whole, TODAY)] == verdicts


@pytest.mark.parametrize(
    ("lacks", "says"),
    [("State", "Its state"), ("LastUpdateStatus", "Its last update"), ("Runtime", "Its runtime")],
)
def test_what_lambda_leaves_out_is_unknown_and_not_fine(lacks: str, says: str) -> None:
    whole = {"State": "Active", "LastUpdateStatus": "Successful", "Runtime": "python3.13", "PackageType": "Zip"}
    del whole[lacks]
    unknown = [found for found in judge_state(NAME, whole, TODAY) if found.level is Level.UNKNOWN]
    assert [finding.what for finding in unknown] == [f"{says} was not told."]


def test_an_image_has_no_runtime() -> None:
    image = {"State": "Active", "LastUpdateStatus": "Successful", "PackageType": "Image"}
    assert [finding.level for finding in judge_state(NAME, image, TODAY)] == [Level.OK]


def test_a_runtime_is_deprecated_from_its_day_on() -> None:
    end = DEPRECATED["python3.11"]
    config = {"Runtime": "python3.11"}
    assert len(list(judge_state(NAME, config, date.fromordinal(end.toordinal() - 1)))) == 1
    assert len(list(judge_state(NAME, config, end))) == 2


def test_a_runtime_that_the_table_does_not_know_is_passed_over() -> None:
    assert len(list(judge_state(NAME, {"Runtime": "python9.99"}, TODAY))) == 1


def runs(
    invocations: float | None = 1000, errors: float = 0, duration: float | None = 100, throttles: float = 0
) -> dict[str, Any]:
    def points(value: float | None) -> tuple[tuple[float, float], ...]:
        return () if value is None else ((NOW - 600, value), (NOW - 300, value))

    return {
        "Invocations": points(invocations),
        "Errors": points(errors),
        "Duration": points(duration),
        "Throttles": points(throttles),
        "ConcurrentExecutions": points(3),
    }


@pytest.mark.parametrize(
    ("seen", "config", "levels"),
    [
        (runs(), {}, [Level.OK, Level.OK, Level.OK]),
        (runs(errors=10), {}, [Level.OK, Level.OK, Level.OK]),
        (runs(errors=11), {}, [Level.WARN, Level.OK, Level.OK]),
        (runs(errors=251), {}, [Level.CRIT, Level.OK, Level.OK]),
        (runs(duration=3001), {}, [Level.OK, Level.WARN, Level.OK]),
        (runs(duration=900), {"Timeout": 1}, [Level.OK, Level.WARN, Level.OK]),
        (runs(duration=None), {}, [Level.OK, Level.UNKNOWN, Level.OK]),
        (runs(throttles=1), {}, [Level.OK, Level.OK, Level.WARN]),
        (runs(invocations=None), {}, [Level.OK, Level.OK]),
    ],
)
def test_runs(seen: dict[str, Any], config: dict[str, Any], levels: list[Level]) -> None:
    assert [finding.level for finding in judge_runs(NAME, config, seen, LIMITS, NOW)] == levels


def test_errors_say_since_when_there_are_too_many() -> None:
    seen = runs() | {"Errors": ((NOW - 600, 5.0), (NOW - 300, 50.0))}
    errors, *_ = judge_runs(NAME, {}, seen, LIMITS, NOW)
    assert errors.level is Level.WARN and errors.since == datetime.fromtimestamp(NOW - 300, UTC)


def test_an_incident_shows_at_once_where_much_happens() -> None:
    quiet = tuple((NOW - 300 * back, 1000.0) for back in range(11, 0, -1))
    seen = runs() | {"Invocations": quiet, "Errors": ((NOW - 300, 40.0),)}
    errors, *_ = judge_runs(NAME, {}, seen, LIMITS, NOW)
    assert errors.level is Level.WARN and "15 min" in errors.what


@pytest.mark.parametrize("told", ["", "yesterday", "2026-13-40", "2026-11-14T09:47:33"])
def test_a_moment_that_cannot_be_read_keeps_no_function_from_being_judged(told: str) -> None:
    moments = _modified({"LastModified": told})
    assert all(moment.tzinfo for moment in moments) and len(moments) == told.count("T")


async def test_a_function_knows_its_log_group_and_facts(canned: Callable[..., Any]) -> None:
    config = {
        "FunctionName": "handler",
        "FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:handler",
        "Runtime": "nodejs22.x",
        "LastModified": "2026-11-14T09:47:33.000+0000",
        "MemorySize": 512,
        "Timeout": 30,
    }
    aws = canned(
        {"get_function": {"Configuration": config, "Concurrency": {"ReservedConcurrentExecutions": 5}}},
        Invocations=[10.0],
        ConcurrentExecutions=[2.0, 7.0],
    )
    report = await functions.fetch(aws, Stack(name="one", parts=(Function(function="handler"),)))
    (detail,) = report.details
    facts = dict(detail.facts)
    assert detail.logs == ("/aws/lambda/handler",)
    assert facts["Last modified"] == "2026-11-14 09:47:33 UTC"
    assert facts["Runtime deprecated"] == "2027-04-30"
    assert (facts["Memory"], facts["Timeout"], facts["Reserved concurrency"]) == ("512 MB", "30 s", "5")
    assert facts["Most at once, last hour"] == "7"
