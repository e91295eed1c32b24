"""Times that are typed or shown: the rules of their own day, the hours that clocks skip or show twice, the ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.logs.lines.pattern import PatternProblem
from console.logs.lines.query import LineQuery
from console.logs.ranges import time_range
from console.moments import MomentProblem, moment, moment_at
from widgets.plot.axes import time_ticks

NEW_YORK = "America/New_York"
WINTER = datetime(2026, 11, 28, 12, tzinfo=UTC)
ZONES: list[str | None] = [NEW_YORK, None]
"""A zone that is given, and this machine's where it is the same."""


@pytest.fixture(params=ZONES, ids=["given", "of this machine"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tzinfo | None]:
    if request.param is not None:
        yield ZoneInfo(request.param)
        return
    with monkeypatch.context() as patched:
        patched.setenv("TZ", NEW_YORK)
        time.tzset()
        yield None
    time.tzset()


@pytest.mark.parametrize(
    ("text", "now", "wanted"),
    [
        ("2026-07-04T14:00", WINTER, "2026-07-04T18:00Z"),
        ("4 Jul 14:00", WINTER, "2026-07-04T18:00Z"),
        ("2026-01-04T14:00", WINTER, "2026-01-04T19:00Z"),
        ("2026-01-04T14:00", datetime(2026, 7, 1, tzinfo=UTC), "2026-01-04T19:00Z"),
        ("14:00", datetime(2026, 11, 1, 15, tzinfo=UTC), "2026-10-31T18:00Z"),  # yesterday was summer
        ("14:00", datetime(2026, 3, 8, 15, tzinfo=UTC), "2026-03-07T19:00Z"),
        ("2026-11-01T01:30", WINTER, "2026-11-01T05:30Z"),  # shown twice: the first
        ("01:30", datetime(2026, 11, 1, 6, 45, tzinfo=UTC), "2026-11-01T05:30Z"),
        ("2026-11-01T01:30-05:00", WINTER, "2026-11-01T06:30Z"),  # the second, by its offset
        ("2026-03-08T02:30", WINTER, "2026-03-08T07:30Z"),  # skipped: half an hour after the gap
        ("2026-07-04T14:00Z", WINTER, "2026-07-04T14:00Z"),
    ],
)
def test_a_time_means_what_the_clock_showed_that_day(
    text: str, now: datetime, wanted: str, zone: tzinfo | None
) -> None:
    assert moment(text, now, zone) == datetime.fromisoformat(wanted)
    assert time_range(text, now, zone)[0] == datetime.fromisoformat(wanted)


def test_an_axis_over_the_change_of_a_season_has_the_times_of_the_wall(zone: tzinfo | None) -> None:
    start = datetime(2026, 10, 31, 16, tzinfo=UTC).timestamp()  # noon in summer
    ticks = time_ticks(start, start + 49 * 3600, 8, zone)
    shown = [(label, datetime.fromtimestamp(at, ZoneInfo(NEW_YORK))) for at, label in ticks]
    assert [f"{at:%H:%M}" if ":" in label else f"{at:%-d %b}" for label, at in shown] == [label for label, _ in shown]
    assert {"1 Nov", "12:00", "2 Nov"} <= {label for label, _ in shown}
    assert [at for at, _ in ticks] == sorted({at for at, _ in ticks})


TYPED = st.text(max_size=12) | st.from_regex(r"-?\s?\d{1,400}(\.\d{1,20})?\s?(s|m|h|d|w)", fullmatch=True)
TYPED |= st.from_regex(r"\d{1,5}-\d\d?-\d\d?(T\d\d(:\d\d(:\d\d(\.\d+)?)?)?)?([+-]\d\d:\d\d|Z)?", fullmatch=True)
TYPED |= st.sampled_from(
    "0001-01-01 9999-12-31T23:59 0001-01-01T00:00+14:00 9999-12-31T23:59-14:00 -٣m ٣h 1969-12-31".split()
)


@given(TYPED, st.sampled_from([None, UTC, ZoneInfo(NEW_YORK)]))
def test_any_text_is_a_moment_that_can_be_asked_for_or_a_moment_problem(text: str, zone: tzinfo | None) -> None:
    for read in (moment, time_range):
        try:
            found = read(text, WINTER, zone)
        except MomentProblem as problem:
            assert str(problem).endswith(".")
        else:
            at = found[0] if isinstance(found, tuple) else found
            assert 0 <= int(at.timestamp() * 1000) < 2**53
            at.astimezone(ZoneInfo("Pacific/Kiritimati"))


@given(st.integers() | st.floats(allow_nan=False))
def test_any_number_of_milliseconds_is_a_moment(at_ms: float) -> None:
    assert moment_at(at_ms).tzinfo is UTC


@given(st.text() | st.text('%()[]{}\\*+?|^$,.<>=!-"9aPN', max_size=30).map(lambda text: f"%{text}%"), st.booleans())
def test_any_text_is_a_query_or_a_pattern_problem(text: str, capitals: bool) -> None:
    try:
        query = LineQuery.parse(text, capitals=capitals)
    except PatternProblem as problem:
        assert str(problem)
    else:
        query.matches("a line")
        list(query.spans("a line"))


@pytest.mark.parametrize("source", ["a{" + "1" * 5000 + "}", "(" * 2000 + "a" + ")" * 2000, "(?(" + "1" * 5000 + ")a)"])
def test_an_expression_beyond_all_bounds_is_a_pattern_problem(source: str) -> None:
    with pytest.raises(PatternProblem):
        LineQuery.parse(f"%{source}%")
