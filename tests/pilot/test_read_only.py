"""A console that may only read: whatever is pressed, chosen or confirmed, no request that changes something goes out.

Read-only is a console with --read-only, and one on a production stack for which writing was not armed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Static

from console.app import ConsoleApp
from console.desk.desk import Desk
from console.desk.screens import SCREENS
from console.gate.events import AtTheGate, Reason
from console.gate.planned import Planned
from console.gate.write_state import WriteState
from console.journal.records import RunState
from console.options import Options
from console.palette import commands
from screens.gate import open_plan, open_undo
from screens.modals.actions import Subject
from screens.modals.arm import ArmModal
from screens.modals.plan import DEAF_SECONDS, PlanModal
from tests.asked import asked_of
from tests.conftest import DemoServer
from tests.deadlines import SOON
from tests.faults import FaultProxy
from tests.gate.world import applied, planned, world_of
from tests.mutations import changes

LEAVES = {"ctrl+q", "ctrl+c", "super+c", "q", "ctrl+z"}
PAST = DEAF_SECONDS + 0.1
"""Seconds after which a plan that was shown may be confirmed."""

DEEPEST = 4
"""As many modals as may follow one another before a plan: menu, form, what the form asks."""

CONSOLES = {"mra-mines": True, "operations": False}
"""The stacks, and whether their console is started with --read-only; the other one is production, and not armed."""

both = pytest.mark.parametrize("stack", CONSOLES, ids=["with --read-only", "production, not armed"])


@asynccontextmanager
async def looking(
    stack: str, demo: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Pilot[int], ConsoleApp, FaultProxy]]:
    """The console that may only read, and a proxy between it and AWS that notes every request."""
    demo.wait_ready(stack)
    record = demo.record
    monkeypatch.setenv("AWS_CONFIG_FILE", str(record.config_file))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(record.credentials_file))
    monkeypatch.setenv("GROUNDSKEEPER_STATE_DIR", str(tmp_path / "state"))
    file = next(path for path in record.stack_files if path.stem == stack)
    with FaultProxy(demo.url) as proxy:
        options = Options(stack=str(file), endpoint_url=proxy.url, read_only=CONSOLES[stack])
        app = ConsoleApp(lambda: Desk(options))
        async with app.run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: app.desk.changes is not None and app.desk.stack is not None)
            assert app.desk.stack is not None
            await until(pilot, lambda: app.desk.write_state.place(app.desk.stack))  # type: ignore[arg-type]
            yield pilot, app, proxy
            assert app.desk.write_state.refusal(app.desk.stack), "it still may only read"
        assert proxy.seen
        assert [seen for seen in proxy.seen if changes(seen)] == []


async def until(pilot: Pilot[int], true: Callable[[], object]) -> None:
    async with asyncio.timeout(SOON):
        while not true():
            await pilot.pause(0.02)


def said(pilot: Pilot[int]) -> str:
    """What a plan asks or says; nothing before it is there."""
    return "".join(str(line.render()) for line in pilot.app.screen.query("#ask").results(Static))


async def confirm(pilot: Pilot[int]) -> Planned | None:
    """Confirm the plan that is shown, by exactly what it takes: its text, and y; gives it, if there is one."""
    modal = pilot.app.screen
    assert isinstance(modal, PlanModal)
    await until(pilot, lambda: said(pilot) and "Planning" not in said(pilot))
    await pilot.pause(PAST)
    plan = modal._planned
    if plan is not None:
        modal._typed.display = True
        modal._typed.disabled = False
        modal._typed.focus()
        await pilot.press(*plan.confirmation.text, "enter")
        await pilot.pause()
        modal._view.focus()
    await pilot.press("y")
    await pilot.pause()
    return plan


async def push_on(pilot: Pilot[int]) -> None:
    """Confirm whatever may have opened, by every key that could, and close it; but do not arm writing."""
    await pilot.pause()
    for _ in range(DEEPEST):
        screen = pilot.app.screen
        if isinstance(screen, PlanModal):
            await confirm(pilot)
        if isinstance(screen, (PlanModal, ArmModal)) or not isinstance(screen, ModalScreen):
            break
        await pilot.press("enter")
        await pilot.pause(0.1)
    if isinstance(pilot.app.screen, ModalScreen) and not isinstance(pilot.app.screen, ArmModal):
        await pilot.press("y", "enter", "tab", "enter")
    for _ in range(6):
        if len(pilot.app.screen_stack) > 1:
            await pilot.press("escape")
            await pilot.pause()


@pytest.mark.scorecard
@both
@pytest.mark.parametrize("name", SCREENS)
async def test_no_key_of_a_screen_changes_anything(
    name: str, stack: str, demo: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(stack, demo, tmp_path, monkeypatch) as (pilot, app, _):
        await app.action_open(name)
        await pilot.pause(1)
        keys = [key for key in app.screen.active_bindings if key not in LEAVES]
        assert len(keys) > 10
        for key in keys:
            await app.action_open(name)
            await pilot.press(key)
            await push_on(pilot)


@pytest.mark.scorecard
@both
async def test_no_entry_of_the_palette_changes_anything(
    stack: str, demo: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(stack, demo, tmp_path, monkeypatch) as (pilot, app, _):
        await pilot.pause(1)
        entries = list(commands(app, app.screen))
        assert len(entries) > 10
        for entry in entries:
            if "quit" in entry.name.lower():
                continue
            entry.run()
            await push_on(pilot)


async def refused(pilot: Pilot[int], app: ConsoleApp) -> None:
    """Confirm the plan that is shown on the screen, then at the gate itself, past the screen."""
    plan = await confirm(pilot)
    assert plan is not None and plan.plan.steps and not plan.refused
    assert "read-only" in said(pilot)
    await pilot.press("escape")
    await until(pilot, lambda: not isinstance(app.screen, PlanModal))
    assert app.desk.changes is not None
    with pytest.raises(AtTheGate) as caught:
        await app.desk.changes.apply(plan, plan.confirmation.text)
    assert caught.value.reason is Reason.READ_ONLY


@pytest.mark.scorecard
@both
async def test_no_operation_confirmed_exactly_as_asked_changes_anything(
    stack: str, demo: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with looking(stack, demo, tmp_path, monkeypatch) as (pilot, app, _):
        assert app.desk.stack is not None
        for operation in asked_of(app.desk.stack).values():
            open_plan(app, app.desk, Subject(app.desk.stack, app.desk.stack.label), operation)
            await until(pilot, lambda: isinstance(app.screen, PlanModal))
            await refused(pilot, app)


@pytest.mark.scorecard
@both
async def test_no_undo_confirmed_exactly_as_asked_changes_anything(
    stack: str, demo: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world_of(demo, tmp_path / "state", stack) as world:
        asked, state = asked_of(world.stack)["logs.set-retention"], WriteState()
        state.arm(world.stack, "to have something to take back", world.place)
        with world.runner(state) as runner:
            before = planned(runner, asked, world.stack).before
            run = applied(runner, asked, world.stack).run
        assert run is not None and run.state is RunState.DONE
        async with looking(stack, demo, tmp_path, monkeypatch) as (pilot, app, _):
            open_undo(app, app.desk, run)
            await until(pilot, lambda: isinstance(app.screen, PlanModal))
            await refused(pilot, app)
        with world.runner(state) as runner:
            undo = runner.plan_undo(run, world.stack).result(SOON)
            runner.apply(undo, undo.confirmation.text).result(SOON)
            assert planned(runner, asked, world.stack).before.state == before.state
