"""How a number of CloudWatch becomes a verdict."""

from __future__ import annotations

import pytest

from console.aws.metrics import Metric, Points
from console.readings.gauge import Gauge, judge, judge_all, newest, series_of, shown
from console.readings.source import Level
from console.text import Clean, clean

NOW = 1_800_000_000.0
METRIC = Metric("AWS/EC2", "CPUUtilization")
CPU = Gauge(METRIC, "CPU", "%", warn=70, crit=90)
FREE = Gauge(METRIC, "Free storage", "GB", warn=5, crit=2, low=True)
LASTING = Gauge(METRIC, "CPU", "%", warn=70, need=2, over=2)
SOME = Gauge(METRIC, "CPU", "%", warn=70, need=2, over=3)
ERRORS = Gauge(Metric("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", period=60), "5XX", crit=5, over=5, quiet=True)


def points(*values: float, ago: float = 300, period: int = 300) -> tuple[tuple[float, float], ...]:
    newest = NOW - ago
    return tuple((newest - period * (len(values) - 1 - at), value) for at, value in enumerate(values))


@pytest.mark.parametrize(
    ("gauge", "values", "level", "value"),
    [
        (CPU, (95, 20), Level.OK, "20 %"),
        (CPU, (70,), Level.OK, "70 %"),
        (CPU, (70.1,), Level.WARN, "70.1 %"),
        (CPU, (90.5,), Level.CRIT, "90.5 %"),
        (FREE, (5,), Level.OK, "5 GB"),
        (FREE, (4.99,), Level.WARN, "4.99 GB"),
        (FREE, (1.5,), Level.CRIT, "1.5 GB"),
        (LASTING, (50, 80, 75), Level.WARN, "75 %"),
        (LASTING, (80, 50), Level.OK, "50 %"),
        (LASTING, (50, 80), Level.OK, "50 %"),
        (LASTING, (80,), Level.OK, "80 %"),
        (SOME, (80, 50, 75), Level.WARN, "75 %"),
        (SOME, (80, 50, 50), Level.OK, "50 %"),
        (CPU, (), Level.UNKNOWN, "no data"),
    ],
)
def test_level(gauge: Gauge, values: tuple[float, ...], level: Level, value: str) -> None:
    finding = judge("x.y", Clean("r"), gauge, points(*values), NOW)
    assert (finding.level, finding.value) == (level, value)


def test_old_points_are_no_data_and_say_since_when() -> None:
    finding = judge("x.y", Clean("r"), CPU, points(20, ago=3600), NOW)
    assert finding.level is Level.UNKNOWN
    assert "no data since 2027-01-15 07:00 UTC" in finding.what


def test_an_hourly_metric_is_not_late_after_an_hour() -> None:
    hourly = Gauge(Metric("X", "Y", period=3600), "Y", warn=1)
    assert judge("x.y", Clean("r"), hourly, points(0, ago=7000), NOW).level is Level.OK


@pytest.mark.parametrize(
    ("found", "level", "value"),
    [
        ((), Level.OK, "0"),
        (points(6, 0, 0, ago=60, period=60), Level.CRIT, "6"),
        (points(5, 1, ago=60, period=60), Level.OK, "5"),
        (points(60, ago=900, period=60), Level.OK, "0"),
        # five minutes are judged, and those by which CloudWatch may be behind
        (points(6, ago=479, period=60), Level.CRIT, "6"),
        (points(6, ago=480, period=60), Level.OK, "0"),
    ],
)
def test_a_quiet_metric_is_0_while_nothing_happens(found: Points, level: Level, value: str) -> None:
    finding = judge("x.y", Clean("r"), ERRORS, found, NOW)
    assert (finding.level, finding.value) == (level, value)


def test_a_period_that_has_not_ended_is_not_too_low() -> None:
    finding = judge("x.y", Clean("r"), FREE, (*points(6), (NOW - 60, 1)), NOW)
    assert (finding.level, finding.value) == (Level.OK, "6 GB")


def test_it_says_since_when_it_is_bad() -> None:
    finding = judge("x.y", Clean("r"), CPU, points(95, 20, 75, 95), NOW)
    assert finding.since is not None
    assert finding.since.timestamp() == NOW - 300
    finding = judge("x.y", Clean("r"), CPU, points(20, 75, 80), NOW)
    assert finding.since is not None
    assert finding.since.timestamp() == NOW - 600
    assert judge("x.y", Clean("r"), CPU, points(20), NOW).since is None


def test_silence_that_means_nothing_to_measure_is_told_as_such() -> None:
    latency = Gauge(METRIC, "Latency", "ms", warn=1000, idle="no request was made.")
    finding = judge("x.y", Clean("r"), latency, points(2000, ago=3600), NOW)
    assert (finding.level, finding.what) == (Level.OK, "Latency: no request was made.")
    assert judge("x.y", Clean("r"), latency, points(2000), NOW).level is Level.WARN


def test_numbers_without_limits_get_no_finding() -> None:
    assert judge_all("x.y", Clean("r"), [Gauge(METRIC, "CPU"), CPU], [points(1), points(2)], NOW)[0].value == "2 %"


def test_the_threshold_is_told() -> None:
    assert CPU.threshold == "warn > 70 %, crit > 90 %"
    assert FREE.threshold == "warn < 5 GB, crit < 2 GB"
    assert LASTING.threshold == "warn > 70 % in 2 of 2"


def test_a_metric_without_points_is_not_drawn() -> None:
    assert [series.label for series in series_of([CPU, FREE], [points(1), ()])] == ["CPU"]


def test_the_newest_values_are_facts_and_old_ones_are_not() -> None:
    facts = newest([CPU, FREE], [points(1, 2), points(3, ago=3600)], NOW)
    assert list(facts) == [("CPU", "2 %"), ("Free storage", "no data")]


def test_the_series_carries_its_lines() -> None:
    series = CPU.series(points(1, 2))
    assert (series.label, series.unit, series.warn, series.crit, series.last) == ("CPU", "%", 70, 90, 2)


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (1234.4, "1,234"), (12.345, "12.3"), (0.00123, "0.00123"), (3.0, "3"), (99.96, "100")]
)
def test_shown(value: float, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize("values", [(), (20,), (95,)])
def test_what_a_label_holds_of_aws_s_is_made_safe_to_show(values: tuple[float, ...]) -> None:
    """Such as the path of a disk, which whoever mounts it has named."""
    hostile = Gauge(METRIC, "Disk /a\u202eb\x1b[2J", "%", warn=70, crit=90)
    for old in (300, 3600):
        finding = judge("x.y", Clean("r"), hostile, points(*values, ago=old), NOW)
        assert "Disk /a" in finding.what and clean(finding.what) == finding.what
