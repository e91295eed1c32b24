"""What the Logs screen asks of AWS itself, on the demo: Insights, Live Tail, Elastic Beanstalk, the menu of actions."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from console.desk.desk import Desk
from console.options import Options
from screens.insights.results import InsightsResults
from screens.insights.screen import InsightsScreen
from screens.modals.actions import ActionsModal
from screens.modals.log_ask import LogScanModal
from screens.modals.log_queries import LogQueriesModal
from tests.conftest import DemoServer
from tests.pilot.logs_desk import kept, panes_of
from tests.pilot.scripted import SIZES, console, shows, text, until
from widgets.table.table import Table

PROCESSOR = "/ecs/mra-mines-processor-staging"


@pytest.fixture
def at_demo(demo: DemoServer, folders_of_its_own: Path, monkeypatch: pytest.MonkeyPatch) -> DemoServer:
    """This process meets the demo as a console of the same user would."""
    monkeypatch.setenv("GROUNDSKEEPER_RUNTIME_DIR", demo.environment["GROUNDSKEEPER_RUNTIME_DIR"])
    demo.wait_ready("mra-mines")
    return demo


def desk_of(stack: str) -> Desk:
    return Desk(Options(demo=True, stack=stack))


@pytest.mark.parametrize("size", SIZES)
async def test_a_saved_query_is_asked_and_its_cost_told(at_demo: DemoServer, size: tuple[int, int]) -> None:
    async with console(desk_of("mra-mines"), size, "logs") as pilot:
        await until(pilot, lambda: kept(pilot))
        await pilot.press("I")
        await until(pilot, lambda: isinstance(pilot.app.screen, LogQueriesModal))
        await shows(pilot, "Errors by 5 minutes", "Your own")
        table = pilot.app.screen.query_one(Table)
        table.move_to("report-durations")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, LogScanModal) or "rows" in text(pilot))
        if isinstance(pilot.app.screen, LogScanModal):  # by how long the demo has been there
            await shows(pilot, "A large scan", "at most $")
            await pilot.press("y")
        await shows(pilot, "scanned", "max(@duration)")
        screen = pilot.app.screen
        assert isinstance(screen, InsightsScreen)
        await until(pilot, lambda: screen.query_one(InsightsResults).has_class("-plotted"))
        await pilot.press("m")
        await shows(pilot, "bin(5m)")
        await pilot.press("escape")
        await shows(pilot, "live")


async def test_a_query_that_aws_does_not_understand_is_said_with_the_place(at_demo: DemoServer) -> None:
    async with console(desk_of("mra-mines"), first="logs") as pilot:
        await until(pilot, lambda: kept(pilot))
        await pilot.press("I", "escape", "e", *"fields @message | frobnicate", "ctrl+r")
        await until(pilot, lambda: isinstance(pilot.app.screen, LogScanModal) or "◆" in text(pilot))
        if isinstance(pilot.app.screen, LogScanModal):
            await pilot.press("y")
        await shows(pilot, "◆")
        assert "running" not in text(pilot)


async def test_live_tail_tells_its_price_first_and_then_brings_lines(at_demo: DemoServer) -> None:
    logs = at_demo.client("logs", "mra-mines", "eu-west-1")
    logs.create_log_stream(logGroupName=PROCESSOR, logStreamName="by-hand")
    async with console(desk_of("mra-mines"), first="logs") as pilot:
        await until(pilot, lambda: kept(pilot))
        await pilot.press("b", *"live")
        await shows(pilot, "$0.01 a minute", "AWS sends samples")
        await pilot.press("enter")
        await until(pilot, lambda: panes_of(pilot).wanted.live)
        await shows(pilot, "live")
        event = {"timestamp": int(time.time() * 1000), "message": "written while live"}
        logs.put_log_events(logGroupName=PROCESSOR, logStreamName="by-hand", logEvents=[event])
        await until(pilot, lambda: "written while live" in kept(pilot))


async def test_the_last_lines_of_elastic_beanstalk_are_fetched(at_demo: DemoServer) -> None:
    at_demo.wait_ready("expo")
    async with console(desk_of("expo"), first="logs") as pilot:
        await until(pilot, lambda: kept(pilot))
        await pilot.press("B")
        await shows(pilot, "Elastic Beanstalk: expo-project-prod-env", "the last lines of 2 instances", "web[")


async def test_the_menu_of_actions_is_that_of_the_log_group(at_demo: DemoServer) -> None:
    async with console(desk_of("mra-mines"), first="logs") as pilot:
        await until(pilot, lambda: kept(pilot))
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, ActionsModal))
        await shows(pilot, "Actions: /", "logs.set-retention", "logs.export")


async def test_the_buckets_of_an_export_are_read_while_its_form_is_open(at_demo: DemoServer) -> None:
    async with console(desk_of("mra-mines"), first="logs") as pilot:
        await until(pilot, lambda: kept(pilot))
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, ActionsModal))
        table = pilot.app.screen.query_one(Table)
        place = next(at for at, action in enumerate(table.model.rows) if action.kind.name == "logs.export")
        await pilot.press(*["down"] * place, "enter")
        await shows(pilot, "there are; down opens the list")
        await pilot.press("down")
        await shows(pilot, "bucket: ", "mra-mines-map-input-staging")
