"""Keys that come in one packet go where each one leads."""

from __future__ import annotations

import asyncio

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen
from textual.widgets import Input

from tests.deadlines import SOON
from tests.pilot.scripted import until
from widgets.filter_bar import FilterBar
from widgets.terminal.app import TerminalApp

COUNT = Binding("ctrl+x", "count", "", priority=True)


class Form(ModalScreen[None]):
    """Two lines to type in."""

    def compose(self) -> ComposeResult:
        yield Input(id="first", select_on_focus=False)
        yield Input(id="second", select_on_focus=False)


class Typed(TerminalApp[None]):
    """A bar to open, a modal to open, a counter; ctrl+x counts before anything else is asked."""

    BINDINGS = [("slash", "find", ""), ("m", "cover", ""), ("x", "count", ""), COUNT]  # noqa: RUF012

    def __init__(self) -> None:
        super().__init__()
        self.counted = 0
        self.twice = asyncio.Event()

    def compose(self) -> ComposeResult:
        yield FilterBar()

    def action_find(self) -> None:
        self.screen.query_one(FilterBar).open()

    def action_cover(self) -> None:
        self.push_screen(Form())

    def action_count(self) -> None:
        self.counted += 1
        if self.counted == 2:
            self.twice.set()

    def packet(self, *keys: str) -> None:
        """What a driver does with keys that come together."""
        for key in keys:
            self.post_message(events.Key(key, key if len(key) == 1 else None))


async def test_text_after_tab_goes_into_the_next_line() -> None:
    app = Typed()
    async with app.run_test() as pilot:
        app.packet("m", *"xab", "tab", *"xcd", "shift+tab", "x")
        await until(pilot, lambda: isinstance(app.screen, Form) and app.screen.query_one("#first", Input).value[3:])
        assert [field.value for field in app.screen.query(Input)] == ["xabx", "xcd"]
        assert app.counted == 0


async def test_text_after_the_key_of_a_bar_goes_into_the_bar_and_what_follows_enter_does_not() -> None:
    app = Typed()
    async with app.run_test() as pilot:
        app.packet("x", "slash", *"exx")
        app.post_message(events.Paste("pasted"))
        app.packet("escape", "escape", "x")
        await until(pilot, lambda: app.counted == 2)
        assert app.screen.query_one(FilterBar).text == ""
        app.packet("slash", *"exx")
        app.post_message(events.Paste("pasted"))
        await until(pilot, lambda: app.screen.query_one(FilterBar).text == "exxpasted")


async def test_keys_do_not_wait_for_ever_for_who_is_busy_and_none_is_lost() -> None:
    app, free = Typed(), asyncio.Event()
    async with app.run_test() as pilot:
        app.screen.call_later(free.wait)
        app.packet("ctrl+x", "ctrl+x", "x")
        async with asyncio.timeout(SOON):
            await app.twice.wait()
        free.set()
        await until(pilot, lambda: app.counted == 3)
