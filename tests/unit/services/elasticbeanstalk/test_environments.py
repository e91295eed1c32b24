"""Elastic Beanstalk environments: enhanced health, basic health, load."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from console.logs.kinds import LogGroup
from console.problems import Failure, Problem, ProblemKind
from console.readings.source import Level
from console.services.ec2 import cloudwatch_agent
from console.services.elasticbeanstalk import environments
from console.services.elasticbeanstalk.environment_state import EnvironmentState
from console.services.elasticbeanstalk.kinds import BeanstalkEnvironment
from console.stack.stack import Stack
from console.text import Clean

LIMITS = environments.environments.thresholds
ENVIRONMENT = {"EnvironmentName": "prod", "Status": "Ready", "Health": "Green", "VersionLabel": "v42"}


def health(word: str = "Ok", colour: str = "Green", *causes: str, **metrics: Any) -> dict[str, Any]:
    return {
        "EnvironmentName": "prod",
        "HealthStatus": word,
        "Color": colour,
        "Causes": causes,
        "ApplicationMetrics": metrics or requests(),
    }


def requests(*, fives: int = 0, total: int = 100, p95: float = 0.2) -> dict[str, Any]:
    return {
        "Duration": 10,
        "RequestCount": total,
        "StatusCodes": {"Status2xx": total - fives, "Status3xx": 0, "Status4xx": 0, "Status5xx": fives},
        "Latency": {"P95": p95},
    }


def verdicts(answer: dict[str, Any], **changes: Any) -> list[tuple[Level, str]]:
    state = EnvironmentState(ENVIRONMENT | changes, answer, (), ())
    return [(f.level, f.value) for f in environments.judge_environment(Clean("prod"), state, LIMITS)]


def test_a_good_environment() -> None:
    assert verdicts(health()) == [
        (Level.OK, "Ready"),
        (Level.OK, "Green, Ok"),
        (Level.OK, "0 %"),
        (Level.OK, "200 ms, p95"),
    ]


@pytest.mark.parametrize(
    ("word", "colour", "level"),
    [
        ("Info", "Green", Level.OK),
        ("Pending", "Grey", Level.WARN),
        ("Warning", "Yellow", Level.WARN),
        ("Degraded", "Red", Level.CRIT),
        ("Severe", "Red", Level.CRIT),
        ("NoData", "Grey", Level.UNKNOWN),
        ("Suspended", "Grey", Level.UNKNOWN),
    ],
)
def test_enhanced_health(word: str, colour: str, level: Level) -> None:
    assert verdicts(health(word, colour))[1] == (level, f"{colour}, {word}")


@pytest.mark.parametrize(
    ("colour", "level"),
    [("Green", Level.OK), ("Yellow", Level.WARN), ("Red", Level.CRIT), ("Grey", Level.UNKNOWN)],
)
def test_basic_health(colour: str, level: Level) -> None:
    assert verdicts({}, Health=colour) == [(Level.OK, "Ready"), (level, colour)]


@pytest.mark.parametrize(
    ("status", "level"), [("Updating", Level.WARN), ("Launching", Level.WARN), ("Terminating", Level.CRIT)]
)
def test_status(status: str, level: Level) -> None:
    assert verdicts(health(), Status=status)[0] == (level, status)


def test_causes_are_told() -> None:
    answer = health("Degraded", "Red", "75 % of requests fail with HTTP 5xx.", "One instance \x1b[5mhangs.")
    state = EnvironmentState(ENVIRONMENT, answer, (), ())
    found = list(environments.judge_environment(Clean("prod"), state, LIMITS))
    assert found[1].what == "75 % of requests fail with HTTP 5xx. One instance ␛[5mhangs."


@pytest.mark.parametrize(
    ("metrics", "errors", "latency"),
    [
        (requests(fives=1), (Level.WARN, "1 %"), Level.OK),
        (requests(fives=5), (Level.WARN, "5 %"), Level.OK),
        (requests(fives=6), (Level.CRIT, "6 %"), Level.OK),
        (requests(p95=1.2), (Level.OK, "0 %"), Level.WARN),
    ],
)
def test_requests(metrics: dict[str, Any], errors: tuple[Level, str], latency: Level) -> None:
    found = verdicts(health(**metrics))
    assert found[2] == errors
    assert found[3][0] is latency


def test_no_request_is_nothing_to_judge() -> None:
    assert verdicts(health(**requests(total=0)))[2:] == [(Level.OK, "0 requests")]


ON_INSTANCE = {"InstanceId": "i-1", "HealthStatus": "Ok", "InstanceType": "t3.small"}
ANSWERS = {
    "describe_environments": {"Environments": [ENVIRONMENT]},
    "describe_environment_health": health(),
    "describe_instances_health": lambda asked: (
        {"InstanceHealthList": [ON_INSTANCE | {"InstanceId": "i-2"}]}
        if asked.get("NextToken")
        else {"InstanceHealthList": [ON_INSTANCE], "NextToken": "more"}
    ),
    "describe_events": {
        "Events": [{"EventDate": datetime(2026, 11, 20, tzinfo=UTC), "Message": "Deployed.", "Severity": "WARN"}]
    },
    "list_metrics": lambda asked: {"Metrics": [{"MetricName": "mem_used_percent", "Dimensions": asked["Dimensions"]}]},
}
OFF = Failure(Problem(ProblemKind.INVALID, Clean("DescribeEnvironmentHealth is not supported.")))
STACK = Stack(
    name="s",
    parts=(
        BeanstalkEnvironment(application="expo", environment="prod"),
        LogGroup(group="/aws/elasticbeanstalk/prod/var/log/web.stdout.log"),
        LogGroup(group="/other"),
    ),
)
fetch: Any = environments.environments.fetch


async def test_instances_of_every_page_are_watched(canned: Callable[..., Any]) -> None:
    aws = canned(ANSWERS, CPUUtilization=[80, 90], mem_used_percent=[75, 80, 85])
    report = await fetch(aws, STACK)
    bad = {finding.threshold: finding.value for finding in report.findings if finding.level}
    assert bad == {"warn > 70 % in 2 of 2": "80 %", "warn > 70 % in 3 of 3": "75 %"}
    (detail,) = report.details
    assert detail.related == ("i-1", "i-2")
    assert detail.logs == ("/aws/elasticbeanstalk/prod/var/log/web.stdout.log",)
    assert (detail.events[0].text, detail.events[0].level) == ("Deployed.", Level.WARN)
    facts = dict(detail.facts)
    assert (facts["Version"], facts["Status codes"], facts["i-2"]) == ("v42", "100 % 2xx", "Ok, t3.small")
    assert {series.label for series in detail.series} == {
        "CPU of i-1",
        "CPU of i-2",
        "Memory of i-1",
        "Memory of i-2",
    }


async def test_without_enhanced_health_the_colour_is_judged_and_it_is_said(canned: Callable[..., Any]) -> None:
    resources = {"EnvironmentResources": {"Instances": [{"Id": "i-9"}]}}
    off = {"describe_environment_health": OFF, "describe_instances_health": OFF, "list_metrics": {"Metrics": []}}
    aws = canned(ANSWERS | off | {"describe_environment_resources": resources}, CPUUtilization=[10, 10])
    report = await fetch(aws, STACK)
    assert [finding.value for finding in report.findings] == [
        "Ready",
        "Green",
        "10 %",
        "basic health",
        "no memory metric",
    ]
    assert {finding.level for finding in report.findings} == {Level.OK}
    assert report.findings[-1].what == cloudwatch_agent.HOW
    assert report.details[0].related == ("i-9",)


async def test_an_environment_that_does_not_exist_is_critical(canned: Callable[..., Any]) -> None:
    refused = Failure(Problem(ProblemKind.INVALID, Clean("No Environment found for EnvironmentName = 'prod'.")))
    none = {**dict.fromkeys([*ANSWERS, "describe_environment_resources"], refused)}
    report = await fetch(canned(none | {"describe_environments": {"Environments": []}}), STACK)
    assert [(finding.level, finding.value) for finding in report.findings] == [(Level.CRIT, "MISSING")]


async def test_another_failure_of_health_is_not_taken_for_basic_health(canned: Callable[..., Any]) -> None:
    denied = Failure(Problem(ProblemKind.DENIED, Clean("No.")))
    with pytest.raises(Failure):
        await fetch(canned(ANSWERS | {"describe_environment_health": denied}), STACK)
