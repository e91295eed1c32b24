"""The operations on log groups: what they refuse, what they warn of, what they take back; without AWS."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.logs.groups import GroupInfo
from console.logs.kinds import LogGroup
from console.operations.bulk import Bulk
from console.operations.in_stack import placed
from console.operations.lists import Pair
from console.operations.operation import Danger, NoUndo, Observed, TookEffect
from console.operations.parameters import build, recorded
from console.operations.steps import Call, Wait
from console.services.logs import export, operations
from console.services.logs.export import Export
from console.services.logs.operations import MOST_GROUPS, CreateGroup, SetRetention
from console.stack.stack import Stack
from console.stack_files.file import parse

STACK = Stack(name="one", parts=(LogGroup(group="/far", region="us-east-1"),))
GB = 10**9
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def of(text: str) -> tuple[Pair, ...]:
    """Log groups as they are typed, days that cannot be among them."""
    parts = (part.partition("=") for part in text.split(","))
    return tuple(Pair(name, days or None) for name, _, days in parts)


def seen(**groups: tuple[Any, int | None, float | None]) -> Observed:
    """Groups as observed: retention, stored bytes, age in days."""
    return Observed(
        {f"/{name}": kept for name, (kept, _, _) in groups.items()},
        {f"/{name}": {"bytes": stored, "age": age} for name, (_, stored, age) in groups.items()},
    )


def test_a_shorter_retention_destroys_what_is_older_and_says_so() -> None:
    now = seen(old=("never", 71 * GB, 400.0), young=("never", GB, 2.0))
    both = SetRetention(of("/old,/young"), "30")
    plan = both.plan(now)
    assert both.danger_of(now, STACK) is Danger.DESTROY
    assert plan.warnings == ("/old: lines older than 30 days are deleted for good; undo brings none back.",)
    assert [str(effect) for effect in plan.effects] == [
        "/old: lines expire: never; 71.000 GB stored -> lines expire: after 30 days",
        "/young: lines expire: never; 1.000 GB stored -> lines expire: after 30 days",
    ]
    assert "72.000 GB stored, about $2.16 a month ($0.03 a GB-month: CloudWatch pricing, us-east-1)" in plan.cost
    assert SetRetention(of("/young"), "30").danger_of(now, STACK) is Danger.CHANGE
    assert SetRetention(of("/old"), "never").danger_of(seen(old=(30, GB, 400.0)), STACK) is Danger.CHANGE
    assert SetRetention(of("/old"), "60").danger_of(seen(old=(30, GB, 400.0)), STACK) is Danger.CHANGE


def test_a_size_or_an_age_that_was_not_told_is_neither_nothing_nor_young() -> None:
    now = seen(old=("never", None, None), young=("never", GB, 2.0))
    both = SetRetention(of("/old,/young"), "30")
    plan = both.plan(now)
    assert plan.warnings == ("/old: lines older than 30 days are deleted for good; undo brings none back.",)
    assert both.danger_of(now, STACK) is Danger.DESTROY
    assert "an amount that was not told stored" in str(plan.effects[0])
    assert plan.cost == "unknown, since not all sizes were told"


def test_one_group_is_a_call_and_many_are_a_list_that_is_frozen() -> None:
    now = seen(a=("never", 0, 1.0), b=(30, 0, 1.0), c=(7, 0, 1.0))
    (call,) = SetRetention(of("/a,/b,/c=7"), "30").plan(now).steps
    assert isinstance(call, Call) and call.params == {"logGroupName": "/a", "retentionInDays": 30}
    put, delete = SetRetention(of("/a=90,/b=never,/c=never"), "7").plan(now).steps
    assert isinstance(put, Bulk) and isinstance(delete, Bulk)
    assert put.call(put.items[0]).params == {"logGroupName": "/a", "retentionInDays": 90}
    assert (delete.operation, [item.id for item in delete.items]) == ("delete_retention_policy", ["/b", "/c"])
    assert SetRetention(of("/b"), "30").plan(now).steps == ()


def test_undo_gives_each_group_its_own_retention_back() -> None:
    now = seen(a=("never", 0, 1.0), b=(30, 0, 1.0))
    undo = SetRetention(of("/a,/b"), "7").undo(now)
    assert undo == SetRetention(of("/a=never,/b=30"))
    assert undo.texts() == {"groups": "/a=never,/b=30"}
    assert recorded(undo) == {"groups": ["/a=never", "/b=30"], "days": None}
    assert build(SetRetention, {"groups": "/a=never,/b=30"}) == undo


def test_many_groups_are_summed_up() -> None:
    now = seen(**{f"g{number}": ("never", GB, 1.0) for number in range(30)})
    plan = SetRetention(of(",".join(f"/g{number}" for number in range(30))), "30").plan(now)
    assert len(plan.effects) == 21 and plan.effects[-1].what == "and 10 more"


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (SetRetention(of("/gone"), "30"), "There is no log group /gone"),
        (SetRetention(of("/a=31")), "lines cannot expire after 31 days"),
        (SetRetention(of("/a")), "lines cannot expire after"),
    ],
)
def test_what_retention_is_refused(operation: SetRetention, why: str) -> None:
    assert why in str(operation.refuse(seen(a=("never", 0, 1.0))))


def test_more_groups_than_can_be_looked_at_in_minutes_are_refused() -> None:
    names = ",".join(f"/g{number}" for number in range(MOST_GROUPS + 1))
    with pytest.raises(ValueError, match=r"--groups: There are 501, and at most 500 are possible."):
        build(SetRetention, {"groups": names, "days": "30"})


def test_a_group_of_another_region_is_changed_there() -> None:
    assert SetRetention(of("/near,/far=30"), "30").region(STACK) == "us-east-1"
    assert SetRetention(of("/near"), "30").region(STACK) is None
    assert Export("/far", "b-1", NOON, NOON + timedelta(hours=1)).region(STACK) == "us-east-1"


def test_a_new_group_with_a_retention_takes_two_calls() -> None:
    create, retain = CreateGroup("/new", "30").plan(Observed({"exists": False, "days": None})).steps
    assert isinstance(create, Call) and isinstance(retain, Call)
    assert (create.operation, retain.params["retentionInDays"]) == ("create_log_group", 30)
    assert "already" in str(CreateGroup("/new").refuse(Observed({"exists": True, "days": None})))


@pytest.mark.parametrize(
    ("state", "intent", "answer"),
    [
        ({"exists": True, "days": None}, "create_log_group", TookEffect.YES),
        ({"exists": False, "days": None}, "create_log_group", TookEffect.NO),
        ({"exists": True, "days": None}, "put_retention_policy", TookEffect.NO),
        ({"exists": True, "days": 30}, "put_retention_policy", TookEffect.YES),
    ],
)
async def test_which_of_the_two_calls_was_carried_out(
    state: dict[str, Any], intent: str, answer: TookEffect, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def describe(aws: object, groups: object) -> dict[str, GroupInfo]:
        return {"/new": GroupInfo("/new", "arn", retention=state["days"])} if state["exists"] else {}

    monkeypatch.setattr(operations, "describe", describe)
    assert await CreateGroup("/new", "30").happened(None, Observed({}), intent) is answer  # type: ignore[arg-type]


EXPORT = Export("/a", "bucket", NOON.replace(hour=0, day=19), NOON.replace(hour=0, second=30))


def test_an_export_is_a_call_and_a_wait_for_the_new_task() -> None:
    now = Observed({"exists": True, "tasks": ["old"], "running": None}, {"bytes": 71 * GB})
    assert EXPORT.refuse(now) is None
    call, wait = EXPORT.plan(now).steps
    assert isinstance(call, Call) and isinstance(wait, Wait)
    assert (call.params["from"], call.params["to"]) == (1_795_046_400_000, 1_795_132_830_000)
    mine = {"taskId": "new", "taskName": call.params["taskName"]}
    for code, done, failed in (("RUNNING", False, ""), ("COMPLETED", True, ""), ("FAILED", False, "The export is")):
        found = wait.judge({"exportTasks": [{**mine, "taskId": "old"}, {**mine, "status": {"code": code}}]})
        assert found.done is done and found.failed.startswith(failed) and bool(found.failed) == bool(failed)
    assert not wait.judge({"exportTasks": [{**mine, "taskId": "old", "status": {"code": "COMPLETED"}}]}).done


@pytest.mark.parametrize(
    ("changes", "state", "why"),
    [
        ({}, {"exists": False}, "no log group /a"),
        ({}, {"running": "task-7"}, "one export at a time, and task-7 is under way"),
        ({"end": "2026-11-19T00:00Z"}, {}, "The range is none"),
        ({"start": "2026-11-21T00:00Z"}, {}, "The range is none"),
    ],
)
def test_what_export_is_refused(changes: dict[str, str], state: dict[str, Any], why: str) -> None:
    texts = {**EXPORT.texts(), **changes}
    now = Observed({"exists": True, "tasks": [], "running": None, **state})
    assert why in str(build(Export, texts).refuse(now))


@pytest.mark.parametrize("field", ["start=yesterday", "start=2026-13-40T00:00Z", "bucket=Not A Bucket", "group=/a b"])
def test_what_cannot_be_typed(field: str) -> None:
    name, _, value = field.partition("=")
    texts = {**EXPORT.texts(), name: value}
    with pytest.raises(ValueError, match=f"--{name}"):
        build(Export, texts)
    assert export.Export.title() == "Export a log group's events of a time range to an S3 bucket"


def test_only_what_was_changed_is_taken_back() -> None:
    """What was right already may have been changed by somebody else since."""
    before = Observed({"/a": 14, "/b": 30}, {})
    assert SetRetention(of("/a,/b"), "30").undo(before) == SetRetention(of("/a=14"))
    assert isinstance(SetRetention(of("/b"), "30").undo(Observed({"/b": 30})), NoUndo)


def test_groups_of_several_regions_are_not_changed_as_one() -> None:
    stack = parse(
        'name = "s"\nregion = "eu-west-1"\n[[logs]]\ngroup = "/a"\nregion = "us-east-1"\n[[logs]]\ngroup = "/b"\n', "s"
    )
    assert SetRetention(of("/a"), "30").within(stack).region(stack) == "us-east-1"
    assert SetRetention(of("/b,/unlisted"), "30").within(stack)
    for groups in ("/a,/b", "/b,/a", "/a,/unlisted"):
        with pytest.raises(ValueError, match=r"us-east-1.*one region at a time"):
            SetRetention(of(groups), "30").within(stack)


def test_a_group_is_given_once() -> None:
    stack = parse('name = "s"\nregion = "eu-west-1"\n', "s")
    with pytest.raises(ValueError, match="--groups: /b is given twice"):
        placed(SetRetention(of("/b,/b=30,/b=3653"), "7"), stack)
