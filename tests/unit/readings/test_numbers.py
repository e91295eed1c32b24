"""Figures as they are shown, and sums that tell nothing from 0."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from console.readings.numbers import bad_since, busy_span, epoch, percent, size, span, stamp, total, weighted

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (59, "59 s"),
        (120, "2 min"),
        (7199, "120 min"),
        (7200, "2 h"),
        (26 * 3600, "26 h"),
        (48 * 3600, "2 days"),
        (365 * 86400, "365 days"),
        (730 * 86400, "2 years"),
    ],
)
def test_span(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "1.5 KiB"), (1023.9 * 1024, "1024 KiB"), (3 * 1024**4, "3 TiB")],
)
def test_size(count: float, text: str) -> None:
    assert size(count) == text


def test_stamp_is_in_utc() -> None:
    assert stamp(NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))) == "2026-11-20 12:00:00 UTC"
    assert stamp(NOON.replace(tzinfo=None)) == "2026-11-20 12:00:00 UTC"


def test_no_point_is_not_zero() -> None:
    assert total((), 1000) is None
    assert total(((100.0, 5.0),), 3600, 3600) == 5
    assert total(((100.0, 5.0),), 5000, 3600) is None


def test_rates_weigh_as_much_as_happened() -> None:
    assert weighted(((0.0, 100.0), (300.0, 0.0)), ((0.0, 1.0), (300.0, 99.0))) == 1
    assert weighted(((0.0, 100.0),), ()) is None


def test_percent_only_where_there_is_a_whole() -> None:
    assert percent(((0.0, 5.0),), ((0.0, 10.0), (300.0, 10.0), (600.0, 0.0))) == ((0.0, 50.0), (300.0, 0.0))


def test_a_quarter_of_an_hour_is_enough_where_much_happens() -> None:
    now = epoch(NOON)
    assert busy_span(((now - 600, 60.0), (now - 300, 60.0)), now) == 900
    assert busy_span(((now - 600, 100.0),), now) == 900
    assert busy_span(((now - 600, 99.0),), now) == 3600
    assert busy_span(((now - 1800, 600.0), (now - 300, 6.0)), now) == 3600
    assert busy_span((), now) == 3600


def test_bad_since_the_newest_run_began() -> None:
    points = ((0.0, 9.0), (300.0, 1.0), (600.0, 9.0), (900.0, 9.0))
    assert bad_since(points, lambda value: value > 5) == datetime.fromtimestamp(600, UTC)
    assert bad_since(points[:2], lambda value: value > 5) is None
    assert bad_since((), lambda value: True) is None
