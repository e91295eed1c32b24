"""Alarms of the embedded AWS, judged as CloudWatch judges them: M out of N, with its words for the reason."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from console.demo.metric_data import Window, lines
from console.demo.metrics import MetricHistory
from console.demo.shapes import MINUTE

_EXTRA_PERIODS: Final = 2
"""CloudWatch looks a little further back than it must, for the most recent points that do exist."""

_COMPARISONS: Final[dict[str, tuple[Callable[[float, float], bool], str]]] = {
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What an alarm watches: `queries` as GetMetricData takes them, the last that returns data being judged."""

    queries: tuple[Mapping[str, Any], ...]
    period: int
    comparison: str
    threshold: float
    periods: int
    to_alarm: int
    missing: str
    statistic: str | None


@dataclass(frozen=True, slots=True)
class AlarmVerdict:
    """A state with its reason; `data` is the reason as JSON."""

    state: str
    reason: str
    data: str


def judge(rule: Rule, history: MetricHistory, account: str, region: str, now: float) -> AlarmVerdict | None:
    """The state that the rule is in at `now`; None when it stays as it is, or compares with a band."""
    if rule.comparison not in _COMPARISONS:
        return None
    end = now // MINUTE * MINUTE
    looked = rule.periods + _EXTRA_PERIODS
    window = Window(history, account, region, end - looked * rule.period, end, exact=True)
    found = lines(rule.queries, window)
    points = sorted(found[0].points.items(), reverse=True)[: rule.periods] if found else []
    test, words = _COMPARISONS[rule.comparison]
    breaching = [(time, value) for time, value in points if test(value, rule.threshold)]
    state = _state(rule, len(points), len(breaching))
    if state is None:
        return None
    reason = _reason(rule, state, points, breaching, words)
    return AlarmVerdict(state, reason, _data(rule, points, end))


def _state(rule: Rule, known: int, breaching: int) -> str | None:
    """The table of "Configuring how CloudWatch alarms treat missing data"; None: the state is kept."""
    filled = rule.periods - known
    if breaching >= rule.to_alarm:
        return "ALARM"
    if rule.missing == "breaching":
        return "ALARM" if breaching + filled >= rule.to_alarm else "OK"
    if rule.missing == "notBreaching" or known > breaching or not filled:
        return "OK"
    if rule.missing == "ignore":
        return None
    return "ALARM" if breaching else "INSUFFICIENT_DATA"


def _reason(
    rule: Rule, state: str, points: list[tuple[int, float]], breaching: list[tuple[int, float]], words: str
) -> str:
    if state == "INSUFFICIENT_DATA":
        many = rule.periods > 1
        return f"Insufficient Data: {rule.periods} datapoint{'s were' if many else ' was'} unknown."
    if not points:
        treated = {"breaching": "Breaching", "notBreaching": "NonBreaching"}[rule.missing]
        count = rule.periods
        return (
            f"Threshold Crossed: no datapoints were received for {count} period{'s' if count > 1 else ''} and "
            f"{count} missing datapoint{'s were' if count > 1 else ' was'} treated as [{treated}]."
        )
    alarm = state == "ALARM"
    shown = breaching if alarm and breaching else [point for point in points if alarm or point not in breaching]
    listed = ", ".join(f"{value} ({_day(time)})" for time, value in shown)
    was = "was" if len(shown) == 1 else "were"
    least = rule.to_alarm if alarm else rule.periods - rule.to_alarm + 1
    return (
        f"Threshold Crossed: {len(shown)} out of the last {rule.periods} datapoints [{listed}] "
        f"{was} {'' if alarm else 'not '}{words} the threshold ({float(rule.threshold)}) (minimum {least} "
        f"datapoint{'s' if least > 1 else ''} for {'OK -> ALARM' if alarm else 'ALARM -> OK'} transition)."
    )


def _data(rule: Rule, points: list[tuple[int, float]], end: float) -> str:
    oldest = min((time for time, _ in points), default=end - rule.period)
    data: dict[str, Any] = {"version": "1.0", "queryDate": _stamp(end), "startDate": _stamp(oldest)}
    data |= {"statistic": rule.statistic} if rule.statistic else {}
    data |= {
        "period": rule.period,
        "recentDatapoints": [value for _, value in reversed(points)],
        "threshold": float(rule.threshold),
        "evaluatedDatapoints": [{"timestamp": _stamp(time), "value": value} for time, value in points],
    }
    return json.dumps(data, separators=(",", ":"))


def _day(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%d/%m/%y %H:%M:%S")


def _stamp(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
