"""CloudWatch alarms: which are in ALARM, why, and since when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from console.aws.metrics import Metric
from console.problems import Failure, ProblemKind
from console.readings.concurrently import concurrently
from console.readings.each import each, once
from console.readings.numbers import size, stamp
from console.readings.source import Detail, Event, Finding, Level, Report, Series, check
from console.services.cloudwatch.kinds import ALARM, COMPOSITE_ALARM, prefixes_of
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

Alarm = dict[str, Any]

DRILLED: Final = 20
"""How many alarms that are not ok get their history and metric, so that a bad day costs no more calls than that."""

NAMELESS: Final = "an alarm whose name was not told"

HISTORY: Final = 20
"""How many changes of an alarm's state its Detail keeps."""

_LEVELS: Final = {"OK": Level.OK, "ALARM": Level.CRIT, "INSUFFICIENT_DATA": Level.WARN}
_UNSURE: Final = {
    "EVALUATION_ERROR": "CloudWatch cannot evaluate it, for an error in how it is set up",
    "EVALUATION_FAILURE": "CloudWatch fails to evaluate it at present",
    "PARTIAL_DATA": "CloudWatch evaluates only a part of its data, for a quota",
}
"""Why the state of an alarm is not known to hold (EvaluationState of MetricAlarm in the CloudWatch API reference)."""

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_SIGNS: Final = {
    "GreaterThanThreshold": ">",
    "GreaterThanOrEqualToThreshold": ">=",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "<=",
}

# As CloudWatch puts it: "... [86.7 (20/11/26 07:13:00), 87.4 (...)] were greater than the threshold (80.0) ...", the
# newest value first.
_CROSSED: Final = re.compile(
    r"^Threshold Crossed: .*?\[(?P<value>-?[\d.]+(?:E-?\d+)?) \(.*?\] (?:was|were) "
    r"(?P<way>(?:greater|less) than(?: or equal to)?) the threshold \((?P<limit>-?[\d.]+(?:E-?\d+)?)\)"
)

# The metrics of RDS, DocumentDB, S3 and the CloudWatch agent that are counted in bytes.
_SIZES: Final = re.compile(r"Bytes|Space$|FreeableMemory|SwapUsage")


@check(
    "alarms.firing",
    period=60,
    permissions=("cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory", "cloudwatch:GetMetricData"),
    wants=prefixes_of,
    price=0.01,
    overview=True,
)
async def firing(aws: Aws, stack: Stack) -> Report:
    """No CloudWatch alarm of the stack is in ALARM.

    An alarm in ALARM is critical, one with INSUFFICIENT_DATA a warning; each with the reason that CloudWatch
    gives and since when. One that CloudWatch does not evaluate as it should is unknown, also where it was OK.
    The newest 20 of them have their history and the metric that they watch.
    """
    prefixes = prefixes_of(stack)
    found = await each(firing.name, prefixes, lambda prefix: f"alarms {prefix}*", lambda prefix: _alarms(aws, prefix))
    # An alarm may begin with several of the prefixes.
    return Report(
        tuple(once(found.findings, lambda finding: "" if finding.resource == NAMELESS else finding.resource)),
        tuple(once(found.details, lambda detail: detail.arn)),
    )


async def _alarms(aws: Aws, prefix: str) -> Report:
    chosen = {"AlarmNamePrefix": prefix} if prefix else {}
    found: list[Alarm] = []
    async for page in aws.pages(
        "cloudwatch",
        "describe_alarms",
        expect="MetricAlarms",
        AlarmTypes=["MetricAlarm", "CompositeAlarm"],
        **chosen,
    ):
        found += [*page["MetricAlarms"], *page.get("CompositeAlarms", ())]
    found = once(found, lambda alarm: alarm.get("AlarmArn") or alarm.get("AlarmName"))
    if not found:
        what = Clean("No alarm has this prefix. Create alarms, or mend [alarms] prefixes in the stack file.")
        return Report((Finding(firing.name, clean(f"alarms {prefix}*"), Level.WARN, what, Clean("0 alarms")),))
    bad = [at for at, alarm in enumerate(found) if _state(alarm) != "OK"]
    bad = sorted(bad, key=lambda at: _changed(found[at]) or _NEVER, reverse=True)[:DRILLED]
    more = dict(zip(bad, await concurrently(*(_drill(aws, found[at]) for at in bad)), strict=True))
    return Report(
        tuple(judge_alarm(alarm) for alarm in found),
        tuple(_detail(alarm, *more.get(at, ((), ()))) for at, alarm in enumerate(found)),
    )


def _state(alarm: Alarm) -> str:
    return str(alarm.get("StateValue", "unknown"))


def _name(alarm: Alarm) -> Clean:
    return clean(alarm.get("AlarmName") or NAMELESS)


def _changed(alarm: Alarm) -> datetime | None:
    """When an alarm took its present state, if CloudWatch tells."""
    return alarm.get("StateTransitionedTimestamp") or alarm.get("StateUpdatedTimestamp")


def judge_alarm(alarm: Alarm) -> Finding:
    """The verdict on one alarm as DescribeAlarms tells of it."""
    state = _state(alarm)
    level, what = _LEVELS.get(state, Level.UNKNOWN), _why(alarm) if state != "OK" else Clean("Not firing.")
    if unsure := _UNSURE.get(alarm.get("EvaluationState", "")):
        level = max(level, Level.UNKNOWN)
        what = clean(
            f"{unsure}: {alarm.get('StateReason') or 'no reason given.'}" if level < Level.CRIT else f"{what} {unsure}."
        )
    if not alarm.get("ActionsEnabled", True):
        what = Clean(f"{what} Its actions are off: it tells nobody.")
    return Finding(
        firing.name,
        _name(alarm),
        level,
        what,
        clean(state),
        _condition(alarm),
        since=_changed(alarm),
    )


def _why(alarm: Alarm) -> Clean:
    """Why an alarm is in its state, in one sentence; CloudWatch's own words are among the facts of its Detail."""
    reason = alarm.get("StateReason", "")
    crossed = _CROSSED.search(reason)
    if crossed:
        metric = alarm.get("MetricName", "The expression")
        value, limit = (_figure(metric, float(crossed[part])) for part in ("value", "limit"))
        return clean(f"{metric} is {value}, {crossed['way']} {limit}.")
    if reason.startswith("Unchecked"):
        return Clean("It has had no data since it was made.")
    return clean(reason or "No reason given.")


def _figure(metric: str, value: float) -> str:
    """A value of a metric for people: DescribeAlarms seldom tells the unit, so sizes are known by their names."""
    if _SIZES.search(metric):
        return size(value)
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"


def _condition(alarm: Alarm) -> Clean:
    """What the alarm watches for: ``CPUUtilization > 80, 2 of 2 x 300 s``; the rule of a composite alarm."""
    if "AlarmRule" in alarm:
        return clean(alarm["AlarmRule"])
    sign = _SIGNS.get(alarm.get("ComparisonOperator", ""), "outside the band of")
    limit = f"{sign} {_figure(alarm.get('MetricName', ''), alarm['Threshold'])}" if "Threshold" in alarm else sign
    over = alarm.get("EvaluationPeriods", 1)
    times = f"{alarm.get('DatapointsToAlarm', over)} of {over}"
    period = f" x {alarm['Period']} s" if "Period" in alarm else ""
    return clean(f"{alarm.get('MetricName', 'metric math')} {limit}, {times}{period}")


async def _drill(aws: Aws, alarm: Alarm) -> tuple[tuple[Event, ...], tuple[Series, ...]]:
    return await concurrently(_history(aws, alarm), _series(aws, alarm))


async def _history(aws: Aws, alarm: Alarm) -> tuple[Event, ...]:
    if "AlarmName" not in alarm:
        return ()
    try:
        answer = await aws.call(
            "cloudwatch",
            "describe_alarm_history",
            expect="AlarmHistoryItems",
            AlarmName=alarm["AlarmName"],
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
            HistoryItemType="StateUpdate",
            MaxRecords=HISTORY,
            ScanBy="TimestampDescending",
        )
    except Failure as failure:
        if failure.problem.kind in (ProblemKind.DENIED, ProblemKind.LOGIN):
            raise
        # That an alarm fires matters more than since when it did before.
        since, text = _changed(alarm), Clean(f"The history could not be read. {failure.problem}")
        return (Event(since, text, Level.UNKNOWN),) if since else ()
    return tuple(
        Event(item["Timestamp"], clean(said), _event_level(said))
        for item in answer["AlarmHistoryItems"]
        if (said := item.get("HistorySummary")) and "Timestamp" in item
    )


def _event_level(summary: str) -> Level:
    if summary.endswith("to ALARM"):
        return Level.CRIT
    return Level.WARN if summary.endswith("to INSUFFICIENT_DATA") else Level.OK


async def _series(aws: Aws, alarm: Alarm) -> tuple[Series, ...]:
    if "MetricName" not in alarm or "Namespace" not in alarm:
        return ()
    metric = Metric(
        alarm["Namespace"],
        alarm["MetricName"],
        tuple((dimension["Name"], dimension["Value"]) for dimension in alarm.get("Dimensions", ())),
        alarm.get("Statistic") or alarm.get("ExtendedStatistic", "Average"),
        max(60, alarm.get("Period", 300)),
    )
    try:
        (points,) = await aws.metrics.points([metric])
    except Failure as failure:
        if failure.problem.kind in (ProblemKind.DENIED, ProblemKind.LOGIN):
            raise
        return ()  # As with the history: that it fires matters more.
    return (
        Series(clean(metric.name), clean(alarm.get("Unit", "")), metric.period, points, crit=alarm.get("Threshold")),
    )


def _detail(alarm: Alarm, events: tuple[Event, ...], series: tuple[Series, ...]) -> Detail:
    return Detail(
        resource=_name(alarm),
        kind=COMPOSITE_ALARM if "AlarmRule" in alarm else ALARM,
        arn=clean(alarm.get("AlarmArn", "")),
        facts=tuple(fact for fact in _facts(alarm) if fact[1]),
        events=events,
        series=series,
        related=tuple(clean(dimension["Value"]) for dimension in alarm.get("Dimensions", ())),
    )


def _facts(alarm: Alarm) -> Iterator[tuple[str, Clean]]:
    since = _changed(alarm)
    yield "State", clean(_state(alarm))
    yield "Since", stamp(since) if since else Clean("unknown")
    yield "Reason", clean(alarm.get("StateReason", ""))
    yield "Condition", _condition(alarm)
    yield "Description", clean(alarm.get("AlarmDescription", ""))
    yield "Namespace", clean(alarm.get("Namespace", ""))
    for dimension in alarm.get("Dimensions", ()):
        yield clean(dimension["Name"]), clean(dimension["Value"])
    yield "Evaluation", clean(alarm.get("EvaluationState", ""))
    yield "Missing data", clean(alarm.get("TreatMissingData", "missing"))
    yield "Actions", Clean("on" if alarm.get("ActionsEnabled", True) else "off")
    for action in alarm.get("AlarmActions", ()):
        yield "Tells", clean(action)
