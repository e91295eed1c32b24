"""A panel keeps the last good value, tells its age and the present problem, and paints only what changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from console.problems import Problem, ProblemKind
from console.readings.source import Reading
from console.text import clean
from widgets.panel import Panel

START = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
PROBLEM = Problem(
    ProblemKind.DENIED, clean("Not allowed to call ecs:ListServices."), clean("Next: ask for the permission.")
)


class PanelApp(App[None]):
    """One panel with a clock that the test sets."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.filled: list[str] = []
        self.panel = Panel("Services", Static("the body"), period=60, fill=self.filled.append, now=lambda: self.now)

    def compose(self) -> ComposeResult:
        yield self.panel


def lines(app: App[None]) -> list[str]:
    return ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_title_and_age_share_the_top_line(size: tuple[int, int]) -> None:
    app = PanelApp()
    async with app.run_test(size=size) as pilot:
        assert "reading …" in lines(app)[0]
        app.panel.show(Reading("first", START - timedelta(seconds=24)))
        app.panel.note("3 of 4")
        await pilot.pause()
        assert lines(app)[0].startswith(" Services   3 of 4")
        assert lines(app)[0].endswith("20 s ago ")
        assert "the body" in lines(app)[1]


async def test_a_problem_comes_in_between_and_goes_again() -> None:
    app = PanelApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.panel.show(Reading("first", START))
        app.panel.show(Reading("first", START, PROBLEM))
        await pilot.pause()
        assert "? denied: Not allowed to call ecs:ListServices. Next: ask for the permission." in lines(app)[1]
        assert "the body" in lines(app)[2]
        app.panel.show(Reading("first", START, Problem(ProblemKind.DENIED, clean("Not allowed. " * 9))))
        await pilot.pause()
        assert "Not allowed." in lines(app)[2]
        assert "the body" in lines(app)[3]
        app.panel.show(Reading("first", START))
        await pilot.pause()
        assert "the body" in lines(app)[1]


async def test_the_body_is_filled_only_when_the_value_is_another() -> None:
    app = PanelApp()
    async with app.run_test(size=(80, 24)):
        for value in ("one", "one", None, "two"):
            app.panel.show(Reading(value, START))
        assert app.filled == ["one", "two"]


async def test_an_age_grows_stale_by_itself() -> None:
    app = PanelApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.panel.show(Reading("first", START))
        app.now = START + timedelta(seconds=121)
        app.panel.tick()
        await pilot.pause()
        assert lines(app)[0].endswith("▲ stale 2 min ago ")
