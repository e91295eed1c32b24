"""The journal, one change of it and the items of a change: what is shown, and what cannot be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from console.journal.owner import me
from console.journal.records import WATCHED, ItemRecord, RunState, StepState
from console.journal.store import NAME, JournalError, SqliteStore
from screens.journal.items import ItemsScreen
from screens.journal.run import RunScreen
from screens.journal.screen import JournalScreen
from screens.modals.problems import ProblemsModal
from tests.pilot.scripted import SIZES, ScriptedDesk, console, hides, shows, text, until
from tests.unit.journal.test_journal import BULK, ITEMS, RUN, STEPS
from widgets.table.table import Table

BAD = "1120-0931-bbbb"
MANY = 10_000


class JournalDesk(ScriptedDesk):
    """A desk without AWS, whose gate is open: the journal is the one in this test's folder."""

    async def open(self) -> None:
        await super().open()
        assert self.workspace is not None
        await self._open_gate(self.workspace)


@pytest.fixture
def folder(folders_of_its_own: Path) -> Path:
    """A journal with a Bulk that was done in part, and a newer run that cannot be read."""
    found = folders_of_its_own / "state"
    with closing(SqliteStore(found)) as store:
        store.add(replace(RUN, stack="mines", state=RunState.PARTLY, outcome="One failed."), (BULK, STEPS[1]))
        store.put_items(RUN.id, 0, ITEMS)
        store.add(replace(RUN, id=BAD, stack="mines"), STEPS)
    with closing(sqlite3.connect(found / NAME)) as db, db:
        db.execute("UPDATE run SET body = x'7b7d' WHERE id = ?", (BAD,))
        db.execute("UPDATE step SET body = x'ff' WHERE run = ? AND position = 1", (RUN.id,))
    return found


def fails(*_: object) -> Any:
    raise JournalError("The journal cannot be used: disk image is malformed. Next: move it aside.")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The screens look again at once."""
    for module in ("screen", "run", "items"):
        monkeypatch.setattr(f"screens.journal.{module}.LOOK_SECONDS", 0.05)


@contextmanager
def broken() -> Iterator[None]:
    """A journal that cannot be read while this lasts."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("runs", "named", "steps", "items"):
            patch.setattr(SqliteStore, name, fails)
        yield


async def says(pilot: Pilot[int], *sentences: str) -> None:
    """Wait until all these are on the screen, wherever their lines end."""
    await until(pilot, lambda: all(sentence in " ".join(text(pilot).split()) for sentence in sentences))


def table(pilot: Pilot[int]) -> Table[Any]:
    return pilot.app.screen.query_one(Table)


@pytest.mark.parametrize("size", SIZES)
async def test_a_change_that_cannot_be_read_is_a_row_of_its_own(folder: Path, size: tuple[int, int]) -> None:
    async with console(JournalDesk(), size, first="journal") as pilot:
        await shows(pilot, "unreadable", "partly", "2 changes, 1 unreadable")
        assert [row.run.id for row in table(pilot).model.rows] == [BAD, RUN.id]
        await pilot.press("u")
        await shows(pilot, "cannot be undone")
        await pilot.press("enter")
        await shows(pilot, BAD, "cannot be read", "mines", "Step 2: two")
        assert isinstance(pilot.app.screen, RunScreen)
        await pilot.press("u")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, JournalScreen))


async def test_a_journal_that_is_opened_after_its_screen_is_shown_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screens.journal.screen.LOOK_SECONDS", 3600)
    desk = ScriptedDesk()
    async with console(desk, first="journal") as pilot:
        await shows(pilot, "not read yet")
        assert desk.workspace is not None
        await desk._open_gate(desk.workspace)
        await shows(pilot, "2 changes, 1 unreadable")


async def test_of_a_change_with_a_step_that_cannot_be_read_all_else_is_shown(folder: Path) -> None:
    async with console(JournalDesk(), first="journal") as pilot:
        await shows(pilot, "partly")
        await pilot.press("j", "enter")
        await shows(pilot, "One failed.", "Step 1: one", "Step 2 ", "It cannot be read", "3: 1 done, 1 not begun")


@pytest.mark.parametrize("size", SIZES)
async def test_the_items_of_a_bulk_are_shown_page_by_page(folder: Path, size: tuple[int, int]) -> None:
    with closing(SqliteStore(folder)) as store:
        store.add(replace(RUN, id="1120-0932-cccc", state=RunState.FAILED), (BULK,))
        states = (StepState.DONE, StepState.FAILED, StepState.WAITING)
        store.put_items(
            "1120-0932-cccc", 0, [ItemRecord(at, f"stream-{at:05}", "", states[at % 3]) for at in range(MANY)]
        )
    async with console(JournalDesk(), size, first="journal") as pilot:
        await shows(pilot, "failed")
        await pilot.press("enter")
        await shows(pilot, "10,000: 3,334 done, 3,333 failed, 3,333 not begun. i shows them.")
        await pilot.press("i")
        await shows(pilot, "stream-00000", "not begun", "10,000 of run 1120-0932-cccc")
        assert isinstance(pilot.app.screen, ItemsScreen)
        await pilot.press("pagedown", "pagedown")
        await hides(pilot, "stream-00000")
        await pilot.press("G")
        await shows(pilot, "stream-09999")
        await pilot.press("slash", *"fail", "enter")
        await hides(pilot, "not begun")
        await pilot.press("escape")
        await shows(pilot, "not begun")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunScreen))


async def test_where_there_are_no_items_none_are_offered(folder: Path) -> None:
    with closing(SqliteStore(folder)) as store:
        store.add(replace(RUN, id="1120-0932-cccc", state=RunState.DONE), STEPS)
    async with console(JournalDesk(), first="journal") as pilot:
        await shows(pilot, "done")
        await pilot.press("enter")
        await shows(pilot, "Step 2: two")
        await pilot.press("i")
        assert isinstance(pilot.app.screen, RunScreen) and "Items" not in text(pilot)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("size", SIZES)
async def test_an_error_while_the_journal_is_read_is_told_where_it_is_shown(
    folder: Path, size: tuple[int, int]
) -> None:
    async with console(JournalDesk(), size, first="journal") as pilot:
        await shows(pilot, "partly")
        for keys, seen in (((), "partly"), (("j", "enter"), "One failed."), (("i",), "b*")):
            await pilot.press(*keys)
            await shows(pilot, seen)
            with broken():
                await says(pilot, "disk image is malformed", "Next: move it aside.", seen)
            await hides(pilot, "disk image")
            await shows(pilot, seen)


async def test_a_change_that_is_no_longer_in_the_journal_is_told_of(folder: Path) -> None:
    async with console(JournalDesk(), first="journal") as pilot:
        await shows(pilot, "partly")
        with closing(sqlite3.connect(folder / NAME)) as db, db:
            db.execute("DELETE FROM run WHERE id = ?", (RUN.id,))
        await pilot.press("j", "enter")
        await shows(pilot, f"The journal has no run '{RUN.id}'.")


@pytest.mark.parametrize("size", SIZES)
async def test_what_keeps_a_change_from_being_taken_back_is_told_in_the_plan(
    folder: Path, size: tuple[int, int]
) -> None:
    async with console(JournalDesk(), size, first="journal") as pilot:
        await shows(pilot, "partly")
        with broken():
            await pilot.press("j", "u")
            await says(pilot, "No plan could be made.", "malformed. Next: move it aside.")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, JournalScreen))
        with closing(sqlite3.connect(folder / NAME)) as db, db:
            db.execute("DELETE FROM run WHERE id = ?", (RUN.id,))
        await pilot.press("u")
        await says(pilot, "No plan could be made. The journal has no run")


@pytest.mark.parametrize("size", SIZES)
async def test_a_change_that_nobody_watches_any_more_says_so(folder: Path, size: tuple[int, int]) -> None:
    left = replace(RUN, id="1120-0932-cccc", stack="elsewhere", state=RunState.WATCHING, outcome=WATCHED, owner=None)
    with closing(SqliteStore(folder)) as store:
        store.add(left, STEPS)
        store.add(replace(left, id="1120-0933-dddd", title="Seen by us", owner=me()), STEPS)
    async with console(JournalDesk(), size, first="journal") as pilot:
        await shows(pilot, "unwatched", "watching")
        if size == max(SIZES):
            await shows(pilot, "? 1 unknown", "◌ 1 watching")
        await pilot.press("j", "enter")
        await says(pilot, left.id, "unwatched", "Sent. Nobody is watching it. Next: groundskeeper watches on.")


async def test_what_cannot_be_saved_is_told(folder: Path) -> None:
    async with console(JournalDesk(), first="journal") as pilot:
        await shows(pilot, "partly")
        with broken():
            await pilot.press("o")
            await shows(pilot, "Nothing was saved.")
        await pilot.press("o")
        await shows(pilot, "Saved 2 changes to")
    (saved,) = Path.cwd().glob("groundskeeper-journal-*.md")
    assert "unreadable" in saved.read_text() and "3. c: not begun" in saved.read_text()


@pytest.mark.parametrize("size", SIZES)
async def test_a_console_starts_whatever_lies_in_place_of_the_journal(
    folders_of_its_own: Path, size: tuple[int, int]
) -> None:
    (folders_of_its_own / "state").mkdir(mode=0o700)
    (folders_of_its_own / "state" / NAME).mkdir()
    async with console(JournalDesk(), size) as pilot:
        await says(pilot, "Fewer tasks run", "cannot be used", "it is no file")
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProblemsModal))
        await says(pilot, "✗ crit journal", "journal: The journal", "Next: move it aside")
        await pilot.press("escape", "0")
        await until(pilot, lambda: isinstance(pilot.app.screen, JournalScreen))
        await says(pilot, "it is no file", "not read yet")


async def test_a_journal_of_a_newer_version_is_shown_and_its_refusal_told(folder: Path) -> None:
    with closing(sqlite3.connect(folder / NAME)) as db, db:
        db.execute("PRAGMA user_version = 99")
    async with console(JournalDesk(), first="journal") as pilot:
        await says(pilot, "partly", "unreadable", "newer Groundskeeper")
