"""AWS Health: levels of events, which are asked for, and accounts that may not ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.problems import Failure, Problem, ProblemKind
from console.readings.source import Level
from console.services.ecs.kinds import EcsCluster
from console.services.health import events
from console.stack.stack import Stack
from console.stack_files.file import parse
from console.text import Clean

NOW = 1_800_000_000.0
STACK = Stack(name="s", region="eu-west-1", parts=(EcsCluster(cluster="c", region="eu-central-1"),))


def event(category: str = "issue", status: str = "open", scope: str = "PUBLIC", days: float = -1) -> dict[str, Any]:
    return {
        "arn": f"arn:aws:health:eu-west-1::event/ECS/{category}",
        "service": "ECS",
        "eventTypeCode": "AWS_ECS_OPERATIONAL_ISSUE",
        "eventTypeCategory": category,
        "eventScopeCode": scope,
        "region": "eu-west-1",
        "statusCode": status,
        "startTime": datetime.fromtimestamp(NOW, UTC) + timedelta(days=days),
    }


@pytest.mark.parametrize(
    ("found", "level"),
    [
        (event(), Level.WARN),
        (event(scope="ACCOUNT_SPECIFIC"), Level.CRIT),
        (event("investigation"), Level.WARN),
        (event("scheduledChange", "upcoming", "ACCOUNT_SPECIFIC", days=13), Level.WARN),
        (event("scheduledChange", "upcoming", "ACCOUNT_SPECIFIC", days=15), Level.OK),
        (event("accountNotification"), Level.OK),
    ],
)
def test_level(found: dict[str, Any], level: Level) -> None:
    assert events.judge_event(found, "Words.", 14, NOW).level is level


def test_an_event_without_description_points_to_the_status_page() -> None:
    assert events.STATUS_PAGE in events.judge_event(event(), "", 14, NOW).what


Canned = Callable[..., Any]


def answers(*events: dict[str, Any]) -> dict[str, Any]:
    """What AWS Health answers when these events are open."""

    def details(asked: dict[str, Any]) -> dict[str, Any]:
        text = {"latestDescription": "We\x1b[2J investigate."}
        told = [{"event": one, "eventDescription": text} for one in events if one["arn"] in asked["eventArns"]]
        return {"successfulSet": told}

    return {
        "describe_events": lambda asked: {"events": [e for e in events if e["service"] in asked["filter"]["services"]]},
        "describe_event_details": details,
        "describe_affected_entities": lambda asked: {
            "entities": [{"eventArn": arn, "entityValue": "task/1"} for arn in asked["filter"]["eventArns"]]
        },
    }


ask: Any = events.aws_events.fetch


async def test_services_and_regions_of_the_stack_are_asked_for(canned: Canned) -> None:
    health = canned(answers())
    report = await ask(health, STACK)
    asked = {
        "eventStatusCodes": ["open", "upcoming"],
        "regions": ["global", "eu-central-1", "eu-west-1"],
        "services": ["ABUSE", "ECS", "IAM", "RISK"],
    }
    assert health.asked == [("describe_events", {"filter": asked})]
    (finding,) = report.findings
    assert finding.level is Level.OK
    assert events.STATUS_PAGE in finding.what


async def test_more_services_than_a_filter_takes_are_asked_in_parts(canned: Canned) -> None:
    health = canned(answers())
    parts = (
        "ecs.cluster cloudfront.id alb.load_balancer apigateway.api lambda.function dynamodb.table rds.instance "
        "docdb.cluster beanstalk.application eks.cluster s3.bucket cognito.user_pool ecr.repository logs.group "
        "ec2.instance sns.topic"
    )
    tables = [part.partition(".") for part in parts.split()]
    text = "".join(f'[[{table}]]\n{key} = "xyz"\n' for table, _, key in tables)
    text = text.replace('topic = "xyz"', 'topic = "arn:aws:sns:eu-west-1:123456789012:x"')
    many = parse('name = "s"\n' + text.replace("application = ", 'environment = "e"\napplication = '), "s.toml")
    await ask(health, many)
    assert [len(asked["filter"]["services"]) for _, asked in health.asked] == [10, 9]


async def test_an_event_is_told_with_its_description_and_what_it_touches(canned: Canned) -> None:
    report = await ask(canned(answers(event())), STACK)
    (finding,), (detail,) = report.findings, report.details
    assert finding.what == "We␛[2J investigate."
    assert finding.resource == detail.resource == "AWS_ECS_OPERATIONAL_ISSUE eu-west-1"
    assert detail.related == ("task/1",)
    assert detail.events[0].text == "We␛[2J investigate."


async def test_an_account_without_the_support_plan_is_no_fault(canned: Canned) -> None:
    problem = Problem(ProblemKind.UNAVAILABLE, Clean("No."), code=Clean("SubscriptionRequiredException"))
    report = await ask(canned({"describe_events": Failure(problem)}), STACK)
    (finding,) = report.findings
    assert (finding.level, finding.value) == (Level.OK, "not available")
    assert events.STATUS_PAGE in finding.what


async def test_another_failure_is_a_failure(canned: Canned) -> None:
    with pytest.raises(Failure):
        await ask(canned({"describe_events": Failure(Problem(ProblemKind.DENIED, Clean("No.")))}), STACK)


def test_a_stack_without_services_has_nothing_to_ask() -> None:
    assert not events.aws_events.wants(Stack(name="s"))
    assert events.aws_events.wants(STACK)
