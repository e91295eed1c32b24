"""A watch tells of what is watched: whoever looks may lose their credentials, and a count may be moved again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest

from console.aws.call import Aws
from console.journal.records import RunState
from console.operations.operation import Observed
from console.operations.plan import Effect, Plan
from console.operations.step_context import Done, StepFailed, Work
from console.services.ecs.operations import Restart, Scale
from console.services.operations import OPERATIONS
from console.text import Clean
from tests.conftest import DemoServer
from tests.faults import Fault, Seen
from tests.gate.program import FRONTEND
from tests.gate.scripted import Do, Hold, Script, Scripted
from tests.gate.world import SOON, World, applied, planned
from tests.mutations import changes


@pytest.fixture
def count(world: World) -> Iterator[int]:
    """The count of the frontend, which is put back at the end."""
    before: int = world.observed(Scale(FRONTEND, 1).within(world.stack)).state["desired"]
    yield before
    world.heal()
    with world.runner() as runner:
        applied(runner, Scale(FRONTEND, before).within(world.stack), world.stack)


@pytest.mark.parametrize("fault", [Fault.EXPIRED, Fault.DENIED])
def test_credentials_that_end_while_it_is_watched_fail_nothing(world: World, count: int, fault: Fault) -> None:
    begun: list[Seen] = []

    def plan(seen: Seen) -> Fault:
        if changes(seen):
            begun.append(seen)
        looks = sum(one.operation == "DescribeServices" for one in world.proxy.seen)
        return fault if begun and looks > 4 and seen.operation else Fault.NONE

    with world.runner() as runner:
        asked = planned(runner, Scale(FRONTEND, count + 1).within(world.stack), world.stack)
        world.proxy.plan = plan
        outcome = runner.apply(asked, asked.confirmation.text).result(SOON)
        assert outcome.state is RunState.UNKNOWN and outcome.run is not None, outcome.what
        assert outcome.run.changed is True
        world.heal()
        world.told.clear()
        runner.renew(world.stack)
        runner.reconcile([world.stack]).result(SOON)
        assert world.wait_for(outcome.run.id, RunState.DONE) is RunState.DONE


def test_what_aws_is_still_at_after_the_time_of_a_wait_has_not_failed(world: World, script: Script) -> None:
    async def still(work: Work) -> Done:
        raise StepFailed("It is not done after 30 min.", unsettled=True)

    script.plan = Plan((Do(), Hold(body=still)))
    with world.runner() as runner:
        assert applied(runner, Scripted(), world.stack).state is RunState.UNKNOWN


@dataclass(frozen=True)
class Moved(Scripted):
    """Do what a test says; verified as often as it says, and then no more."""

    name = "test.moved"
    at_once = True
    script: ClassVar[Script] = Script()
    seen: ClassVar[list[bool]] = []

    async def verify(self, aws: Aws, before: Observed) -> bool:
        return self.seen.pop(0) if len(self.seen) > 1 else self.seen[0]


@pytest.mark.parametrize(
    ("seen", "state", "says"),
    [
        ([True, True], RunState.DONE, "Done and verified."),
        ([True, False], RunState.DONE, "It was changed since"),
        ([False], RunState.FAILED, "at the same moment"),
    ],
)
def test_a_count_that_was_seen_set_and_is_moved_while_it_is_watched_was_set(
    world: World, monkeypatch: pytest.MonkeyPatch, seen: list[bool], state: RunState, says: str
) -> None:
    effects = (Effect(Clean("count"), Clean("8"), Clean("6")),)
    script = Script(plan=Plan((Do(), Hold()), effects))

    async def moves(work: Work) -> Done:
        script.state = {"value": 8}
        return Done()

    script.plan = replace(script.plan, steps=(Do(body=moves), Hold()))
    monkeypatch.setattr(Moved, "script", script)
    monkeypatch.setattr(Moved, "seen", seen)
    monkeypatch.setitem(OPERATIONS, Moved.name, Moved)
    with world.runner() as runner:
        outcome = applied(runner, Moved(), world.stack)
    assert outcome.state is state
    assert says in outcome.what


@pytest.mark.parametrize("steps", [(Do(),), (Do(), Hold())], ids=["sent", "watched"])
@pytest.mark.parametrize(("late", "state"), [(3, RunState.DONE), (4, RunState.FAILED)])
def test_at_the_end_too_no_is_believed_only_when_it_stays(
    world: World, monkeypatch: pytest.MonkeyPatch, steps: tuple[Do, ...], late: int, state: RunState
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(Moved, "script", Script(plan=Plan(steps)))
    monkeypatch.setattr(Moved, "seen", [*[False] * late, True])
    monkeypatch.setattr(Moved, "at_once", False)
    monkeypatch.setitem(OPERATIONS, Moved.name, Moved)
    with world.runner(sleep=sleep) as runner:
        assert applied(runner, Moved(), world.stack).state is state
    assert slept[-3:] == [1.0, 2.0, 4.0]


def test_a_restart_does_not_rest_on_the_count_that_autoscaling_moves(world: World) -> None:
    state = world.observed(Restart(FRONTEND).within(world.stack)).state
    assert "desired" not in state
    assert state["scaled_to_0"] is False


@pytest.mark.parametrize("taken_up", [False, True])
def test_a_restart_is_watched_by_the_deployment_that_it_started(
    world: World, demo: DemoServer, count: int, taken_up: bool
) -> None:
    ecs, restart = demo.client("ecs"), Restart(FRONTEND).within(world.stack)
    where = {"cluster": restart.cluster, "service": FRONTEND}
    # With room for none besides those that must stay, a rollout never moves.
    ecs.update_service(**where, deploymentConfiguration={"maximumPercent": 100, "minimumHealthyPercent": 100})

    def replaced() -> str:
        moving = {"maximumPercent": 200, "minimumHealthyPercent": 100}
        answer = ecs.update_service(**where, forceNewDeployment=True, deploymentConfiguration=moving)
        return str(answer["service"]["deployments"][0]["id"])

    with world.runner() as runner:
        asked = planned(runner, restart, world.stack)
        run = runner.apply(asked, asked.confirmation.text, wait=False).result(SOON).run
        assert run is not None
        started = ecs.describe_services(cluster=restart.cluster, services=[FRONTEND])["services"][0]["deployments"][0]
        assert [step.begun for step in runner.journal.steps(run.id).result()] == [started["id"], ""]
        if not taken_up:
            other = replaced()
            assert world.wait_for(run.id, RunState.FAILED, RunState.DONE) is RunState.FAILED
    if taken_up:
        other = replaced()
        with world.runner() as runner:
            runner.reconcile([world.stack]).result(SOON)
            assert world.wait_for(run.id, RunState.FAILED, RunState.DONE) is RunState.FAILED
    assert f"{other} has taken the place of {started['id']}" in world.told[-1].run.outcome


def test_a_count_is_set_without_the_right_to_read_autoscaling(world: World, count: int) -> None:
    denied = "DescribeScalableTargets"
    world.proxy.plan = lambda seen: Fault.DENIED if seen.operation == denied else Fault.NONE
    with world.runner() as runner:
        asked = planned(runner, Scale(FRONTEND, count + 1).within(world.stack), world.stack)
        assert not asked.refused
        (told,) = (warning for warning in asked.plan.warnings if "autoscaling" in warning)
        assert "not known" in told and denied in told
        outcome = runner.apply(asked, asked.confirmation.text).result(SOON)
    assert outcome.state is RunState.DONE, outcome.what
