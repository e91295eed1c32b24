"""All widgets together, on every page of the gallery: sizes, themes, keys, and life without colour."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from rich.cells import cell_len
from textual.app import App

import themes
from tests.deadlines import SOON

PAGES = "1234"


@pytest.fixture(scope="module")
def gallery() -> ModuleType:
    """The gallery, which is a program beside this file and no package."""
    spec = importlib.util.spec_from_file_location("gallery", Path(__file__).with_name("gallery.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["gallery"] = module
    spec.loader.exec_module(module)
    return module


def lines(app: App[None]) -> list[str]:
    return [strip.text for strip in app.screen._compositor.render_strips()]


async def pictures(app: App[None], size: tuple[int, int]) -> list[list[str]]:
    """The text of each page."""
    found = []
    async with app.run_test(size=size) as pilot:
        for page in PAGES:
            await pilot.press(page)
            await pilot.pause()
            found.append(lines(app))
    return found


@pytest.mark.parametrize("theme", themes.names())
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_every_page_fills_the_screen(gallery: ModuleType, theme: str, size: tuple[int, int]) -> None:
    for page in await pictures(gallery.Gallery(theme), size):
        assert {cell_len(line) for line in page} == {size[0]}
        assert page[0].startswith(" staging   mra-mines")
        assert "[1 Health ✗]" in page[1]
        assert page[-1].rstrip().endswith("? help  q back")


async def test_without_colour_the_text_says_the_same(gallery: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = await pictures(gallery.Gallery(), (80, 24))
    monkeypatch.setenv("NO_COLOR", "1")
    plain = gallery.Gallery()
    assert plain.no_color
    assert await pictures(plain, (80, 24)) == coloured


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_production_is_said_in_words(gallery: ModuleType, size: tuple[int, int]) -> None:
    app = gallery.Gallery()
    async with app.run_test(size=size) as pilot:
        await pilot.press("P")
        await pilot.pause()
        assert lines(app)[0].startswith(" ■ PRODUCTION ■   operations")
        assert "▲ WRITE 29:10" in lines(app)[0]


async def test_the_last_line_tells_the_keys_that_work_here(gallery: ModuleType) -> None:
    app = gallery.Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert lines(app)[-1].split("  ")[:5] == [" / filter", "a actions", "enter details", "space mark", "s sort"]
        await pilot.press("slash")
        await pilot.pause()
        assert lines(app)[-1].startswith(" / filter  esc clear, close ")


async def test_the_filter_opens_over_the_keys_and_narrows_the_tables(gallery: ModuleType) -> None:
    app = gallery.Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", *"alb")
        await pilot.pause()
        assert lines(app)[-2].startswith(" / alb")
        assert sum("journal-alb-production" in line for line in lines(app)) == 2
        await pilot.press("enter", "j")
        assert "slash" in app.screen.active_bindings


async def test_any_size_holds_on_every_page(gallery: ModuleType) -> None:
    app = gallery.Gallery()
    async with app.run_test(size=(80, 24)) as pilot:
        for page in PAGES:
            await pilot.press(page)
            for size in [(1, 1), (10, 3), (300, 100), (59, 15), (80, 24)]:
                await pilot.resize_terminal(*size)
                async with asyncio.timeout(SOON):
                    while {cell_len(line) for line in lines(app)} != {size[0]}:
                        await pilot.pause()
