"""A plan is made of what was told: a member that AWS leaves out makes no change look smaller than it is."""

from __future__ import annotations

from typing import Any

import pytest

from console.operations.complete_answers import told_whole
from console.operations.operation import Danger, Operation
from console.problems import Failure, ProblemKind
from console.services.operations import OPERATIONS
from console.stack.stack import Stack
from tests.conftest import DemoServer
from tests.contract.conftest import Unlimited, target_of
from tests.examples import example
from tests.replay import Player, Recorder, optional, without, written


@pytest.mark.parametrize("kind", OPERATIONS.values(), ids=OPERATIONS)
async def test_what_is_left_out_makes_no_change_harmless(
    kind: type[Operation], demo: DemoServer, stacks: tuple[Stack, ...]
) -> None:
    stack = next(stack for stack in stacks if stack.name == "mra-mines")
    target = target_of(demo, stack)
    recorder = Recorder(target, limits=Unlimited())
    try:
        operation = (await example(kind, recorder)).within(stack)
        recorder.tape.asked.clear()
        whole = danger(operation, await operation.observe(recorder), stack)
    finally:
        await recorder.close()
    for at, one in enumerate(recorder.tape.asked):
        for page, path in optional(one):
            player: Any = Player(recorder.tape, target, {at: without(one, page, path)})
            try:
                with told_whole():
                    now = await operation.observe(player)
                found = danger(operation, now, stack)
            except Failure as failure:
                assert failure.problem.kind in (ProblemKind.SUSPECT, ProblemKind.NOT_FOUND), (
                    f"{one.api} {written(path)}: {failure}"
                )
            except Exception as error:
                error.add_note(f"without {one.api} {written(path)}")
                raise
            else:
                assert found >= whole, f"{one.api} {written(path)}"


def danger(operation: Operation, now: Any, stack: Stack) -> Danger:
    """How dangerous a change is, with everything else computed that a plan shows; the worst where it is refused."""
    if operation.refuse(now):
        return max(Danger)
    assert operation.plan(now).steps, "there is something to do"
    operation.undo(now)
    return operation.danger_of(now, stack)
