"""What is read on demand: offered where a stack has something for it, read when it is opened, and explained."""

from __future__ import annotations

import pytest

from console.readings.source import AnySource, Level, Report
from console.stack.stack import Stack
from screens.health.screen import HealthScreen
from screens.health.view import ViewScreen
from screens.modals.palette import PaletteModal
from tests.pilot.scripted import FUNCTION, MINES, SERVICES, SIZES, ScriptedDesk, console, finding, lines, shows, until
from widgets.panel import Panel

SLOW = Report((finding("speed", "web-api", Level.WARN, "One in twenty invocations takes long."),), (FUNCTION,))


class ViewDesk(ScriptedDesk):
    """A desk with one check, and views that only some stacks have something for."""

    def __init__(self, *views: str, stacks: tuple[Stack, ...] = (MINES,)) -> None:
        super().__init__({"services": SERVICES, **dict.fromkeys(views, SLOW)}, stacks)
        self._views = views

    def sources(self, stack: Stack) -> tuple[AnySource, ...]:
        return (self.source("services"),)

    def views(self, stack: Stack) -> tuple[AnySource, ...]:
        return tuple(map(self.source, self._views))


@pytest.mark.parametrize("size", SIZES)
async def test_a_view_is_read_when_it_is_opened_and_says_what_it_is(size: tuple[int, int]) -> None:
    desk = ViewDesk("speed")
    async with console(desk, size) as pilot:
        await shows(pilot, "Fewer tasks")
        assert "v on demand" in lines(pilot)[-1]
        asked = desk.asked
        await pilot.press("v")
        await shows(pilot, "The speed are as they should be.", "One in twenty invocations")
        assert desk.asked == asked + 1
        assert isinstance(pilot.app.screen, ViewScreen)
        await pilot.press("escape")
        await until(pilot, lambda: type(pilot.app.screen) is HealthScreen)
        await shows(pilot, "Fewer tasks")
        assert pilot.app.screen.query_one("#findings", Panel).title == "Findings"


async def test_of_several_views_one_is_chosen() -> None:
    async with console(ViewDesk("speed", "size")) as pilot:
        await shows(pilot, "Fewer tasks")
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, PaletteModal))
        await pilot.press(*"size", "enter")
        await shows(pilot, "The size are as they should be.")


async def test_the_palette_opens_a_view_from_every_screen() -> None:
    async with console(ViewDesk("speed"), first="journal") as pilot:
        await pilot.press(":", *"speed are", "enter")
        await shows(pilot, "One in twenty invocations")


async def test_where_there_is_none_none_is_offered() -> None:
    async with console(ViewDesk()) as pilot:
        await shows(pilot, "Fewer tasks")
        assert "on demand" not in lines(pilot)[-1]
        await pilot.press("v")
        assert type(pilot.app.screen) is HealthScreen
