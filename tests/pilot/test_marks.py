"""Marks on Health: several resources of one kind become one list, one form and one plan."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from console.logs.kinds import LOG_GROUP
from console.operations.lists import Pair
from console.operations.operation import Operation
from console.readings.source import Detail, Level, Report
from console.services.ecs.kinds import SERVICE
from console.services.logs.operations import SetRetention
from console.text import clean
from screens.modals.actions import ActionsModal
from screens.modals.field_input import FieldInput
from screens.modals.form import FormModal
from tests.pilot.scripted import SIZES, ScriptedDesk, console, finding, hides, shows, text, until
from widgets.table.table import Table

GROUPS = ("/a", "/b", "/c")
LOGS = Report(
    (
        *(finding("logs", name, Level.WARN, f"Errors in {name}.") for name in GROUPS),
        finding("logs", "/d", Level.OK, "No errors in /d."),
    ),
    tuple(Detail(clean(name), LOG_GROUP) for name in (*GROUPS, "/d")),
)
SERVICES = Report((finding("services", "web", Level.CRIT, "No task runs."),), (Detail(clean("web"), SERVICE),))


def desk(*more: str) -> ScriptedDesk:
    return ScriptedDesk({"logs": LOGS, **({"services": SERVICES} if more else {})})


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[Operation]:
    """The operations whose plans were opened."""
    opened: list[Operation] = []
    monkeypatch.setattr("screens.gate.open_plan", lambda app, desk, selection, operation: opened.append(operation))
    return opened


async def mark(pilot: Pilot[int], *names: str) -> None:
    for name in names:
        await until(pilot, lambda name=name: _move(pilot, name))
        await pilot.press("space")


def _move(pilot: Pilot[int], name: str) -> bool:
    table: Table[Any] = pilot.app.screen.query_one("#findings Table", Table)
    row = next((row for row in table.model.rows if row.resource == name), None)
    return row is not None and table.move_to(table.model.row_key(row))


async def actions(pilot: Pilot[int]) -> list[str]:
    """Opens the menu; gives the names of what it offers."""
    await pilot.press("a")
    await until(pilot, lambda: isinstance(pilot.app.screen, ActionsModal))
    return [action.kind.name for action in pilot.app.screen.query_one(Table).model.rows]


@pytest.mark.parametrize("size", SIZES)
async def test_marked_log_groups_become_one_list(size: tuple[int, int], plans: list[Operation]) -> None:
    async with console(desk(), size) as pilot:
        await shows(pilot, "Errors in /c.")
        await mark(pilot, "/c", "/a")
        await shows(pilot, "✓ 2 marked")
        assert await actions(pilot) == ["logs.set-retention"], "what takes one group alone is not offered"
        await shows(pilot, "Actions: 2 log groups ─")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, FormModal))
        await shows(pilot, "2 log groups")
        assert [line.value for line in pilot.app.screen.query(FieldInput)] == ["/a,/c", ""]
        await pilot.press(*"30", "enter")
        await until(pilot, lambda: plans)
        assert plans == [SetRetention((Pair("/a"), Pair("/c")), "30")]


async def test_marks_that_a_filter_hides_count_and_are_told() -> None:
    async with console(desk()) as pilot:
        await shows(pilot, "Errors in /c.")
        await mark(pilot, "/a", "/b", "/d")
        await pilot.press("slash", *"in /a", "enter")
        await hides(pilot, "Errors in /b.")
        await actions(pilot)
        await shows(pilot, "Actions: 3 log groups, 2 hidden by the filter")
        await pilot.press("escape")
        await hides(pilot, "Actions:")
        await pilot.press("escape", "p")
        await hides(pilot, "No errors in /d.")
        await actions(pilot)
        await shows(pilot, "Actions: 3 log groups, 1 hidden by the filter")


async def test_one_mark_goes_before_the_cursor(plans: list[Operation]) -> None:
    async with console(desk()) as pilot:
        await shows(pilot, "Errors in /c.")
        await mark(pilot, "/b")
        assert _move(pilot, "/a")
        assert {"logs.set-retention", "logs.export"} <= set(await actions(pilot))
        await shows(pilot, "Actions: /b ─")


async def test_without_marks_what_is_under_the_cursor_is_a_list_of_one(plans: list[Operation]) -> None:
    async with console(desk()) as pilot:
        await shows(pilot, "Errors in /c.")
        assert _move(pilot, "/b")
        offered = await actions(pilot)
        await shows(pilot, "Actions: /b ─")
        await pilot.press(*["down"] * offered.index("logs.set-retention"), "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, FormModal))
        await pilot.press(*"never", "enter")
        await until(pilot, lambda: plans)
        assert plans == [SetRetention((Pair("/b"),), "never")]


async def test_marks_of_several_kinds_are_offered_nothing_and_told_why() -> None:
    async with console(desk("services")) as pilot:
        await shows(pilot, "Errors in /c.", "No task runs.")
        await mark(pilot, "/a", "/b", "web")
        assert await actions(pilot) == []
        await shows(pilot, "Marked are 1 ECS service and 2 log groups.", "Next: mark resources of one kind")


async def test_escape_takes_the_filter_away_then_the_marks_then_leads_to_the_stacks() -> None:
    async with console(desk()) as pilot:
        await shows(pilot, "Errors in /c.")
        await mark(pilot, "/a")
        await pilot.press("slash", *"in /b", "enter")
        await hides(pilot, "Errors in /a.")
        await pilot.press("escape")
        await shows(pilot, "Errors in /a.", "✓ 1 marked")
        await pilot.press("escape")
        await hides(pilot, "marked")
        assert pilot.app.current_mode == "health" and "Errors in /a." in text(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.current_mode == "stacks")
