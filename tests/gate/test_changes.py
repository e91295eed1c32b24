"""What an open console makes of the changes of others."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from console.aws.meter import Meter
from console.changes import Changes
from console.journal.records import State
from console.operations.plan import Plan
from console.operations.work import Done, Work
from console.write_state import WriteState
from tests.deadlines import SOON
from tests.gate.scripted import Do, Hold, Script, Scripted
from tests.gate.world import World, planned


async def for_ever(work: Work) -> Done:
    while True:
        await work.sleep(1)


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
                if (await changes.run(sent.run.id)).state is State.DONE:
                    break
                await heard.wait()
    finally:
        await changes.close()
