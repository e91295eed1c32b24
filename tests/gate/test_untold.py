"""What an answer of AWS lacks is a reason not to plan, and no reason to lose sight of what was sent."""

from __future__ import annotations

import pytest

from console.aws.call import Aws
from console.journal.records import RunState
from console.operations.operation import Observed
from console.operations.plan import Plan
from console.operations.steps import Wait, Waited
from console.problems import Failure, ProblemKind
from console.text import Clean
from tests.gate.scripted import Do, Script, Scripted
from tests.gate.world import SOON, World, applied, planned


async def lacking(*_: object) -> bool:
    raise KeyError("status")


def test_nothing_is_planned_on_what_was_not_told(world: World, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scripted, "observe", lacking)
    with world.runner() as runner, pytest.raises(Failure, match="lacks 'status'") as failed:
        planned(runner, Scripted(), world.stack)
    assert failed.value.problem.kind is ProblemKind.SUSPECT


@pytest.mark.parametrize(("whole", "says"), [(2, "at the last moment"), (3, "could not be read again")])
def test_a_look_that_lacks_something_is_told(
    world: World, script: Script, monkeypatch: pytest.MonkeyPatch, whole: int, says: str
) -> None:
    script.plan, script.verified, looks = Plan((Do(),)), False, 0

    async def observe(self: Scripted, aws: Aws) -> Observed:
        nonlocal looks
        looks += 1
        return Observed({"value": 1} if looks <= whole else {"value": {}["status"]}, {}, script.targets)

    monkeypatch.setattr(Scripted, "observe", observe)
    monkeypatch.setattr(Scripted, "lag", ())
    with world.runner() as runner:
        outcome = applied(runner, Scripted(), world.stack)
    assert looks == whole + 1 and outcome.state is RunState.FAILED
    assert says in outcome.what and "lacks 'status'" in outcome.what


@pytest.mark.parametrize("what", ["verify", "happened"])
def test_what_was_sent_is_unknown_where_the_state_lacks_something(
    world: World, script: Script, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    async def lost(work: object) -> object:
        raise OSError("The reply was lost.")

    script.plan = Plan((Do() if what == "verify" else Do(body=lost),))  # type: ignore[arg-type]
    monkeypatch.setattr(Scripted, what, lacking)
    monkeypatch.setattr(Scripted, "lag", ())
    with world.runner() as runner:
        outcome = applied(runner, Scripted(), world.stack)
    assert outcome.state is RunState.UNKNOWN, outcome


def test_a_watch_sits_out_an_answer_that_lacks_something(world: World, script: Script) -> None:
    answers = iter([{}, {"status": "ready"}])

    def judge(_: object) -> Waited:
        return Waited(done=True, text=Clean(next(answers)["status"]))

    wait = Wait("dynamodb", "list_tables", {}, "TableNames", judge=judge, title="ready", every=0.01)
    script.plan = Plan((Do(), wait))
    with world.runner() as runner:
        asked = planned(runner, Scripted(), world.stack)
        outcome = runner.apply(asked, asked.confirmation.text).result(SOON)
    assert outcome.state is RunState.DONE, outcome
    assert any("lacks 'status'" in progress.text for progress in world.told)
