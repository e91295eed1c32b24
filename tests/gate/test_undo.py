"""Taking back: only what was done, only once, and never silently over somebody else's change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest
from msgspec.structs import replace

from console.gate.events import AtTheGate, Outcome, Reason
from console.gate.runner import Runner
from console.gate.undo import why_not_undone
from console.journal.records import RunRecord, RunState, StepState
from console.journal.store import JournalError, SqliteStore
from console.operations.operation import NoUndo, Observed, Operation
from console.operations.plan import Effect, Plan
from console.operations.step_context import Changed, Done, StepFailed, Work
from console.services.operations import OPERATIONS
from console.text import Clean
from tests.gate.scripted import Do, Script, Scripted
from tests.gate.world import SOON, World, applied, planned


@dataclass(frozen=True)
class Reversible(Scripted):
    """Do what a test says, and the same again to take it back."""

    name = "test.reversible"
    script: ClassVar[Script] = Script()

    def undo(self, before: Observed) -> Operation | NoUndo:
        return Reversible("two" if self.word == "one" else "one")


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    found = Script(plan=Plan((Do(),), hints=(Clean("Go on to the next."),)))
    monkeypatch.setattr(Reversible, "script", found)
    monkeypatch.setitem(OPERATIONS, Reversible.name, Reversible)
    return found


async def fail(work: Work) -> Done:
    raise StepFailed("AWS said no.")


async def perhaps(work: Work) -> Done:
    raise StepFailed("No reply.", Changed.PERHAPS)


def made(runner: Runner, world: World) -> Outcome:
    return applied(runner, Reversible(), world.stack)


def undone(runner: Runner, run: RunRecord | None, world: World) -> Outcome:
    assert run is not None
    plan = runner.plan_undo(run, world.stack).result(SOON)
    return runner.apply(plan, plan.confirmation.text).result(SOON)


def refusal(runner: Runner, run: RunRecord | None, world: World) -> str:
    with pytest.raises(AtTheGate) as caught:
        undone(runner, run, world)
    assert caught.value.reason is Reason.REFUSED
    return str(caught.value)


def test_what_failed_before_anything_was_changed_is_not_taken_back(world: World, script: Script) -> None:
    script.plan = Plan((Do(body=fail),), hints=script.plan.hints)
    with world.runner() as runner:
        outcome = made(runner, world)
        assert outcome.state is RunState.FAILED and outcome.run is not None
        assert outcome.run.changed is False
        assert "Nothing was changed by it" in why_not_undone(outcome.run)
        assert "Nothing was changed by it" in refusal(runner, outcome.run, world)


def test_what_cannot_be_looked_up_is_told_and_nothing_is_taken_back(
    world: World, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise JournalError("The journal cannot be used.")

    with world.runner() as runner:
        run = made(runner, world).run
        assert run is not None
        assert "has no run 'gone'" in refusal(runner, replace(run, id="gone"), world)
        for name in ("later_changes", "named"):
            with monkeypatch.context() as broken, pytest.raises(JournalError):
                broken.setattr(SqliteStore, name, fails)
                undone(runner, run, world)
        assert undone(runner, run, world).state is RunState.DONE


@pytest.mark.parametrize("body", [fail, perhaps])
def test_after_a_failure_no_next_step_of_success_is_given(world: World, script: Script, body: object) -> None:
    script.plan = Plan((Do(body=body),), hints=script.plan.hints)  # type: ignore[arg-type]
    with world.runner() as runner:
        assert made(runner, world).hints == ()
        script.plan = Plan((Do(),), hints=script.plan.hints)
        assert made(runner, world).hints == ("Go on to the next.",)


def test_what_may_have_been_done_can_be_taken_back(world: World, script: Script) -> None:
    script.plan = Plan((Do(body=perhaps),))
    with world.runner() as runner:
        outcome = made(runner, world)
        assert outcome.state is RunState.UNKNOWN and outcome.run is not None
        assert outcome.run.changed is None and why_not_undone(outcome.run) == ""


def test_what_may_have_been_taken_back_is_not_taken_back_once_more(world: World, script: Script) -> None:
    with world.runner() as runner:
        run = made(runner, world).run
        script.plan = Plan((Do(body=perhaps),))
        undoing = undone(runner, run, world)
        assert undoing.state is RunState.UNKNOWN and undoing.run is not None
        assert f"Run {undoing.run.id} has taken it back already" in refusal(runner, run, world)


def test_a_run_is_taken_back_once(world: World, script: Script) -> None:
    with world.runner() as runner:
        run = made(runner, world).run
        first = undone(runner, run, world)
        assert first.state is RunState.DONE and first.run is not None
        assert f"Run {first.run.id} has taken it back already" in refusal(runner, run, world)


def test_of_two_consoles_that_take_the_same_run_back_one_is_refused(world: World, script: Script) -> None:
    with world.runner() as one, world.runner() as other:
        run = made(one, world).run
        assert run is not None
        plans = [runner.plan_undo(run, world.stack).result(SOON) for runner in (one, other)]
        assert one.apply(plans[0], "yes").result(SOON).state is RunState.DONE
        with pytest.raises(AtTheGate, match="was taken back meanwhile"):
            other.apply(plans[1], "yes").result(SOON)


def test_an_undo_that_changed_nothing_leaves_the_run_to_be_taken_back(world: World, script: Script) -> None:
    with world.runner() as runner:
        run = made(runner, world).run
        script.plan = Plan((Do(body=fail),))
        assert undone(runner, run, world).state is RunState.FAILED
        script.plan = Plan((Do(),))
        assert undone(runner, run, world).state is RunState.DONE


def test_an_undo_that_could_not_be_recorded_leaves_the_run_to_be_taken_back(
    world: World, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.runner() as runner:
        run = made(runner, world).run
        with monkeypatch.context() as patch:
            patch.setattr("console.journal.store.said", lambda step: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                undone(runner, run, world)
        assert undone(runner, run, world).state is RunState.DONE


def test_an_undo_whose_process_ended_before_its_first_call_leaves_the_run_to_be_taken_back(
    world: World, script: Script
) -> None:
    with world.runner() as runner:
        run = made(runner, world).run
        script.plan = Plan((Do(body=fail),))
        undoing = undone(runner, run, world).run
        assert run is not None and undoing is not None
        journal = runner.journal
        journal.change(run.id, undone_by=undoing.id).result()
        journal.change_step(undoing.id, 0, state=StepState.WAITING).result()
        journal.change(undoing.id, state=RunState.CONFIRMED, owner=None, changed=None).result()
        script.plan = Plan((Do(),))
        runner.reconcile([world.stack]).result(SOON)
        assert undone(runner, run, world).state is RunState.DONE


@pytest.mark.parametrize("fails", [False, True], ids=["done", "failed"])
def test_it_warns_of_what_somebody_else_changed_since_also_where_the_run_failed(
    world: World, script: Script, fails: bool
) -> None:
    effects = (Effect(Clean("value"), Clean("1"), Clean("2")),)
    script.plan = Plan((Do(name="a"), Do(name="b", body=fail)) if fails else (Do(),), effects)
    with world.runner() as runner:
        run = made(runner, world).run
        assert run is not None and run.state is (RunState.PARTLY if fails else RunState.DONE)
        script.verified, script.state, script.plan = False, {"value": 7}, Plan((Do(),), effects)
        plan = runner.plan_undo(run, world.stack).result(SOON)
        assert any("no longer as run" in warning for warning in plan.plan.warnings)


@pytest.mark.parametrize("unsure", [False, True])
def test_it_warns_of_a_later_run_of_the_journal_also_of_one_that_may_have_changed_it(
    world: World, script: Script, unsure: bool
) -> None:
    with world.runner() as runner:
        run = made(runner, world).run
        script.plan = Plan((Do(body=perhaps) if unsure else Do(),))
        later = made(runner, world).run
        assert run is not None and later is not None and later.changed is (None if unsure else True)
        plan = runner.plan_undo(run, world.stack).result(SOON)
        assert any(later.id in warning for warning in plan.plan.warnings)


def test_a_run_that_is_being_made_is_not_taken_back(world: World, script: Script) -> None:
    refused: list[str] = []

    async def look(work: Work) -> Done:
        (run,) = [told.run for told in world.told[-1:]]
        refused.append(why_not_undone(run))
        return Done()

    script.plan = Plan((Do(body=look),))
    with world.runner() as runner:
        assert made(runner, world).state is RunState.DONE
        assert planned(runner, Reversible(), world.stack)
    assert refused == ["It is still being made. Next: wait for its end, or stop it."]
