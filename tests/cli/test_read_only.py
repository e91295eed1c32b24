"""The command line where a stack may only be read: whatever confirms, no request that changes something goes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.cli.apply import AT_THE_GATE
from console.gate.planned import Planned
from console.gate.write_state import WriteState
from console.journal.records import RunState
from tests.asked import asked_of
from tests.conftest import DemoServer
from tests.gate.program import Program
from tests.gate.world import SOON, World, applied, planned, world_of

READ_ONLY = {"mra-mines": ("--read-only",), "operations": ()}
"""The stacks, and what makes a command read-only there; the other one is production, and not armed."""

both = pytest.mark.parametrize("stack", READ_ONLY, ids=["with --read-only", "production, not armed"])


def refused(world: World, program: Program, plan: Planned, *command: str) -> None:
    """Run a command with all that confirms its plan: it is refused, and nothing but reads goes out."""
    assert plan.plan.steps and not plan.refused
    world.proxy.seen.clear()
    words = (*command, "--yes", "--confirm", plan.confirmation.text, *READ_ONLY[world.stack.name])
    code, _, told = program.run(*words)
    assert (code, world.mutations()) == (AT_THE_GATE, []), told
    assert "read-only" in told
    assert world.proxy.seen


@both
def test_apply_confirmed_exactly_as_asked_changes_nothing(stack: str, demo: DemoServer, tmp_path: Path) -> None:
    with world_of(demo, tmp_path / "journal", stack) as world:
        program = Program(world, demo)
        for operation in asked_of(world.stack).values():
            with world.runner() as runner:
                plan = planned(runner, operation, world.stack)
            refused(world, program, plan, *operation.cli(())[len("groundskeeper ") :].split())
        assert program.json("journal") == (0, [])


@both
def test_undo_confirmed_exactly_as_asked_changes_nothing(stack: str, demo: DemoServer, tmp_path: Path) -> None:
    with world_of(demo, tmp_path / "journal", stack) as world:
        asked, state = asked_of(world.stack)["logs.set-retention"], WriteState()
        state.arm(world.stack, "to have something to take back", world.place)
        before = world.observed(asked).state
        with world.runner(state) as runner:
            run = applied(runner, asked, world.stack).run
            assert run is not None and run.state is RunState.DONE
            undo = runner.plan_undo(run, world.stack).result(SOON)
            refused(world, Program(world, demo), undo, "undo", run.id)
            runner.apply(undo, undo.confirmation.text).result(SOON)
        assert world.observed(asked).state == before
