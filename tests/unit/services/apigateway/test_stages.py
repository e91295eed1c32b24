"""API Gateway stages: which API is meant, errors, latency, throttle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from console.aws.call import Aws
from console.problems import Failure, ProblemKind
from console.readings.source import Level
from console.services.apigateway import stages
from console.services.apigateway.kinds import RestApi
from console.stack.stack import Stack
from console.text import Clean

NOW = 1_800_000_000.0
APIS = [{"id": "a1", "name": "gift"}, {"id": "a2", "name": "twice"}, {"id": "a3", "name": "twice"}]


@pytest.mark.parametrize(("wanted", "found"), [("a1", "a1"), ("gift", "a1"), ("a3", "a3")])
def test_an_api_is_found_by_id_and_by_name(wanted: str, found: str) -> None:
    assert stages.choose(wanted, APIS)["id"] == found


@pytest.mark.parametrize(
    ("wanted", "kind", "words"),
    [("none", ProblemKind.NOT_FOUND, "none"), ("twice", ProblemKind.INVALID, "Give an id: a2, a3.")],
)
def test_no_api_or_several_are_a_failure(wanted: str, kind: ProblemKind, words: str) -> None:
    with pytest.raises(Failure) as raised:
        stages.choose(wanted, APIS)
    assert raised.value.problem.kind is kind
    assert words in str(raised.value)


def stage(rate: float | None = None, burst: int = 200) -> dict[str, Any]:
    if rate is None:
        return {}
    return {"methodSettings": {"*/*": {"throttlingRateLimit": rate, "throttlingBurstLimit": burst}}}


@pytest.mark.parametrize(
    ("rate", "a_minute", "level", "value"),
    [
        (None, (600,), Level.OK, "10 requests/s at most"),
        (-1, (600,), Level.OK, "10 requests/s at most"),
        (100, (), Level.OK, "0 requests/s at most"),
        (100, (4800,), Level.OK, "80 requests/s at most"),
        (100, (4860, 60), Level.WARN, "81 requests/s at most"),
        (0, (), Level.CRIT, "0 requests/s at most"),
    ],
)
def test_throttle(rate: float | None, a_minute: tuple[float, ...], level: Level, value: str) -> None:
    requests = tuple((NOW - 300 + 60 * at, count) for at, count in enumerate(a_minute))
    finding = stages.judge_throttle(Clean("a/prod"), stage(rate), requests, 80, NOW)
    assert (finding.level, finding.value) == (level, value)


@pytest.mark.parametrize(
    ("requests", "fives", "level", "value"),
    [
        ([200], [2], Level.OK, "1 %"),
        ([200], [3], Level.WARN, "1.5 %"),
        ([200], [11], Level.CRIT, "5.5 %"),
        ([200], [], Level.OK, "0 %"),
        ([], [], Level.OK, "0 requests"),
    ],
)
def test_errors(requests: list[float], fives: list[float], level: Level, value: str) -> None:
    now, limits = NOW, stages.stages.thresholds
    of_requests, of_fives = (tuple((NOW - 300, count) for count in counts) for counts in (requests, fives))
    finding = stages.judge_errors(Clean("a/prod"), of_requests, of_fives, limits, now)
    assert (finding.level, finding.value) == (level, value)


def test_one_failure_of_a_few_is_judged_with_the_rest_of_the_hour() -> None:
    requests = ((NOW - 3000, 60.0), (NOW - 300, 2.0))
    finding = stages.judge_errors(Clean("a/prod"), requests, ((NOW - 300, 1.0),), stages.stages.thresholds, NOW)
    assert (finding.level, finding.value) == (Level.WARN, "1.61 %")


@pytest.fixture
def gift(seed: Callable[[str], Any]) -> str:
    """An API with a stage that logs; gives the API's id."""
    client = seed("apigateway")
    api: str = client.create_rest_api(name="gift-tracker-api")["id"]
    root = client.get_resources(restApiId=api)["items"][0]["id"]
    client.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    client.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    client.create_deployment(restApiId=api, stageName="prod", description="first")
    changes = [
        ("/*/*/throttling/rateLimit", "50"),
        ("/*/*/throttling/burstLimit", "100"),
        ("/*/*/logging/loglevel", "INFO"),
    ]
    operations = [{"op": "replace", "path": path, "value": value} for path, value in changes]
    client.update_stage(restApiId=api, stageName="prod", patchOperations=operations)
    return api


def stack(*apis: str, stage: str = "prod") -> Stack:
    return Stack(name="s", parts=tuple(RestApi(api=api, stage=stage) for api in apis))


async def test_a_busy_stage_is_read_by_name(aws: Aws, gift: str, numbers: Callable[..., Any]) -> None:
    by_minute = {"Count": [60, 1200], "5XXError": [0, 24], "4XXError": [0, 600]}
    cloudwatch = numbers(**by_minute, **{"Latency Average": [120], "Latency p95": [1400]})
    report = await stages.stages.fetch(aws, stack("gift-tracker-api", "gone"))
    throttle, errors, mean, p95, gone = report.findings
    assert (throttle.level, throttle.value) == (Level.OK, "20 requests/s at most")
    assert (errors.level, errors.value, errors.threshold) == (Level.WARN, "1.9 %", "warn > 1 %, crit > 5 %")
    assert (mean.level, mean.value) == (Level.OK, "120 ms")
    assert (p95.level, p95.value) == (Level.WARN, "1,400 ms")
    assert (gone.resource, gone.level) == ("gone/prod", Level.CRIT)
    (detail,) = report.details
    facts = dict(detail.facts)
    assert facts["Throttle"] == "50/s, 100 at once"
    assert facts["Description"] == "first"
    assert facts["4XX, throttled ones too"] == "50 %"
    assert [(one.label, one.last, one.crit) for one in detail.series][1:2] == [("5XX", 2, 5)]
    assert detail.logs == (f"API-Gateway-Execution-Logs_{gift}/prod",)
    assert {metric.dimensions for metric in cloudwatch.asked} == {(("ApiName", "gift-tracker-api"), ("Stage", "prod"))}
    assert aws.called | {"cloudwatch:GetMetricData"} == set(stages.stages.permissions)


@pytest.mark.parametrize("end", ["", ":*"])
def test_the_log_group_of_a_stage_is_known_by_its_name(end: str) -> None:
    there = {"destinationArn": f"arn:aws:logs:eu-west-1:123456789012:log-group:/api/access{end}"}
    assert tuple(stages._log_groups("a", {"stageName": "prod", "accessLogSettings": there})) == ("/api/access",)


async def test_a_stage_that_nobody_calls_says_so(aws: Aws, gift: str, numbers: Callable[..., Any]) -> None:
    numbers()
    report = await stages.stages.fetch(aws, stack(gift))
    assert [finding.level for finding in report.findings] == [Level.OK] * 4
    assert "No request" in report.findings[1].what
    assert "no request" in report.findings[2].what


async def test_a_stage_that_does_not_exist_is_critical(aws: Aws, gift: str, numbers: Callable[..., Any]) -> None:
    numbers()
    report = await stages.stages.fetch(aws, stack(gift, stage="none"))
    assert [(f.resource, f.value) for f in report.findings] == [(f"{gift}/none", "MISSING")]
