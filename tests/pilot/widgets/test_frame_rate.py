"""Frames that answer a key come at once; others wait for their time."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

import screens
from tests.deadlines import SOON
from tests.pilot.scripted import until
from widgets.terminal.app import TerminalApp
from widgets.terminal.frame_rate import GRACE, PATIENCE, FrameRate, FrameRateModal, FrameRateScreen


class Clock:
    """A clock that stands until it is told to go on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_key_is_answered_at_once_but_not_more_often_than_the_line_takes() -> None:
    clock = Clock()
    pace = FrameRate(0.25, clock)
    assert not pace.answering
    pace.asked()
    assert pace.answering
    pace.painted()
    clock.now += GRACE / 2
    assert pace.answering, "what follows from the first frame belongs to the answer"
    clock.now += GRACE
    assert not pace.answering
    pace.asked()
    assert not pace.answering, "a key that is held down is painted as often as the line takes"
    clock.now += 0.25
    pace.asked()
    assert pace.answering
    clock.now += PATIENCE
    assert not pace.answering, "what comes long after a key is no answer to it"


class Counting(TerminalApp[None]):
    """A counter that a key turns."""

    BINDINGS = [("x", "turn", ""), ("m", "cover", "")]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.turns = 0
        self.painted = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield Static("0")

    def action_turn(self) -> None:
        self.turns += 1
        self.screen.query_one(Static).update(Content(str(self.turns)))

    def action_cover(self) -> None:
        self.push_screen(Cover())

    def _display(self, screen: Screen[object], renderable: Any) -> None:
        super()._display(screen, renderable)
        self.painted.set()


class Cover(FrameRateModal[None]):
    """A modal with a counter of its own."""

    def compose(self) -> ComposeResult:
        yield Static("covered")


@pytest.mark.parametrize("covered", [False, True])
async def test_no_timer_stands_between_a_key_and_its_frame(monkeypatch: pytest.MonkeyPatch, covered: bool) -> None:
    app = Counting()
    async with app.run_test() as pilot:
        if covered:
            await pilot.press("m")
            await until(pilot, lambda: isinstance(app.screen, Cover))
        await asyncio.sleep(PATIENCE + GRACE)
        monkeypatch.setattr(Timer, "resume", lambda timer: None)
        app.painted.clear()
        app.action_turn()
        for _ in range(100):
            await asyncio.sleep(0)
        assert not app.painted.is_set(), "what nobody asked for waits for its time"
        app.post_message(events.Key("x", "x"))
        await asyncio.wait_for(app.painted.wait(), SOON)


def _screens() -> Iterator[type[Screen[Any]]]:
    for module in pkgutil.walk_packages(screens.__path__, "screens."):
        for found in vars(importlib.import_module(module.name)).values():
            if isinstance(found, type) and issubclass(found, Screen) and found.__module__ == module.name:
                yield found


def test_every_screen_answers_keys_at_once() -> None:
    found = set(_screens())
    assert len(found) > 20
    assert {screen.__name__ for screen in found if not issubclass(screen, FrameRateScreen)} == set()
