"""The Logs screen: what is followed is neither lost nor shown twice, whatever one does with it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from console.logs.event import LogEvent
from console.logs.kinds import LOG_GROUP, LogGroup
from console.logs.sets import recall_sets
from console.problems import Failure, Problem, ProblemKind
from console.readings.source import Detail, Finding, Level, Report
from console.stack.stack import Stack
from console.text import Clean, clean
from screens.insights.screen import InsightsScreen
from screens.modals.log_groups import LogGroupsModal
from screens.modals.log_read import LogReadModal
from tests.logs.cloud import failure
from tests.pilot.logs_desk import MINES, OTHER, WEB, WORK, LogDesk, kept, logs_screen, panes_of
from tests.pilot.scripted import SIZES, console, shows, text, until


async def reads(pilot: Pilot[int], *words: str) -> None:
    """Wait until lines are kept, whether a screen shows them or not."""
    panes_of(pilot).wake()
    await until(pilot, lambda: set(words) <= set(kept(pilot)))


@pytest.mark.parametrize("size", SIZES)
async def test_groups_are_followed_together_in_the_order_of_time(size: tuple[int, int]) -> None:
    desk = LogDesk()
    desk.cloud.write(WEB, ["second"], desk.ago(20))
    desk.cloud.write(WORK, ["first"], desk.ago(30))
    async with console(desk, size, "logs") as pilot:
        await shows(pilot, "first", "second", "web", "work", "live", "following")
        desk.cloud.write(WORK, ["third"])
        await pilot.press("r")
        await shows(pilot, "third")
        assert kept(pilot) == ["first", "second", "third"]
        assert text(pilot).index("first") < text(pilot).index("second") < text(pilot).index("third")


async def test_leaving_the_screen_and_coming_back_loses_nothing() -> None:
    desk = LogDesk()
    desk.cloud.write(WEB, ["before"], desk.ago(5))
    async with console(desk, first="logs") as pilot:
        await shows(pilot, "before")
        await pilot.press("1")
        await shows(pilot, "Findings")
        desk.cloud.write(WEB, [f"meanwhile {number}" for number in range(50)])
        await reads(pilot, "meanwhile 49")
        await pilot.press("2")
        await shows(pilot, "meanwhile 49")
        assert Counter(kept(pilot)) == Counter(["before", *(f"meanwhile {number}" for number in range(50))])


async def test_a_held_pane_stays_and_says_how_many_are_new() -> None:
    desk = LogDesk()
    desk.cloud.write(WEB, [f"old {number}" for number in range(90)], desk.ago(5))
    async with console(desk, first="logs") as pilot:
        await shows(pilot, "old 89")
        await pilot.press("k")
        desk.cloud.write(WEB, ["new one", "new two"])
        await pilot.press("r")
        await shows(pilot, "held", "+2 new")
        assert "new two" not in text(pilot)
        await pilot.press("G")
        await shows(pilot, "new two", "following")


async def test_split_and_merged_again_every_line_is_there_once() -> None:
    desk = LogDesk()
    desk.cloud.write(WEB, ["w1", "Error: boom\n    at one (a.js:1:2)\n    at two (a.js:3:4)"], desk.ago(9))
    desk.cloud.write(WORK, ["k1"], desk.ago(8))
    async with console(desk, first="logs") as pilot:
        await shows(pilot, "w1", "k1")
        before = Counter(kept(pilot))
        await pilot.press("v")
        await until(pilot, lambda: len(logs_screen(pilot).grid.boxes) == 2)
        desk.cloud.write(WORK, ["k2"])
        await reads(pilot, "k2")
        assert Counter(kept(pilot)) == before + Counter(["k2"])
        web, work = panes_of(pilot).panes
        assert len(web.buffer) == 4 and len(work.buffer) == 2
        first = logs_screen(pilot).grid.box
        await pilot.press("tab")
        assert logs_screen(pilot).grid.box is not first
        await pilot.press("v")
        await until(pilot, lambda: len(logs_screen(pilot).grid.boxes) == 1)
        await until(pilot, lambda: Counter(kept(pilot)) == before + Counter(["k2"]))
        assert kept(pilot)[0] == "w1" and kept(pilot)[-1] == "k2"
        await until(pilot, lambda: "Error: boom" in text(pilot) and "at one" not in text(pilot))  # it is folded again


async def test_what_is_wrong_with_all_groups_alike_is_told_once() -> None:
    desk = LogDesk()

    def throttle(params: dict[str, Any]) -> None:
        raise failure(ProblemKind.THROTTLED, "AWS asks to slow down.")

    desk.cloud.spoil = throttle
    async with console(desk, (120, 40), "logs") as pilot:
        await shows(pilot, f"{WEB} and 1 more: AWS asks to slow down.", "backing off 2 of 2")
        assert text(pilot).count("◆") == 1


async def test_panes_side_by_side_are_told_apart_by_what_differs_in_their_names() -> None:
    desk = LogDesk()
    async with console(desk, (120, 40), "logs") as pilot:
        await shows(pilot, "web, work", "live")
        await pilot.press("b", *"1h", "tab", *'"a long pattern that takes all of the room that there is"', "enter")
        await until(pilot, lambda: panes_of(pilot).wanted.pattern)
        await pilot.press("v")
        await until(pilot, lambda: len(logs_screen(pilot).grid.boxes) == 2)
        await until(pilot, lambda: any(" web " in line and " work " in line for line in text(pilot).splitlines()))


async def test_no_line_is_lost_when_panes_are_split_and_merged_at_once() -> None:
    desk = LogDesk()
    async with console(desk, first="logs") as pilot:
        await shows(pilot, "live")
        panes = panes_of(pilot)
        streams = [panes.streams.index(clean(name), clean("s")) for name in (WEB, WORK)]
        now = round(time.time() * 1000)
        panes.append([LogEvent("", now, streams[at % 2], clean(f"line {at}")) for at in range(40_000)])
        for _ in range(4):
            pilot.app.post_message(events.Key("v", "v"))
        version = panes.version
        await until(pilot, lambda: panes.version > version + 1)  # a key may go to a pane that is being removed
        screen = logs_screen(pilot)
        await until(pilot, lambda: not any(worker.group == "split" for worker in screen.workers))
        await until(pilot, lambda: len(kept(pilot)) >= 40_000)
        assert Counter(kept(pilot)) == Counter(f"line {at}" for at in range(40_000))


async def test_panes_that_change_while_they_are_mounted_are_all_there_in_the_end() -> None:
    desk = LogDesk()
    desk.cloud.write(WEB, ["w1"], desk.ago(9))
    desk.cloud.write(WORK, ["k1"], desk.ago(8))
    async with console(desk, first="logs") as pilot:
        await shows(pilot, "w1", "k1")
        grid, panes = logs_screen(pilot).grid, panes_of(pilot)
        for turn in range(12):
            await panes.arrange(split=turn % 2 == 0)
            grid.look(panes)
            for _ in range(turn):
                await asyncio.sleep(0)
        for _ in range(2):  # and in one turn of the loop
            panes.version += 1
            grid.look(panes)
        await until(pilot, lambda: [box.pane for box in grid.boxes] == list(panes.panes))
        await shows(pilot, "w1", "k1")


async def test_what_is_missing_is_said_in_the_pane_of_its_group_also_after_they_were_merged_and_split() -> None:
    desk = LogDesk()
    desk.cloud.write(WEB, ["w"], desk.ago(9))
    desk.cloud.write(WORK, ["k"], desk.ago(8))

    def throttle(params: dict[str, Any]) -> None:
        if params["logGroupName"] == WORK:
            raise failure(ProblemKind.THROTTLED, "AWS asks to slow down.")

    def gaps() -> list[int]:
        return [pane.buffer.tally.gaps for pane in panes_of(pilot).panes]

    async with console(desk, first="logs") as pilot:
        await shows(pilot, "live")
        for key, panes in (("v", [0, 1]), ("v", [1]), ("v", [0, 1])):
            await pilot.press(key)
            desk.cloud.spoil = throttle
            panes_of(pilot).wake()
            await until(pilot, lambda panes=panes: gaps() == panes)
            # A key that comes while panes are exchanged may be lost with the pane that had it.
            await until(pilot, lambda panes=panes: len(logs_screen(pilot).grid.boxes) == len(panes))
            await until(pilot, lambda: any(box.has_focus_within for box in logs_screen(pilot).grid.boxes))
        desk.cloud.spoil = lambda params: None
        panes_of(pilot).wake()
        await until(pilot, lambda: gaps() == [0, 0])
        assert sorted(kept(pilot)) == ["k", "w"]


async def test_a_group_that_is_missing_is_said_with_the_next_step_and_others_go_on() -> None:
    desk = LogDesk()
    del desk.cloud.groups[WORK]
    desk.cloud.write(WEB, ["alive"], desk.ago(5))
    async with console(desk, first="logs") as pilot:
        await shows(pilot, "alive", "1 of 2 missing", WORK, "Next: p chooses other groups")
        desk.cloud.write(WEB, ["still alive"])
        await pilot.press("r")
        await shows(pilot, "still alive")
        desk.cloud.groups[WORK] = []
        desk.cloud.write(WORK, ["there again"])
        await pilot.press("r")
        await shows(pilot, "there again")
        await until(pilot, lambda: "missing" not in text(pilot))


async def test_throttling_is_said_and_nothing_is_lost() -> None:
    desk = LogDesk()
    desk.cloud.write(WEB, ["before"], desk.ago(5))

    def throttle(params: dict[str, Any]) -> None:
        raise failure(ProblemKind.THROTTLED, "AWS asks to slow down.")

    async with console(desk, first="logs") as pilot:
        await shows(pilot, "before")
        desk.cloud.spoil = throttle
        desk.cloud.write(WEB, ["while throttled"])
        await pilot.press("r")
        await shows(pilot, "backing off", "AWS asks to slow down.", "gap")
        desk.cloud.spoil = lambda params: None
        await pilot.press("r")
        await shows(pilot, "while throttled", "live")
        await until(pilot, lambda: kept(pilot) == ["before", "while throttled"])


async def test_a_pattern_that_does_not_parse_is_said_at_once_and_the_pane_is_unchanged() -> None:
    desk = LogDesk()
    desk.cloud.write(WEB, ["a line"], desk.ago(5))
    async with console(desk, first="logs") as pilot:
        await shows(pilot, "a line")
        version = panes_of(pilot).version
        await pilot.press("b", "tab", *'{ $.level = "err')
        await shows(pilot, "At character", "as in CloudWatch Logs")
        await pilot.press("enter")
        assert isinstance(pilot.app.screen, LogReadModal)
        await pilot.press("escape")
        await shows(pilot, "a line")
        assert panes_of(pilot).version == version


async def test_a_pattern_limits_what_is_read() -> None:
    desk = LogDesk()
    desk.cloud.write(WEB, ["GET /", "ERROR boom"], desk.ago(5))
    async with console(desk, first="logs") as pilot:
        await shows(pilot, "GET /")
        await pilot.press("b", "tab", *"ERROR", "enter")
        await shows(pilot, "ERROR boom", "only ERROR")
        assert kept(pilot) == ["ERROR boom"]


async def test_a_search_back_fills_the_pane_and_says_how_far_it_is() -> None:
    desk = LogDesk()
    desk.cloud.write(WEB, ["hours ago"], desk.ago(7200))
    desk.cloud.write(WEB, ["a minute ago"], desk.ago(50))
    async with console(desk, first="logs") as pilot:
        await shows(pilot, "a minute ago")
        await pilot.press("b", *"24h", "enter")
        await shows(pilot, "hours ago", "a minute ago", "searched 1 d: 1 events")
        assert kept(pilot) == ["hours ago", "a minute ago"]


async def test_a_search_can_be_stopped_and_a_row_says_what_is_missing() -> None:
    desk = LogDesk()
    desk.cloud.write(WEB, ["a minute ago"], desk.ago(50))

    def throttle(params: dict[str, Any]) -> None:
        if params["startTime"] < desk.ago(300):
            raise failure(ProblemKind.THROTTLED, "AWS asks to slow down.")

    async with console(desk, first="logs") as pilot:
        await shows(pilot, "a minute ago")
        desk.cloud.spoil = throttle
        await pilot.press("b", *"7d", "enter")
        await shows(pilot, "searching", "waits: throttled")
        await pilot.press("s")
        await shows(pilot, "search ended at", "was searched: it was stopped")
        assert panes_of(pilot).following


async def test_going_up_from_the_oldest_line_reads_what_was_before() -> None:
    desk = LogDesk()
    desk.cloud.write(WEB, ["older"], desk.ago(600))
    desk.cloud.write(WEB, ["newest"], desk.ago(5))
    async with console(desk, first="logs") as pilot:
        await shows(pilot, "newest")
        await pilot.press("k")
        await shows(pilot, "older")
        desk.cloud.write(WEB, ["much older"], desk.ago(1500))
        await pilot.press("g", "k")
        await shows(pilot, "much older")
        assert kept(pilot) == ["much older", "older", "newest"]


async def test_l_on_a_finding_opens_its_logs_at_its_time() -> None:
    at_ms = LogDesk().ago(3 * 3600)
    since = datetime.fromtimestamp(at_ms / 1000, UTC)
    bad = Finding("logs.recent-errors", clean(WORK), Level.CRIT, Clean("ERROR boom"), since=since)
    report = Report((bad,), (Detail(clean(WORK), LOG_GROUP, logs=(clean(WORK),)),))
    desk = LogDesk(answers={"logs.recent-errors": report})
    desk.cloud.write(WORK, [f"before {number}" for number in range(100)], at_ms - 1000)
    desk.cloud.write(WORK, ["START", "ERROR boom", "END"], at_ms)
    desk.cloud.write(WORK, [f"after {number}" for number in range(100)], at_ms + 1000)
    async with console(desk) as pilot:
        await shows(pilot, "ERROR boom")
        await pilot.press("l")
        await until(pilot, lambda: pilot.app.current_mode == "logs")
        await shows(pilot, WORK, "ERROR boom", "held")
        box = logs_screen(pilot).grid.box
        assert box is not None
        await until(pilot, lambda: (line := box.lines.body.line) and line.text == "ERROR boom")
        assert panes_of(pilot).groups == (LogGroup(group=WORK),)


async def test_groups_are_chosen_from_a_list_and_remembered() -> None:
    desk = LogDesk()
    desk.cloud.write(WEB, ["from web"], desk.ago(5))
    desk.cloud.write(WORK, ["from work"], desk.ago(5))
    async with console(desk, first="logs") as pilot:
        await shows(pilot, "from web", "from work")
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, LogGroupsModal))
        await shows(pilot, WEB, WORK, "/ecs/elsewhere")
        await pilot.press("space", "plus", *"work only", "enter")
        await shows(pilot, "work only")
        await pilot.press("enter")
        await until(pilot, lambda: panes_of(pilot).groups == (LogGroup(group=WORK),))
        await shows(pilot, "from work")
        assert "from web" not in text(pilot)
        await until(pilot, lambda: recall_sets(MINES).last == (LogGroup(group=WORK),))
        assert recall_sets(MINES).named == {"work only": (LogGroup(group=WORK),)}


async def test_another_stack_has_other_groups_and_the_former_waits() -> None:
    desk = LogDesk(MINES, OTHER)
    desk.cloud.write(WEB, ["of mines"], desk.ago(5))
    desk.cloud.write("/ecs/other", ["of other"], desk.ago(5))
    async with console(desk, first="stacks") as pilot:
        desk.choose(MINES)
        await pilot.press("2")
        await shows(pilot, "of mines")
        mines = panes_of(pilot)
        desk.choose(OTHER)
        await shows(pilot, "of other")
        assert not mines.following and "of mines" not in text(pilot)
        desk.cloud.write(WEB, ["meanwhile"])
        desk.choose(MINES)
        await shows(pilot, "of mines", "meanwhile")
        assert kept(pilot) == ["of mines", "meanwhile"]


async def test_a_tail_without_a_key_for_long_goes_on_slowly_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = LogDesk()
    monkeypatch.setattr(desk.poller, "idle", lambda: 1900.0)
    async with console(desk, first="logs") as pilot:
        await shows(pilot, "read every 10 s: no key for 30 min")
        desk.cloud.write(WEB, ["still read"])
        await reads(pilot, "still read")


async def test_lines_are_saved_whole_with_their_times(folders_of_its_own: Path) -> None:
    desk = LogDesk()
    desk.cloud.write(WEB, ["x" * 400, "short"], desk.ago(5))
    async with console(desk, first="logs") as pilot:
        await shows(pilot, "short")
        await pilot.press("o", "j", "enter")
        whole = f"{'x' * 400}\nshort\n"
        await until(pilot, lambda: [file.read_text() for file in folders_of_its_own.glob("*-logs-mines-*")] == [whole])


async def test_without_log_groups_the_next_step_is_said() -> None:
    desk = LogDesk(Stack(name="bare", region="eu-west-1"))
    async with console(desk, first="logs") as pilot:
        await shows(pilot, "names no log group", "p chooses")


async def test_a_range_that_has_become_none_is_told_and_asks_nothing() -> None:
    async with console(LogDesk(), first="logs") as pilot:
        screen = InsightsScreen(LogDesk(), MINES, MINES.of(LogGroup))
        await pilot.app.push_screen(screen)
        await pilot.press("escape")
        screen._range, screen._query.text = "12:00 to 12:00", "fields @message"
        screen.action_run()
        await shows(pilot, "The range ends before it begins")
        assert pilot.app.is_running and not screen._run.running


async def test_a_group_that_only_insights_reads_says_so_when_it_is_opened() -> None:
    desk = LogDesk()

    def spoil(params: dict[str, Any]) -> None:
        if params["logGroupName"] == WEB:
            what = Clean("The log group is of log-group-class INFREQUENT_ACCESS.")
            raise Failure(Problem(ProblemKind.INVALID, what, code=Clean("InvalidOperationException")))

    desk.cloud.spoil = spoil
    desk.cloud.write(WORK, ["a line"], desk.ago(5))
    async with console(desk, (120, 40), first="logs") as pilot:
        await shows(pilot, "only Logs Insights reads it", "1 of 2 not to be read", "a line", "live")
