"""What is let through and what is not: confirmation, write state, staleness, locks, the journal itself."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from console.aws.call import Aws
from console.gate.events import AtTheGate, Reason
from console.gate.runner import Runner
from console.gate.write_state import Locked, WriteState
from console.journal.journal import Journal
from console.journal.records import RunState
from console.journal.store import SqliteStore
from console.operations.operation import Danger, Observed, Resource
from console.operations.plan import Plan
from console.operations.step_context import Done, Work
from console.problems import Failure
from console.services.dynamodb.operations import ContinuousBackups
from console.services.ecs.kinds import EcsCluster
from console.services.ecs.operations import Restart, Scale
from console.stack.found_account import Account
from tests.conftest import DemoServer
from tests.deadlines import SOON
from tests.faults import Fault
from tests.gate.scripted import Do, Hold, Script, Scripted
from tests.gate.world import World, applied, planned
from tests.mutations import changes

FRONTEND = "mra-mines-frontend-staging"


def refusal(runner: Runner, world: World, script: Script, answer: str | None = "yes") -> AtTheGate:
    with pytest.raises(AtTheGate) as caught:
        runner.apply(planned(runner, Scripted(), world.stack), answer).result(SOON)
    return caught.value


def test_a_plan_is_stale_after_120_seconds(world: World, script: Script) -> None:
    script.plan = Plan((Do(),))
    now = [datetime.now(UTC)]
    with world.runner(now=lambda: now[0]) as runner:
        for seconds, ends in ((119, RunState.DONE), (121, None), (-1, None)):
            plan = planned(runner, Scripted(), world.stack)
            now[0] += timedelta(seconds=seconds)
            if ends:
                assert runner.apply(plan, "yes").result(SOON).state is ends
                continue
            with pytest.raises(AtTheGate) as caught:
                runner.apply(plan, "yes").result(SOON)
            assert caught.value.reason is Reason.STALE
            assert caught.value.planned is not None and not caught.value.planned.differs(plan)


def test_another_resource_of_the_same_state_makes_a_plan_stale(world: World, script: Script) -> None:
    """Such as one that was deleted and made anew since the plan was shown."""
    script.plan = Plan((Do(),))
    with world.runner() as runner:
        plan = planned(runner, Scripted(), world.stack)
        script.targets = (Resource("thing", "arn:another"),)
        with pytest.raises(AtTheGate, match="it is another resource now") as caught:
            runner.apply(plan, "yes").result(SOON)
        assert caught.value.reason is Reason.STALE and runner.journal.runs().result() == ()
        assert caught.value.planned is not None and caught.value.planned.digest != plan.digest
        elsewhere = replace(plan, place=replace(plan.place, region="us-east-1"))
        assert elsewhere.digest != plan.digest


def test_other_credentials_make_a_plan_stale(world: World, script: Script, tmp_path: Path) -> None:
    script.plan = Plan((Do(),))
    stack = msgspec.structs.replace(world.stack, account=None)
    with world.runner() as runner:
        plan = planned(runner, Scripted(), stack)
        keys = tmp_path / "credentials"
        keys.write_text(
            f"[{world.target.profile}]\naws_access_key_id = ASIADEMO147997144209\naws_secret_access_key = x\n"
        )
        world.target = replace(world.target, credentials_file=keys)
        with pytest.raises(AtTheGate) as caught:
            runner.apply(plan, "yes").result(SOON)
    assert caught.value.reason is Reason.STALE and "account 147997144209" in str(caught.value)


def test_the_stack_must_be_of_the_callers_account(world: World, script: Script) -> None:
    stack = msgspec.structs.replace(world.stack, account="999999999999")
    with world.runner() as runner, pytest.raises(Failure, match="999999999999"):
        planned(runner, Scripted(), stack)


def test_read_only_refuses_every_change_and_cannot_be_armed(world: World, script: Script) -> None:
    script.plan = Plan((Do(),))
    state = WriteState(read_only=True)
    with pytest.raises(Locked, match="--read-only"):
        state.arm(world.stack, "because", world.place)
    with world.runner(state) as runner:
        assert refusal(runner, world, script).reason is Reason.READ_ONLY


def test_production_is_armed_for_half_an_hour_with_a_reason_that_is_recorded(world: World, script: Script) -> None:
    script.plan = Plan((Do(),))
    clock = [0.0]
    state = WriteState(clock=lambda: clock[0])
    world.stack = msgspec.structs.replace(world.stack, production=True)
    with world.runner(state) as runner:
        assert refusal(runner, world, script).reason is Reason.READ_ONLY
        state.arm(world.stack, "ticket 7", world.place)
        clock[0] = 1799
        outcome = applied(runner, Scripted(), world.stack)
        assert outcome.run is not None and outcome.run.reason == "ticket 7"
        clock[0] = 1800
        assert refusal(runner, world, script).reason is Reason.READ_ONLY


@pytest.mark.parametrize(
    ("armed_for", "said"),
    [
        ({"account": "222222222222"}, "it was for account 222222222222, and this is account 123456789012"),
        ({"region": "us-east-1"}, "it was for region us-east-1, and this is eu-west-1"),
    ],
)
def test_what_is_armed_for_another_account_or_region_lets_nothing_through(
    world: World, script: Script, armed_for: dict[str, str], said: str
) -> None:
    """The plan is of whose credentials answer now, whatever the file says, or does not say."""
    script.plan = Plan((Do(),))
    state, here = WriteState(), world.place
    world.stack = msgspec.structs.replace(world.stack, production=True, account=None, region=None)
    state.arm(world.stack, "ticket 7", here._replace(**armed_for))
    with world.runner(state) as runner:
        refused = refusal(runner, world, script)
        assert refused.reason is Reason.READ_ONLY and said in str(refused)
        assert state.armed(world.stack, here._replace(**armed_for)) is None
        state.arm(world.stack, "ticket 7", here)
        assert applied(runner, Scripted(), world.stack).state is RunState.DONE


def test_a_resource_with_a_region_of_its_own_is_changed_where_its_stack_is_armed(
    world: World, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    script.plan = Plan((Do(),))
    monkeypatch.setattr(Scripted, "region", lambda self, stack: world.place.region)
    state = WriteState()
    world.stack = msgspec.structs.replace(world.stack, production=True)
    state.arm(world.stack, "ticket 7", world.place._replace(region="us-east-1"))
    with world.runner(state) as runner:
        assert applied(runner, Scripted(), world.stack).state is RunState.DONE


def test_an_account_that_nobody_described_is_read_only_until_it_is_armed(world: World, script: Script) -> None:
    script.plan = Plan((Do(),))
    state = WriteState()
    found = Account(name="account-123456789012", account=world.stack.account, region=world.stack.region)
    world.stack = found
    with world.runner(state) as runner:
        refused = refusal(runner, world, script)
        assert refused.reason is Reason.READ_ONLY and "no stack file says that it is not production" in str(refused)
        state.arm(found, "ticket 7", world.place)
        assert applied(runner, Scripted(), found).state is RunState.DONE


def test_what_is_in_flight_when_writing_is_disarmed_finishes(world: World, script: Script) -> None:
    state = WriteState()
    world.stack = msgspec.structs.replace(world.stack, production=True)

    async def disarm(work: Work) -> Done:
        state.disarm()
        return Done()

    script.plan = Plan((Do(disarm), Do()))
    state.arm(world.stack, "ticket 7", world.place)
    with world.runner(state) as runner:
        assert applied(runner, Scripted(), world.stack).state is RunState.DONE
        assert refusal(runner, world, script).reason is Reason.READ_ONLY


@pytest.mark.parametrize(
    "answer", [None, "", "yes", "y", "thing", "Staging/thing", "staging/thing ", "staging/thing\n", "staging/thіng"]
)
def test_what_can_be_lost_takes_the_exact_name(world: World, script: Script, answer: str | None) -> None:
    script.plan, script.danger = Plan((Do(),)), Danger.DESTROY
    world.stack = msgspec.structs.replace(world.stack, production=True)
    state = WriteState()
    state.arm(world.stack, "why", world.place)
    with world.runner(state) as runner:
        assert refusal(runner, world, script, answer).reason is Reason.UNCONFIRMED
        plan = planned(runner, Scripted(), world.stack)
        assert runner.apply(plan, "staging/thing").result(SOON).state is RunState.DONE


def test_of_two_consoles_the_second_waits_and_is_stale(world: World, demo: DemoServer) -> None:
    """Both saw the same state; only one may act on it."""
    now = world.observed(Scale(FRONTEND, 1).within(world.stack)).state["desired"]
    first, second = Scale(FRONTEND, now + 1).within(world.stack), Scale(FRONTEND, now + 2).within(world.stack)
    arrived, go_on = threading.Event(), threading.Event()

    def hold(seen) -> Fault:  # type: ignore[no-untyped-def]
        if changes(seen):
            arrived.set()
            assert go_on.wait(SOON)
        return Fault.NONE

    with world.runner() as one, world.runner() as other:
        plans = planned(one, first, world.stack), planned(other, second, world.stack)
        world.proxy.plan = hold
        applying = one.apply(plans[0], "yes")
        assert arrived.wait(SOON)
        waiting = other.apply(plans[1], "yes")
        world.wait_until(lambda: any("waiting for it" in told.text for told in world.told))
        go_on.set()
        assert applying.result(SOON).state is RunState.DONE
        with pytest.raises(AtTheGate) as caught:
            waiting.result(SOON)
        assert caught.value.reason is Reason.STALE
        assert caught.value.planned is not None
        assert ("desired", str(now), str(now + 1)) in caught.value.planned.differs(plans[1])
        assert len(world.mutations()) == 1
        assert applied(one, Scale(FRONTEND, now).within(world.stack), world.stack).state is RunState.DONE


def test_different_resources_are_changed_side_by_side(world: World, script: Script) -> None:
    both = threading.Barrier(2, timeout=SOON)

    async def meet(work: Work) -> Done:
        await asyncio.to_thread(both.wait)
        return Done()

    script.plan, script.split = Plan((Do(meet),)), True
    with world.runner() as runner:
        ends = [runner.apply(planned(runner, Scripted(word), world.stack), "yes") for word in ("one", "two")]
        assert [end.result(SOON).state for end in ends] == [RunState.DONE, RunState.DONE]


def test_a_journal_that_cannot_be_opened_refuses_every_change(world: World, script: Script) -> None:
    script.plan = Plan((Do(),))
    world.folder.parent.joinpath("file").write_text("")
    world.folder = world.folder.parent / "file" / "journal"
    with world.runner() as runner:
        gate = refusal(runner, world, script)
    assert gate.reason is Reason.REFUSED and "Nothing was changed" in str(gate)


class Full(SqliteStore):
    """A store on a disk that is full after so many pages."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        (pages,) = self._db.execute("PRAGMA page_count").fetchone()
        self._db.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_refuses_every_change(world: World, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[int] = []

    async def work(work: Work) -> Done:
        done.append(1)
        return Done()

    init = Journal.__init__
    monkeypatch.setattr(Journal, "__init__", lambda journal, folder: init(journal, folder, Full))
    script.plan = Plan((Do(work),))
    with world.runner() as runner:
        refused = 0
        for _ in range(50):
            try:
                assert applied(runner, Scripted(), world.stack).state is RunState.DONE
            except AtTheGate as gate:
                assert gate.reason is Reason.REFUSED and "full" in str(gate)
                refused += 1
        assert refused > 10
        assert len(done) == 50 - refused


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no folder where even root may not write")
def test_a_folder_that_cannot_be_written_refuses_every_change(world: World, script: Script) -> None:
    script.plan = Plan((Do(),))
    world.folder = Path("/proc/groundskeeper")
    with world.runner() as runner:
        gate = refusal(runner, world, script)
    assert gate.reason is Reason.REFUSED and "Nothing was changed" in str(gate)


def test_nobody_who_waits_or_looks_on_can_stop_a_change(world: World, script: Script) -> None:
    begun, go_on = threading.Event(), threading.Event()

    async def work(work: Work) -> Done:
        begun.set()
        await asyncio.to_thread(go_on.wait, SOON)
        return Done()

    def broken(progress: object) -> None:
        raise RuntimeError("the app has gone")

    script.plan = Plan((Do(work),))
    with world.runner(listener=broken) as runner:
        applying = runner.apply(planned(runner, Scripted(), world.stack), "yes")
        assert begun.wait(SOON)
        assert applying.cancel()
        assert runner.busy()
        plan = planned(runner, Scripted(), world.stack)
        runner.stop_taking()
        with pytest.raises(AtTheGate, match="ending"):
            runner.apply(plan, "yes").result(SOON)
        go_on.set()
        runner.close()
        assert not runner.busy()
        (run,) = runner.journal.runs().result()
        assert run.state in (RunState.SENT, RunState.DONE)


def test_a_change_that_is_looked_at_again_as_the_console_ends_is_not_begun(
    world: World, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever ends the console has seen by then that nothing is at work."""
    observe, looks = Scripted.observe, []

    async def leave_meanwhile(operation: Scripted, aws: Aws) -> Observed:
        looks.append(operation)
        if len(looks) == 2:
            runner.stop_taking()
        return await observe(operation, aws)

    script.plan = Plan((Do(),))
    monkeypatch.setattr(Scripted, "observe", leave_meanwhile)
    with world.runner() as runner:
        gate = refusal(runner, world, script)
        assert gate.reason is Reason.REFUSED and "ending" in str(gate)
        assert runner.journal.runs().result() == ()


def test_leaving_ends_a_run_before_its_next_step_and_lets_go_of_what_is_watched(world: World, script: Script) -> None:
    async def leave(work: Work) -> Done:
        runner.stop_taking()
        return Done()

    async def for_ever(work: Work) -> Done:
        while True:
            await work.sleep(1)

    script.plan, script.split = Plan((Do(), Hold(for_ever))), True
    with world.runner() as runner:
        watched = runner.apply(planned(runner, Scripted(), world.stack), "yes", wait=False).result(SOON)
        script.plan = Plan((Do(leave), Do()))
        assert applied(runner, Scripted("two"), world.stack).state is RunState.PARTLY
    assert watched.run is not None
    script.plan = Plan((Do(), Hold()))
    with world.runner() as runner:
        left = runner.journal.find(watched.run.id).result()
        assert left.state is RunState.WATCHING and left.owner is None
        (taken_up,) = runner.reconcile([world.stack]).result(SOON)
        assert taken_up.state is RunState.WATCHING
        world.wait_for(left.id, RunState.DONE)


def test_a_stopped_watch_says_that_what_was_sent_goes_on(world: World, script: Script) -> None:
    async def for_ever(work: Work) -> Done:
        while True:
            await work.sleep(1)

    script.plan = Plan((Do(), Hold(for_ever)))
    with world.runner() as runner:
        plan = planned(runner, Scripted(), world.stack)
        applying = runner.apply(plan, "yes")
        world.wait_until(lambda: any(told.state is RunState.WATCHING for told in world.told))
        runner.stop(world.told[-1].run.id)
        outcome = applying.result(SOON)
    assert outcome.state is RunState.STOPPED and "goes on" in outcome.what


def test_a_reply_that_is_not_there_in_time_is_asked_for(world: World, demo: DemoServer) -> None:
    """Whether it was carried out is seen in the state; it is not sent again."""
    table = ContinuousBackups("maps", enabled=False)
    world.spoil(Fault.STALL)
    with world.runner(timeout=0.3) as runner:
        outcome = applied(runner, table, world.stack)
    assert outcome.state is RunState.FAILED and world.mutations() == ["UpdateContinuousBackups"]


def test_what_is_proved_not_to_have_run_is_sent_again(world: World) -> None:
    faults = iter([Fault.THROTTLED, Fault.THROTTLED])
    world.proxy.plan = lambda seen: next(faults, Fault.NONE) if changes(seen) else Fault.NONE
    with world.runner() as runner:
        assert applied(runner, ContinuousBackups("maps", enabled=False), world.stack).state is RunState.DONE
        assert world.mutations() == ["UpdateContinuousBackups"] * 3
        assert any("sent again" in told.text for told in world.told)
        world.heal()
        assert applied(runner, ContinuousBackups("maps"), world.stack).state is RunState.DONE
        world.spoil(Fault.THROTTLED)
        before = len(world.mutations())
        outcome = applied(runner, ContinuousBackups("maps", enabled=False), world.stack)
        assert outcome.state is RunState.FAILED and len(world.mutations()) == before + 5


def test_what_does_not_exist_or_makes_no_sense_is_refused(world: World) -> None:
    with world.runner() as runner:
        for operation in (
            Scale("no-such-service", 2, world.stack.of(EcsCluster)[0].cluster),
            Restart("no-such-service", world.stack.of(EcsCluster)[0].cluster),
            ContinuousBackups("no-such-table"),
        ):
            plan = planned(runner, operation, world.stack)
            assert plan.refused and not plan.plan.steps
            with pytest.raises(AtTheGate) as caught:
                runner.apply(plan, plan.confirmation.text).result(SOON)
            assert caught.value.reason is Reason.REFUSED
