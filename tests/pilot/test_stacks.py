"""Stacks: all of them at a glance, one of them opened, remembered for the next start."""

from __future__ import annotations

import pytest

from console.memory import recall
from console.problems import Kind, Problem
from console.sources.base import Report
from console.text import Clean
from tests.pilot.scripted import (
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
    other = Problem(Kind.LOGIN, Clean("These credentials belong to account 999988887777."), Clean("Choose another."))
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
        await shows(pilot, "No problems.")
        await pilot.press("escape")
        await shows(pilot, "Problems of mines")
