"""What came in already is known by its id for as long as it may be read again, and not a moment longer."""

from __future__ import annotations

from console.logs.event import LogEvent
from console.logs.tailing.dedupe import _WARM, DedupeById
from console.text import Clean


def event(at_ms: int, stream: int = 0, name: str = "") -> LogEvent:
    return LogEvent(name or f"id {at_ms}", at_ms, stream, Clean("x"))


def times(events: list[LogEvent]) -> list[int]:
    return [event.at_ms for event in events]


def test_an_event_is_passed_on_once() -> None:
    intake = DedupeById()
    assert times(intake.new([event(1), event(2), event(1)])) == [1, 2]
    assert times(intake.new([event(2), event(1, name="another of that time")])) == [1]


def test_a_second_is_forgotten_when_all_of_it_is_too_old_and_nothing_of_it_may_come_again() -> None:
    intake, seen = DedupeById(), [event(at) for at in (0, 999, 1000, 1999, 2000)]
    intake.new(seen)
    intake.forget(999)
    assert intake.floor_ms == 0 and intake.new(seen) == []
    intake.forget(1999)
    assert intake.floor_ms == 1000 and intake.new(seen[2:]) == []
    intake.forget(2000)
    assert intake.floor_ms == 2000 and intake.new(seen[4:]) == []


def test_what_cannot_be_read_again_is_never_moved_back() -> None:
    intake = DedupeById(floor_ms=5500)
    intake.new([event(5600)])
    intake.forget(6000)
    assert intake.floor_ms == 6000
    intake.new([event(2000)])
    intake.forget(3000)
    assert intake.floor_ms == 6000


def test_of_too_many_ids_the_oldest_are_forgotten_a_second_at_a_time() -> None:
    intake = DedupeById(most=3)
    intake.new([event(at) for at in (500, 1500, 2500)])
    intake.forget(0)
    assert intake.floor_ms == 0, "three may be kept"
    intake.new([event(2600)])
    intake.forget(0)
    assert intake.floor_ms == 1000
    assert intake.new([event(at) for at in (1500, 2500, 2600)]) == []


def test_the_newest_seconds_are_quick_to_ask_and_older_ones_small_and_known_all_the_same() -> None:
    intake, seen = DedupeById(), [event(1000 * second) for second in range(3 * _WARM)]
    intake.new(seen)
    intake.forget(0)
    assert sorted(intake._warm) == list(range(2 * _WARM, 3 * _WARM))
    assert intake.new(seen) == []
    late = event(0, name="late, in a second of which the ids are packed")
    assert intake.new([late]) and not intake.new([late])
    intake.forget(0)
    assert not intake.new([late, *seen])


def test_late_is_what_comes_after_newer_ones_of_its_stream_in_a_time_that_was_read() -> None:
    intake = DedupeById()
    intake.new([event(5000), event(3000, stream=1)])
    again = [event(5000, name="of the same moment"), event(4999), event(4000, stream=1), event(3999, stream=1)]
    fresh = intake.new([*again, event(4500), event(4499)], read_until_ms=4500)
    assert [(one.at_ms, one.late) for one in fresh] == [
        (5000, False),
        (4999, False),  # what is as new as this had not been read yet
        (4000, False),
        (3999, True),
        (4500, False),
        (4499, True),
    ]
    (same,) = intake.new([event(5000, name="once more")], read_until_ms=9000)
    assert not same.late, "as new as the newest"
