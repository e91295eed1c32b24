"""Health: what is wrong comes first, keys do what the footer says, faults never look like health."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from console.problems import Problem, ProblemKind
from console.readings.source import Level, Report
from console.text import Clean
from tests.pilot.scripted import (
    DENIED,
    FUNCTIONS,
    LEDGER,
    MINES,
    NO_CREDENTIALS,
    SERVICES,
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
from widgets.table.table import Table


@pytest.mark.parametrize("size", SIZES)
async def test_the_worst_comes_first_with_what_it_is_measured_by(size: tuple[int, int]) -> None:
    async with console(ScriptedDesk(), size) as pilot:
        await shows(pilot, "web-api", "batch", "✗ 1 crit  ▲ 1 warn  ● 1 ok")
        rows = [line for line in lines(pilot) if "42 %" in line and "%, limit" not in line]
        assert ["web-api" in rows[0], "▲ warn" in rows[1], "● ok" in rows[2]] == [True, True, True]
        assert "mines" in lines(pilot)[0] and "staging" in lines(pilot)[0] and "[1 Health]" in lines(pilot)[1]


@pytest.mark.parametrize("size", SIZES)
async def test_the_footer_names_what_matters(size: tuple[int, int]) -> None:
    async with console(ScriptedDesk(), size) as pilot:
        await shows(pilot, "batch")
        for words in ("/ filter", "p hide ok", "enter details", "a actions", "? help", "q back"):
            assert words in lines(pilot)[-1]


async def test_p_hides_what_is_ok_and_shows_it_again() -> None:
    async with console(ScriptedDesk(), (80, 24)) as pilot:
        await shows(pilot, "batch")
        await pilot.press("p")
        await hides(pilot, "batch")
        assert "Problems" in text(pilot)
        await pilot.press("p")
        await shows(pilot, "batch")


async def test_the_filter_narrows_is_kept_and_cleared_by_escape_before_it_goes_back() -> None:
    async with console(ScriptedDesk(), (80, 24)) as pilot:
        await shows(pilot, "batch")
        await pilot.press("slash", *"web", "enter")
        await hides(pilot, "batch")
        await pilot.press("escape")
        await shows(pilot, "batch")
        assert pilot.app.current_mode == "health"
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.current_mode == "stacks")


async def test_enter_opens_the_resource_and_escape_comes_back() -> None:
    async with console(ScriptedDesk(), (80, 24)) as pilot:
        await shows(pilot, "web-api")
        await pilot.press("j", "enter")
        await shows(pilot, "service/mines/web", "has reached a steady state.")
        await pilot.press("escape")
        await shows(pilot, "Findings   ✗ 1 crit")


async def test_the_preview_follows_the_cursor_where_there_is_room() -> None:
    async with console(ScriptedDesk(), (120, 40)) as pilot:
        await shows(pilot, "function:web-api")
        await pilot.press("j")
        await shows(pilot, "service/mines/web")


async def test_r_reads_everything_anew() -> None:
    desk = ScriptedDesk()
    async with console(desk) as pilot:
        await shows(pilot, "web-api", "batch")
        before = desk.asked
        await pilot.press("r")
        await until(pilot, lambda: desk.asked == before + 2)


async def test_new_readings_keep_the_cursor_on_its_finding() -> None:
    desk = ScriptedDesk()
    async with console(desk) as pilot:
        await shows(pilot, "batch")
        await pilot.press("G")
        worse = replace(SERVICES, findings=(*SERVICES.findings, finding("services", "cron", Level.CRIT, "Gone.")))
        desk.say("services", worse)
        await shows(pilot, "cron")
        assert next(line for line in lines(pilot) if line.startswith("▌"))[3:].startswith("● ok       batch")


async def test_denied_on_one_call_is_told_in_its_own_row_only() -> None:
    async with console(ScriptedDesk({"tasks": DENIED, "services": SERVICES})) as pilot:
        await shows(pilot, "batch", "denied")
        row = next(line for line in lines(pilot) if "? unknown" in line and "denied" in line)
        assert "Not allowed to call ListTasks." in row
        assert "Nothing is wrong." not in text(pilot)
        await pilot.press("exclamation_mark")
        await shows(pilot, "Ask for ecs:ListTasks.")


async def test_what_keeps_many_checks_from_being_made_is_said_once() -> None:
    desk = ScriptedDesk(dict.fromkeys(("one", "two", "three", "four"), SERVICES))
    async with console(desk) as pilot:
        await shows(pilot, "batch")
        desk.sign(NO_CREDENTIALS)
        await shows(pilot, "4 checks", "No AWS credentials were found. Set AWS_PROFILE.")
        assert text(pilot).count("? unknown") == 1
        assert "batch" in text(pilot)
        await pilot.press("enter")
        await shows(pilot, "Problems at present  ? 1 unknown", "Check: one, two, three, four. Tried again")
        await pilot.press("escape")
        desk.sign(None)
        await hides(pilot, "4 checks", "No AWS credentials")


async def test_a_network_that_fails_leaves_the_last_values_and_never_says_none() -> None:
    down = Problem(ProblemKind.NETWORK, Clean("No answer (ecs)."), Clean("It will be tried again."))
    desk = ScriptedDesk()
    async with console(desk, (80, 24)) as pilot:
        await shows(pilot, "web-api", "batch")
        desk.say("services", down)
        await shows(pilot, "network")
        assert "batch" in text(pilot) and "Fewer tasks" in text(pilot)
        desk.say("services", SERVICES)
        await hides(pilot, "network")


async def test_nothing_wrong_is_said_only_when_every_check_has_answered() -> None:
    fine = Report((finding("services", "web"),))
    async with console(ScriptedDesk({"services": fine, "tasks": None})) as pilot:
        await shows(pilot, "1 of 2 checks not answered yet")
        await pilot.press("p")
        await shows(pilot, "Reading ...")
        assert "Nothing is wrong." not in text(pilot)
    async with console(ScriptedDesk({"services": fine, "tasks": DENIED})) as pilot:
        await shows(pilot, "denied")
        await pilot.press("p")
        await hides(pilot, "● ok")
        assert "Nothing is wrong." not in text(pilot)
        pilot.app.desk.say("tasks", fine)
        await shows(pilot, "Nothing is wrong.")


HOSTILE = ["[red]x[/red]", "[@click=app.quit]go[/]", "[/var/log]", "a\x1b]0;t\x07b", "\u202eabc"]


@pytest.mark.parametrize("name", HOSTILE)
async def test_any_name_is_shown_literally(name: str) -> None:
    report = Report((finding("services", name, Level.CRIT, name),))
    async with console(ScriptedDesk({"services": report, "functions": FUNCTIONS})) as pilot:
        await shows(pilot, "✗ 2 crit")
        shown = report.findings[0].resource
        assert shown in text(pilot)
        assert not any(char in text(pilot) for char in "\x1b\x07\u202e")
        await pilot.press("enter", "m", "question_mark")
        await pilot.pause()
        assert pilot.app.is_running


async def test_an_idle_console_pauses_says_so_and_goes_on_with_a_key() -> None:
    desk = ScriptedDesk()
    async with console(desk) as pilot:
        await shows(pilot, "batch")
        start = desk.poller.now()
        desk.poller.now = lambda: start.replace(year=start.year + 1)
        desk.poller.refresh_now()
        await shows(pilot, "paused: press a key")
        before = desk.asked
        await pilot.press("j")
        await until(pilot, lambda: desk.asked > before)
        await hides(pilot, "paused: press a key")


async def test_nothing_is_painted_while_nothing_changes() -> None:
    desk = ScriptedDesk()
    async with console(desk) as pilot:
        await shows(pilot, "batch")
        await pilot.pause(0.3)
        painted: list[object] = []
        paint = pilot.app._display
        pilot.app._display = lambda *args: (painted.append(args), paint(*args))
        before = desk.asked
        desk.poller.refresh_now()
        await until(pilot, lambda: desk.asked >= before + 2)
        await pilot.pause(0.3)
        assert [args for args in painted if args[1] is not None] == []


async def test_another_stack_shows_its_worst_under_the_cursor_whatever_was_done_in_the_one_before() -> None:
    many = Report(tuple(finding("services", f"web-{at:02}") for at in range(40)))
    bad = Report((finding("functions", "zeta", Level.CRIT, "Every second call fails."),))
    desk = ScriptedDesk({"services": many, "functions": bad}, stacks=(MINES, LEDGER))
    async with console(desk, (80, 24), "stacks") as pilot:
        for keys in (["G"], ["G", "s", "s"], ["slash", *"web", "enter", "G"], ["pagedown", "g", "pagedown"]):
            for name in ("ledger", "mines"):
                await pilot.press("S")
                await shows(pilot, "[S Stacks]", "Problems of")
                await pilot.press("g" if name == "mines" else "G", "enter")
                await shows(pilot, "[1 Health]", name, "zeta")
                table = pilot.app.screen.query_one("#findings").query_one(Table)
                assert table.cursor_row.resource == "zeta"
                await pilot.press(*keys)


async def test_what_comes_worse_is_under_the_cursor_until_somebody_moves_it() -> None:
    desk = ScriptedDesk({"services": SERVICES, "functions": Report((finding("functions", "web-api"),))})
    async with console(desk) as pilot:
        await shows(pilot, "Fewer tasks run than desired.", "web-api")
        table = pilot.app.screen.query_one("#findings").query_one(Table)
        assert table.cursor_row.resource == "web"
        desk.say("functions", FUNCTIONS)
        await until(pilot, lambda: table.cursor_row.resource == "web-api")


async def test_a_check_that_does_not_answer_is_named_with_how_long() -> None:
    desk = ScriptedDesk({"services": SERVICES, "functions": FUNCTIONS})
    now = [datetime.now(UTC)]
    desk.poller.now = lambda: now[0]
    async with console(desk) as pilot:
        await shows(pilot, "Every second call fails.", "Fewer tasks run")
        now[0] -= timedelta(seconds=200)  # as if what follows were read and asked so long ago
        desk.poller.refresh_now()
        await until(pilot, lambda: all(reading.at == now[0] for _, reading in desk.poller.readings()))
        desk.say("functions", None)
        await shows(pilot, "? unknown", "functions", "Asked 3 min ago, and not answered yet")
        await pilot.press("exclamation_mark")
        await shows(pilot, "Problems at present", "? unknown", "Asked 3 min ago, and not answered yet")
