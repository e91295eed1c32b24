"""What became of a run whose process ended, from its steps on record and from the state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from console.aws.call import Aws
from console.aws.meter import Meter
from console.aws.target import Target
from console.gate.settle import Evidence, found_out, took_effect, verified
from console.journal.records import ItemRecord, RunState, StepRecord, StepState
from console.operations.operation import Observed, TookEffect
from console.problems import Failure, Problem, ProblemKind
from console.text import Clean
from tests.gate.scripted import Scripted

AWS = Aws(Target(region="eu-west-1"), Meter())
BEFORE = Observed({})
DENIED = Failure(Problem(ProblemKind.DENIED, Clean("Denied.")))
DONE, SENT, WAITING, UNKNOWN = StepState.DONE, StepState.SENT, StepState.WAITING, StepState.UNKNOWN
FAILED = StepState.FAILED


class Answers(Scripted):
    """Answers one after the other; the last one for ever."""

    def __init__(self, *answers: TookEffect | Failure) -> None:
        super().__init__()
        object.__setattr__(self, "given", list(answers))

    async def happened(self, aws: Aws, before: Observed, intent: str) -> TookEffect:
        given: list[TookEffect | Failure] = self.given  # type: ignore[attr-defined]
        answer = given.pop(0) if len(given) > 1 else given[0]
        if isinstance(answer, Failure):
            raise answer
        return answer

    async def happened_to(self, aws: Aws, before: Observed, item: str) -> TookEffect:
        return await self.happened(aws, before, item)

    async def verify(self, aws: Aws, before: Observed) -> bool:
        return await self.happened(aws, before, "") is TookEffect.YES


class Sleeps:
    """Keeps how long it was asked to sleep."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)


@pytest.mark.parametrize(
    ("answers", "found", "sleeps"),
    [
        ([TookEffect.YES], TookEffect.YES, 0),
        ([TookEffect.NO], TookEffect.NO, 3),
        ([TookEffect.NO, TookEffect.NO, TookEffect.YES], TookEffect.YES, 2),
        ([DENIED, TookEffect.YES], TookEffect.YES, 1),
        ([DENIED], TookEffect.CANNOT_TELL, 3),
        ([TookEffect.NO, DENIED], TookEffect.CANNOT_TELL, 3),
        ([TookEffect.CANNOT_TELL], TookEffect.CANNOT_TELL, 3),
    ],
)
async def test_yes_is_believed_at_once_and_no_only_when_it_stays(
    answers: list[TookEffect | Failure], found: TookEffect, sleeps: int
) -> None:
    sleep = Sleeps()
    assert await took_effect(Answers(*answers), "step", AWS, BEFORE, sleep) is found
    assert sleep.asked == [1.0, 2.0, 4.0][:sleeps], "AWS's reads lag behind its writes by seconds"


@pytest.mark.parametrize("found", [TookEffect.YES, TookEffect.NO])
async def test_a_state_that_comes_late_is_waited_for(found: TookEffect) -> None:
    assert await verified(Answers(TookEffect.NO, TookEffect.NO, found), AWS, BEFORE, Sleeps()) is found


def steps(*states: StepState, kinds: str = "", last: int = 0) -> Iterator[StepRecord]:
    """Steps in these states; of `kinds` w is a wait, b a bulk, s makes a secret; the `last` ones are of the end."""
    for at, state in enumerate(states):
        kind = {"w": "wait", "b": "bulk"}.get(kinds[at : at + 1], "call")
        end, secret = at >= len(states) - last, kinds[at : at + 1] == "s"
        yield StepRecord(
            position=at, id=f"s{at}", kind=kind, title=f"T{at}", commands=(), state=state, last=end, secret=secret
        )


def evidence(*answers: TookEffect | Failure, later: Mapping[str | None, str] | None = None) -> Evidence:
    """Answers one after the other; `later` are the runs that changed something since, by item."""

    async def since(item: str | None) -> str:
        return (later or {}).get(item, "")

    return Evidence(Answers(*answers), AWS, BEFORE, Sleeps(), since)


@pytest.mark.parametrize(
    ("recorded", "answer", "state", "step", "says"),
    [
        (steps(WAITING, WAITING), TookEffect.NO, RunState.STOPPED, None, "not begun"),
        (steps(DONE, WAITING), TookEffect.NO, RunState.PARTLY, None, "before step 2"),
        (steps(DONE, DONE), TookEffect.NO, RunState.SENT, None, ""),
        (steps(DONE, WAITING, kinds=" w"), TookEffect.NO, RunState.SENT, None, ""),
        (steps(DONE, SENT, WAITING, kinds=" w"), TookEffect.NO, RunState.PARTLY, None, "before step 3"),
        (steps(SENT), TookEffect.YES, RunState.SENT, StepState.DONE, ""),
        (steps(SENT), TookEffect.NO, RunState.FAILED, StepState.FAILED, "not carried out"),
        (steps(SENT), TookEffect.CANNOT_TELL, RunState.UNKNOWN, StepState.UNKNOWN, "nobody could tell"),
        (steps(UNKNOWN), TookEffect.YES, RunState.SENT, StepState.DONE, ""),
        (steps(DONE, SENT), TookEffect.NO, RunState.PARTLY, StepState.FAILED, "Step 2 was not"),
        (steps(SENT, WAITING), TookEffect.YES, RunState.PARTLY, StepState.DONE, "not begun"),
        (steps(DONE, WAITING, last=1), TookEffect.NO, RunState.PARTLY, None, "Left behind: T1"),
        (steps(SENT, WAITING, last=1), TookEffect.YES, RunState.PARTLY, StepState.DONE, "Left behind: T1"),
        (steps(SENT, DONE, last=1), TookEffect.YES, RunState.SENT, StepState.DONE, ""),
        (steps(SENT, kinds="s"), TookEffect.YES, RunState.PARTLY, StepState.DONE, "deactivate what it belongs to"),
        (steps(SENT, kinds="s"), TookEffect.CANNOT_TELL, RunState.UNKNOWN, StepState.UNKNOWN, "shown to nobody"),
        (steps(SENT, kinds="s"), TookEffect.NO, RunState.FAILED, StepState.FAILED, "was not carried out."),
        (steps(DONE, kinds="s"), TookEffect.NO, RunState.PARTLY, None, "shown to nobody"),
        (steps(WAITING, kinds="s"), TookEffect.NO, RunState.STOPPED, None, "not begun."),
    ],
)
async def test_each_place_at_which_a_process_can_end(
    recorded: Iterator[StepRecord], answer: TookEffect, state: RunState, step: StepState | None, says: str
) -> None:
    found = await found_out(tuple(recorded), (), evidence(answer))
    assert found.state is state
    assert (None if found.step is None else found.step_state) is step
    assert says in found.what and bool(found.what) == bool(says)


async def test_a_state_that_another_run_has_changed_since_says_nothing_of_this_one() -> None:
    found = await found_out(tuple(steps(SENT)), (), evidence(TookEffect.YES, later={None: "0101-later"}))
    assert (found.state, found.changed) == (RunState.UNKNOWN, None)
    assert "run 0101-later has changed it since" in found.what


@pytest.mark.parametrize(
    ("states", "answer", "later", "state", "says", "changed"),
    [
        ((DONE, WAITING), TookEffect.YES, {}, RunState.PARTLY, "Of 2: 1 done, 1 not begun.", True),
        ((SENT, WAITING), TookEffect.YES, {}, RunState.PARTLY, "Of 2: 1 done, 1 not begun.", True),
        ((SENT, WAITING), TookEffect.NO, {}, RunState.FAILED, "Of 2: 1 not carried out, 1 not begun.", False),
        ((SENT, WAITING), TookEffect.CANNOT_TELL, {}, RunState.UNKNOWN, "Of 2: 1 unknown, 1 not begun.", None),
        ((SENT, WAITING), TookEffect.YES, {"i0": "later"}, RunState.UNKNOWN, "Of 2: 1 unknown, 1 not begun.", None),
        ((DONE, SENT), TookEffect.YES, {"i0": "later"}, RunState.SENT, "Of 2: 2 done.", True),
        ((DONE, DONE), TookEffect.NO, {}, RunState.SENT, "Of 2: 2 done.", True),
        (
            (DONE, FAILED, WAITING),
            TookEffect.YES,
            {},
            RunState.PARTLY,
            "Of 3: 1 done, 1 not carried out, 1 not begun.",
            True,
        ),
        ((WAITING, WAITING), TookEffect.YES, {}, RunState.FAILED, "Of 2: 2 not begun.", False),
    ],
)
async def test_a_bulk_is_settled_item_by_item(
    states: tuple[StepState, ...], answer: TookEffect, later: dict[str | None, str], state: RunState, says: str,
    changed: bool | None,
) -> None:  # fmt: skip
    items = [ItemRecord(at, f"i{at}", state=one) for at, one in enumerate(states)]
    found = await found_out(tuple(steps(SENT, kinds="b")), items, evidence(answer, later=later))
    assert (found.state, found.what, found.changed) == (state, says, changed)
    assert [item.state for item in found.items if item.state is WAITING] == [one for one in states if one is WAITING]


@pytest.mark.parametrize(
    ("answer", "state", "end", "says"),
    [
        (TookEffect.YES, RunState.SENT, DONE, ""),
        (TookEffect.NO, RunState.PARTLY, FAILED, "Left behind: T1."),
        (TookEffect.CANNOT_TELL, RunState.PARTLY, UNKNOWN, "Left behind: T1."),
    ],
)
async def test_a_step_of_the_end_that_was_begun_is_asked_about_too(
    answer: TookEffect, state: RunState, end: StepState, says: str
) -> None:
    found = await found_out(tuple(steps(DONE, SENT, last=1)), (), evidence(answer))
    assert (found.state, [(one.position, one.state) for one in found.ends]) == (state, [(1, end)])
    assert all(one.what for one in found.ends)
    assert says in found.what
