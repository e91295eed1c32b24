"""What is shown of a buffer, where one is among it, and how a line becomes rows of cells."""

from __future__ import annotations

from datetime import UTC, datetime
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from console.logs.event import LineKey, LogEvent, LogLine
from console.logs.json_lines import columns, parse
from console.logs.lines import export
from console.logs.lines.buffer import LogBuffer
from console.logs.lines.chunk import LINES
from console.logs.lines.query import LineQuery
from console.logs.lines.view import LogView
from console.text import Clean, clean
from tests.hostile import HOSTILE
from widgets.log.layout import HANG, cells_of, in_sight, wrapped
from widgets.log.paint import Look, Painter
from widgets.log.scroll import Scroll
from widgets.log.stamps import Stamps, TimeStyle

NOW = datetime(2026, 11, 20, 14, 5, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)


def filled(texts: list[str], start: int = NOW_MS) -> LogBuffer:
    buffer = LogBuffer()
    buffer.streams.index(Clean("g"), Clean("s"))
    append(buffer, texts, start)
    return buffer


def append(buffer: LogBuffer, texts: list[str], start: int) -> None:
    buffer.append([LogEvent("", start + at, 0, Clean(text)) for at, text in enumerate(texts)])


def view_of(buffer: LogBuffer, query: str = "") -> LogView:
    view = LogView(buffer)
    view.set_query(LineQuery.parse(query))
    sync(view)
    return view


def sync(view: LogView) -> None:
    while not view.sync():
        pass


def shown(view: LogView) -> list[str]:
    return [view.line(rank).text for rank in range(len(view))]


TRACE = ["ERROR a", "  at b", "  at c"]


# What is shown


def test_traces_are_folded_and_unfolded() -> None:
    view = view_of(filled(["x", *TRACE, "y", *TRACE]))
    assert shown(view) == ["x", "ERROR a", "y", "ERROR a"]
    head = view.line(1)
    assert view.folded(head)
    assert [line.text for line in view.group(head)] == ["  at b", "  at c"]
    view.toggle(head)
    sync(view)
    assert shown(view) == ["x", "ERROR a", "  at b", "  at c", "y", "ERROR a"]
    assert not view.folded(head)
    assert view.head(view.line(3)) == head
    view.toggle(view.line(3))
    sync(view)
    assert len(view) == 4
    view.toggle_all()
    sync(view)
    assert len(view) == 8


def test_a_trace_unfolds_across_chunks_and_among_other_streams() -> None:
    buffer = LogBuffer()
    trace = [LogEvent("", 1, 0, Clean(text)) for text in ["ERROR a", *["  at b"] * 300]]
    other = [LogEvent("", 1, 1, Clean("other"))] * 3
    buffer.append([event for part in trace for event in (part, *other)] + [LogEvent("", 2, 0, Clean("end"))])
    buffer.append([LogEvent("", 3, 0, Clean("later"))] * (3 * LINES))
    view = view_of(buffer)
    before = len(view)
    view.toggle(view.line(0))
    sync(view)
    assert len(view) == before + 300
    assert shown(view).count("  at b") == 300


def test_a_filter_shows_lines_that_are_folded_otherwise() -> None:
    view = view_of(filled(["x", *TRACE]), "at c")
    assert shown(view) == ["  at c"]
    assert view.head(view.line(0)).text == "ERROR a"


def test_ranks_and_keys_lead_to_each_other() -> None:
    view = view_of(filled([f"line {number}" for number in range(4 * LINES)]), "%[05]$%")
    for rank in (0, 1, len(view) // 2, len(view) - 1):
        assert view.rank(view.line(rank).key) == rank
        assert view.nearest(view.line(rank).key) == rank
    key = view.line(7).key
    assert view.rank(LineKey(key.at_ms + 1, 0)) == 8
    assert view.nearest(LineKey(key.at_ms + 1, 0)) == 7
    assert view.nearest(LineKey(0, 0)) == 0
    assert view.rank(LineKey(NOW_MS * 2, 0)) == len(view)
    assert view.nearest(LineKey(NOW_MS * 2, 0)) == len(view) - 1


def test_between_two_syncs_ranks_lead_to_the_lines_of_the_last_one() -> None:
    buffer = LogBuffer(most_lines=400)
    append(buffer, [f"line {number}" for number in range(90)], NOW_MS)
    view = view_of(buffer)
    before = shown(view)
    for batch in range(20):  # chunks are sealed, split and dropped meanwhile
        append(buffer, [f"more {batch} {number}" for number in range(60)], NOW_MS - 1000 + 500 * batch)
        assert shown(view) == before
        assert view.rank(view.line(89).key) == 89


def test_nothing_shown_has_no_ranks() -> None:
    view = view_of(LogBuffer())
    assert len(view) == 0
    assert view.nearest(LineKey(1, 1)) == -1
    assert view_of(filled(["a"]), "b").nearest(LineKey(1, 1)) == -1
    assert view.oldest() is None
    assert view.find(LineKey(1, 1)) is None


def test_a_snapshot_stays_as_it_was() -> None:
    buffer = filled([f"a {number}" for number in range(10)])
    whole, some = view_of(buffer).snapshot(), view_of(buffer, "5").snapshot()
    append(buffer, ["a 5 late"], NOW_MS)
    append(buffer, ["a 55"] * 20, NOW_MS + 10)
    assert list(export.texts(whole, buffer.streams)) == [f"a {number}" for number in range(10)]
    assert list(export.texts(some, buffer.streams)) == ["a 5"]
    assert list(export.texts(some, buffer.streams, stamped=True)) == ["2026-11-20T14:05:12.005Z s a 5"]


# Where one is


class Place:
    """A scroll over lines, some of which take several rows."""

    def __init__(self, texts: list[str], height: int = 5) -> None:
        self.buffer = filled(texts)
        self.view = view_of(self.buffer)
        self.height = height
        self.scroll = Scroll(self.view, lambda line: 1 + line.text.count("+"))
        self.settle()

    def settle(self) -> None:
        sync(self.view)
        self.scroll.settle(self.height)

    def add(self, texts: list[str], start: int = NOW_MS + 100_000) -> None:
        append(self.buffer, texts, start)
        self.settle()

    @property
    def rows(self) -> list[str]:
        return [f"{line.text}.{part}" if part else line.text for _, part, line in self.scroll.rows]

    @property
    def cursor(self) -> str:
        line = self.scroll.line
        return line.text if line else ""


NUMBERS = [str(number) for number in range(20)]


def test_the_newest_is_followed_until_one_moves_up() -> None:
    place = Place(NUMBERS)
    assert place.rows == ["15", "16", "17", "18", "19"]
    place.add(["20", "21"])
    assert (place.rows, place.cursor) == (["17", "18", "19", "20", "21"], "21")
    place.scroll.move(-1)
    place.add([str(number) for number in range(22, 260)], NOW_MS + 200_000)
    assert (place.rows, place.cursor, place.scroll.new) == (["17", "18", "19", "20", "21"], "20", 238)
    place.scroll.follow()
    assert (place.rows[-1], place.cursor, place.scroll.new) == ("259", "259", 0)


def test_a_held_screen_stays_while_lines_come_late_and_are_dropped() -> None:
    place = Place(NUMBERS)
    place.buffer._most_lines = 400
    place.scroll.go_to(12)
    before = place.rows
    place.add(["late"] * 5, NOW_MS)
    assert (place.rows, place.cursor) == (before, "12")
    for number in range(10):
        place.add(["more"] * 30, NOW_MS + 1000 * (number + 1))
        assert (place.rows, place.cursor) == (before, "12")


def test_when_what_is_held_was_dropped_the_oldest_is_shown() -> None:
    place = Place(NUMBERS)
    place.scroll.go_to(3)
    place.buffer._most_lines, place.buffer._lines = 100, 10
    for number in range(20):
        place.add([f"more {number}"] * 10, NOW_MS + 1000 * (number + 1))
    assert place.rows[0] == shown(place.view)[0]
    assert place.cursor == shown(place.view)[0]
    assert not place.scroll.following


def test_the_cursor_moves_by_lines_and_the_screen_no_more_than_needed() -> None:
    place = Place(NUMBERS)
    for _ in range(4):
        place.scroll.move(-1)
    assert (place.rows[0], place.cursor) == ("15", "15")
    place.scroll.move(-1)
    assert (place.rows[0], place.cursor) == ("14", "14")
    place.scroll.move(1)
    assert (place.rows[0], place.cursor) == ("14", "15")
    place.scroll.go_to(0)
    place.scroll.move(-1)
    assert (place.rows[0], place.cursor, place.scroll.at_top) == ("0", "0", True)
    place.scroll.page(1)
    assert (place.rows[0], place.cursor) == ("4", "4")
    place.scroll.page(-1)
    assert (place.rows[0], place.cursor) == ("0", "0")
    for _ in range(9):
        place.scroll.page(1)
    assert (place.rows[-1], place.cursor) == ("19", "19")
    assert not place.scroll.following


def test_wrapped_lines_take_their_rows() -> None:
    place = Place(["0", "1++", "2", "3+", "4"])
    assert place.rows == ["1++.2", "2", "3+", "3+.1", "4"]
    place.scroll.scroll(-1)
    assert place.rows == ["1++.1", "1++.2", "2", "3+", "3+.1"]
    place.scroll.scroll(-9)
    assert place.rows == ["0", "1++", "1++.1", "1++.2", "2"]
    place.scroll.scroll(2)
    assert place.rows == ["1++.1", "1++.2", "2", "3+", "3+.1"]
    place.scroll.scroll(9)
    assert place.rows == ["1++.2", "2", "3+", "3+.1", "4"]


def test_a_line_taller_than_the_screen_is_read_row_by_row() -> None:
    place = Place(["a", "b" + "+" * 9, "c"], height=4)
    place.scroll.go_to(1)
    first = "b+++++++++"
    assert place.rows == [first, f"{first}.1", f"{first}.2", f"{first}.3"]
    seen = []
    while place.cursor == first:
        place.scroll.move(1)
        seen.append(place.rows[-1])
    assert seen == [f"{first}.{part}" for part in range(4, 10)] + ["c"]
    while place.cursor != "a":
        place.scroll.move(-1)
    assert place.rows[0] == "a"


def test_what_is_shown_out_of_sight_comes_to_the_middle() -> None:
    place = Place(NUMBERS)
    place.scroll.show(4)
    assert (place.rows, place.cursor) == (["2", "3", "4", "5", "6"], "4")
    place.scroll.show(6)
    assert (place.rows, place.cursor) == (["2", "3", "4", "5", "6"], "6")


def test_a_smaller_screen_keeps_the_cursor_in_sight() -> None:
    place = Place(NUMBERS, height=10)
    place.scroll.go_to(18)
    place.scroll.settle(3)
    place.scroll.see_cursor()
    assert place.cursor == "18"
    assert "18" in place.rows


def test_keys_are_answered_between_a_change_and_its_paint() -> None:
    place = Place(NUMBERS)
    place.buffer._most_lines, place.buffer._lines = 100, 10
    place.scroll.move(-1)
    for number in range(30):
        append(place.buffer, [f"more {number}"] * 10, NOW_MS + 1000 * (number + 1))
        append(place.buffer, ["late"] * 3, NOW_MS)
        place.scroll.move(-1)
        place.scroll.page(1)
        place.scroll.go_to(0)
        assert place.rows
        assert place.view.nearest(LineKey(NOW_MS, 0)) >= 0
    place.settle()
    assert place.rows[0] == shown(place.view)[0]


@given(
    st.lists(st.sampled_from("udPNsSgfal"), max_size=40),
    st.lists(st.sampled_from(["x", "x+", "x+++++++"]), max_size=12),
    st.integers(1, 6),
)
@settings(deadline=None)
def test_whatever_one_does_rows_follow_each_other(keys: list[str], texts: list[str], height: int) -> None:
    place = Place([f"{number}{text}" for number, text in enumerate(texts)], height)
    do = {
        "u": lambda: place.scroll.move(-1), "d": lambda: place.scroll.move(1), "P": lambda: place.scroll.page(-1),
        "N": lambda: place.scroll.page(1), "s": lambda: place.scroll.scroll(2), "S": lambda: place.scroll.scroll(-2),
        "g": lambda: place.scroll.go_to(0), "f": place.scroll.follow, "a": lambda: place.add(["new", "new+"]),
        "l": lambda: place.add(["late+"], NOW_MS),
    }  # fmt: skip
    for key in keys:
        do[key]()
        rows = place.scroll.rows
        every = [(rank, part) for rank in range(len(place.view))
                 for part in range(1 + place.view.line(rank).text.count("+"))]  # fmt: skip
        start = every.index(rows[0][:2]) if rows else 0
        assert [row[:2] for row in rows] == every[start : start + height]
        assert len(rows) == min(height, len(every))
        if place.scroll.following:
            assert [row[:2] for row in rows] == every[-height:]


# How it looks


@given(st.text(max_size=200).map(clean), st.integers(10, 60))
@settings(deadline=None)
def test_wrapped_rows_are_the_whole_text_and_fit(text: str, width: int) -> None:
    wide = sum(map(cells_of, text))
    rows = wrapped(text, width)
    assert "".join(text[start:stop] for start, stop in rows) == text
    for row, (start, stop) in enumerate(rows):
        assert sum(map(cells_of, text[start:stop])) <= (width - HANG if row else width)
    assert len(rows) <= 1 + wide // ((width - HANG) // 2 - 1)


def test_rows_break_after_spaces() -> None:
    text = "GET /maps/12 answered 200 in 12 ms"
    assert [text[a:b] for a, b in wrapped(text, 16)] == ["GET /maps/12 ", "answered 200 ", "in 12 ms"]


@pytest.mark.parametrize(
    ("text", "offset", "width", "wanted"),
    [("abcdef", 2, 3, ("cde", 0)), ("abc", 9, 3, ("", 0)), ("漢字ab", 0, 3, ("漢", 0)), ("漢字ab", 1, 4, ("字a", 1)),
     ("漢字ab", 2, 9, ("字ab", 0)), ("漢", 8, 4, ("", 0))],
)  # fmt: skip
def test_a_part_in_sight(text: str, offset: int, width: int, wanted: tuple[str, int]) -> None:
    start, stop, blank = in_sight(text, offset, width)
    assert (text[start:stop], blank) == wanted


class NoInks:
    """Inks without colours."""

    def __call__(self, *names: str, on_cursor: bool = False) -> Style:
        return Style()


def painter(view: LogView, look: Look, width: int = 80, style: TimeStyle = TimeStyle.ZULU) -> Painter:
    return Painter(view, look, NoInks(), Stamps(style, lambda: NOW, UTC), width)  # type: ignore[arg-type]


def rows(view: LogView, look: Look, width: int = 80) -> list[str]:
    paint = painter(view, look, width)
    return [
        paint.row(line, part, cursor=False, marked=False, edge=" ").text.rstrip()
        for line in map(view.line, range(len(view)))
        for part in range(paint.parts(line))
    ]


def test_a_line_has_its_time_and_a_folded_trace_its_size() -> None:
    view = view_of(filled(["x", *TRACE]))
    assert rows(view, Look()) == ["   14:05:12.000Z x", "   14:05:12.001Z ▸2 ERROR a"]


def test_the_end_of_a_python_trace_is_told() -> None:
    view = view_of(filled(["Traceback (most recent call last):", '  File "a"', "store.Full: no room"]))
    assert rows(view, Look())[0].endswith("▸2 Traceback (most recent call last): … store.Full: no room")


def test_wrapped_rows_hang() -> None:
    view = view_of(filled(["GET /maps/12 answered 200 in 12 ms"]))
    assert rows(view, Look(wrap=True), 34) == ["   GET /maps/12 answered 200 in", "     12 ms"]


def test_sideways_the_edges_say_that_there_is_more() -> None:
    view = view_of(filled(["0123456789" * 3]))
    assert rows(view, Look(), 30)[0] == "   0123456789012345678901234›"
    assert rows(view, Look(offset=8), 30)[0] == "   ‹901234567890123456789"


def test_json_lines_stand_in_columns() -> None:
    lines = ['{"level": "info", "path": "/a", "msg": "done"}', '{"level": "error", "path": "/b", "msg": "no"}', "plain"]
    found = columns([value for line in lines if (value := parse(line))])
    view = view_of(filled(lines))
    look = Look(columns=found)
    assert [row[17:] for row in rows(view, look)] == ["info   /a    done", "error  /b    no", "plain"]
    assert painter(view, look).titles().text.rstrip()[17:] == "level  path  msg"


@pytest.mark.parametrize(
    ("style", "wanted"),
    [(TimeStyle.LOCAL, "20 Nov 14:05:12.007"), (TimeStyle.ZULU, "20 Nov 14:05:12.007Z"), (TimeStyle.RELATIVE, "now")],
)
def test_times_in_three_manners(style: TimeStyle, wanted: str) -> None:
    stamps = Stamps(style, lambda: NOW, UTC, dated=True)
    assert stamps.text(NOW_MS + 7).strip() == wanted
    assert {len(stamps.text(NOW_MS - age * 1000)) for age in (0, 40, 3000, 90_000, 10**7)} == {stamps.width}


def test_times_beyond_all_calendars_are_shown_all_the_same() -> None:
    for at_ms in (10**18, -(10**18)):
        for style in TimeStyle:
            Stamps(style, lambda: NOW, UTC).text(at_ms)


STRANGE = [clean(hostile.text) for hostile in HOSTILE] + [hostile.text.replace("\n", " ") for hostile in HOSTILE]


@pytest.mark.parametrize("wrap", [False, True])
@pytest.mark.parametrize("width", [1, 9, 40, 80])
def test_strange_text_is_as_wide_as_it_must_be_and_holds_no_control(width: int, wrap: bool) -> None:
    buffer = filled(STRANGE)
    buffer.streams.index(Clean("g"), Clean("漢字"))
    view = view_of(buffer)
    paint = painter(view, Look(wrap=wrap, search=LineQuery.parse("e")), width)
    for line in map(view.line, range(len(view))):
        for part in range(min(3, paint.parts(line))):
            strip = paint.row(line, part, cursor=True, marked=True, edge="┃")
            assert cell_len(strip.text) == strip.cell_length == width
            assert not {category(char) for char in strip.text} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_the_first_match_is_told_in_cells() -> None:
    view = view_of(filled(["漢字 x漢 x"]))
    paint = painter(view, Look(search=LineQuery.parse("x")))
    line: LogLine = view.line(0)
    assert paint.first_match(line) == (5, 6)
    assert painter(view, Look()).first_match(line) is None
