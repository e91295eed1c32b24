"""What the ECS operations make of what DescribeServices tells."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from console.operations.base import Observed
from console.operations.ecs import Restart, Scale
from console.operations.ecs_service import describe, rolled_out, scaled, until_stable
from console.problems import Failure


def told(running: int, desired: int, *deployments: dict[str, Any]) -> dict[str, Any]:
    return {"services": [{"runningCount": running, "desiredCount": desired, "deployments": list(deployments)}]}


def deployment(name: str, state: str = "COMPLETED", running: int = 2, status: str = "PRIMARY") -> dict[str, Any]:
    return {"id": name, "status": status, "rolloutState": state, "runningCount": running, "rolloutStateReason": "why"}


@pytest.mark.parametrize(
    ("answer", "done", "fraction", "failed"),
    [
        (told(2, 4, deployment("a")), False, 0.0, ""),
        (told(3, 4, deployment("a")), False, 0.5, ""),
        (told(4, 4, deployment("a")), True, 1.0, ""),
        (told(4, 4, deployment("b"), deployment("a", status="ACTIVE")), False, 1.0, ""),
        (told(0, 4, deployment("b", "FAILED")), False, 0.0, "why"),
        ({"services": [], "failures": [{"reason": "MISSING"}]}, False, None, "no longer there"),
    ],
)
def test_how_far_scaling_is(answer: dict[str, Any], done: bool, fraction: float | None, failed: str) -> None:
    found = scaled(answer, former=2)
    assert (found.done, found.fraction) == (done, fraction)
    assert failed in found.failed and bool(found.failed) == bool(failed)


@pytest.mark.parametrize(
    ("answer", "done", "failed"),
    [
        (told(2, 2, deployment("a")), False, ""),
        (told(2, 2, deployment("b", "IN_PROGRESS")), False, ""),
        (told(3, 2, deployment("b"), deployment("a", status="ACTIVE")), False, ""),
        (told(2, 2, deployment("b")), True, ""),
        (told(1, 2, deployment("b", "FAILED", 0)), False, "why"),
        (
            told(2, 2, {**deployment("c", "IN_PROGRESS"), "rolloutStateReason": "circuit breaker: rolling back to a"}),
            False,
            "rolling back to a",
        ),
        ({"services": [], "failures": [{"reason": "MISSING"}]}, False, "no longer there"),
    ],
)
def test_how_far_a_restart_is(answer: dict[str, Any], done: bool, failed: str) -> None:
    found = rolled_out(answer, former="a")
    assert found.done is done
    assert failed in found.failed and bool(found.failed) == bool(failed)


@pytest.mark.parametrize("status", ["DRAINING", "INACTIVE"])
def test_a_service_that_is_deleted_while_it_is_watched_fails_the_watch(status: str) -> None:
    gone = {"services": [{**told(1, 40, deployment("a"))["services"][0], "status": status}]}
    assert "no longer there" in scaled(gone, former=2).failed
    assert "no longer there" in rolled_out(gone, former="a").failed


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
        self.told: list[str] = []

    async def sleep(self, seconds: float) -> None:
        pass

    def tell(self, text: str, fraction: float | None) -> None:
        self.told.append(text)


async def test_an_answer_that_lacks_what_it_is_judged_by_ends_no_watch() -> None:
    whole = told(4, 4, deployment("b", running=4))
    lacking = told(4, 4, deployment("b", running=4))
    del lacking["services"][0]["desiredCount"]
    for judge in (partial(scaled, former=2), partial(rolled_out, former="a")):
        work: Any = _Work({"services": []}, lacking, whole)
        assert (await until_stable("live", "web", judge).run(work)).what.startswith("4 of 4")
        assert "tells nothing of the service" in work.told[0]


async def test_a_service_of_which_nothing_is_told_is_not_planned_for_as_missing() -> None:
    reads: Any = _Answers({"services": []}, {"services": [], "failures": [{"reason": "MISSING"}]})
    with pytest.raises(Failure, match="tells nothing"):
        await describe(reads, "live", "web")
    assert (await describe(reads, "live", "web"))["status"] == "MISSING"
