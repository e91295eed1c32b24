"""Whatever a renderer, a handler, a timer or a worker raises: the console goes on, and says so where it happened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.content import Content
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Static

from console.process import crash
from console.readings.source import Detail, Event
from console.services.awslambda.kinds import FUNCTION
from console.text import clean
from screens.health.screen import HealthScreen
from screens.resource.screen import ResourceScreen
from tests.pilot.scripted import FUNCTIONS, SERVICES, ScriptedDesk, console, hides, shows, text, until
from widgets.detail import DetailView
from widgets.header import Header
from widgets.panel import Panel
from widgets.table.layout import Column
from widgets.table.table import Table
from widgets.terminal.app import TerminalApp

SECRET = "correct-horse-battery"
SAID = "ValueError: odd data"

pytestmark = pytest.mark.faults


def fails(*_: object, **__: object) -> Any:
    local = SECRET
    raise ValueError(f"odd data \x1b[31m AKIAQ3EGR7ZP2XW5LM4T {len(local)}")


async def fails_later(*_: object) -> None:
    fails()


def crashes(folder: Path) -> list[str]:
    return [path.read_text() for path in (folder / "state" / "crashes").glob("*")]


@pytest.fixture
def written(folders_of_its_own: Path) -> Callable[..., str]:
    """The one crash file: with the traceback, without what must not be written."""

    def look(several: int = 0) -> str:
        found, *others = crashes(folders_of_its_own)
        assert len(others) <= several
        assert "Traceback" in found and "in fails" in found and SAID in found
        assert SECRET not in found and "AKIA" not in found and "\x1b" not in found
        return found

    return look


async def still_works(pilot: Pilot[int]) -> None:
    """Keys are answered, and screens come and go."""
    await pilot.press("0")
    await shows(pilot, "Journal")
    await pilot.press("1")
    await until(pilot, lambda: isinstance(pilot.app.screen, HealthScreen))
    await pilot.press("question_mark")
    await shows(pilot, "Keys")
    await pilot.press("escape")
    await hides(pilot, "Keys")


def said(pilot: Pilot[int]) -> str:
    return " ".join(text(pilot).split())


async def test_a_part_that_cannot_be_drawn_says_so_in_its_place(
    written: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Header, "lines", fails)
    async with console(ScriptedDesk()) as pilot:
        await shows(pilot, f"? cannot be shown: {SAID}", "web-api", "met an error of its own")
        await still_works(pilot)
    written()


async def test_a_detail_that_cannot_be_made_says_so_in_its_place_until_it_can(
    written: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with console(ScriptedDesk()) as pilot:
        await shows(pilot, "web-api")
        with monkeypatch.context() as broken:
            broken.setattr(DetailView, "content", fails)
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, ResourceScreen))
            await shows(pilot, f"? cannot be shown: {SAID}")
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(pilot.app.screen, HealthScreen))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ResourceScreen))
        await shows(pilot, "Every second call fails.")
        await hides(pilot, "cannot be shown")
        await pilot.press("escape")
        await still_works(pilot)
    written()


async def test_one_cell_hides_no_other_and_rows_are_put_in_order_all_the_same(written: Callable[..., str]) -> None:
    def odd(row: int) -> str:
        return fails() if row == 2 else f"cell {row}"

    number: Column[int] = Column("number", "Number", lambda row: f"row {row}", width=12)
    columns = (number, Column("odd", "Odd", odd, 40))

    class App(TerminalApp[int]):
        def compose(self) -> ComposeResult:
            yield Table(columns, lambda row: row)

    app = App()
    async with app.run_test() as pilot:
        table = app.query_one(Table)
        table.set_rows([3, 2, 1])
        await shows(pilot, "cell 1", "cell 3", f"? cannot be shown: {SAID}")
        table.set_sort("odd")
        table.set_filter("row 2")
        await hides(pilot, "cell 1")
        assert table.cursor_row == 2
    written()


async def test_rows_whose_order_cannot_be_told_come_last() -> None:
    columns = (Column("number", "Number", str, sort=lambda row: fails() if row == 2 else row),)
    table: Table[Any] = Table(columns, lambda row: row)
    table.model.set_rows([3, 2, 1])
    table.model.set_sort("number")
    assert [table.model.row(place) for place in range(3)] == [1, 3, 2]
    table.model.set_rows(["b", 1])
    assert {table.model.row(place) for place in range(2)} == {"b", 1}


class Broken(Static):
    """A widget of Textual's own kind that cannot be drawn."""

    def render(self) -> Content:
        return fails()


class Unmeasured(Static):
    """One that cannot say how large it is."""

    DEFAULT_CSS = "Unmeasured { height: auto; width: auto; }"

    get_content_height = fails
    get_content_width = fails


class Unmounted(Static):
    """One that cannot begin."""

    def on_mount(self) -> None:
        fails()


@pytest.mark.parametrize("kind", [Broken, Unmeasured, Unmounted])
async def test_any_widget_is_guarded_also_textuals_own(kind: type[Widget], written: Callable[..., str]) -> None:
    class App(TerminalApp[int]):
        def compose(self) -> ComposeResult:
            yield kind()
            yield Static("beneath it", markup=False)

    async with App().run_test(size=(100, 20), notifications=True) as pilot:
        await shows(pilot, "beneath it", "met an error of its own")
        if kind is Broken:
            await shows(pilot, f"? cannot be shown: {SAID}")
    written(several=kind is Unmeasured)  # width and height are asked for apart


async def test_a_key_that_fails_is_told_on_its_screen_and_the_next_one_counts(
    written: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with console(ScriptedDesk()) as pilot:
        await shows(pilot, "web-api")
        with monkeypatch.context() as broken:
            broken.setattr(Table, "action_move", fails)
            await pilot.press("j")
            await until(pilot, lambda: f"This failed: {SAID}" in said(pilot))
            assert "send this file" in said(pilot)
        table = pilot.app.screen.query(Table).first()
        before = table.cursor_row
        await pilot.press("j")
        await until(pilot, lambda: table.cursor_row != before)
        await pilot.press("r")
        await hides(pilot, "This failed")
        await still_works(pilot)
    written()


async def test_a_worker_that_fails_is_told_on_its_screen(
    written: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with console(ScriptedDesk()) as pilot:
        await shows(pilot, "web-api")
        pilot.app.screen.run_worker(fails_later())
        await until(pilot, lambda: f"This failed: {SAID}" in said(pilot))
        pilot.app.screen.run_worker(fails, thread=True)
        pilot.app.screen.set_timer(0.01, fails)
        pilot.app.screen.call_after_refresh(fails)
        pilot.app.call_later(fails)
        await still_works(pilot)


async def test_two_workers_that_fail_otherwise_are_two_crash_files(folders_of_its_own: Path) -> None:
    """Textual wraps what a worker raised in an error that has no traceback."""

    async def other() -> None:
        raise LookupError("another")

    async with console(ScriptedDesk()) as pilot:
        for work in (fails_later, other):
            pilot.app.screen.run_worker(work())
        await until(pilot, lambda: len(crashes(folders_of_its_own)) == 2)
    assert all("Traceback" in one for one in crashes(folders_of_its_own))


async def test_many_failures_of_one_kind_write_one_file_and_are_told_once(
    folders_of_its_own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with console(ScriptedDesk()) as pilot:
        await shows(pilot, "web-api")
        counted: list[str] = []
        notify = pilot.app.notify
        monkeypatch.setattr(pilot.app, "notify", lambda said, **more: (counted.append(said), notify(said, **more)))
        for _ in range(50):
            pilot.app.screen.query(Panel).first().call_later(fails)
            pilot.app.screen.call_later(fails)
            await pilot.pause()
        await until(pilot, lambda: counted)
    assert len(crashes(folders_of_its_own)) == 1
    assert len(counted) == 1


async def test_a_panel_that_cannot_take_its_value_says_so_and_takes_the_next() -> None:
    from textual.widgets import Static as Body

    from console.readings.source import Reading

    def fill(value: int) -> None:
        if value == 1:
            fails()

    class App(TerminalApp[int]):
        def compose(self) -> ComposeResult:
            yield Panel("Numbers", Body("body", markup=False), fill=fill)

    app = App()
    async with app.run_test(size=(100, 20)) as pilot:
        app.query_one(Panel).show(Reading(1))
        await until(pilot, lambda: f"This failed: {SAID}" in said(pilot))
        app.query_one(Panel).show(Reading(2))
        await hides(pilot, "This failed")


async def test_what_keeps_it_from_starting_ends_it_with_1(written: Callable[..., str]) -> None:
    class App(TerminalApp[int]):
        def on_mount(self) -> None:
            fails()

    app = App()
    await app.run_async(headless=True)
    assert app.return_code == 1
    written()


async def test_data_that_nests_or_holds_odd_values_is_told_where_it_is_shown(written: Callable[..., str]) -> None:
    """An event without a time cannot be put in order; the rest of the console is as it was."""
    detail = Detail(clean("web-api"), FUNCTION, events=(Event("never", clean("odd data")),))  # type: ignore[arg-type]
    desk = ScriptedDesk({"services": SERVICES, "functions": type(FUNCTIONS)(FUNCTIONS.findings, (detail,))})
    async with console(desk) as pilot:
        await shows(pilot, "web-api")
        await pilot.press("enter")
        await shows(pilot, "cannot be shown")
        await pilot.press("escape")
        await still_works(pilot)
    assert crash._written
