"""What an open console makes of the changes of others."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from console.aws.meter import Meter
from console.desk.changes import Changes
from console.desk.desk import Desk
from console.gate.events import AtTheGate
from console.gate.write_state import WriteState
from console.journal.owner import me
from console.journal.records import RunFilter, RunState
from console.journal.store import SqliteStore
from console.operations.plan import Plan
from console.operations.step_context import Done, Work
from console.options import Options
from tests.deadlines import SOON
from tests.gate.scripted import Do, Hold, Script, Scripted
from tests.gate.world import World, planned
from tests.unit.journal.test_journal import RUN, STEPS


async def for_ever(work: Work) -> Done:
    while True:
        await work.sleep(1)


@pytest.fixture
async def changes(world: World) -> AsyncIterator[Changes]:
    workspace: Any = SimpleNamespace(journal_folder=world.folder, target=lambda stack: world.target)
    found = Changes(workspace, WriteState(), Meter(), lambda stack: None)
    yield found
    await found.close()


async def test_who_looks_at_the_journal_holds_up_no_intent(changes: Changes, monkeypatch: pytest.MonkeyPatch) -> None:
    looking, go_on = threading.Event(), threading.Event()

    def slow(*_: object) -> tuple[()]:
        looking.set()
        assert go_on.wait(SOON)
        return ()

    monkeypatch.setattr(SqliteStore, "runs", slow)
    shown = asyncio.create_task(changes.runs(RunFilter()))
    try:
        assert await asyncio.to_thread(looking.wait, SOON)
        assert await asyncio.wait_for(asyncio.wrap_future(changes.journal.add(RUN, STEPS)), SOON)
        assert not shown.done()
    finally:
        go_on.set()
        await shown


async def test_only_what_a_process_watches_counts_as_watched(changes: Changes) -> None:
    for name, state, owner in (
        ("mine", RunState.WATCHING, me()),
        ("left", RunState.WATCHING, None),
        ("killed", RunState.RUNNING, replace(me(), started="1")),
        ("unknown", RunState.UNKNOWN, None),
        ("done", RunState.DONE, None),
    ):
        await asyncio.wrap_future(changes.journal.add(replace(RUN, id=name, state=state, owner=owner), ()))
    await changes.look()
    assert (changes.watches, changes.unknown) == (1, 3)


async def test_an_open_console_takes_up_what_another_one_leaves_behind(world: World, script: Script) -> None:
    told: list[str] = []
    heard = asyncio.Event()

    def changed(stack: str) -> None:
        told.append(stack)
        heard.set()

    workspace: Any = SimpleNamespace(journal_folder=world.folder, target=lambda stack: world.target)
    changes = Changes(workspace, WriteState(), Meter(), changed)
    script.plan = Plan((Do(), Hold(for_ever)))
    try:
        await changes.settle((world.stack,))
        changes.mind((world.stack,), every=0.01)
        with world.runner() as other:
            plan = await asyncio.to_thread(planned, other, Scripted(), world.stack)
            sent = await asyncio.wrap_future(other.apply(plan, "yes", wait=False))
            await asyncio.wait_for(heard.wait(), SOON)
            assert told[-1] == world.stack.name
            script.plan = Plan((Do(), Hold()))
        async with asyncio.timeout(SOON):
            while True:
                heard.clear()
                assert sent.run is not None
                if (await changes.run(sent.run.id)).state is RunState.DONE:
                    break
                await heard.wait()
    finally:
        await changes.close()


async def test_a_desk_is_busy_exactly_while_a_change_is_at_work_and_takes_none_as_it_closes(
    world: World, script: Script, changes: Changes
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    async def work(work: Work) -> Done:
        begun.set()
        await asyncio.to_thread(go_on.wait, SOON)
        return Done()

    desk = Desk(Options())
    assert not desk.busy()
    desk.changes = changes
    script.plan = Plan((Do(work),))
    asked = await changes.plan(Scripted(), world.stack)
    assert not desk.busy()
    applying = asyncio.create_task(changes.apply(asked, "yes"))
    try:
        assert await asyncio.to_thread(begun.wait, SOON)
        assert desk.busy()
        desk.stop_taking()
        with pytest.raises(AtTheGate, match="ending"):
            await changes.apply(asked, "yes")
        assert desk.busy()
    finally:
        go_on.set()
    outcome = await applying
    assert outcome.run is not None and outcome.run.changed
    assert not desk.busy()
