"""Numbers, times, sparklines and plots as text."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.readings.source import Level, Series
from console.text import clean
from widgets.plot.axes import time_ticks, value_ticks
from widgets.plot.canvas import Canvas, draw
from widgets.plot.sparkline import GAP, buckets, judge, spark_row, sparkline
from widgets.times import ago, clock, countdown, span
from widgets.units import quantity

NOW = 1_795_000_200.0
VALUES = st.none() | st.floats(-1e18, 1e18) | st.sampled_from([math.nan, math.inf, -math.inf])


def series(
    *values: float | None, warn: float | None = None, crit: float | None = None, unit: str = "Percent"
) -> Series:
    """A value a minute, the last one now; None is a minute that was not measured."""
    start = NOW - 60 * (len(values) - 1)
    points = tuple((start + 60 * place, value) for place, value in enumerate(values) if value is not None)
    return Series(clean("CPUUtilization"), "Percent", 60, points, warn, crit)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (87.25, "Percent", "87.2 %"),
        (0, "Count", "0"),
        (999.9, "Count", "1k"),
        (12_400, "Count", "12.4k"),
        (1_250_000, "Count/Second", "1.25M/s"),
        (15 * 1024**3, "Bytes", "15 GiB"),
        (1023.9, "Kilobytes", "1 MiB"),
        (2_000, "Bytes/Second", "1.95 KiB/s"),
        (0.0421, "Seconds", "42.1 ms"),
        (250, "Microseconds", "250 µs"),
        (90_000, "Milliseconds", "90 s"),
        (math.nan, "Count", "–"),
        (3, "None", "3"),
    ],
)
def test_quantities_have_few_digits_and_a_unit(value: float, unit: str, said: str) -> None:
    assert quantity(value, unit) == said


def test_ages_move_in_steps_so_that_they_are_painted_seldom() -> None:
    assert [ago(seconds) for seconds in (0, 9, 10, 19, 59, 60, 7_500, 400_000)] == [
        "now", "now", "10 s ago", "10 s ago", "50 s ago", "1 min ago", "2 h 5 min ago", "4 d 15 h ago",
    ]  # fmt: skip


def test_spans_countdowns_and_clock_times() -> None:
    assert [span(seconds) for seconds in (-1, 40, 3600, 864_000)] == ["0 s", "40 s", "1 h", "10 d"]
    assert [countdown(seconds) for seconds in (1750, 3723, -4)] == ["29:10", "1:02:03", "0:00"]
    now = datetime(2026, 11, 20, 14, 5, 12, tzinfo=UTC)
    moments = (now, now - timedelta(days=2), now - timedelta(days=400))
    assert [clock(at, now, UTC) for at in moments] == ["14:05:12", "18 Nov 14:05", "16 Oct 2025"]


def test_thresholds_judge_upwards_or_downwards() -> None:
    rising, falling = series(1, warn=80, crit=90), series(1, warn=20, crit=10)
    assert [judge(rising, value) for value in (79, 80, 90)] == [Level.OK, Level.WARN, Level.CRIT]
    assert [judge(falling, value) for value in (21, 20, 10)] == [Level.OK, Level.WARN, Level.CRIT]


def test_a_column_shows_the_worst_of_its_time_and_a_gap_stays_a_gap() -> None:
    assert buckets(series(1, 9, None, 2), 4) == [1, 9, None, 2]
    assert buckets(series(1, 9, 3, 2, 5, 4), 3) == [9, 3, 5]
    assert buckets(series(), 2) == [None, None]


def test_a_sparkline_shows_shape_gaps_and_levels() -> None:
    line = sparkline(series(0, None, 50, 100, warn=90, crit=99), 4)
    assert line.plain == f"▁{GAP}▅█"
    assert [span.style for span in line.spans if span.style] == ["$primary", "$text-muted", "$primary", "bold $error"]


def test_a_flat_line_is_flat_and_low() -> None:
    assert sparkline(series(5, 5, 5), 3).plain == "▁▁▁"


@given(st.lists(VALUES, max_size=30), st.integers(0, 200))
def test_any_series_fits_any_width(values: list[float | None], width: int) -> None:
    made = series(*values, warn=1)
    assert sparkline(made, width).cell_length == width
    assert spark_row(made, max(40, width)).cell_length <= max(40, width)


def test_the_row_of_a_crossed_threshold_says_so_in_text() -> None:
    assert "✗ 95 %" in spark_row(series(1, 95, warn=80, crit=90), 80).plain
    assert "no data" in spark_row(series(), 80).plain


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e12), st.integers(2, 12), st.booleans())
def test_value_ticks_span_the_range_in_even_steps(low: float, spread: float, count: int, binary: bool) -> None:
    ticks = value_ticks(low, low + spread, count, binary=binary)
    slack = 1e-6 * max(abs(low), spread)
    assert ticks[0] <= low + slack
    assert ticks[-1] >= low + spread - slack
    assert len(ticks) <= 2 * count + 3


def test_ticks_are_round() -> None:
    assert value_ticks(0, 97, 5) == [0, 20, 40, 60, 80, 100]
    assert value_ticks(0, 3 * 1024**3, 3, binary=True) == [0, 1024**3, 2 * 1024**3, 3 * 1024**3]


def test_time_ticks_are_round_local_times_and_midnight_is_a_date() -> None:
    start = datetime(2026, 11, 19, 21, 10, tzinfo=UTC).timestamp()
    labels = [label for _, label in time_ticks(start, start + 6 * 3600, 6, UTC)]
    assert labels == ["22:00", "23:00", "20 Nov", "01:00", "02:00", "03:00"]


def test_braille_draws_dots_from_the_top_left() -> None:
    canvas = Canvas(2, 1)
    canvas.dot(0, 0, "")
    canvas.dot(3, 3, "")
    canvas.dot(4, 0, "")
    assert canvas.row(0).plain == "⠁⢀"


@pytest.mark.parametrize("size", [(60, 12), (110, 30), (24, 5)])
def test_a_plot_fills_its_size_and_no_more(size: tuple[int, int]) -> None:
    width, height = size
    lines = draw([series(*range(90), warn=60, crit=80)], width, height, UTC)
    assert len(lines) == height
    assert max(line.cell_length for line in lines) <= width


def test_a_plot_names_units_times_and_thresholds() -> None:
    text = "\n".join(line.plain for line in draw([series(*range(90), warn=60, crit=80)], 80, 20, UTC))
    assert "100 % ┤" in text
    assert "▲ warn 60 %" in text
    assert "✗ crit 80 %" in text
    assert "12:00" not in text.splitlines()[0]
    assert any("┬" in line for line in text.splitlines())


def test_a_threshold_far_above_does_not_flatten_the_curve() -> None:
    text = "\n".join(line.plain for line in draw([series(1, 2, 3, 2, warn=80)], 60, 12, UTC))
    assert "80 %" not in text


def test_a_gap_in_a_plot_is_blank() -> None:
    values = [50.0] * 20 + [None] * 20 + [50.0] * 20
    curve = next(line.plain for line in draw([series(*values)], 70, 12, UTC) if "⠒" in line.plain or "⠉" in line.plain)
    body = curve.partition("│")[2] or curve.partition("┤")[2]
    assert " " * 15 in body.strip()


def test_curves_differ_by_sign_as_well_as_by_colour() -> None:
    two = [series(*range(60)), series(*range(60, 0, -1))]
    lines = [line.plain for line in draw(two, 70, 14, UTC)]
    assert lines[0].count("CPUUtilization") == 2
    for sign in "■◆":
        assert sum(line.count(sign) for line in lines[1:]) >= 3


@given(st.lists(VALUES, max_size=20), st.integers(1, 120), st.integers(1, 40))
def test_any_series_can_be_plotted_at_any_size(values: list[float | None], width: int, height: int) -> None:
    lines = draw([series(*values, warn=5)], width, height, UTC)
    assert len(lines) <= height
    assert all(line.cell_length <= width for line in lines)
