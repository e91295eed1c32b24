"""The buffer of log lines: order, bounds, late lines, gaps, continuing lines, counters."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from console.logs.event import CONTINUES, GAP, LATE, LineKey, LogEvent, LogLine
from console.logs.lines.buffer import LogBuffer
from console.logs.lines.chunk import LINES, Chunk
from console.text import Clean


def event(at_ms: int, text: str, stream: int = 0, *, late: bool = False) -> LogEvent:
    return LogEvent("id", at_ms, stream, Clean(text), late)


def lines(buffer: LogBuffer) -> list[LogLine]:
    return [chunk.line(index) for chunk in buffer.chunks for index in range(len(chunk))]


def texts(buffer: LogBuffer) -> list[str]:
    return [line.text for line in lines(buffer)]


def test_lines_come_back_as_they_went_in() -> None:
    buffer = LogBuffer()
    buffer.append([event(1, "a", 3), event(1, "b", 4, late=True), event(2, "ü漢🚀", 3)])
    assert [line[1:5] for line in lines(buffer)] == [(1, 3, 0, "a"), (1, 4, LATE, "b"), (2, 3, 0, "ü漢🚀")]
    assert buffer.tally.received == buffer.tally.kept == 3
    assert buffer.tally.late == 1


def test_a_line_stays_the_same_when_its_chunk_is_sealed() -> None:
    buffer = LogBuffer()
    wanted = [f"line {number} {'é🚀' * (number % 3)}" for number in range(5 * LINES)]
    for start in range(0, len(wanted), 700):
        buffer.append([event(number, wanted[number]) for number in range(start, min(start + 700, len(wanted)))])
    assert len(buffer.chunks) > 3
    assert texts(buffer) == wanted


def test_late_lines_go_where_their_time_is_after_those_of_the_same_time() -> None:
    buffer = LogBuffer()
    buffer.append([event(at, f"first {at}") for at in range(0, 3 * LINES)])
    buffer.append([event(7, "late 7", late=True), event(3 * LINES - 2, "late end", late=True), event(-5, "before all")])
    found = texts(buffer)
    assert found[0] == "before all"
    assert found[8:10] == ["first 7", "late 7"]
    assert found[-3:] == [f"first {3 * LINES - 2}", "late end", f"first {3 * LINES - 1}"]


def test_keys_outlive_lines_that_are_put_before_them() -> None:
    buffer = LogBuffer()
    buffer.append([event(at, str(at)) for at in range(100, 100 + 3 * LINES)])
    key = buffer.chunks[0].key(50)
    buffer.append([event(120, "late")] * 30)
    chunk = buffer.chunks[0]
    assert chunk.text(chunk.find(key)) == "150"


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 60), st.text("ab\né", max_size=4)), max_size=12), max_size=25),
    st.integers(40, 400),
)
@settings(deadline=None, max_examples=150)
def test_order_and_bounds_hold_whatever_comes(batches: list[list[tuple[int, str]]], most: int) -> None:
    buffer = LogBuffer(most_lines=most)
    expected: list[tuple[int, int, str]] = []
    for batch in batches:
        buffer.append([event(at, text) for at, text in batch])
        for at, text in batch:
            for line in text.rstrip("\n").split("\n"):
                expected.append((at, len(expected), line))
        assert len(buffer) <= most
        found = [(line.at_ms, line.number, line.text) for line in lines(buffer)]
        assert found == sorted(found)
        assert {(at, text) for at, _, text in found} <= {(at, text) for at, _, text in expected}
    tally = buffer.tally
    assert tally.received == len(expected) == tally.kept + tally.dropped
    if not tally.dropped:
        by_time = sorted(expected, key=lambda line: line[0])
        assert [(line.at_ms, line.text) for line in lines(buffer)] == [(at, text) for at, _, text in by_time]


def test_the_oldest_lines_go_first_and_are_counted() -> None:
    buffer = LogBuffer(most_lines=1000)
    for start in range(0, 5000, 250):
        buffer.append([event(at, str(at)) for at in range(start, start + 250)])
    kept = texts(buffer)
    assert len(kept) <= 1000
    assert len(kept) >= 1000 - 1000 // 8
    assert kept == [str(at) for at in range(5000 - len(kept), 5000)]
    assert buffer.tally.dropped == 5000 - len(kept)
    assert buffer.full


def test_text_is_bounded_as_well_as_lines() -> None:
    buffer = LogBuffer(most_bytes=1_000_000)
    for number in range(300):
        buffer.append([event(number, "x" * 16_000)])
    assert sum(len(text) for text in texts(buffer)) <= 1_000_000
    assert texts(buffer)


def test_it_is_full_as_soon_as_older_lines_would_be_dropped_again() -> None:
    """Whoever scrolls up is given older lines while there is room for a chunk of them, by lines as well as by text."""
    by_lines, by_text = LogBuffer(most_lines=1000), LogBuffer(most_bytes=1_000_000)
    assert not by_lines.full and not by_text.full
    by_lines.append([event(at, "x") for at in range(874)])
    by_text.append([event(at, "x" * 999) for at in range(874)])
    assert not by_lines.full and not by_text.full
    by_lines.append([event(874, "x")])
    by_text.append([event(874, "x" * 999)])
    assert by_lines.full and by_text.full
    assert by_lines.tally.dropped == by_text.tally.dropped == 0
    by_lines.append([event(-at, "older") for at in range(1, 126)])
    assert by_lines.tally.dropped == 0, "there was still room for the chunk"


def test_many_older_lines_are_put_before_all() -> None:
    buffer = LogBuffer()
    buffer.append([event(at, str(at)) for at in range(50_000, 50_000 + 3 * LINES)])
    buffer.append([event(at, str(at)) for at in range(10_000, 10_000 + 3 * LINES)])
    found = [line.at_ms for line in lines(buffer)]
    assert found == sorted(found)
    assert len(found) == 6 * LINES


def test_a_gap_is_a_row_in_its_place_until_it_is_filled() -> None:
    buffer = LogBuffer()
    buffer.append([event(at, str(at)) for at in range(3 * LINES)])
    near, far = buffer.add_gap(3 * LINES, Clean("missing at the end")), buffer.add_gap(10, Clean("missing early"))
    assert [line.text for line in lines(buffer) if line.flags & GAP] == ["missing early", "missing at the end"]
    assert buffer.tally.gaps == 2
    assert buffer.tally.kept == 3 * LINES
    buffer.fill_gap(far)
    buffer.fill_gap(near)
    buffer.fill_gap(near)
    assert texts(buffer) == [str(at) for at in range(3 * LINES)]
    assert buffer.tally.gaps == 0


def test_a_gap_among_lines_of_one_time_is_found() -> None:
    buffer = LogBuffer()
    buffer.append([event(5, "a")] * (3 * LINES))
    key = buffer.add_gap(5, Clean("gap"))
    buffer.append([event(5, "b")] * (3 * LINES))
    buffer.fill_gap(key)
    assert buffer.tally.gaps == 0
    assert set(texts(buffer)) == {"a", "b"}


def test_a_gap_that_was_dropped_is_no_longer_counted() -> None:
    buffer = LogBuffer(most_lines=200)
    key = buffer.add_gap(0, Clean("gap"))
    buffer.append([event(at, str(at)) for at in range(1, 500)])
    assert buffer.tally.gaps == 0
    assert buffer.tally.kept + buffer.tally.dropped == 499
    buffer.fill_gap(key)


def test_an_event_of_several_lines_becomes_lines_that_continue_its_first() -> None:
    buffer = LogBuffer()
    buffer.append([event(1, "head\n  one\ntwo\n"), event(2, "next")])
    assert [(line.text, line.flags) for line in lines(buffer)] == [
        ("head", 0),
        ("  one", CONTINUES),
        ("two", CONTINUES),
        ("next", 0),
    ]
    assert buffer.tally.received == 4


def test_listeners_hear_of_every_change_until_they_leave() -> None:
    buffer, heard = LogBuffer(), []
    listener = lambda: heard.append(len(buffer))  # noqa: E731
    buffer.listen(listener)
    buffer.append([event(1, "a")])
    buffer.append([])
    key = buffer.add_gap(2, Clean("gap"))
    buffer.fill_gap(key)
    buffer.sampled(3)
    buffer.clear()
    buffer.forget(listener)
    buffer.append([event(1, "a")])
    assert heard == [1, 2, 1, 1, 0]
    assert buffer.tally.sampled == 3


def test_what_was_cleared_counts_as_dropped() -> None:
    buffer = LogBuffer()
    buffer.append([event(1, "a"), event(2, "b")])
    buffer.clear()
    assert (buffer.tally.received, buffer.tally.kept, buffer.tally.dropped) == (2, 0, 2)
    buffer.append([event(1, "c")])
    assert texts(buffer) == ["c"]


def test_a_chunk_serial_is_another_only_when_lines_go_between_others() -> None:
    chunk = Chunk([1, 3], [0, 1], [0, 0], [0, 0], ["a", "b"])
    serial = chunk.serial
    chunk.extend(Chunk([4], [2], [0], [0], ["c"]))
    assert chunk.serial == serial
    merged = chunk.merged(Chunk([2], [3], [0], [0], ["x"]))
    assert merged.serial != serial
    assert merged.texts() == ["a", "x", "b", "c"]
    assert merged.key(1) == LineKey(2, 3)


def test_lone_surrogates_do_not_stop_the_buffer() -> None:
    buffer = LogBuffer()
    buffer.append([event(number, "half \ud83d pair") for number in range(3 * LINES)])
    assert texts(buffer)[0] in ("half ? pair", "half \ud83d pair")
