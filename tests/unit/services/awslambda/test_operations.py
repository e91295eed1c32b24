"""Changing the size of Lambda functions: what is refused, what is warned of, what is taken back; without AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from console.operations.operation import Danger, NoUndo, Observed, TookEffect
from console.operations.parameters import build
from console.operations.steps import Call, Wait
from console.problems import Failure, Problem, ProblemKind
from console.services.awslambda.kinds import Function
from console.services.awslambda.operations import Resize, updated
from console.stack.stack import Stack
from console.text import Clean

STACK = Stack(name="one", parts=(Function(function="far", region="us-east-1"),))
ARN = "arn:aws:lambda:eu-west-1:123456789012:function:f"


def seen(concurrency: str = "none", free: int | None = 1000, **context: Any) -> Observed:
    now = {"revision": "r1", "status": "Active", "update": "Successful", "free": free, "limit": 1000, "unread": ""}
    now["snapstart"] = False
    return Observed({"memory": 256, "timeout": 10, "concurrency": concurrency}, now | context)


def test_memory_and_timeout_are_one_call_that_names_the_revision_and_is_waited_for() -> None:
    call, wait = Resize("f", memory=512, timeout=60).plan(seen()).steps
    assert isinstance(call, Call) and isinstance(wait, Wait)
    assert call.params == {"FunctionName": "f", "MemorySize": 512, "Timeout": 60, "RevisionId": "r1"}
    assert Resize("f", memory=256, timeout=10, concurrency="none").plan(seen()).steps == ()


def test_concurrency_comes_after_the_update_which_would_refuse_it_meanwhile() -> None:
    steps = Resize("f", memory=512, concurrency="5").plan(seen()).steps
    assert [step.id for step in steps] == ["update_function_configuration", "wait", "put_function_concurrency"]
    (last,) = Resize("f", concurrency="none").plan(seen("5")).steps
    assert isinstance(last, Call)
    assert (last.operation, last.params) == ("delete_function_concurrency", {"FunctionName": "f"})


def test_without_concurrency_nothing_is_run_so_that_is_confirmed_by_name() -> None:
    off = Resize("f", concurrency="0")
    assert off.danger_of(seen(), STACK) is Danger.DESTROY
    assert any("not run any more" in warning for warning in off.plan(seen()).warnings)
    assert off.danger_of(seen("0"), STACK) is Danger.CHANGE, "it is so already"


@pytest.mark.parametrize(
    ("operation", "now", "why"),
    [
        (Resize("f"), seen(), "Nothing is to be set"),
        (Resize("f", memory=512), seen(update="InProgress"), "is being updated"),
        (Resize("f", memory=512), seen(status="Failed"), "takes no change"),
        (Resize("f", concurrency="901"), seen(), "would leave 99"),
        (Resize("f", concurrency="5"), seen(status="Deleting"), "takes no change"),
        (Resize("f", concurrency="1"), seen(free=10), "would leave 9"),
        (Resize("f", concurrency="1"), seen(free=10, limit=10), "AWS keeps 10"),
    ],
)
def test_what_is_refused(operation: Resize, now: Observed, why: str) -> None:
    assert why in (operation.refuse(now) or "")


def test_what_is_not_refused() -> None:
    assert Resize("f", concurrency="900").refuse(seen()) is None
    assert Resize("f", concurrency="905").refuse(seen("10")) is None, "it has ten of them already"
    assert Resize("f", concurrency="5").refuse(seen("10", free=90)) is None, "less is taken from the others"
    assert Resize("f", memory=512).refuse(seen(free=10)) is None, "memory reserves nothing"


@pytest.mark.parametrize("context", [{"update": "InProgress"}, {"status": "Pending"}, {"status": "Failed"}])
def test_concurrency_alone_is_set_also_while_the_function_is_updated(context: dict[str, str]) -> None:
    now = seen(**context)
    assert Resize("f", concurrency="0").refuse(now) is None, "PutFunctionConcurrency is none of what AWS refuses then"
    assert Resize("f", memory=256, concurrency="0").refuse(now) is None, "it has that memory"
    assert Resize("f", memory=512, concurrency="0").refuse(now)


def warned(operation: Resize, now: Observed) -> str:
    return " ".join(operation.plan(now).warnings)


def test_in_an_account_below_the_default_quota_it_is_for_aws_to_say_how_much_must_be_left() -> None:
    low = seen(free=50, limit=50)
    assert Resize("f", concurrency="5").refuse(low) is None
    assert "AWS may refuse that" in warned(Resize("f", concurrency="5"), low)
    assert "AWS may refuse" not in warned(Resize("f", concurrency="5"), seen())


def test_events_are_lost_at_once_and_what_is_above_the_cap_is_throttled() -> None:
    assert "at once, without a retry" in warned(Resize("f", concurrency="0"), seen())
    assert "More than 5 invocations at once are throttled" in warned(Resize("f", concurrency="5"), seen())
    assert "throttled" in warned(Resize("f", concurrency="5"), seen("10"))
    assert "throttled" not in warned(Resize("f", concurrency="15"), seen("10"))
    assert "throttled" not in warned(Resize("f", concurrency="none"), seen("10"))


def test_what_only_some_functions_may_have_is_left_to_aws() -> None:
    """The newest service model lets 32,768 MB and 5,400 s through, which an undo must be able to give back."""
    much = build(Resize, {"function": "f", "memory": "32768", "timeout": "5400"})
    assert isinstance(much, Resize) and "It refuses others" in warned(much, seen())
    assert "It refuses others" not in warned(Resize("f", memory=10_240, timeout=900), seen())


def test_what_a_longer_timeout_and_snapstart_mean_is_told() -> None:
    assert "visibility timeout" in warned(Resize("f", timeout=60), seen())
    assert "visibility timeout" not in warned(Resize("f", timeout=5), seen())
    assert "SnapStart" in warned(Resize("f", memory=512), seen(snapstart=True))
    assert "SnapStart" not in warned(Resize("f", concurrency="5"), seen(snapstart=True))


async def test_snapstart_is_read(canned: Callable[..., Any]) -> None:
    config = canned_answers()["get_function_configuration"] | {"SnapStart": {"ApplyOn": "PublishedVersions"}}
    account = {"AccountLimit": {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}}
    answers = canned_answers(get_function_configuration=config, get_account_settings=account)
    now = await Resize("f", memory=512).observe(canned(answers))
    assert (now.context["snapstart"], now.context["free"], now.context["limit"]) == (True, 10, 10)


def test_undo_gives_back_only_what_was_changed() -> None:
    assert Resize("f", memory=512, timeout=10).undo(seen()) == Resize("f", memory=256)
    assert Resize("f", concurrency="5").undo(seen()) == Resize("f", concurrency="none")
    assert isinstance(Resize("f", memory=256).undo(seen()), NoUndo)


def test_how_far_an_update_is() -> None:
    assert updated({"LastUpdateStatus": "Successful"}).done
    assert not updated({"LastUpdateStatus": "InProgress"}).done
    told = {"LastUpdateStatusReason": "No addresses are left.", "LastUpdateStatusReasonCode": "EniLimitExceeded"}
    failed = updated({"LastUpdateStatus": "Failed", **told}).failed
    assert failed == "The update failed: No addresses are left. (EniLimitExceeded)"


def canned_answers(**more: Any) -> dict[str, Any]:
    config = {
        "FunctionArn": ARN,
        "MemorySize": 256,
        "Timeout": 10,
        "RevisionId": "r1",
        "LastUpdateStatus": "Successful",
    }
    return {"get_function_configuration": config, "get_function_concurrency": {}, **more}


async def test_it_can_be_set_without_the_right_to_read_the_account(canned: Callable[..., Any]) -> None:
    denied = Failure(Problem(ProblemKind.DENIED, Clean("Access denied to GetAccountSettings.")))
    now = await Resize("f", concurrency="5").observe(canned(canned_answers(get_account_settings=denied)))
    plan = Resize("f", concurrency="5").plan(now)
    assert Resize("f", concurrency="5").refuse(now) is None
    assert any("is not known: Access denied" in warning for warning in plan.warnings)
    more = Resize("f", concurrency="5")
    untold = await more.observe(canned(canned_answers(get_account_settings={"AccountLimit": {}})))
    assert any("is not known: AWS did not tell it." in warning for warning in more.plan(untold).warnings)
    late = Failure(Problem(ProblemKind.NETWORK, Clean("No answer.")))
    with pytest.raises(Failure, match="No answer"):
        await Resize("f", concurrency="5").observe(canned(canned_answers(get_account_settings=late)))


async def test_a_step_is_judged_by_what_it_sets(canned: Callable[..., Any]) -> None:
    aws = canned(canned_answers())
    both = Resize("f", memory=256, concurrency="5")
    assert await both.happened(aws, seen(), "update_function_configuration") is TookEffect.YES
    assert await both.happened(aws, seen(), "put_function_concurrency") is TookEffect.NO


def test_what_is_typed_is_checked_and_the_region_is_the_function_s_own() -> None:
    with pytest.raises(ValueError, match="no whole number, or none"):
        build(Resize, {"function": "f", "concurrency": "-1"})
    with pytest.raises(ValueError, match="from 128 to 32768"):
        build(Resize, {"function": "f", "memory": "64"})
    assert Resize("far", memory=512).region(STACK) == "us-east-1"
