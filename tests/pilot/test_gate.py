"""The gate on the screen: nothing is changed unless exactly what was shown is confirmed in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Static

from console.app import ConsoleApp
from console.desk.desk import Desk
from console.journal.records import RunFilter, RunState
from console.operations.bulk import Bulk
from console.operations.operation import Operation
from console.options import Options
from console.services.ecs.kinds import EcsCluster
from console.services.ecs.operations import Scale
from screens.modals.actions import ActionsModal, Subject
from screens.modals.field_input import FieldInput
from screens.modals.form import FormModal
from screens.modals.plan import DEAF_SECONDS, PlanModal
from tests.conftest import DemoServer
from tests.deadlines import SOON
from tests.pilot.scripted import SIZES
from widgets.table.table import Table

SERVICE = "mra-mines-frontend-staging"
CLUSTER = "mra-mines-cluster-staging"


@pytest.fixture
def at_demo(demo: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DemoServer:
    """This process meets the demo as a console of the same user would, with a journal of its own."""
    for name in ("GROUNDSKEEPER_RUNTIME_DIR", "GROUNDSKEEPER_CONFIG_DIR"):
        if name in demo.environment:
            monkeypatch.setenv(name, demo.environment[name])
    monkeypatch.setenv("GROUNDSKEEPER_STATE_DIR", str(tmp_path))
    demo.wait_ready("mra-mines")
    return demo


@asynccontextmanager
async def console(size: tuple[int, int] = (120, 40), options: Options | None = None) -> AsyncIterator[Pilot[int]]:
    """The console on the demo's first stack, ready to make changes."""
    app = ConsoleApp(lambda: Desk(options or Options(demo=True, stack="mra-mines")))
    async with app.run_test(size=size) as pilot:
        await until(
            pilot, lambda: app.made_desk is not None and app.desk.changes is not None and app.desk.stack is not None
        )
        yield pilot


async def until(pilot: Pilot[int], true: Callable[[], object], seconds: float = SOON) -> None:
    """Wait for something that comes about by itself."""
    async with asyncio.timeout(seconds):
        while not true():
            await pilot.pause(0.02)


def desired(demo: DemoServer) -> int:
    """How many tasks the service should run, as AWS says."""
    answer = demo.client("ecs").describe_services(cluster=CLUSTER, services=[SERVICE])
    return int(answer["services"][0]["desiredCount"])


def row(pilot: Pilot[int]) -> tuple[str, str] | None:
    """The finding under the cursor: its check and its resource."""
    for table in pilot.app.screen.query(Table):
        if table.cursor_row is not None:
            return table.cursor_row.source, table.cursor_row.resource
    return None


def asked(pilot: Pilot[int]) -> str:
    """What the modal asks or says; nothing before it is there."""
    return "".join(str(line.render()) for line in pilot.app.screen.query("#ask").results(Static))


async def open_plan(pilot: Pilot[int], count: int) -> PlanModal:
    """The plan of scaling the service, shown, and no longer deaf."""
    from screens.gate import open_plan as show

    app = pilot.app
    assert isinstance(app, ConsoleApp) and app.desk.stack is not None
    selection = Subject(app.desk.stack, app.desk.stack.label)
    show(app, app.desk, selection, Scale(SERVICE, count, CLUSTER))
    await until(pilot, lambda: asked(pilot) and "Planning" not in asked(pilot))
    assert isinstance(app.screen, PlanModal)
    await pilot.pause(DEAF_SECONDS + 0.1)
    return app.screen


@pytest.mark.parametrize("size", SIZES)
async def test_scale_by_keyboard_and_undo_are_both_in_the_journal(at_demo: DemoServer, size: tuple[int, int]) -> None:
    before = desired(at_demo)
    async with console(size) as pilot:
        app = pilot.app
        assert isinstance(app, ConsoleApp)
        await until(pilot, lambda: row(pilot))
        await pilot.press("slash", *"as many tasks", "enter")  # of its log group there may be a finding, too
        await until(pilot, lambda: row(pilot) == ("ecs.services", SERVICE))
        await pilot.press("a", "enter")
        await until(pilot, lambda: isinstance(app.screen, FormModal))
        values = {field.parameter.name: field.value for field in app.screen.query(FieldInput)}
        assert values["service"] == SERVICE
        await pilot.press(*str(before + 1), "enter")
        await until(pilot, lambda: isinstance(app.screen, PlanModal) and "Apply this?" in asked(pilot))
        await pilot.pause(DEAF_SECONDS + 0.1)
        await pilot.press("y")
        await until(pilot, lambda: "undo" in asked(pilot))
        assert desired(at_demo) == before + 1
        await pilot.press("u")
        await until(pilot, lambda: "Apply this?" in asked(pilot))
        await pilot.pause(DEAF_SECONDS + 0.1)
        await pilot.press("y")
        await until(pilot, lambda: "undo" in asked(pilot) and "done" in asked(pilot))
        assert desired(at_demo) == before
        assert app.desk.changes is not None
        runs = await app.desk.changes.runs(RunFilter())
        assert [run.state for run in runs] == [RunState.DONE, RunState.DONE]
        assert runs[0].undoes == runs[1].id


async def test_marked_log_groups_are_one_plan(at_demo: DemoServer) -> None:
    async with console() as pilot:
        app = pilot.app
        await until(pilot, lambda: row(pilot))
        await pilot.press("slash", *"logs.recent-errors", "enter")
        table = app.screen.query(Table).first()
        await until(pilot, lambda: len(table.model.order) > 2 and str(row(pilot)).startswith("('logs.recent-errors'"))
        await pilot.press("home", "space", "space", "space", "a")
        groups = sorted({finding.resource for finding in table.marked_rows})
        assert len(groups) == 3
        await until(pilot, lambda: isinstance(app.screen, ActionsModal))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, FormModal))
        await pilot.press(*"1827", "enter")
        await until(pilot, lambda: isinstance(app.screen, PlanModal) and "Planning" not in asked(pilot))
        assert isinstance(app.screen, PlanModal) and app.screen._planned is not None
        (step,) = app.screen._planned.plan.steps
        assert isinstance(step, Bulk) and sorted(item.id for item in step.items) == groups
        await pilot.press("n")


@pytest.mark.parametrize("key", ["n", "escape", "enter", "q"])
async def test_no_is_the_default(at_demo: DemoServer, key: str) -> None:
    before = desired(at_demo)
    async with console() as pilot:
        await open_plan(pilot, before + 1)
        await pilot.press(key)
        await until(pilot, lambda: not isinstance(pilot.app.screen, PlanModal))
        await pilot.pause(0.3)
    assert desired(at_demo) == before


async def test_keys_meant_for_what_was_there_before_do_not_confirm(at_demo: DemoServer) -> None:
    before = desired(at_demo)
    async with console() as pilot:
        modal = await open_plan(pilot, before + 1)
        modal._shown_at += 3600  # as if it had only just been shown
        await pilot.press("y", "y", "y")
        assert "Apply this?" in asked(pilot)
    assert desired(at_demo) == before


async def test_what_can_lose_something_takes_exactly_the_name_typed(at_demo: DemoServer) -> None:
    before = desired(at_demo)
    async with console() as pilot:
        modal = await open_plan(pilot, 0)
        assert "DESTROY" in asked(pilot)
        line = modal.query_one(Input)
        await until(pilot, lambda: line.has_focus)
        assert line.value == ""
        line.post_message(events.Paste(SERVICE))
        await pilot.pause()
        assert line.value == ""
        await pilot.press(*SERVICE[:-1], "enter")
        await until(pilot, lambda: "is not it" in asked(pilot))
        assert desired(at_demo) == before
        await pilot.press(SERVICE[-1], "enter")
        await until(pilot, lambda: "undo" in asked(pilot))
        assert desired(at_demo) == 0
        await pilot.press("u")
        await until(pilot, lambda: "Apply this?" in asked(pilot))
        await pilot.pause(DEAF_SECONDS + 0.1)
        await pilot.press("y")
        await until(pilot, lambda: "done" in asked(pilot))
    assert desired(at_demo) == before


async def test_a_plan_that_is_no_longer_true_is_shown_anew_with_what_changed(at_demo: DemoServer) -> None:
    before = desired(at_demo)
    async with console() as pilot:
        await open_plan(pilot, before + 1)
        at_demo.client("ecs").update_service(cluster=CLUSTER, service=SERVICE, desiredCount=before + 2)
        await pilot.press("y")
        await until(pilot, lambda: "stale" in str(pilot.app.screen.query_one("#box").border_subtitle))
        assert desired(at_demo) == before + 2
        text = "\n".join(str(line) for line in pilot.app.screen.query_one("PlanView").content(100))  # type: ignore[attr-defined]
        assert f"desired: {before} → {before + 2}" in text
        await pilot.press("escape")
    at_demo.client("ecs").update_service(cluster=CLUSTER, service=SERVICE, desiredCount=before)


async def test_a_terminal_too_small_to_read_the_plan_cannot_confirm_it(at_demo: DemoServer) -> None:
    before = desired(at_demo)
    async with console((80, 24)) as pilot:
        await open_plan(pilot, before + 1)
        for width, height in ((59, 15), (59, 24), (80, 15)):
            await pilot.resize_terminal(width, height)
            small = f"The terminal is too small to confirm: {width}x{height}, it takes 60x16."
            await until(pilot, lambda small=small: small in asked(pilot))  # type: ignore[misc]
            await pilot.press("y")
            await pilot.pause(0.3)
            assert small in asked(pilot)
            await pilot.resize_terminal(60, 16)
            await until(pilot, lambda: "Apply this?" in asked(pilot))
    assert desired(at_demo) == before


async def test_read_only_says_so_and_nothing_confirms(at_demo: DemoServer) -> None:
    before = desired(at_demo)
    async with console(options=Options(demo=True, stack="mra-mines", read_only=True)) as pilot:
        await open_plan(pilot, before + 1)
        assert "--read-only" in asked(pilot)
        await pilot.press("y")
        await pilot.pause(0.3)
        assert "--read-only" in asked(pilot)
    assert desired(at_demo) == before


async def test_production_is_armed_with_a_reason_before_anything_can_be_changed(at_demo: DemoServer) -> None:
    at_demo.wait_ready("operations")
    async with console(options=Options(demo=True, stack="operations")) as pilot:
        app = pilot.app
        assert isinstance(app, ConsoleApp) and app.desk.stack is not None and app.desk.stack.production
        state, stack = app.desk.write_state, app.desk.stack
        assert state.refusal(stack)
        await until(pilot, lambda: state.place(stack))
        await pilot.press("W", "enter")
        assert state.refusal(stack)
        await pilot.press(*"inc 42", "enter")
        await until(pilot, lambda: state.refusal(stack) is None)
        await pilot.press("W", "enter")
        await until(pilot, lambda: state.refusal(stack))


async def test_write_at_the_start_arms_the_open_stack_though_no_screen_asks_for_anything(at_demo: DemoServer) -> None:
    at_demo.wait_ready("operations")
    desk = Desk(Options(demo=True, stack="operations", write=True, reason="inc 42"))
    try:
        await desk.open()
        assert desk.stack is not None and desk.write_state.refusal(desk.stack) is None
        armed = desk.write_state.armed(desk.stack)
        assert armed is not None and armed.reason == "inc 42"
        assert armed.place == (desk.stack.account, desk.stack.region)
    finally:
        await desk.close()


async def test_the_form_says_what_is_wrong_while_one_types_and_goes_on_only_when_all_is_right(
    at_demo: DemoServer,
) -> None:
    async with console() as pilot:
        app = pilot.app
        assert isinstance(app, ConsoleApp) and app.desk.stack is not None
        await app.push_screen(FormModal(Scale, app.desk.stack, {}, {}, app.desk.calls))
        fields = {field.parameter.name: field for field in app.screen.query(FieldInput)}
        await pilot.press(*"no such name!", "tab", *"5001")
        faults = list(app.screen.query(".form--fault").results(Static))
        await until(pilot, lambda: "is no service name" in str(faults[0].render()))
        await until(pilot, lambda: "out of range" in str(faults[1].render()))
        await pilot.press("enter")
        await until(pilot, lambda: fields["service"].has_focus)
        assert isinstance(app.screen, FormModal)


async def test_an_arn_in_the_form_is_the_name_that_it_stands_for_or_refused(at_demo: DemoServer) -> None:
    made: list[Operation | None] = []
    async with console() as pilot:
        app = pilot.app
        assert isinstance(app, ConsoleApp) and app.desk.stack is not None
        account, part = app.desk.stack.account or "", app.desk.stack.of(EcsCluster)[0]
        arn = f"arn:aws:ecs:{app.desk.stack.region}:{account}:service/{part.cluster}/{part.services[0]}"
        app.push_screen(FormModal(Scale, app.desk.stack, {"desired": 2}, {}, app.desk.calls), made.append)
        await pilot.pause()
        service, *_ = app.screen.query(FieldInput)
        service.value = arn.replace(account, "999999999999")
        await pilot.press("enter")

        def said() -> str:
            return " ".join(str(line.render()) for line in app.screen.query(".form--fault").results(Static))

        await until(pilot, lambda: f"is an ARN of account 999999999999, not {account}" in said())
        assert not made
        service.value = arn
        await pilot.press("enter")
        await until(pilot, lambda: bool(made))
    assert made == [Scale(part.services[0], 2, part.cluster)]


async def test_the_change_goes_on_when_its_modal_is_closed(at_demo: DemoServer) -> None:
    before = desired(at_demo)
    async with console() as pilot:
        app = pilot.app
        assert isinstance(app, ConsoleApp) and app.desk.changes is not None
        changes = app.desk.changes
        await open_plan(pilot, before + 1)
        await pilot.press("y")
        await until(pilot, lambda: "Applying" in asked(pilot) or "Sent" in asked(pilot) or "undo" in asked(pilot))
        await pilot.press("escape")
        async with asyncio.timeout(SOON):
            while [run.state for run in await changes.runs(RunFilter())] != [RunState.DONE]:
                await pilot.pause(0.05)
        [run] = await changes.runs(RunFilter())
        assert app.desk.stack is not None
        planned = await changes.plan_undo(run, app.desk.stack)
        await changes.apply(replace(planned), "yes")
    assert desired(at_demo) == before
