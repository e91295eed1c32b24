"""Stacks: all of them at a glance, one of them opened, remembered for the next start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from console.files.memory import recall
from console.problems import Problem, ProblemKind
from console.readings.source import Level, Report
from console.text import Clean
from tests.pilot.scripted import (
    DENIED,
    FUNCTIONS,
    LEDGER,
    MINES,
    NO_CREDENTIALS,
    SIZES,
    ScriptedDesk,
    console,
    finding,
    hides,
    lines,
    shows,
    text,
    until,
)

BOTH = (MINES, LEDGER)


@pytest.mark.parametrize("size", SIZES)
async def test_several_stacks_are_offered_where_none_was_open_last(size: tuple[int, int]) -> None:
    async with console(ScriptedDesk(stacks=BOTH), size) as pilot:
        await shows(pilot, "[S Stacks]", "mines", "ledger", "■ PRODUCTION", "✗1 ▲1 ●1")
        assert "Problems of mines" in text(pilot) and "Every second call fails." in text(pilot)
        assert "P profile, region" in lines(pilot)[-1]


async def test_enter_opens_a_stack_which_is_remembered() -> None:
    async with console(ScriptedDesk(stacks=BOTH)) as pilot:
        await shows(pilot, "ledger", "✗1 ▲1 ●1")
        await pilot.press("j", "enter")
        await shows(pilot, "[1 Health]", "ledger", "■ PRODUCTION ■", "READ-ONLY")
        assert recall().stack == "ledger"


async def test_the_problems_of_the_stack_under_the_cursor_are_beneath() -> None:
    async with console(ScriptedDesk(stacks=BOTH), (120, 40)) as pilot:
        await shows(pilot, "Problems of mines")
        await pilot.press("j")
        await shows(pilot, "Problems of ledger", "Fewer tasks run than desired.")


async def test_what_the_overview_does_not_read_is_never_called_healthy() -> None:
    desk = ScriptedDesk(
        {"services.one": Report((finding("services.one", "web"),)), "functions.all": FUNCTIONS},
        stacks=BOTH,
        overview=("services.one",),
    )
    now = [datetime.now(UTC)]
    desk.poller.now = lambda: now[0]
    async with console(desk, (120, 40)) as pilot:
        await shows(pilot, "● in part", "services; 1 checks not read here", "●1 …")
        await shows(pilot, "No problem in services.one. 1 checks are not read here: enter opens Health.")
        assert "● ok" not in text(pilot) and "Nothing is wrong" not in text(pilot)
        await pilot.press("enter")
        await shows(pilot, "[1 Health]", "Every second call fails.")
        await pilot.press("exclamation_mark")
        await shows(pilot, "Problems at present", "1 of 2 stacks read in part")
        await pilot.press("escape", "S")
        # what Health has read tells of the stack until it is stale
        await shows(pilot, "Problems of mines", "✗ crit", "✗1 ●1 ", "web-api: Every second call fails.")
        assert text(pilot).count("● in part") == 1
        now[0] += timedelta(seconds=61)
        desk.poller.refresh_now()
        await until(pilot, lambda: text(pilot).count("● in part") == 2)
        assert "crit" not in text(pilot)


async def test_all_that_is_wrong_is_listed_many_alike_in_one_row_and_opened_from_there() -> None:
    three = Report(tuple(finding("services", name, Level.WARN, "Too few tasks.") for name in ("web", "api", "batch")))
    desk = ScriptedDesk({"services": three, "functions": FUNCTIONS, "tables": DENIED}, stacks=BOTH)
    async with console(desk, (120, 40)) as pilot:
        await shows(pilot, "Too few tasks.", "Not allowed to call ListTasks.")
        await pilot.press("exclamation_mark")
        await shows(pilot, "Problems at present  ✗ 2 crit  ? 2 unknown  ▲ 2 warn", "3 resources", "tables")
        await pilot.press("G")
        await shows(pilot, "3 resources: Too few tasks. web, api, batch")
        await pilot.press("g")
        await shows(pilot, "web-api: Every second call fails. 42 %; limit: < 80 %", "Check: functions.")
        await pilot.press("enter")
        await shows(pilot, "[1 Health]", "web-api", "Lambda function")
        assert desk.stack is not None and desk.stack.name == "ledger"


async def test_a_stack_that_cannot_be_asked_says_why_and_is_not_called_healthy() -> None:
    desk = ScriptedDesk(stacks=BOTH)
    desk.sign(NO_CREDENTIALS)
    async with console(desk, (120, 40)) as pilot:
        await shows(pilot, "? unknown", "No AWS credentials were found.")
        assert "Nothing is wrong" not in text(pilot).split("Problems of")[0]
        desk.sign(None)
        await shows(pilot, "✗1 ▲1 ●1")
        await hides(pilot, "No AWS credentials")


async def test_the_banner_is_about_the_stack_under_the_cursor() -> None:
    other = Problem(
        ProblemKind.LOGIN, Clean("These credentials belong to account 999988887777."), Clean("Choose another.")
    )
    desk = ScriptedDesk(stacks=BOTH)
    async with console(desk, (120, 40)) as pilot:
        await shows(pilot, "ledger", "✗1 ▲1 ●1")
        desk._note(LEDGER, other)
        await pilot.press("j")
        await until(pilot, lambda: "999988887777" in lines(pilot)[2])
        await pilot.press("k")
        await until(pilot, lambda: "999988887777" not in lines(pilot)[2])


async def test_leaving_stops_what_only_it_watched_and_escape_goes_back() -> None:
    desk = ScriptedDesk({"services": Report((finding("services", "web"),))}, stacks=BOTH)
    async with console(desk) as pilot:
        await shows(pilot, "ledger", "●1")
        await pilot.press("enter")
        await shows(pilot, "[1 Health]", "web")
        await until(pilot, lambda: {key.stack for key, _ in desk.poller.readings()} == {"mines"})
        await pilot.press("S")
        await until(pilot, lambda: {key.stack for key, _ in desk.poller.readings()} == {"mines", "ledger"})
        await pilot.press("escape")
        await shows(pilot, "[1 Health]")


async def test_a_problem_beneath_is_opened_in_its_stack() -> None:
    async with console(ScriptedDesk(stacks=BOTH), (120, 40)) as pilot:
        await shows(pilot, "Problems of mines")
        await pilot.press("j", "tab", "j", "enter")
        await shows(pilot, "service/mines/web", "■ PRODUCTION ■")


async def test_the_cursor_is_on_the_open_stack_at_first() -> None:
    async with console(ScriptedDesk(stacks=BOTH), (80, 24)) as pilot:
        await shows(pilot, "ledger")
        await pilot.press("j", "enter")
        await shows(pilot, "■ PRODUCTION ■")
        await pilot.press("k", "S")
        await shows(pilot, "Problems of ledger")
        await pilot.press("k", "exclamation_mark")
        await shows(pilot, "Problems at present")
        await pilot.press("escape")
        await shows(pilot, "Problems of mines")


@pytest.mark.parametrize("by", ["stacks", "problems"])
async def test_a_resource_of_another_stack_is_not_shown_under_the_header_of_the_one_that_is_opened(by: str) -> None:
    async with console(ScriptedDesk(stacks=BOTH), (120, 40)) as pilot:
        await shows(pilot, "Problems of mines", "✗1 ▲1 ●1")
        await pilot.press("tab", "enter")
        await shows(pilot, "Lambda function  web-api", "[1 Health]")
        if by == "stacks":
            await pilot.press("S")
            await shows(pilot, "Problems of mines")
            await pilot.press("j", "enter")
        else:
            await pilot.press("exclamation_mark")
            await shows(pilot, "Problems at present")
            await pilot.press("g", "enter")
        await shows(pilot, "■ PRODUCTION ■   ledger")
        over = pilot.app.screen_stack
        assert [screen.selected_stack() for screen in over] == [LEDGER] * (1 if by == "stacks" else 2)
