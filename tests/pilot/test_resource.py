"""The screen of one resource: it follows the checks until it is closed, and not a reading longer."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from textual.app import App

import themes
from console.desk import Desk
from console.options import Options
from console.sources.base import Detail, Finding, Level, Reading, Report, Series, Source
from console.sources.poller import Key
from console.stack import Stack
from console.text import Clean
from screens.resource import ResourceScreen

NAME = Clean("orders")
FINDING = Finding("dynamodb.tables", NAME, Level.OK, Clean("Active."))
READS = Series(Clean("Reads"), "Count", 60, ((0, 1.0),))
REPORT = Report((FINDING,), (Detail(NAME, "DynamoDB table", series=(READS,)),))


class StillDesk(Desk):
    """A desk with one check, which is never asked."""

    check = Source("dynamodb.tables", "Tables", "Tables.", lambda aws, stack: asyncio.sleep(0), 60.0, (), bool)

    def sources(self, stack: Stack) -> tuple[Source[None], ...]:
        return (self.check,)

    def source(self, name: str) -> Source[None]:
        return self.check

    def watch(self, *args: object) -> dict[Source[None], Reading[Report]]:
        return {self.check: Reading(REPORT, datetime.now(UTC))}

    async def unwatch(self, owner: object) -> None:
        return


async def test_a_reading_that_comes_while_it_is_closed_is_passed_over() -> None:
    app = App[None]()
    app.register_theme(themes.load("dark"))
    app.theme = "dark"
    async with app.run_test() as pilot:
        screen = ResourceScreen(StillDesk(Options()), Stack(name="shop"), FINDING)
        await pilot.app.push_screen(screen)
        closed = pilot.app.pop_screen()
        screen._heard(Key("shop", "dynamodb.tables"), Reading(REPORT, datetime.now(UTC)))
        await closed
        await screen._show()
        assert not screen.is_attached
