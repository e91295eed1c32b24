"""A Bulk whose process ended is settled item by item, later runs on the same items taken into account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from console.journal.records import ItemRecord, RunRecord, RunState, StepState
from console.operations.lists import Pair
from console.services.logs.operations import SetRetention
from tests.conftest import DemoServer
from tests.faults import Fault
from tests.gate.world import SOON, World, applied, planned

GROUPS = ("/example/bulk/one", "/example/bulk/two")
BOTH = tuple(map(Pair, GROUPS))


@pytest.fixture
def groups(demo: DemoServer) -> Iterator[None]:
    """Two log groups whose lines never expire."""
    logs = demo.client("logs")
    for name in GROUPS:
        logs.create_log_group(logGroupName=name)
    yield
    for name in GROUPS:
        logs.delete_log_group(logGroupName=name)


def ended_after(world: World, first: StepState, second: StepState) -> RunRecord:
    """A run whose process ended: what it had begun is on record, and one call was carried out."""
    with world.runner() as runner:
        plan = planned(runner, SetRetention(BOTH, "30"), world.stack)
        outcome = runner.apply(plan, plan.confirmation.text).result(SOON)
        assert outcome.run is not None
        run, journal = outcome.run, runner.journal
        journal.change_step(run.id, 0, state=StepState.SENT, what="").result()
        items = [ItemRecord(0, GROUPS[0], state=first), ItemRecord(1, GROUPS[1], state=second)]
        journal.put_items(run.id, 0, items).result()
        return journal.change(run.id, state=RunState.RUNNING, owner=None, changed=None, outcome="").result()


def settled(world: World, run: RunRecord) -> tuple[RunRecord, list[StepState]]:
    world.told.clear()
    with world.runner() as runner:
        runner.reconcile([world.stack]).result(SOON)
        world.wait_until(lambda: world.told and world.told[-1].state not in (RunState.SENT, RunState.RUNNING))
        found = runner.journal.find(run.id).result()
        return found, [item.state for item in runner.journal.items(run.id, 0).result()]


def test_killed_after_the_first_call_it_is_not_done_by_the_work_of_another_run(
    world: World, groups: None, demo: DemoServer
) -> None:
    run = ended_after(world, StepState.DONE, StepState.WAITING)
    demo.client("logs").delete_retention_policy(logGroupName=GROUPS[1])
    with world.runner() as runner:
        assert applied(runner, SetRetention(BOTH[1:], "30"), world.stack).state is RunState.DONE
    found, items = settled(world, run)
    assert found.state is RunState.PARTLY and found.changed is True
    assert "1 done, 1 not begun" in found.outcome
    assert items == [StepState.DONE, StepState.WAITING]


@pytest.mark.parametrize(
    ("days", "state", "item"),
    [
        (30, RunState.PARTLY, StepState.DONE),
        (None, RunState.FAILED, StepState.FAILED),
        (90, RunState.UNKNOWN, StepState.UNKNOWN),
    ],
    ids=["carried out", "not carried out", "somebody else's value"],
)
def test_the_item_without_an_outcome_is_asked_about(
    world: World, groups: None, demo: DemoServer, days: int | None, state: RunState, item: StepState
) -> None:
    run = ended_after(world, StepState.SENT, StepState.WAITING)
    logs = demo.client("logs")
    if days is None:
        logs.delete_retention_policy(logGroupName=GROUPS[0])
    else:
        logs.put_retention_policy(logGroupName=GROUPS[0], retentionInDays=days)
    found, items = settled(world, run)
    assert found.state is state
    assert items == [item, StepState.WAITING]


def test_an_item_that_a_later_run_has_changed_is_unknown(world: World, groups: None) -> None:
    run = ended_after(world, StepState.SENT, StepState.WAITING)
    with world.runner() as runner:
        applied(runner, SetRetention(BOTH[:1], "60"), world.stack)
        applied(runner, SetRetention(BOTH[:1], "30"), world.stack)
    found, items = settled(world, run)
    assert found.state is RunState.UNKNOWN and found.changed is None
    assert items == [StepState.UNKNOWN, StepState.WAITING]


def test_a_later_bulk_that_never_began_an_item_says_nothing_of_it(world: World, groups: None) -> None:
    run = ended_after(world, StepState.SENT, StepState.WAITING)
    with world.runner() as runner:
        later = runner.journal.find(run.id).result()
        steps = runner.journal.steps(run.id).result()
        other = msgspec.structs.replace(later, id="9999-later", started=later.started.replace(year=2099))
        runner.journal.add(other, steps).result()
        runner.journal.put_items(other.id, 0, [ItemRecord(0, GROUPS[0]), ItemRecord(1, GROUPS[1])]).result()
        runner.journal.change(other.id, state=RunState.STOPPED, changed=True).result()
    found, items = settled(world, run)
    assert found.state is RunState.PARTLY
    assert items == [StepState.DONE, StepState.WAITING]


def test_a_reply_that_is_withheld_in_the_middle_is_asked_about_for_its_item(
    world: World, groups: None, tmp_path: Path
) -> None:
    world.spoil(Fault.WITHHELD)
    with world.runner(timeout=1) as runner:
        outcome = applied(runner, SetRetention(BOTH, "30"), world.stack)
        assert outcome.run is not None
        states = [item.state for item in runner.journal.items(outcome.run.id, 0).result()]
    assert outcome.state is RunState.PARTLY
    assert states == [StepState.DONE, StepState.WAITING]
    assert "1 done, 1 not begun" in outcome.what


def test_what_an_earlier_version_kept_as_text_is_settled_and_taken_back(
    world: World, groups: None, demo: DemoServer
) -> None:
    run = ended_after(world, StepState.DONE, StepState.SENT)
    undo = {
        "operation": run.operation,
        "params": {"groups": ",".join(f"{name}=never" for name in GROUPS), "days": None},
    }
    with world.runner() as runner:
        runner.journal.change(run.id, params={"groups": ",".join(GROUPS), "days": "30"}, undo=undo).result()
    found, items = settled(world, run)
    assert (found.state, items) == (RunState.DONE, [StepState.DONE, StepState.DONE])
    with world.runner() as runner:
        back = runner.plan_undo(found, world.stack).result(SOON)
        assert runner.apply(back, back.confirmation.text).result(SOON).state is RunState.DONE
    kept = demo.client("logs").describe_log_groups(logGroupNamePrefix="/example/bulk/")["logGroups"]
    assert [group.get("retentionInDays") for group in kept] == [None, None]
