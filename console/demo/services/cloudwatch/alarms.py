"""CloudWatch alarms that change state by themselves and remember it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from flask import has_request_context
from moto.cloudwatch.exceptions import InvalidParameterValue
from moto.cloudwatch.models import Alarm, CloudWatchBackend, cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse

from console.demo.alarms import Rule, judge
from console.demo.query.math_functions import ExpressionError
from console.demo.services.shapes import Request, add, replace
from console.demo.shapes import MINUTE, seed_of

if TYPE_CHECKING:
    from console.demo.world import World

_FIRST_LOOK: Final = 2
_BUILT_DAYS_AGO: Final = 40
_HOURS_BACK: Final = 3
_STEP_BACK: Final = timedelta(minutes=5)
_KEPT: Final = 200
_PAGE: Final = 100


Judged = Any
"""moto's Alarm, on which we keep `settled_until` and `state_transitioned_timestamp` too."""


def install(world: World) -> None:
    """Judge each alarm once a minute of AWS time, and soon after it was put."""

    def put_metric_alarm(self: CloudWatchBackend, *args: Any, **kwargs: Any) -> Judged:
        former = self.alarms.get(kwargs["name"])
        alarm: Judged = original(self, *args, **kwargs)
        built = not has_request_context()
        _take_over(alarm, former, world.ago(days=_BUILT_DAYS_AGO) if built else world.now())
        if built:
            alarm.settled_until = math.inf
        world.after(_FIRST_LOOK, lambda: _look_back(world, alarm) if built else _look(world, alarm))
        return alarm

    def update_state(self: Judged, reason: str, reason_data: str | None, state_value: str) -> None:
        _change(self, state_value, reason, reason_data or "{}", world.now())
        self.settled_until = world.now().timestamp() + world.real(MINUTE)

    def look_at_all() -> None:
        for backends in cloudwatch_backends.values():
            for backend in backends.values():
                for alarm in list(backend.alarms.values()):
                    _look(world, alarm)

    original = replace(CloudWatchBackend, "put_metric_alarm", put_metric_alarm)
    replace(Alarm, "update_state", update_state)
    add(CloudWatchResponse, "DescribeAlarmHistory", alarm_history)
    world.every(MINUTE, look_at_all)


def _take_over(alarm: Judged, former: Judged | None, at: datetime) -> None:
    """An alarm that is put again keeps state and history; a new one knows nothing yet."""
    alarm.settled_until = 0.0
    alarm.configuration_updated_timestamp = alarm.state_updated_timestamp = at
    if former:
        alarm.history = former.history
        for field in ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp"):
            setattr(alarm, field, getattr(former, field))
        _remember(alarm, at, "ConfigurationUpdate", f'Alarm "{alarm.name}" updated', {"type": "Update"})
    else:
        alarm.state_value = "INSUFFICIENT_DATA" if alarm.rule is None else "OK"
        _remember(alarm, at, "ConfigurationUpdate", f'Alarm "{alarm.name}" created', {"type": "Create"})


def _look_back(world: World, alarm: Judged) -> None:
    """Judge an alarm that a stack was built with by its past hours, so that it knows since when it is what."""
    now = world.now()
    first = now - timedelta(hours=_HOURS_BACK)
    alarm.settled_until = 0.0
    _look(world, alarm, first, since=now - timedelta(days=1 + seed_of(alarm.name) % (_BUILT_DAYS_AGO - 2)))
    while first < now:
        first += _STEP_BACK
        _look(world, alarm, min(first, now))


def _look(world: World, alarm: Judged, at: datetime | None = None, since: datetime | None = None) -> None:
    """Judge one alarm at a moment, or now, unless a person has just set its state."""
    now = at or world.now()
    if alarm.rule is not None or now.timestamp() < alarm.settled_until:
        return
    account = alarm.alarm_arn.split(":")[4]
    try:
        verdict = judge(_rule(alarm), world.history, account, alarm.region_name, now.timestamp())
    except ExpressionError:
        return
    if verdict and verdict.state != alarm.state_value:
        _change(alarm, verdict.state, verdict.reason, verdict.data, since or now)


def _rule(alarm: Judged) -> Rule:
    statistic = alarm.statistic or alarm.extended_statistic
    if alarm.metric_data_queries:
        queries = tuple(_query(query) for query in alarm.metric_data_queries)
        period = max(int(query.get("MetricStat", query).get("Period") or MINUTE) for query in queries)
    else:
        period = int(alarm.period)
        queries = (_simple(alarm, period, statistic),)
    periods = int(alarm.evaluation_periods)
    return Rule(
        queries,
        period,
        alarm.comparison_operator,
        float(alarm.threshold or 0),
        periods,
        int(alarm.datapoints_to_alarm or periods),
        alarm.treat_missing_data or "missing",
        statistic,
    )


def _simple(alarm: Judged, period: int, statistic: str) -> dict[str, Any]:
    metric = _metric(alarm.namespace, alarm.metric_name, alarm.dimensions)
    return {"Id": "m1", "MetricStat": {"Metric": metric, "Period": period, "Stat": statistic, "Unit": alarm.unit}}


def _query(query: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"Id": query.id, "ReturnData": query.return_data, "Period": query.period}
    if stat := query.metric_stat:
        metric = _metric(stat.metric.namespace, stat.metric.metric_name, stat.metric.dimensions)
        return given | {
            "MetricStat": {"Metric": metric, "Period": int(stat.period), "Stat": stat.stat, "Unit": stat.unit}
        }
    return given | {"Expression": query.expression}


def _metric(namespace: str, name: str, dimensions: list[Any]) -> dict[str, Any]:
    listed = [{"Name": dimension.name, "Value": dimension.value} for dimension in dimensions]
    return {"Namespace": namespace, "MetricName": name, "Dimensions": listed}


def _change(alarm: Judged, state: str, reason: str, data: str, now: datetime) -> None:
    """Set the state, and remember the change with what the alarm then did."""
    old = {"stateValue": alarm.state_value, "stateReason": alarm.state_reason}
    new = {"stateValue": state, "stateReason": reason, "stateReasonData": json.loads(data)}
    changed = alarm.state_value != state
    alarm.state_value, alarm.state_reason, alarm.state_reason_data = state, reason, data
    alarm.state_updated_timestamp = now
    if not changed:
        return
    alarm.state_transitioned_timestamp = now
    summary = f"Alarm updated from {old['stateValue']} to {state}"
    _remember(alarm, now, "StateUpdate", summary, {"oldState": old, "newState": new})
    actions = {"ALARM": alarm.alarm_actions, "OK": alarm.ok_actions}.get(state, alarm.insufficient_data_actions)
    for action in actions if alarm.actions_enabled else ():
        done = {"actionState": "Succeeded", "notificationResource": action, "stateUpdateTimestamp": now.timestamp()}
        _remember(alarm, now, "Action", f"Successfully executed action {action}", done)


def _remember(alarm: Judged, at: datetime, kind: str, summary: str, data: Mapping[str, Any]) -> None:
    item = {
        "AlarmName": alarm.name,
        "AlarmType": "CompositeAlarm" if alarm.rule else "MetricAlarm",
        "Timestamp": at,
        "HistoryItemType": kind,
        "HistorySummary": summary,
        "HistoryData": json.dumps({"version": "1.0", **data}, separators=(",", ":")),
    }
    alarm.history = [*alarm.history, item][-_KEPT:]


def alarm_history(asked: Request) -> dict[str, Any]:
    """The answer of DescribeAlarmHistory, newest first unless asked otherwise."""
    params = asked.params
    backend = cloudwatch_backends[asked.account][asked.region]
    items = [
        item
        for alarm in backend.alarms.values()
        if params.get("AlarmName") in (None, alarm.name)
        for item in alarm.history
        if params.get("HistoryItemType") in (None, item["HistoryItemType"])
        and item["AlarmType"] in (params.get("AlarmTypes") or ["MetricAlarm"])
        and _between(item["Timestamp"], params.get("StartDate"), params.get("EndDate"))
    ]
    items.sort(key=lambda item: item["Timestamp"])
    if params.get("ScanBy") != "TimestampAscending":
        items.reverse()
    token = params.get("NextToken") or "0"
    if not token.isdigit():
        raise InvalidParameterValue("The value for parameter NextToken is invalid.")
    end = int(token) + int(params.get("MaxRecords") or _PAGE)
    answer: dict[str, Any] = {"AlarmHistoryItems": items[int(token) : end]}
    return answer | ({"NextToken": str(end)} if end < len(items) else {})


def _between(at: datetime, start: datetime | None, end: datetime | None) -> bool:
    after = start is None or at >= (start if start.tzinfo else start.replace(tzinfo=UTC))
    return after and (end is None or at <= (end if end.tzinfo else end.replace(tzinfo=UTC)))
