"""Metric math: expressions of GetMetricData, computed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.demo.metric_data import Window, lines
from console.demo.metrics import MetricHistory, series_key
from console.demo.query.math_functions import ExpressionError, Scope
from console.demo.query.metric_math import compute

A = {0: 1.0, 60: 2.0, 120: 3.0, 180: 4.0}
B = {0: 10.0, 60: 0.0, 180: 20.0}
IDS: dict[str, Any] = {"a": A, "b": B, "errors1": {0: 5.0}, "empty": {}}
SCOPE = Scope(range(0, 300, 60), 60, IDS)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a", A),
        ("a + b * 2", {0: 21.0, 60: 2.0, 180: 44.0}),
        ("(a + b) * 2", {0: 22.0, 60: 4.0, 180: 48.0}),
        ("a / b", {0: 0.1, 180: 0.2}),
        ("a/b*100", {0: 10.0, 180: 20.0}),
        ("-a", {0: -1.0, 60: -2.0, 120: -3.0, 180: -4.0}),
        ("2 ^ a", {0: 2.0, 60: 4.0, 120: 8.0, 180: 16.0}),
        ("a > 2", {0: 0.0, 60: 0.0, 120: 1.0, 180: 1.0}),
        ("a > 1 AND b > 5", {0: 0.0, 60: 0.0, 180: 1.0}),
        ("a > 3 || b > 5", {0: 1.0, 60: 0.0, 180: 1.0}),
        ("IF(a > 2, a, 0)", {0: 0.0, 60: 0.0, 120: 3.0, 180: 4.0}),
        ("IF(a > 2, a)", {120: 3.0, 180: 4.0}),
        ("IF(b, a / b)", {0: 0.1, 180: 0.2}),
        ("SUM([a, b])", {0: 11.0, 60: 2.0, 120: 3.0, 180: 24.0}),
        ("AVG([a, b])", {0: 5.5, 60: 1.0, 120: 3.0, 180: 12.0}),
        ("MAX([a, b])", {0: 10.0, 60: 2.0, 120: 3.0, 180: 20.0}),
        ("a / SUM(a) * 100", {0: 10.0, 60: 20.0, 120: 30.0, 180: 40.0}),
        ("a - MIN(a)", {0: 0.0, 60: 1.0, 120: 2.0, 180: 3.0}),
        ("FILL(b, 0)", {0: 10.0, 60: 0.0, 120: 0.0, 180: 20.0, 240: 0.0}),
        ("FILL(b, REPEAT)", {0: 10.0, 60: 0.0, 120: 0.0, 180: 20.0, 240: 20.0}),
        ("FILL(b, LINEAR)", {0: 10.0, 60: 0.0, 120: 10.0, 180: 20.0}),
        ("FILL(empty, 7)", dict.fromkeys(range(0, 300, 60), 7.0)),
        ("RATE(a)", {60: 1 / 60, 120: 1 / 60, 180: 1 / 60}),
        ("DIFF(b)", {60: -10.0, 180: 20.0}),
        ("RUNNING_SUM(a)", {0: 1.0, 60: 3.0, 120: 6.0, 180: 10.0}),
        ("SUM(METRICS('errors'))", {0: 5.0}),
        ("SUM(METRICS())", {0: 16.0, 60: 2.0, 120: 3.0, 180: 24.0}),
        ("TIME_SERIES(PERIOD(a))", dict.fromkeys(range(0, 300, 60), 60.0)),
        ("a * METRIC_COUNT([a, b])", {0: 2.0, 60: 4.0, 120: 6.0, 180: 8.0}),
        ("CEIL(b / 3) - FLOOR(b / 3)", {0: 1.0, 60: 0.0, 180: 1.0}),
        ("ABS(a - 3)", {0: 2.0, 60: 1.0, 120: 0.0, 180: 1.0}),
        ("LOG10(b)", {0: 1.0, 180: pytest.approx(1.30103)}),
        ("a * LAST(a) + FIRST(a)", {0: 5.0, 60: 9.0, 120: 13.0, 180: 17.0}),
    ],
)
def test_expressions(expression: str, expected: object) -> None:
    assert compute(expression, IDS, SCOPE) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("METRICS()", list(IDS.values())),
        ("[a, b] * 2", [{0: 2.0, 60: 4.0, 120: 6.0, 180: 8.0}, {0: 20.0, 60: 0.0, 180: 40.0}]),
        ("FILL([empty, errors1], REPEAT)", [{}, dict.fromkeys(range(0, 300, 60), 5.0)]),
        ("IF(1, [a, b], a)", [A, B]),
    ],
)
def test_some_expressions_give_several_series(expression: str, expected: list[dict[int, float]]) -> None:
    assert compute(expression, IDS, SCOPE) == expected


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("", "ends too early"),
        ("a +", "ends too early"),
        ("a b", "'b' was not expected"),
        ("nobody", "'nobody' is neither the Id"),
        ("NOPE(a)", "NOPE is not a function"),
        ("IF(a)", "IF takes 2 or 3"),
        ("a $ b", "position 3"),
        ("[1]", "time series only"),
        ("[a] + [b]", "two arrays"),
        ("a + REPEAT", "REPEAT can only"),
        ("SUM(1)", "a time series was expected"),
        ("(" * 80, "too deeply"),
    ],
)
def test_errors_are_sentences(expression: str, problem: str) -> None:
    with pytest.raises(ExpressionError, match=problem.replace("(", r"\(")):
        compute(expression, IDS, SCOPE)


SIGNS = st.sampled_from([*"ab+-*/^()[],<> 1.5", "IF(", "FILL(", "SUM(", "REPEAT", "METRICS()", "RATE(", "AND", "=="])


@given(st.lists(SIGNS, max_size=14).map("".join))
def test_any_text_is_computed_or_refused(text: str) -> None:
    try:
        value = compute(text, IDS, SCOPE)
    except ExpressionError:
        return
    assert isinstance(value, (float, int, dict, list, str))


def _window() -> Window:
    history = MetricHistory(clock=lambda: 10_000.0)
    for name, value in (("m1", 30.0), ("m2", 60.0)):
        for minute in range(5):
            history.put(series_key("1", "r", "App", name, {}), minute * 60, [(value + minute, 1.0)])
    return Window(history, "1", "r", 0, 300)


def _metric(id: str, **more: Any) -> dict[str, Any]:
    stat = {"Metric": {"Namespace": "App", "MetricName": id}, "Period": 60, "Stat": "Sum"}
    return {"Id": id, "MetricStat": stat, **more}


def test_expressions_may_use_others_in_any_order_and_hide_what_they_use() -> None:
    queries: list[dict[str, Any]] = [
        {"Id": "e2", "Expression": "e1 * 2", "Label": "twice"},
        {"Id": "e1", "Expression": "m1 / m2", "ReturnData": False},
        _metric("m1", ReturnData=False),
        _metric("m2"),
    ]
    found = lines(queries, _window())
    assert [(line.id, line.label) for line in found] == [("e2", "twice"), ("m2", "m2")]
    assert found[0].points[0] == 1.0


def test_a_circle_of_expressions_is_refused() -> None:
    queries = [{"Id": "e1", "Expression": "e2 + 1"}, {"Id": "e2", "Expression": "e1 + 1"}]
    with pytest.raises(ExpressionError, match="circle"):
        lines(queries, _window())


def test_a_result_that_is_a_number_is_refused() -> None:
    with pytest.raises(ExpressionError, match="gives a number"):
        lines([_metric("m1"), {"Id": "e1", "Expression": "SUM(m1)"}], _window())
