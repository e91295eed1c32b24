"""The metric history: a function of series and time whose statistics agree with each other."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.demo.metrics import MetricHistory, SeriesKey, percentile, statistic
from console.demo.shapes import (
    DAY,
    HOUR,
    MINUTE,
    Daily,
    During,
    Growth,
    Level,
    Noise,
    Sawtooth,
    Shape,
    Spikes,
    Steps,
    Weekend,
)

NOW = 1_795_168_030.0
Define = Callable[..., SeriesKey]


@pytest.fixture
def faults() -> set[str]:
    return set()


@pytest.fixture
def history(faults: set[str]) -> MetricHistory:
    return MetricHistory(faults, clock=lambda: NOW)


@pytest.fixture
def define(history: MetricHistory) -> Define:
    def define(shape: Shape, **more: object) -> SeriesKey:
        return history.define("App", "M", {"d": "1"}, shape, account="1", region="eu-west-1", **more)  # type: ignore[arg-type]

    return define


SHAPES = st.sampled_from(
    [
        Level(40) + Daily(15) + Noise(6),
        (Level(20) + Spikes(500, per_day=20)) * Weekend(0.5),
        Sawtooth(2, 90, HOUR),
        (Level(3) + Noise(3)).clamp(0, 5),
        Level(1000) + Growth(50, NOW),
    ]
)
KINDS = st.sampled_from(
    [
        {},
        {"samples": Level(120), "spread": 0.5},
        {"counts": True},
        {"counts": True, "samples": Level(100)},
        {"counts": True, "sparse": True},
        {"every": 300},
    ]
)


@settings(max_examples=60)
@given(SHAPES, KINDS, st.integers(1, 14 * 24), st.sampled_from([1, 5, 15, 60]))
def test_statistics_agree_at_any_period(shape: Shape, kind: dict[str, object], ago: int, minutes: int) -> None:
    history = MetricHistory(clock=lambda: NOW)
    key = history.define("App", "M", {}, shape, account="1", region="r", **kind)  # type: ignore[arg-type]
    start = NOW // HOUR * HOUR - ago * HOUR
    whole = history.samples(key, start, start + HOUR)
    parts = [history.samples(key, start + m * MINUTE, start + (m + minutes) * MINUTE) for m in range(0, 60, minutes)]
    parts = [part for part in parts if part]
    if not whole:
        assert not parts
        return
    found = {name: statistic(whole, name) for name in ("Sum", "SampleCount", "Average", "Minimum", "Maximum")}
    assert found["Sum"] == pytest.approx(sum(statistic(part, "Sum") or 0 for part in parts))
    assert found["SampleCount"] == pytest.approx(sum(statistic(part, "SampleCount") or 0 for part in parts))
    assert found["Maximum"] == max(statistic(part, "Maximum") or 0 for part in parts)
    assert found["Minimum"] == min(statistic(part, "Minimum") or 0 for part in parts)
    assert found["Average"] == pytest.approx((found["Sum"] or 0) / (found["SampleCount"] or 1))
    line = ["Minimum", "p0", "p50", "p90", "p99", "p99.9", "p100", "Maximum"]
    values = [statistic(whole, name) for name in line]
    assert values == sorted(values, key=lambda value: value or 0)


def test_the_same_series_has_the_same_past_in_every_process(define: Define, history: MetricHistory) -> None:
    key = define(Level(40) + Daily(15, peak=12) + Noise(6))
    found = history.samples(key, 1_795_000_000, 1_795_000_060)
    assert [(round(value, 4), count) for value, count in found] == [(49.5208, 1.0)]


def test_there_is_no_future_and_the_present_minute_is_not_over(define: Define, history: MetricHistory) -> None:
    key = define(Level(1))
    times = [time for time, _ in history.buckets(key, NOW - 600, NOW + DAY)]
    assert times[-1] == NOW // 60 * 60 - 60
    assert len(times) == 9


def test_what_is_old_has_coarse_periods_only(define: Define, history: MetricHistory) -> None:
    key = define(Level(1), counts=True)
    for days, period, points in (
        (14, 60, 60),
        (20, 60, 0),
        (20, 300, 12),
        (100, 300, 0),
        (100, 3600, 1),
        (456, 3600, 0),
    ):
        start = NOW // HOUR * HOUR - days * DAY
        assert len(list(history.buckets(key, start, start + HOUR, period))) == points, (days, period)
    start = NOW // HOUR * HOUR - 100 * DAY
    assert statistic(history.samples(key, start, start + HOUR), "Sum") == 60


def test_events_are_whole_and_keep_their_rate(define: Define, history: MetricHistory) -> None:
    key = define(Level(0.3), counts=True)
    sums = [statistic(samples, "Sum") for _, samples in history.buckets(key, NOW - 5 * DAY, NOW)]
    assert set(sums) == {0.0, 1.0}
    assert sum(value or 0 for value in sums) == pytest.approx(0.3 * len(sums), rel=0.1)


def test_errors_are_counted_among_all_operations(define: Define, history: MetricHistory) -> None:
    found = history.samples(define(Level(5), counts=True, samples=Level(200)), NOW - HOUR, NOW - HOUR + 60)
    assert [statistic(found, name) for name in ("Sum", "SampleCount", "Average", "Maximum")] == [5, 200, 0.025, 1]


def test_a_sparse_series_is_silent_at_zero(define: Define, history: MetricHistory) -> None:
    assert history.samples(define(Level(0), counts=True, sparse=True), NOW - HOUR, NOW) == []
    assert statistic(history.samples(define(Level(0), counts=True), NOW - HOUR, NOW), "Sum") == 0


def test_a_daily_series_has_one_point_a_day(define: Define, history: MetricHistory) -> None:
    key = define(Level(7), every=DAY)
    times = [time for time, _ in history.buckets(key, NOW - 3 * DAY, NOW)]
    assert times == [NOW // DAY * DAY - 2 * DAY, NOW // DAY * DAY - DAY]


def test_a_series_begins_when_its_resource_does(define: Define, history: MetricHistory) -> None:
    key = define(Level(7), since=NOW - 10 * MINUTE)
    assert len(history.samples(key, NOW - DAY, NOW)) == 9


def test_a_fault_is_a_quarter_of_an_hour_old_when_it_begins(
    define: Define, history: MetricHistory, faults: set[str]
) -> None:
    key = define(Level(10) + During("db-slow", Level(90)))

    def values() -> list[float]:
        return [samples[0][0] for _, samples in history.buckets(key, NOW - HOUR, NOW)]

    assert set(values()) == {10}
    faults.add("db-slow")
    assert values().count(100) == 14, "the minute that is not over is the fifteenth"
    faults.clear()
    assert values().count(100) == 14, "what was measured stays"


def test_a_fault_can_have_begun_long_ago(define: Define, history: MetricHistory, faults: set[str]) -> None:
    key = define(During("old", Level(1), otherwise=Level(5)))
    history.fault_log.began("old", NOW - 2 * DAY)
    faults.add("old")
    assert statistic(history.samples(key, NOW - DAY, NOW), "Maximum") == 1
    assert statistic(history.samples(key, NOW - 3 * DAY, NOW), "Maximum") == 5


def test_steps_remember_when_they_were_what(define: Define, history: MetricHistory) -> None:
    steps = Steps(2)
    key = define(steps)
    steps.set(5, NOW - 10 * MINUTE)
    steps.set(5, NOW - 9 * MINUTE)
    steps.set(3, NOW - 5 * MINUTE)
    values = [samples[0][0] for _, samples in history.buckets(key, NOW - 20 * MINUTE, NOW)]
    assert (values.count(2), values.count(5), values.count(3)) == (10, 5, 4)


def test_what_is_put_is_merged(define: Define, history: MetricHistory) -> None:
    key = define(Level(10))
    minute = NOW // 60 * 60 - HOUR
    history.put(key, minute + 5, [(30.0, 1.0)])
    found = history.samples(key, minute, minute + 60)
    assert (statistic(found, "Average"), statistic(found, "SampleCount")) == (20, 2)


def test_what_is_put_is_bounded(history: MetricHistory) -> None:
    key = SeriesKey("1", "r", "App", "put", frozenset())
    for minute in range(20_100):
        history.put(key, minute * 60, [(1.0, 1.0)])
    assert len(list(history.buckets(key, 0, NOW))) == 20_000
    assert history.last(key) == 20_099 * 60


def test_the_same_key_gives_the_same_weather(define: Define, history: MetricHistory) -> None:
    one = history.samples(define(Noise(5, key="rain")), NOW - HOUR, NOW)
    other = history.define("Other", "N", {}, Noise(5, key="rain"), account="1", region="eu-west-1")
    assert history.samples(other, NOW - HOUR, NOW) == one
    alone = history.define("Other", "O", {}, Noise(5), account="1", region="eu-west-1")
    assert history.samples(alone, NOW - HOUR, NOW) != one


def test_spikes_come_as_often_as_they_should(define: Define, history: MetricHistory) -> None:
    key = define(Spikes(100, per_day=12))
    high = [s for _, s in history.buckets(key, NOW - 14 * DAY, NOW) if s[0][0] > 0]
    assert 0.7 < len(high) / (14 * 12 * 5) < 1.3
    assert all(50 <= samples[0][0] <= 100 for samples in high)


@pytest.mark.parametrize(
    ("name", "share"), [("p50", 0.5), ("p99.9", 0.999), ("p0", 0.0), ("p100", 1.0), ("Average", None)]
)
def test_percentiles_are_read(name: str, share: float | None) -> None:
    assert percentile(name) == (share if share is None else pytest.approx(share))


@pytest.mark.parametrize("name", ["p101", "p", "px", "q50", "average", "p5.5.5", ""])
def test_other_statistics_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not a statistic"):
        statistic([(1.0, 1.0)], name)


def test_a_percentile_is_taken_over_weights() -> None:
    samples = [(1.0, 90.0), (10.0, 9.0), (100.0, 1.0)]
    assert [statistic(samples, name) for name in ("p50", "p90", "p90.1", "p99", "p99.5")] == [1, 1, 10, 10, 100]
    assert statistic([], "p50") is None and math.isclose(statistic(samples, "Average") or 0, 2.8)
