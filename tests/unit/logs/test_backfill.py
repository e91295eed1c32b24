"""What a tail owes: which spans are to be read once more and when, and what is paid first."""

from __future__ import annotations

from console.logs.event import LineKey
from console.logs.kinds import LogGroup
from console.logs.reading.pages import Pages
from console.logs.tailing.backfill import Backfills
from console.logs.tailing.following import Hole, TailTiming
from console.text import Clean

NOW = 1_800_000_000_000
PACE = TailTiming(overlap=20.0, settle=(60.0, 600.0))


def span(start_ms: int, end_ms: int) -> Pages:
    return Pages(LogGroup(group="/a"), start_ms, end_ms)


def hole(start_ms: int) -> Hole:
    return Hole(start_ms, LineKey(start_ms, 0), Clean("missing"))


def test_a_span_is_due_once_half_its_time_has_passed_and_then_not_before_as_much_again() -> None:
    owed = Backfills(PACE, 0, NOW)
    assert owed.due(NOW + 29_999, 0, overlapped=True) == []
    assert owed.due(NOW + 30_000, 0, overlapped=True) == [(1, NOW - 60_000, NOW - 30_000)]
    assert owed.due(NOW + 59_999, 0, overlapped=True) == []
    assert owed.due(NOW + 60_000, 0, overlapped=True) == [(1, NOW - 30_000, NOW)]
    assert owed.due(NOW + 300_000, 0, overlapped=True) == [
        (1, NOW, NOW + 240_000),
        (2, NOW - 600_000, NOW - 300_000),
    ]


def test_the_overlap_is_made_up_for_only_where_it_was_cut_short() -> None:
    owed = Backfills(PACE, 0, NOW)
    assert owed.due(NOW + 20_000, 0, overlapped=True) == []
    assert owed.due(NOW + 20_000, 0, overlapped=False) == [(0, NOW - 20_000, NOW)]


def test_nothing_is_read_again_of_which_the_ids_are_forgotten_nor_before_where_the_tail_began() -> None:
    """Its lines would be passed on a second time."""
    assert Backfills(PACE, 0, NOW).due(NOW + 30_000, NOW - 45_000, overlapped=True) == [(1, NOW - 45_000, NOW - 30_000)]
    begun = Backfills(PACE, NOW - 5000, NOW)
    assert begun.due(NOW + 84_999, 0, overlapped=True) == []
    assert begun.due(NOW + 85_000, 0, overlapped=True) == [(1, NOW - 5000, NOW + 25_000)]


def test_what_is_not_paid_yet_is_not_owed_twice() -> None:
    owed = Backfills(PACE, 0, NOW)
    owed.again([span(NOW - 60_000, NOW - 30_000)], 1)
    assert owed.due(NOW + 60_000, 0, overlapped=True) == []
    assert owed.pay() is None and not owed
    assert owed.due(NOW + 60_000, 0, overlapped=True) == [(1, NOW - 60_000, NOW)]
    owed.again([], 1)
    assert not owed


def test_what_is_soon_paid_goes_before_holes_and_a_hole_is_filled_with_its_last_span() -> None:
    owed, missing = Backfills(PACE, 0, NOW), hole(NOW - 500)
    owed.leave([span(NOW - 500, NOW - 400), span(NOW - 400, NOW)], missing)
    owed.again([span(NOW - 900, NOW - 800)], 1)
    assert owed.holes and owed.oldest_ms == NOW - 900
    assert owed.pay() is None and owed.first.hole is missing
    assert owed.oldest_ms == NOW - 500
    assert owed.pay() is None and owed.holes
    assert owed.pay() is missing and not owed.holes and not owed


def test_a_hole_is_taken_up_again_only_where_it_ends_at_that_moment() -> None:
    owed = Backfills(PACE, 0, NOW)
    assert owed.take_last(NOW) is None
    owed.leave([span(NOW - 500, NOW)], hole(NOW - 500))
    assert owed.take_last(NOW + 1) is None and owed.holes
    debt = owed.take_last(NOW)
    assert debt is not None and debt.hole == hole(NOW - 500) and not owed
    owed.again([span(NOW - 500, NOW)], 1)
    assert owed.take_last(NOW) is None, "it is no hole"
