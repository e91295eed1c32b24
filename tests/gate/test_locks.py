"""The locks on resources: taken in one order, given back whatever happens, and all is asked again behind them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from console.gate.events import AtTheGate, Reason
from console.gate.write_state import WriteState
from console.journal.locks import Lock, Locks
from console.journal.records import RunState
from console.operations.operation import Resource
from console.operations.plan import Plan
from console.operations.step_context import Done, Work
from tests.deadlines import SOON
from tests.gate.scripted import Do, Script, Scripted
from tests.gate.world import World, planned

ONE, OTHER = Resource("one", "arn:1"), Resource("other", "arn:2")


def taken(locks: Locks, arn: str) -> Lock:
    """The lock of a resource that nobody holds."""
    lock = locks.try_resource(arn)
    assert lock is not None
    return lock


@contextmanager
def held(locks: Locks, arn: str) -> Iterator[None]:
    """As while another console's change is at a resource."""
    lock = taken(locks, arn)
    try:
        yield
    finally:
        lock.release()


def wait_in_line(world: World) -> None:
    """Until a change waits for its resource."""
    world.wait_until(lambda: any("waiting for it" in told.text for told in world.told))


@pytest.mark.parametrize("targets", [(ONE, OTHER), (OTHER, ONE)])
def test_who_waits_for_one_of_several_resources_keeps_none_that_comes_after_it(
    world: World, script: Script, targets: tuple[Resource, ...]
) -> None:
    """In whatever order a plan names them: else two changes would wait for each other until both give up."""
    script.plan, script.targets = Plan((Do(),)), targets
    with world.runner() as runner:
        plan = planned(runner, Scripted(), world.stack)
        with held(runner.journal.locks, ONE.arn):
            applying = runner.apply(plan, plan.confirmation.text)
            wait_in_line(world)
            taken(runner.journal.locks, OTHER.arn).release()
        assert applying.result(SOON).state is RunState.DONE


def test_who_gives_up_waiting_lets_go_of_what_was_locked_before(world: World, script: Script) -> None:
    script.plan, script.targets = Plan((Do(),)), (ONE, OTHER)
    with world.runner() as runner:
        plan = planned(runner, Scripted(), world.stack)
        with held(runner.journal.locks, OTHER.arn):
            with pytest.raises(AtTheGate, match="still at this resource"):
                runner.apply(plan, plan.confirmation.text).result(SOON)
            taken(runner.journal.locks, ONE.arn).release()


def test_what_was_disarmed_while_a_change_waited_for_its_resource_lets_nothing_through(
    world: World, script: Script
) -> None:
    """Also where the state, the place and the time are as when it was confirmed."""
    ran: list[str] = []

    async def run(work: Work) -> Done:
        ran.append("it")
        return Done()

    script.plan = Plan((Do(run),))
    world.stack = msgspec.structs.replace(world.stack, production=True)
    state = WriteState()
    state.arm(world.stack, "ticket 7", world.place)
    with world.runner(state) as runner:
        plan = planned(runner, Scripted(), world.stack)
        with held(runner.journal.locks, script.targets[0].arn):
            applying = runner.apply(plan, plan.confirmation.text)
            wait_in_line(world)
            state.disarm()
        with pytest.raises(AtTheGate) as caught:
            applying.result(SOON)
        assert caught.value.reason is Reason.READ_ONLY
        assert ran == [] and runner.journal.runs().result() == ()
