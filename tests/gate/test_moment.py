"""Two operators whose journals are not the same share no lock: each is told what the other one did."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from pathlib import Path

import pytest

from console.gate.events import AtTheGate, Outcome, Reason
from console.gate.run import READ_BACK
from console.journal.records import RunRecord, RunState, StepState
from console.operations.lists import Pair
from console.services.ecs.operations import Scale
from console.services.logs.operations import SetRetention
from tests.conftest import DemoServer
from tests.faults import Fault, Seen
from tests.gate.program import FRONTEND
from tests.gate.world import SOON, World, applied, hurry, planned, world_of
from tests.mutations import changes

GROUP = "/aws/lambda/mra-mines-map-status-staging"
CLUSTER = "mra-mines-cluster-staging"


@pytest.fixture
def days(demo: DemoServer, world: World) -> Iterator[Callable[[int], None]]:
    """Sets the retention of a group as somebody else would; it is put back at the end."""
    logs = demo.client("logs")
    (group,) = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=14)
    yield lambda number: logs.put_retention_policy(logGroupName=GROUP, retentionInDays=number)
    if "retentionInDays" in group:
        logs.put_retention_policy(logGroupName=GROUP, retentionInDays=group["retentionInDays"])
    else:
        logs.delete_retention_policy(logGroupName=GROUP)


def when(world: World, moment: Callable[[list[Seen]], bool], act: Callable[[], object]) -> None:
    """Do something once, before the proxy passes on the request at which `moment` first holds."""
    left = [act]

    def plan(seen: Seen) -> Fault:
        if left and moment(world.proxy.seen):
            left.pop()()
        return Fault.NONE

    world.proxy.plan = plan


def reads(seen: list[Seen]) -> int:
    return sum(one.operation == "DescribeLogGroups" for one in seen)


def test_what_is_changed_between_the_last_look_and_the_call_is_not_overwritten(
    world: World, days: Callable[[int], None]
) -> None:
    """It was looked at for the plan, and when it was confirmed; the third look is that of the last moment."""
    with world.runner() as runner:
        plan = planned(runner, SetRetention((Pair(GROUP),), "30"), world.stack)
        world.proxy.seen.clear()
        when(world, lambda seen: reads(seen) == 2, lambda: days(60))
        with pytest.raises(AtTheGate) as caught:
            runner.apply(plan, "yes").result(SOON)
        (run,) = runner.journal.runs().result()
    assert caught.value.reason is Reason.STALE
    assert "Someone else changed it at the same moment" in str(caught.value)
    assert "was 14 and is now 60" in str(caught.value) and "Nothing was changed" in str(caught.value)
    assert caught.value.planned is not None and caught.value.planned.before.state == {GROUP: 60}
    assert isinstance(run, RunRecord) and run.state is RunState.STOPPED and run.changed is False
    assert world.mutations() == []


def test_what_is_changed_while_a_throttled_call_waits_is_not_overwritten(
    world: World, days: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.gate.run.READ_BACK", 0)  # every look is long ago
    sent: list[Seen] = []

    def plan(seen: Seen) -> Fault:
        if not changes(seen):
            return Fault.NONE
        sent.append(seen)
        days(60)
        return Fault.THROTTLED

    with world.runner() as runner:
        asked = planned(runner, SetRetention((Pair(GROUP),), "30"), world.stack)
        world.proxy.plan = plan
        outcome = runner.apply(asked, "yes").result(SOON)
    assert len(sent) == 1
    assert outcome.state is RunState.FAILED and outcome.run is not None and outcome.run.changed is False
    assert "was 14 and is now 60" in outcome.what


def test_what_is_changed_while_a_bulk_is_under_way_is_not_overwritten(
    world: World, demo: DemoServer, days: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.gate.run.READ_BACK", 0)
    logs, first = demo.client("logs"), "/example/moment"
    logs.create_log_group(logGroupName=first)
    try:
        with world.runner() as runner:
            asked = planned(runner, SetRetention((Pair(first), Pair(GROUP)), "30"), world.stack)
            when(world, lambda seen: any(changes(one) for one in seen), lambda: days(60))
            outcome = runner.apply(asked, asked.confirmation.text).result(SOON)
            assert outcome.run is not None
            items = runner.journal.items(outcome.run.id, 0).result()
    finally:
        logs.delete_log_group(logGroupName=first)
    assert outcome.state is RunState.PARTLY
    assert "was 14 and is now 60" in outcome.what
    assert [item.state for item in items] == [StepState.DONE, StepState.WAITING]


def test_what_is_changed_right_after_the_call_is_told_with_both_values(
    world: World, days: Callable[[int], None]
) -> None:
    with world.runner() as runner:
        plan = planned(runner, SetRetention((Pair(GROUP),), "30"), world.stack)
        world.proxy.seen.clear()
        when(world, lambda seen: any(changes(one) for one in seen) and not changes(seen[-1]), lambda: days(60))
        outcome = runner.apply(plan, "yes").result(SOON)
    assert outcome.state is RunState.FAILED
    assert "someone else changed it at the same moment" in outcome.what
    assert "after 60 days" in outcome.what and "not lines expire: after 30 days" in outcome.what


def test_the_connection_of_the_change_stands_before_the_last_look(world: World, days: Callable[[int], None]) -> None:
    """Between that look and the change comes nothing: no login, no other call."""
    with world.runner() as runner:
        plan = planned(runner, SetRetention((Pair(GROUP),), "30"), world.stack)
        world.proxy.seen.clear()
        assert runner.apply(plan, "yes").result(SOON).state is RunState.DONE
    asked = [seen.operation for seen in world.proxy.seen if seen.operation]
    change = asked.index("PutRetentionPolicy")
    assert asked[change - 1] == "DescribeLogGroups"


@pytest.mark.parametrize("at", range(6))
def test_of_two_changes_from_one_state_never_are_both_told_as_done(
    world: World, demo: DemoServer, days: Callable[[int], None], tmp_path: Path, at: int
) -> None:
    """The other operator's change, made from the same state, lands before each of the requests of the first.

    It is read back when the first has landed, too: what is in flight for longer than `READ_BACK` nobody can see.
    """
    landed = threading.Event()

    async def sleep(seconds: float) -> None:
        await (asyncio.to_thread(landed.wait, SOON) if seconds == READ_BACK else hurry(seconds))

    outcomes: list[Future[Outcome]] = []
    with world_of(demo, tmp_path / "elsewhere") as other, world.runner() as one, other.runner(sleep=sleep) as two:
        mine = planned(one, SetRetention((Pair(GROUP),), "30"), world.stack)
        theirs = planned(two, SetRetention((Pair(GROUP),), "60"), other.stack)
        world.proxy.seen.clear()

        def land() -> None:
            outcomes.append(two.apply(theirs, "yes"))
            other.wait_until(lambda: any(told.state is RunState.SENT for told in other.told), 2 * SOON)

        when(world, lambda seen: len(seen) > at, land)
        outcomes.append(one.apply(mine, "yes"))
        wait([outcomes[-1]], 3 * SOON)
        landed.set()
        ended = [outcome.result(SOON) for outcome in outcomes if outcome.exception(SOON) is None]
        refused = [outcome.exception(SOON) for outcome in outcomes if outcome.exception(SOON) is not None]
    assert all(isinstance(one, AtTheGate) and one.reason is Reason.STALE for one in refused)
    assert [outcome.state for outcome in ended].count(RunState.DONE) == 1
    assert all("same moment" in outcome.what for outcome in ended if outcome.state is not RunState.DONE)


def test_a_count_that_somebody_else_set_is_told(world: World, demo: DemoServer) -> None:
    ecs = demo.client("ecs")
    before = world.observed(Scale(FRONTEND, 1).within(world.stack)).state["desired"]
    with world.runner() as runner:
        plan = planned(runner, Scale(FRONTEND, before + 1).within(world.stack), world.stack)
        world.proxy.seen.clear()
        when(world, lambda seen: any(changes(one) for one in seen) and not changes(seen[-1]),
             lambda: ecs.update_service(cluster=CLUSTER, service=FRONTEND, desiredCount=before + 2))  # fmt: skip
        outcome = runner.apply(plan, plan.confirmation.text).result(SOON)
        assert outcome.state is RunState.FAILED
        assert "someone else changed it at the same moment" in outcome.what
        assert f"desired count is {before + 2}, not {before + 1}" in outcome.what
        assert outcome.hints == ()
        world.heal()
        applied(runner, Scale(FRONTEND, before).within(world.stack), world.stack)
