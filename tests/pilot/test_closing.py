"""What comes while a screen is being closed, when its widgets are gone already, is let be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import screens
import widgets
from console.desk.screens import SCREENS
from console.text import Clean
from screens.base import ConsoleScreen
from screens.resource.screen import ResourceScreen
from tests.pilot.logs_desk import LogDesk
from tests.pilot.scripted import SERVICES, console, shows, until

QUERY = re.compile(r"\.query_one\(|\.query_exactly_one\(")


class LateDesk(LogDesk):
    """A desk that tells news to a screen that is being closed: it has no widget any more, but still listens."""

    def __init__(self) -> None:
        super().__init__(answers={"services": SERVICES})
        self.told: list[object] = []

    def forget(self, owner: object) -> None:
        if isinstance(owner, ConsoleScreen):
            assert not list(owner.children)
            self.told.append(type(owner))
            self.tell()
            for key, reading in self.poller.readings():
                owner._heard(key, reading)
            owner._show_gathered()
            owner.show_banner()
        super().forget(owner)


@pytest.mark.parametrize("name", SCREENS)
async def test_news_for_a_screen_that_is_being_closed(name: str) -> None:
    desk = LateDesk()
    async with console(desk, first=name) as pilot:
        await until(pilot, lambda: desk.stack is not None)
        screen = pilot.app.screen
        await screen.workers.wait_for_complete([w for w in screen.workers if w.group == "watch"])
    assert type(screen) in desk.told


async def test_news_for_a_resource_that_is_being_closed() -> None:
    desk = LateDesk()
    async with console(desk, first="health") as pilot:
        await shows(pilot, "Fewer tasks")
        assert desk.stack is not None
        pilot.app.push_screen(ResourceScreen(desk, desk.stack, Clean("web")))
        await shows(pilot, "ECS service")
        await pilot.app.pop_screen()
        await until(pilot, lambda: ResourceScreen in desk.told)


def test_no_widget_is_looked_up_that_may_be_gone() -> None:
    """A screen keeps the widgets that it writes on: looking one up raises where it is gone already."""
    rooms = [Path(room.__file__ or "").parent for room in (screens, widgets)]
    found = [path.name for room in rooms for path in room.rglob("*.py") if QUERY.search(path.read_text())]
    assert found == []
