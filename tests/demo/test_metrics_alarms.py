"""Alarms are judged as the CloudWatch user guide says, and say why in its words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from console.demo.alarms import AlarmVerdict, Rule, judge
from console.demo.metrics import MetricHistory, series_key

NOW = 1_795_168_030.0
END = int(NOW // 60 * 60)
QUERY = {"Id": "m1", "MetricStat": {"Metric": {"Namespace": "App", "MetricName": "M"}, "Period": 60, "Stat": "Average"}}


def _judge(points: str, missing: str = "missing", **rule: Any) -> AlarmVerdict | None:
    """Judge points from the oldest to the newest: X breaches, 0 does not, - is missing."""
    history = MetricHistory(clock=lambda: NOW)
    for index, point in enumerate(reversed(points), 1):
        if point != "-":
            history.put(series_key("1", "r", "App", "M", {}), END - index * 60, [(95.0 if point == "X" else 40.0, 1.0)])
    settings: dict[str, Any] = {"periods": 3, "to_alarm": 3, "comparison": "GreaterThanThreshold"} | rule
    queries = settings.pop("queries", (QUERY,))
    return judge(
        Rule(queries=queries, period=60, threshold=80.0, missing=missing, statistic="Average", **settings),
        history, "1", "r", NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("points", "missing", "ignore", "breaching", "not_breaching"),
    [
        ("0-X-X", "OK", "OK", "OK", "OK"),
        ("0----", "OK", "OK", "OK", "OK"),
        ("-----", "INSUFFICIENT_DATA", None, "ALARM", "OK"),
        ("0XX-X", "ALARM", "ALARM", "ALARM", "ALARM"),
        ("--X--", "ALARM", None, "ALARM", "OK"),
    ],
)
def test_missing_data_is_treated_as_in_the_table_of_the_guide(
    points: str, missing: str, ignore: str | None, breaching: str, not_breaching: str
) -> None:
    found = [_judge(points, treat) for treat in ("missing", "ignore", "breaching", "notBreaching")]
    assert [verdict and verdict.state for verdict in found] == [missing, ignore, breaching, not_breaching]


@pytest.mark.parametrize(
    ("points", "missing", "breaching", "not_breaching"),
    [
        ("0-X-X", "ALARM", "ALARM", "ALARM"),
        ("00X0X", "ALARM", "ALARM", "ALARM"),
        ("----0", "OK", "ALARM", "OK"),
        ("---X-", "ALARM", "ALARM", "OK"),
    ],
)
def test_two_out_of_three(points: str, missing: str, breaching: str, not_breaching: str) -> None:
    found = [_judge(points, treat, to_alarm=2) for treat in ("missing", "breaching", "notBreaching")]
    assert [verdict and verdict.state for verdict in found] == [missing, breaching, not_breaching]


def _reason(points: str, missing: str = "missing", **rule: Any) -> str:
    verdict = _judge(points, missing, **rule)
    assert verdict
    return verdict.reason


def test_reasons_are_in_the_words_of_cloudwatch() -> None:
    assert _reason("0X", periods=1, to_alarm=1) == (
        "Threshold Crossed: 1 out of the last 1 datapoints [95.0 (20/11/26 09:46:00)] was greater than the "
        "threshold (80.0) (minimum 1 datapoint for OK -> ALARM transition)."
    )
    assert _reason("X0", periods=1, to_alarm=1) == (
        "Threshold Crossed: 1 out of the last 1 datapoints [40.0 (20/11/26 09:46:00)] was not greater than the "
        "threshold (80.0) (minimum 1 datapoint for ALARM -> OK transition)."
    )
    assert _reason("X0X", to_alarm=2, comparison="GreaterThanOrEqualToThreshold") == (
        "Threshold Crossed: 2 out of the last 3 datapoints [95.0 (20/11/26 09:46:00), 95.0 (20/11/26 09:44:00)] were "
        "greater than or equal to the threshold (80.0) (minimum 2 datapoints for OK -> ALARM transition)."
    )
    assert _reason("---") == "Insufficient Data: 3 datapoints were unknown."
    assert _reason("-", periods=1, to_alarm=1) == "Insufficient Data: 1 datapoint was unknown."
    assert _reason("-", "notBreaching", periods=1, to_alarm=1) == (
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as "
        "[NonBreaching]."
    )


def test_the_reason_is_there_as_json_too() -> None:
    verdict = _judge("0XX")
    assert verdict and verdict.state == "OK"
    data = json.loads(verdict.data)
    assert data["recentDatapoints"] == [40.0, 95.0, 95.0]
    assert data["evaluatedDatapoints"][0] == {"timestamp": "2026-11-20T09:46:00.000+0000", "value": 95.0}
    assert (data["threshold"], data["period"], data["statistic"]) == (80.0, 60, "Average")


@pytest.mark.parametrize(
    ("comparison", "state"),
    [("LessThanThreshold", "ALARM"), ("LessThanOrEqualToThreshold", "ALARM"), ("GreaterThanThreshold", "OK")],
)
def test_comparisons(comparison: str, state: str) -> None:
    verdict = _judge("000", comparison=comparison)
    assert verdict and verdict.state == state


def test_an_alarm_on_an_expression() -> None:
    queries = ({**QUERY, "ReturnData": False}, {"Id": "e1", "Expression": "m1 * 2", "ReturnData": True})
    verdict = _judge("000", queries=queries, comparison="LessThanThreshold")
    assert verdict and verdict.state == "OK"
    assert "80.0 (" in verdict.reason


def test_an_alarm_with_a_band_is_left_alone() -> None:
    assert _judge("XXX", comparison="GreaterThanUpperThreshold") is None
