"""CloudWatch alarms: states, conditions, history."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.problems import Failure, Problem, ProblemKind
from console.readings.source import Level
from console.services.cloudwatch.alarms import DRILLED, firing, judge_alarm
from console.services.cloudwatch.kinds import Alarms
from console.stack.stack import Stack
from console.text import Clean

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
STACK = Stack(name="one", parts=(Alarms(prefixes=("web-",)),))


ABOVE = (
    "Threshold Crossed: 2 out of the last 2 datapoints [86.748150947 (20/11/26 07:13:00), 87.36676398 (20/11/26 "
    "07:08:00)] were greater than the threshold (80.0) (minimum 2 datapoints for OK -> ALARM transition)."
)
BELOW = "Threshold Crossed: 1 datapoint [1.0E-4 (20/11/26 07:13:00)] was less than or equal to the threshold (0.5)."

SPACE = "Threshold Crossed: 1 datapoint [1.82536192E9 (20/11/26 07:13:00)] was less than the threshold (2.0E9)."


def alarm(name: str, state: str, **more: Any) -> dict[str, Any]:
    return {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}",
        "StateValue": state,
        "StateReason": "Threshold Crossed: 2 datapoints were greater than the threshold (80.0).",
        "StateUpdatedTimestamp": NOON,
        "StateTransitionedTimestamp": NOON - timedelta(hours=2),
        "ActionsEnabled": True,
        "Namespace": "AWS/ECS",
        "MetricName": "CPUUtilization",
        "Dimensions": [{"Name": "ServiceName", "Value": "web"}],
        "Statistic": "Average",
        "Period": 300,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "Threshold": 80.0,
        "ComparisonOperator": "GreaterThanThreshold",
    } | more


@pytest.mark.parametrize(
    ("found", "level", "what", "threshold"),
    [
        (alarm("cpu", "OK"), Level.OK, "Not firing.", "CPUUtilization > 80, 2 of 3 x 300 s"),
        (
            alarm("cpu", "ALARM"),
            Level.CRIT,
            "Threshold Crossed: 2 datapoints were greater than the threshold (80.0).",
            "CPUUtilization > 80, 2 of 3 x 300 s",
        ),
        (
            alarm("cpu", "ALARM", StateReason=ABOVE),
            Level.CRIT,
            "CPUUtilization is 86.75, greater than 80.",
            "CPUUtilization > 80, 2 of 3 x 300 s",
        ),
        (
            alarm("cpu", "ALARM", StateReason=BELOW, MetricName="Free"),
            Level.CRIT,
            "Free is 0.0001, less than or equal to 0.5.",
            "Free > 80, 2 of 3 x 300 s",
        ),
        (
            alarm("disk", "ALARM", StateReason=SPACE, MetricName="FreeStorageSpace", Threshold=2e9),
            Level.CRIT,
            "FreeStorageSpace is 1.7 GiB, less than 1.86 GiB.",
            "FreeStorageSpace > 1.86 GiB, 2 of 3 x 300 s",
        ),
        (
            alarm("cpu", "INSUFFICIENT_DATA", StateReason="Unchecked: Initial alarm creation"),
            Level.WARN,
            "It has had no data since it was made.",
            "CPUUtilization > 80, 2 of 3 x 300 s",
        ),
        (
            alarm("cpu", "INSUFFICIENT_DATA", StateReason=""),
            Level.WARN,
            "No reason given.",
            "CPUUtilization > 80, 2 of 3 x 300 s",
        ),
        (
            alarm("cpu", "OK", ActionsEnabled=False),
            Level.OK,
            "Not firing. Its actions are off: it tells nobody.",
            "CPUUtilization > 80, 2 of 3 x 300 s",
        ),
        (
            {"AlarmName": "both", "StateValue": "ALARM", "StateUpdatedTimestamp": NOON,
             "AlarmRule": "ALARM(a) AND ALARM(b)"},
            Level.CRIT,
            "No reason given.",
            "ALARM(a) AND ALARM(b)",
        ),
        (
            {"AlarmName": "math", "StateValue": "OK", "StateUpdatedTimestamp": NOON, "Metrics": [{}], "Threshold": 1.0,
             "ComparisonOperator": "LessThanThreshold", "EvaluationPeriods": 5},
            Level.OK,
            "Not firing.",
            "metric math < 1, 5 of 5",
        ),
    ],
)  # fmt: skip
def test_alarm(found: dict[str, Any], level: Level, what: str, threshold: str) -> None:
    finding = judge_alarm(found)
    assert (finding.level, finding.what, finding.threshold) == (level, what, threshold)


UNSURE = [
    ("OK", "EVALUATION_ERROR", Level.UNKNOWN,
     "CloudWatch cannot evaluate it, for an error in how it is set up: No role."),
    ("OK", "EVALUATION_FAILURE", Level.UNKNOWN, "CloudWatch fails to evaluate it at present: No role."),
    ("OK", "PARTIAL_DATA", Level.UNKNOWN, "CloudWatch evaluates only a part of its data, for a quota: No role."),
    ("INSUFFICIENT_DATA", "EVALUATION_ERROR", Level.UNKNOWN,
     "CloudWatch cannot evaluate it, for an error in how it is set up: No role."),
    ("ALARM", "EVALUATION_FAILURE", Level.CRIT, "No role. CloudWatch fails to evaluate it at present."),
]  # fmt: skip


@pytest.mark.parametrize(("state", "evaluation", "level", "what"), UNSURE)
def test_an_alarm_that_is_not_evaluated_as_it_should_is_not_called_ok(
    state: str, evaluation: str, level: Level, what: str
) -> None:
    """CloudWatch user guide, "Alarm evaluation": the evaluation state stands beside the alarm's state."""
    finding = judge_alarm(alarm("cpu", state, StateReason="No role.", EvaluationState=evaluation))
    assert (finding.level, finding.what) == (level, what)


def test_since_is_when_the_state_changed_not_when_its_text_did() -> None:
    assert judge_alarm(alarm("cpu", "ALARM")).since == NOON - timedelta(hours=2)


class Paged:
    """Alarms in pages, as DescribeAlarms gives them; the rest is canned."""

    def __init__(self, inner: Any, pages: list[dict[str, Any]]) -> None:
        self.call, self.metrics, self.asked = inner.call, inner.metrics, inner.asked
        self._pages = pages

    async def pages(self, service: str, operation: str, **params: Any) -> AsyncIterator[dict[str, Any]]:
        self.asked.append((operation, params))
        for page in self._pages:
            yield page


HISTORY = {"AlarmHistoryItems": [{"Timestamp": NOON, "HistorySummary": "Alarm updated from OK to ALARM"}]}


async def test_reads_every_page_and_composite_alarms_too(canned: Callable[..., Any]) -> None:
    pages = [
        {"MetricAlarms": [alarm("web-1", "OK"), alarm("web-2", "ALARM")], "CompositeAlarms": []},
        {"MetricAlarms": [], "CompositeAlarms": [alarm("web-all", "ALARM", AlarmRule="ALARM(web-2)")]},
    ]
    aws: Any = Paged(canned({"describe_alarm_history": HISTORY}, CPUUtilization=[85.0]), pages)
    report = await firing.fetch(aws, STACK)
    assert [(finding.resource, finding.level) for finding in report.findings] == [
        ("web-1", Level.OK),
        ("web-2", Level.CRIT),
        ("web-all", Level.CRIT),
    ]
    quiet, loud, _ = report.details
    assert quiet.events == () and quiet.series == ()
    assert loud.events[0].text == "Alarm updated from OK to ALARM" and loud.events[0].level is Level.CRIT
    assert loud.series[0].last == 85 and loud.series[0].crit == 80


async def test_a_bad_day_costs_no_more_than_twenty_histories(canned: Callable[..., Any]) -> None:
    many = [alarm(f"web-{at}", "ALARM") for at in range(DRILLED + 15)]
    aws: Any = Paged(canned({"describe_alarm_history": HISTORY}), [{"MetricAlarms": many}])
    report = await firing.fetch(aws, STACK)
    assert len(report.findings) == DRILLED + 15
    assert [name for name, _ in aws.asked].count("describe_alarm_history") == DRILLED


@pytest.mark.parametrize(("kind", "raised"), [(ProblemKind.NETWORK, False), (ProblemKind.DENIED, True)])
async def test_an_unread_history_hides_no_alarm(canned: Callable[..., Any], kind: ProblemKind, raised: bool) -> None:
    failure = Failure(Problem(kind, Clean("It failed.")))
    aws: Any = Paged(canned({"describe_alarm_history": failure}), [{"MetricAlarms": [alarm("web-1", "ALARM")]}])
    if raised:
        with pytest.raises(Failure):
            await firing.fetch(aws, STACK)
        return
    report = await firing.fetch(aws, STACK)
    assert report.findings[0].level is Level.CRIT
    assert report.details[0].events[0].text == "The history could not be read. It failed."


async def test_a_prefix_without_alarms_is_a_warning(canned: Callable[..., Any]) -> None:
    aws: Any = Paged(canned({}), [{"MetricAlarms": []}])
    report = await firing.fetch(aws, STACK)
    assert [(finding.resource, finding.level) for finding in report.findings] == [("alarms web-*", Level.WARN)]
