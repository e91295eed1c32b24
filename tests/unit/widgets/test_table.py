"""The rows, the order and the layout of a table, without a screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content
from textual.style import Style

from widgets.lines import fit, segments
from widgets.table.layout import GAP, Column, furthest, lay_out
from widgets.table.model import RowCounts, TableModel
from widgets.table.paint import scroll_mark
from widgets.table.viewport import Viewport

ANY_TEXT = st.text(st.characters(), max_size=60)


@dataclass(frozen=True)
class User:
    name: str
    age: int | None = None


COLUMNS: tuple[Column[User], ...] = (
    Column("name", "Name", lambda user: user.name),
    Column("age", "Age", lambda user: Content(str(user.age)), sort=lambda user: user.age),
)
USERS = (User("bob", 30), User("Ada", 20), User("cid"), User("dan", 30), User("eve", 10))


def model(rows: tuple[User, ...] = USERS) -> TableModel[User]:
    made = TableModel(COLUMNS, lambda user: user.name)
    made.set_rows(rows)
    return made


def names(table: TableModel[User]) -> list[str]:
    return [table.row(place).name for place in range(len(table.order))]


def test_rows_are_not_copied_and_keep_their_order() -> None:
    table = model()
    assert table.rows is USERS
    assert names(table) == ["bob", "Ada", "cid", "dan", "eve"]


def test_sorting_is_stable_both_ways_and_puts_nothing_last() -> None:
    table = model()
    table.set_sort("age")
    assert names(table) == ["eve", "Ada", "bob", "dan", "cid"]
    table.set_sort("age", descending=True)
    assert names(table) == ["bob", "dan", "Ada", "eve", "cid"]
    table.set_sort(None)
    assert names(table) == ["bob", "Ada", "cid", "dan", "eve"]


def test_a_column_without_sort_key_sorts_by_its_text_whatever_the_capitals() -> None:
    table = model()
    table.set_sort("name")
    assert names(table) == ["Ada", "bob", "cid", "dan", "eve"]


def test_sorting_by_a_column_that_is_not_there_raises() -> None:
    with pytest.raises(KeyError):
        model().set_sort("height")


def test_s_goes_through_all_columns_and_back_to_the_order_given() -> None:
    table = model()
    seen = []
    for _ in range(5):
        table.next_sort()
        seen.append(table.sort)
    assert seen == [("name", False), ("name", True), ("age", False), ("age", True), None]


def test_filter_looks_into_every_cell_whatever_the_capitals() -> None:
    table = model()
    table.set_filter("A")
    table.advance()
    assert names(table) == ["Ada", "dan"]
    table.set_filter("30")
    table.advance()
    assert names(table) == ["bob", "dan"]
    table.set_filter("")
    assert names(table) == ["bob", "Ada", "cid", "dan", "eve"]


def test_filter_never_matches_across_two_cells() -> None:
    table = model()
    table.set_filter("bob30")
    table.advance()
    assert names(table) == []


def test_filter_goes_on_where_it_stopped() -> None:
    table = model(tuple(User(f"user {number}") for number in range(3_000)))
    table.set_filter("user")
    table.advance(0)
    assert 0 < len(table.order) < 3_000
    assert table.searching
    table.advance()
    assert len(table.order) == 3_000
    assert not table.searching


def test_typing_on_before_the_filter_is_through_loses_no_row() -> None:
    table = model(tuple(User(f"user {number}") for number in range(3_000)))
    table.set_filter("user 299")
    table.advance(0)
    table.set_filter("user 2999")
    table.advance()
    assert names(table) == ["user 2999"]


def test_new_rows_keep_sort_and_filter() -> None:
    table = model()
    table.set_sort("age")
    table.set_filter("a")
    table.advance()
    table.set_rows((*USERS, User("zara", 5), User("bert", 1)))
    assert names(table) == ["zara", "Ada", "dan"]


def test_a_row_that_changed_is_filtered_by_what_it_says_now() -> None:
    table = model()
    table.set_filter("ada")
    table.advance()
    table.set_rows((User("bob", 30), User("Bea", 20), User("Ada")))
    assert names(table) == ["Ada"]


def test_marks_stay_with_their_rows_and_go_with_them() -> None:
    table = model()
    table.toggle(0)
    table.mark_range(4, 3)
    assert table.marks == {"bob", "dan", "eve"}
    table.set_rows(USERS[:4])
    assert table.marks == {"bob", "dan"}
    table.toggle(0)
    assert table.marks == {"dan"}


def test_a_row_is_found_by_its_key_wherever_it_went() -> None:
    table = model()
    assert table.find("cid", hint=2) == 2
    table.set_sort("age")
    assert table.find("cid", hint=2) == 4
    assert table.find("nobody") is None


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (RowCounts(1204, 1204), "1,204"),
        (RowCounts(38, 1204, filtered=True), "38 of 1,204 shown"),
        (RowCounts(38, 5000, 7812, filtered=True), "38 of 5,000 shown; 5,000 of 7,812 loaded"),
        (RowCounts(60, 60, more=True), "60 loaded, more exist"),
        (RowCounts(5, 5, marked=2), "5; 2 marked"),
    ],
)
def test_counts_say_what_is_shown_and_what_is_not(counts: RowCounts, said: str) -> None:
    assert str(counts) == said


def columns(*widths: tuple[int, int, int]) -> list[Column[Any]]:
    return [
        Column(str(number), "", str, width, share=share, hide=hide)
        for number, (width, share, hide) in enumerate(widths)
    ]


def test_narrow_screens_drop_columns_by_their_rank() -> None:
    made = columns((10, 1, 0), (10, 0, 2), (10, 0, 1))
    assert [placed.index for placed in lay_out(made, 34).placed] == [0, 1, 2]
    assert [placed.index for placed in lay_out(made, 33).placed] == [0, 2]
    assert [placed.index for placed in lay_out(made, 21).placed] == [0]
    assert lay_out(made, 21).right == 2


def test_spare_room_goes_to_the_shares_up_to_their_most() -> None:
    made = [
        Column("a", "", str, 10, share=1, most=12),
        Column("b", "", str, 10, share=1),
        Column("c", "", str, 10),
    ]
    assert [placed.width for placed in lay_out(made, 60).placed] == [12, 34, 10]


def test_scrolling_sideways_reaches_every_column_and_keeps_the_fixed_ones() -> None:
    made = columns((10, 1, 0), (20, 0, 1), (20, 0, 2), (20, 0, 3), (20, 0, 4))
    reached = set()
    most = furthest(made, 40)
    for offset in range(most + 1):
        placed = lay_out(made, 40, offset).placed
        assert placed[0].index == 0
        reached |= {one.index for one in placed}
    assert reached == {0, 1, 2, 3, 4}
    assert furthest(made, 200) == 0


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=9),
    st.integers(-3, 300),
    st.integers(0, 6),
    st.integers(1, 3),
)
def test_columns_never_overlap_nor_leave_the_screen(
    widths: list[tuple[int, int, int]], available: int, offset: int, fixed: int
) -> None:
    made = columns(*widths)
    fixed = min(fixed, len(made))
    layout = lay_out(made, available, min(offset, furthest(made, available, fixed)), fixed)
    end = -GAP
    for placed in layout.placed:
        assert placed.x == end + GAP
        end = placed.x + placed.width
    assert end <= max(0, available)
    assert layout.left + layout.right + len(layout.placed) == len(made)


@given(ANY_TEXT, st.integers(0, 40), st.booleans())
def test_any_text_is_cut_or_padded_to_exactly_its_column(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, right=right)) == width


@given(ANY_TEXT, st.integers(0, 40), st.booleans())
def test_any_content_is_cut_or_padded_to_exactly_its_column(text: str, width: int, right: bool) -> None:
    line = segments(Content.styled(text, "bold"), width, Style(), right=right)
    assert sum(cell_len(segment.text) for segment in line) == width
    assert all(segment.text.isprintable() for segment in line)


def test_long_text_shows_that_it_was_cut() -> None:
    assert fit("a long name", 6) == "a lon…"
    assert fit("日本語", 4) == "日 …"


def test_a_cursor_that_moves_scrolls_no_more_than_it_must() -> None:
    view = Viewport()
    view.move(9, 100, 10)
    assert view.top == 0
    view.move(10, 100, 10)
    assert view.top == 1
    view.move(1000, 100, 10)
    assert (view.cursor, view.top) == (99, 90)


def test_rows_inserted_above_leave_the_cursor_on_its_line() -> None:
    view = Viewport(cursor=50, top=45)
    view.follow(53, 103, 10)
    assert (view.cursor, view.top) == (53, 48)


def test_a_view_at_the_top_stays_there() -> None:
    view = Viewport(cursor=2, top=0)
    view.follow(5, 100, 10)
    assert (view.cursor, view.top) == (5, 0)


@given(st.integers(1, 50), st.integers(0, 500), st.data())
def test_the_scroll_bar_shows_the_top_only_at_the_top_and_the_end_only_at_the_end(
    height: int, total: int, data: st.DataObject
) -> None:
    top = data.draw(st.integers(0, max(0, total - height)))
    bar = "".join(scroll_mark(y, height, top, total) for y in range(height))
    if total <= height:
        assert not bar.strip()
    else:
        assert bar.strip()
        assert top or bar[0] == "┃"
        assert top < total - height or bar[-1] == "┃"
