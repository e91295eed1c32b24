"""A console that may only read: whatever is pressed or chosen, no request that changes something goes out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import ModalScreen

from console.app import ConsoleApp
from console.desk import Desk
from console.options import Options
from console.palette import commands
from screens import SCREENS
from tests.conftest import DemoServer
from tests.faults import FaultProxy


LEAVES = {"ctrl+q", "ctrl+c", "super+c", "q", "ctrl+z"}
PAST = 0.6
"""Seconds after which a plan that was shown may be confirmed."""


@asynccontextmanager
async def looking(
    demo: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Pilot[int], FaultProxy]]:
    """The console with --read-only, and a proxy between it and AWS that notes every request."""
    demo.wait_ready("mra-mines")
    record = demo.record
    monkeypatch.setenv("AWS_CONFIG_FILE", str(record.config_file))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(record.credentials_file))
    monkeypatch.setenv("GROUNDSKEEPER_STATE_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    stack = next(path for path in record.stack_files if path.stem == "mra-mines")
    with FaultProxy(demo.url) as proxy:
        options = Options(stack=str(stack), endpoint_url=proxy.url, read_only=True)
        app = ConsoleApp(lambda: Desk(options))
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.desk.changes is not None and app.desk.stack is not None)
            yield pilot, proxy


async def until(pilot: Pilot[int], true: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not true():
            await pilot.pause(0.02)


async def push_on(pilot: Pilot[int]) -> None:
    """Confirm whatever may have opened, by every key that could, and close it."""
    await pilot.pause()
    if isinstance(pilot.app.screen, ModalScreen):
        await pilot.press("enter")
        await pilot.pause(PAST)
        await pilot.press("y", *"mra-mines", "enter", "tab", "enter")
    for _ in range(6):
        if len(pilot.app.screen_stack) > 1:
            await pilot.press("escape")
            await pilot.pause()


@pytest.mark.scorecard
@pytest.mark.parametrize("name", SCREENS)
async def test_no_key_of_a_screen_changes_anything(
    name: str, demo: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(demo, tmp_path, monkeypatch) as (pilot, proxy):
        app = pilot.app
        assert isinstance(app, ConsoleApp)
        await app.action_open(name)
        await pilot.pause(1)
        keys = [key for key in app.screen.active_bindings if key not in LEAVES]
        assert len(keys) > 10
        for key in keys:
            await app.action_open(name)
            await pilot.press(key)
            await push_on(pilot)
        assert [seen for seen in proxy.seen if changes(seen)] == []
        assert proxy.seen


@pytest.mark.scorecard
async def test_no_entry_of_the_palette_changes_anything(
    demo: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(demo, tmp_path, monkeypatch) as (pilot, proxy):
        app = pilot.app
        assert isinstance(app, ConsoleApp)
        await pilot.pause(1)
        entries = list(commands(app, app.screen))
        assert len(entries) > 10
        for entry in entries:
            if "quit" in entry.name.lower():
                continue
            entry.run()
            await push_on(pilot)
        assert [seen for seen in proxy.seen if changes(seen)] == []
