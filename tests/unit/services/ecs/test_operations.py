"""What the ECS operations make of what DescribeServices tells."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from console.operations.operation import Danger, Observed
from console.operations.steps import Wait
from console.problems import Failure, Problem, ProblemKind
from console.services.ecs.operations import Restart, Scale
from console.services.ecs.service import describe, rolled_out, scaled, until_stable
from console.stack.stack import Stack
from console.text import Clean


def told(running: int, desired: int, *deployments: dict[str, Any], events: tuple[str, ...] = ()) -> dict[str, Any]:
    told = {"runningCount": running, "desiredCount": desired, "deployments": list(deployments)}
    return {"services": [told | {"events": [{"message": f"(service web) {text}"} for text in events]}]}


def deployment(name: str, state: str = "COMPLETED", running: int = 2, status: str = "PRIMARY") -> dict[str, Any]:
    return {"id": name, "status": status, "rolloutState": state, "runningCount": running, "rolloutStateReason": "why"}


@pytest.mark.parametrize(
    ("answer", "done", "fraction", "failed"),
    [
        (told(2, 4, deployment("a")), False, 0.0, ""),
        (told(3, 4, deployment("a")), False, 0.5, ""),
        (told(4, 4, deployment("a")), True, 1.0, ""),
        (told(4, 4), True, 1.0, ""),
        (told(4, 4, deployment("b"), deployment("a", status="ACTIVE")), True, 1.0, ""),
        (told(0, 4, deployment("b", "FAILED")), False, 0.0, "why"),
        (told(4, 4, deployment("b", "FAILED")), True, 1.0, ""),
        (told(3, 4, deployment("a", "IN_PROGRESS"), deployment("b", "FAILED", 0, "ACTIVE")), False, 0.5, ""),
        ({"services": [], "failures": [{"reason": "MISSING"}]}, False, None, "no longer there"),
    ],
)
def test_how_far_scaling_is(answer: dict[str, Any], done: bool, fraction: float | None, failed: str) -> None:
    found = scaled(answer, former=2)
    assert (found.done, found.fraction) == (done, fraction)
    assert failed in found.failed and bool(found.failed) == bool(failed)


def task_set(scale: float = 100.0, status: str = "PRIMARY", steady: bool = True) -> dict[str, Any]:
    stability = "STEADY_STATE" if steady else "STABILIZING"
    return {"status": status, "scale": {"value": scale, "unit": "PERCENT"}, "stabilityStatus": stability}


@pytest.mark.parametrize("controller", ["CODE_DEPLOY", "EXTERNAL"])
@pytest.mark.parametrize(
    ("running", "sets", "text"),
    [
        (4, [task_set()], ""),
        (2, [task_set()], "2 of 4 running"),
        (4, [task_set(steady=False)], "4 of 4 running"),
        (2, [task_set(50.0)], ""),
        (8, [task_set(), task_set(status="ACTIVE")], ""),
        (4, [task_set(), task_set(status="DRAINING")], ""),
        (0, [], ""),
    ],
)
def test_scaling_ends_where_task_sets_run_what_they_make_of_the_count(
    controller: str, running: int, sets: list[dict[str, Any]], text: str
) -> None:
    (service,) = told(running, 4)["services"]
    service |= {"deploymentController": {"type": controller}, "taskSets": sets}
    found = scaled({"services": [service]}, former=2)
    assert found.done is not bool(text), found
    assert text in found.text and not found.failed


def test_what_ecs_says_it_lacks_is_told_while_it_scales() -> None:
    lacks = "was unable to place a task because no container instance met all of its requirements."
    assert lacks in scaled(told(2, 4, deployment("a"), events=(lacks,)), former=2).text
    assert "unable" not in scaled(told(2, 4, deployment("a"), events=("has started 1 tasks", lacks)), former=2).text


OLD = deployment("a", status="ACTIVE")
BACK = {**deployment("a", "IN_PROGRESS"), "rolloutStateReason": "circuit breaker: rolling back to a"}
LOST = deployment("b", "FAILED", 0, "ACTIVE")


@pytest.mark.parametrize(
    ("answer", "done", "failed"),
    [
        (told(2, 2, deployment("a")), False, ""),
        (told(2, 2, deployment("b", "IN_PROGRESS")), False, ""),
        (told(3, 2, deployment("b", "IN_PROGRESS"), OLD), False, ""),
        (told(3, 2, deployment("b"), OLD), True, ""),
        (told(2, 2, deployment("b")), True, ""),
        (told(1, 2, deployment("b", "FAILED", 0)), False, "b failed: why. It was not rolled back"),
        (told(2, 2, BACK, LOST), False, "b failed: why. a is in its place."),
        (told(2, 2, BACK, {**LOST, "rolloutState": "IN_PROGRESS"}), False, "b failed: circuit breaker: rolling back"),
        (told(2, 2, {**deployment("c", "IN_PROGRESS"), "rolloutStateReason": "rolling back to a"}), False, "back to a"),
        (told(2, 2, {"id": "b", "status": "PRIMARY", "runningCount": 2}), True, ""),
        (told(3, 2, {"id": "b", "status": "PRIMARY", "runningCount": 2}, OLD), False, ""),
        (told(2, 2, {"id": "b", "status": "PRIMARY", "runningCount": 1}), False, ""),
        ({"services": [], "failures": [{"reason": "MISSING"}]}, False, "no longer there"),
    ],
)
@pytest.mark.parametrize("started", ["b", ""])
def test_how_far_a_restart_is(answer: dict[str, Any], done: bool, failed: str, started: str) -> None:
    found = rolled_out(answer, started, known=["a"])
    assert found.done is done, found
    assert failed in found.failed and bool(found.failed) == bool(failed)


@pytest.mark.parametrize(
    ("answer", "done", "failed"),
    [
        (told(2, 2, deployment("c")), False, "c has taken the place of b"),
        (told(2, 2, deployment("c"), deployment("b", "IN_PROGRESS", status="ACTIVE")), False, "c has taken the place"),
        (told(2, 2, deployment("c"), deployment("b", status="ACTIVE")), True, ""),
        (told(2, 2, deployment("c"), events=("(deployment b) deployment completed.",)), True, ""),
        (
            told(2, 2, deployment("a"), events=("(deployment b) deployment failed: no image.",)),
            False,
            "b failed: no image",
        ),
        (told(2, 2, deployment("a"), events=("(deployment a) deployment failed: no image.",)), False, ""),
    ],
)
def test_a_restart_is_judged_by_the_deployment_that_it_started(answer: dict[str, Any], done: bool, failed: str) -> None:
    found = rolled_out(answer, "b", known=["a"])
    assert found.done is done, found
    assert failed in found.failed and bool(found.failed) == bool(failed)


@pytest.mark.parametrize(
    ("strategy", "says"),
    [("ROLLING", ""), ("BLUE_GREEN", "the blue/green deployment goes on"), ("CANARY", "the canary deployment goes on")],
)
def test_a_restart_says_what_it_waits_for(strategy: str, says: str) -> None:
    (service,) = told(4, 2, deployment("b", "IN_PROGRESS"))["services"]
    service["deploymentConfiguration"] = {"strategy": strategy, "bakeTimeInMinutes": 10}
    assert says in rolled_out({"services": [service]}, "b", known=["a"]).text
    failing = {**deployment("b", "IN_PROGRESS", 0), "failedTasks": 3}
    assert "0 of 2 new tasks running, 3 failed in a row" in rolled_out(told(2, 2, failing), "b", known=["a"]).text


@pytest.mark.parametrize("status", ["DRAINING", "INACTIVE"])
def test_a_service_that_is_deleted_while_it_is_watched_fails_the_watch(status: str) -> None:
    gone = {"services": [{**told(1, 40, deployment("a"))["services"][0], "status": status}]}
    assert "no longer there" in scaled(gone, former=2).failed
    assert "no longer there" in rolled_out(gone, known=["a"]).failed


STATE = {"status": "ACTIVE", "desired": 2, "scheduling": "REPLICA", "controller": "ECS", "scaled_to_0": False}


@pytest.mark.parametrize(
    ("operation", "state", "says"),
    [
        (Scale("web", 3), {}, ""),
        (Scale("web", 3), {"status": "MISSING"}, "no active service"),
        (Scale("web", 3), {"status": "DRAINING"}, "no active service"),
        (Scale("web", 3), {"scheduling": "DAEMON"}, "every instance"),
        (Restart("web"), {}, ""),
        (Restart("web"), {"status": "MISSING"}, "no active service"),
        (Restart("web"), {"controller": "CODE_DEPLOY"}, "CODE_DEPLOY"),
        (Restart("web"), {"scaled_to_0": True}, "ecs.scale"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(operation: Any, state: dict[str, Any], says: str) -> None:
    refused = operation.refuse(Observed({**STATE, **state}))
    assert bool(refused) == bool(says) and says in (refused or "")
    assert refused is None or "Next:" in refused or "DAEMON" in state.values()


@pytest.mark.parametrize(("desired", "warned"), [(0, 2), (1, 1), (3, 0), (9, 1)])
def test_it_warns_of_what_autoscaling_will_do(desired: int, warned: int) -> None:
    now = Observed({**STATE, "minimum": 2, "maximum": 5}, {"running": 2, "balanced": False})
    assert len(Scale("web", desired).plan(now).warnings) == warned


def test_new_addresses_matter_only_without_a_load_balancer() -> None:
    state = {**STATE, "minimum": None, "maximum": None, "deployment": "a"}
    for balanced, hints in ((True, 0), (False, 1)):
        now = Observed(state, {"running": 2, "balanced": balanced})
        assert len(Scale("web", 3).plan(now).hints) == len(Restart("web").plan(now).hints) == hints
        assert Scale("web", 1).plan(now).hints == ()


class _Answers:
    """Reads that answer one after the other."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)

    async def call(self, service: str, operation: str, **asked: Any) -> dict[str, Any]:
        return self.answers.pop(0)


class _Work:
    """As much of the work as a wait needs."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.reads = _Answers(*answers)
        self.begun: dict[str, str] = {}
        self.told: list[str] = []

    async def sleep(self, seconds: float) -> None:
        pass

    def tell(self, text: str, fraction: float | None) -> None:
        self.told.append(text)


async def test_an_answer_that_lacks_what_it_is_judged_by_ends_no_watch() -> None:
    whole = told(4, 4, deployment("b", running=4))
    lacking = told(4, 4, deployment("b", running=4))
    del lacking["services"][0]["desiredCount"]
    for judge in (partial(scaled, former=2), partial(rolled_out, known=["a"])):
        work: Any = _Work({"services": []}, lacking, whole)
        assert (await until_stable("live", "web", judge).run(work)).what.startswith(("4 of 4", "Deployment b"))
        assert "tells nothing of the service" in work.told[0]


async def test_a_service_of_which_nothing_is_told_is_not_planned_for_as_missing() -> None:
    reads: Any = _Answers({"services": []}, {"services": [], "failures": [{"reason": "MISSING"}]})
    with pytest.raises(Failure, match="tells nothing"):
        await describe(reads, "live", "web")
    assert (await describe(reads, "live", "web"))["status"] == "MISSING"


def test_a_gradual_restart_is_watched_for_its_bake_time_and_says_what_it_costs() -> None:
    state, context = {**STATE, "deployment": "a"}, {"running": 2, "balanced": True}
    plain = Restart("web").plan(Observed(state, {**context, "strategy": "ROLLING", "bake": 0}))
    gradual = Restart("web").plan(Observed(state, {**context, "strategy": "LINEAR", "bake": 20}))
    (told,) = set(gradual.warnings) - set(plain.warnings)
    assert "linear" in told and "twice the price" in told and "20 min" in told
    waits = [plan.steps[-1] for plan in (plain, gradual)]
    assert [wait.at_most for wait in waits if isinstance(wait, Wait)] == [1800, 3000]


@pytest.mark.parametrize("controller", ["CODE_DEPLOY", "EXTERNAL"])
def test_a_service_with_task_sets_is_not_waited_for_by_its_deployments(controller: str) -> None:
    state = {**STATE, "minimum": None, "maximum": None, "controller": controller}
    plan = Scale("web", 3).plan(Observed(state, {"running": 2, "balanced": True, "task_sets": 0}))
    assert isinstance(plan.steps[-1], Wait) and plan.steps[-1].waiter == ""
    assert any("no task set" in warning for warning in plan.warnings)


DENIED = Failure(Problem(ProblemKind.DENIED, Clean("Access denied to DescribeScalableTargets: no policy allows it.")))


async def test_it_scales_without_the_right_to_read_autoscaling(canned: Callable[..., Any]) -> None:
    (service,) = told(2, 2, deployment("a"))["services"]
    service |= {"status": "ACTIVE", "serviceArn": "arn:aws:ecs:eu-west-1:123456789012:service/live/web"}
    aws = canned({"describe_services": {"services": [service]}, "describe_scalable_targets": DENIED})
    now = await Scale("web", 3, "live").observe(aws)
    more, less = Scale("web", 3, "live"), Scale("web", 1, "live")
    assert more.refuse(now) is None
    (warning,) = more.plan(now).warnings
    assert "not known" in warning and "no policy allows it" in warning
    stack = Stack(name="one")
    assert (more.danger_of(now, stack), less.danger_of(now, stack)) == (Danger.CHANGE, Danger.DESTROY)


async def test_autoscaling_that_does_not_answer_is_no_right_that_is_missing(canned: Callable[..., Any]) -> None:
    (service,) = told(2, 2, deployment("a"))["services"]
    late = Failure(Problem(ProblemKind.NETWORK, Clean("No answer.")))
    aws = canned(
        {"describe_services": {"services": [service | {"status": "ACTIVE"}]}, "describe_scalable_targets": late}
    )
    with pytest.raises(Failure, match="No answer"):
        await Scale("web", 3, "live").observe(aws)


async def test_a_restart_needs_the_id_of_the_deployment_that_is_there(canned: Callable[..., Any]) -> None:
    (service,) = told(2, 2, {key: value for key, value in deployment("a").items() if key != "id"})["services"]
    with pytest.raises(KeyError, match="id"):
        await Restart("web", "live").observe(
            canned({"describe_services": {"services": [service | {"status": "ACTIVE"}]}})
        )


async def test_a_count_that_was_not_told_is_not_0(canned: Callable[..., Any]) -> None:
    (service,) = told(2, 2, deployment("a"))["services"]
    del service["runningCount"]
    now = await Restart("web", "live").observe(
        canned({"describe_services": {"services": [service | {"status": "ACTIVE"}]}})
    )
    assert [effect.before for effect in Restart("web").plan(now).effects] == ["unknown running"]
