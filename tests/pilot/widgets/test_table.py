"""The table on a screen: keys, what stays when rows change, and what is painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.app import App, ComposeResult
from textual.content import Content
from textual.geometry import Region, Size
from textual.style import Style

import themes
from console.readings.source import Level
from widgets.level import level_cell
from widgets.table.layout import GUTTER, Column, lay_out
from widgets.table.model import TableModel
from widgets.table.paint import Styles, TablePicture
from widgets.table.table import Table

SIZES = [(80, 24), (120, 40)]


@dataclass(frozen=True)
class Item:
    name: str
    size: int
    level: Level = Level.OK


COLUMNS: tuple[Column[Item], ...] = (
    Column("level", "Level", lambda item: level_cell(item.level), 9, sort=lambda item: item.level),
    Column("name", "Name", lambda item: item.name, 20, share=1),
    Column("size", "Size", lambda item: str(item.size), 8, align="right", sort=lambda item: item.size),
    Column("note", "Note", lambda item: "something long", 60, hide=1),
)
ITEMS = tuple(Item(f"item-{number:04}", number * 7 % 100, Level(number % 4)) for number in range(200))


class Watched(Table[Item]):
    """A table that notes which regions of it are to be painted; None stands for all of it."""

    noted: ClassVar[set[Region | None]] = set()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        self.noted.update(regions or (None,))
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class TableApp(App[None]):
    """A table, and what it told."""

    def __init__(self, rows: Sequence[Item] = ITEMS) -> None:
        super().__init__()
        for theme in themes.load_all():
            self.register_theme(theme)
        self.theme = themes.DEFAULT
        self.table = Watched(COLUMNS, lambda item: item.name, empty="No items.")
        self.rows = rows
        self.told: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.set_rows(self.rows)

    def on_table_selected(self, event: Table.Selected) -> None:
        self.told.append(f"selected {event.row.name}")

    def on_table_cursor_moved(self, event: Table.CursorMoved) -> None:
        self.told.append(f"moved {event.row and event.row.name}")

    def on_table_counts_changed(self, event: Table.CountsChanged) -> None:
        self.told.append(f"counts {event.counts}")


def lines(app: App[None]) -> list[str]:
    return ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]


def row_under_cursor(app: TableApp) -> str:
    row = app.table.cursor_row
    return row.name if row else ""


@pytest.mark.parametrize("size", SIZES)
async def test_every_line_is_as_wide_as_the_screen(size: tuple[int, int]) -> None:
    app = TableApp([Item("日本語テーブル" * 9, 1), Item("é" * 99, 2), Item("👩‍👩‍👧 family", 3), *ITEMS])
    async with app.run_test(size=size):
        assert {cell_len(line) for line in lines(app)} == {size[0]}


async def test_narrow_screens_show_what_matters_and_the_keys_show_the_rest() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        assert "Size" in lines(app)[0]
        assert "Note" not in lines(app)[0]
        assert lines(app)[0].rstrip().endswith("›")
        await pilot.press("right", "right")
        assert "Note" in lines(app)[0]
        assert lines(app)[0].startswith("‹")
        await pilot.press("left", "left")
        assert "Note" not in lines(app)[0]


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        (["j", "down", "j", "k", "up"], "item-0001"),
        (["G"], "item-0199"),
        (["end", "home"], "item-0000"),
        (["pagedown"], "item-0022"),
        (["G", "g"], "item-0000"),
        (["k"], "item-0000"),
    ],
)
async def test_keys_move_the_cursor(keys: list[str], name: str) -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        assert row_under_cursor(app) == name
        shown = [line for line in lines(app) if line.startswith("▌")]
        assert len(shown) == 1
        assert name in shown[0]


async def test_enter_and_a_second_click_choose() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "enter")
        await pilot.click(Table, offset=(10, 5))
        await pilot.click(Table, offset=(10, 5), times=2)
        chosen = [word for word in app.told if word.startswith("selected")]
        assert chosen == ["selected item-0001", "selected item-0004"]


async def test_a_click_on_a_title_sorts_by_it() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click(Table, offset=(15, 0))
        assert app.table.model.sort == ("name", False)
        await pilot.click(Table, offset=(15, 0))
        assert app.table.model.sort == ("name", True)
        assert "Name▾" in lines(app)[0]


async def test_space_marks_and_v_marks_up_to_the_cursor() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "j", "j", "V")
        assert [item.name for item in app.table.marked_rows] == [f"item-000{number}" for number in range(4)]
        assert app.told[-1].endswith("4 marked")
        assert sum("✓" in line for line in lines(app)) == 4


async def test_new_rows_keep_cursor_place_sort_filter_and_marks() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.set_sort("name", descending=True)
        app.table.set_filter("item-01")
        await pilot.press("g", "space", *["j"] * 30)
        before, at = row_under_cursor(app), next(y for y, line in enumerate(lines(app)) if line.startswith("▌"))
        app.table.set_rows([Item("item-0199a", 3), Item("item-0199b", 4), Item("other", 5), *map(replace, ITEMS)])
        await pilot.pause()
        assert row_under_cursor(app) == before
        assert lines(app)[at].startswith("▌")
        assert before in lines(app)[at]
        assert str(app.table.counts) == "102 of 203 shown; 1 marked"
        assert [item.name for item in app.table.marked_rows] == ["item-0199"]


async def test_a_row_that_is_gone_leaves_the_cursor_where_it_was() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "j")
        app.table.set_rows([item for item in ITEMS if item.name != "item-0002"])
        await pilot.pause()
        assert row_under_cursor(app) == "item-0003"
        assert "moved item-0003" in app.told


async def test_equal_rows_paint_nothing() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.table.noted.clear()
        app.table.set_rows([replace(item) for item in ITEMS])
        await pilot.pause()
        assert app.table.noted == set()


async def test_one_changed_cell_paints_that_cell() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.table.noted.clear()
        app.table.set_rows([replace(item, size=5) if item.name == "item-0003" else item for item in ITEMS])
        await pilot.pause()
        assert app.table.noted == {Region(70, 4, 8, 1)}


async def test_a_row_out_of_sight_paints_nothing() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.table.noted.clear()
        app.table.set_rows([replace(item, size=5) if item.name == "item-0100" else item for item in ITEMS])
        await pilot.pause()
        assert app.table.noted == set()


async def test_an_empty_table_says_so_and_a_filter_without_match_says_how_to_go_on() -> None:
    app = TableApp([])
    async with app.run_test(size=(80, 24)) as pilot:
        assert "No items." in lines(app)[1]
        app.table.set_rows(ITEMS)
        app.table.set_filter("nothing has this")
        await pilot.pause()
        assert "esc clears it" in lines(app)[1]
        await pilot.press("enter", "space", "V", "j", "G", "pagedown")
        assert not [word for word in app.told if word.startswith("selected")]


async def test_a_long_filter_is_done_in_slices_and_finds_all() -> None:
    app = TableApp([Item(f"user-{number}", number) for number in range(60_000)])
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.set_filter("user-59")
        while app.table.model.searching:
            await pilot.pause()
        assert app.table.counts.shown == 1_111


async def test_cells_are_never_read_as_markup() -> None:
    app = TableApp([Item("[red]x[/red] [@click=app.quit]y", 1), Item("[/var/log]", 2)])
    async with app.run_test(size=(80, 24)):
        assert "[red]x[/red] [@click=app.quit]y" in lines(app)[1]
        assert "[/var/log]" in lines(app)[2]


async def test_another_theme_repaints_in_its_colours() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        before = app.table.render_line(1)
        app.theme = "light"
        await pilot.pause()
        assert app.table.render_line(1) != before
        assert app.table.render_line(1).text == before.text


async def test_any_size_holds() -> None:
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("G", "right", "right")
        for size in [(1, 1), (3, 2), (300, 100), (20, 5), (80, 24)]:
            await pilot.resize_terminal(*size)
            await pilot.press("j", "k", "pagedown", "pageup", "right")
            assert {cell_len(line) for line in lines(app)} == {size[0]}
        assert row_under_cursor(app).startswith("item-")


@given(st.lists(st.text(st.characters(), max_size=40), min_size=1, max_size=6), st.integers(1, 50))
@settings(deadline=None)
def test_any_text_keeps_every_line_as_wide_as_the_table(texts: list[str], width: int) -> None:
    columns: tuple[Column[str], ...] = (Column("a", "A", str, 12, share=1), Column("b", "B", Content, 9))
    model = TableModel(columns, str)
    model.set_rows(texts)
    layout = lay_out(columns, width - GUTTER - 2)
    picture = TablePicture(model, layout, Styles(*[Style()] * 6), Size(width, 9), 1, 0, 0, "empty")
    for y in range(9):
        line = picture.line(y)
        assert cell_len(line.text) == width
        assert not {category(char) for char in line.text} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


async def test_rows_of_something_else_begin_at_the_top_as_they_come() -> None:
    app = TableApp([Item("b", 1)])
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.set_rows(ITEMS, about="one")
        await pilot.press("s", "s", "space", "G")
        app.table.set_filter("item")
        app.table.set_rows(ITEMS, about="one")
        assert row_under_cursor(app) != ITEMS[0].name and app.table.marked_rows
        app.table.set_rows(ITEMS, about="two")
        assert row_under_cursor(app) == ITEMS[0].name and not app.table.marked_rows
        assert not app.table.counts.filtered and app.table.model.sort is None
        app.table.set_rows([Item("worst", 9), *ITEMS], about="two")
        assert row_under_cursor(app) == "worst"


async def test_a_list_that_was_scrolled_by_the_wheel_stays_where_it_is() -> None:
    app = TableApp(ITEMS)
    async with app.run_test(size=(80, 24)):
        app.table.on_mouse_scroll_down(events.MouseScrollDown(app.table, 5, 5, 0, 1, 0, False, False, False))
        before = app.table._view.top
        app.table.set_rows(list(map(replace, ITEMS)))
        assert app.table._view.top == before > 0


async def test_the_cursor_stays_at_the_top_until_somebody_moves_it() -> None:
    app = TableApp([Item("b", 1)])
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.set_rows([Item("a", 0), Item("b", 1)])
        assert row_under_cursor(app) == "a"
        await pilot.press("down")
        app.table.set_rows([Item("worst", 9), Item("a", 0), Item("b", 1)])
        assert row_under_cursor(app) == "b"
