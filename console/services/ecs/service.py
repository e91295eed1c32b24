"""What is read of an ECS service before, while and after it is changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from console.operations.operation import Observed, Resource
from console.operations.steps import Wait, Waited
from console.problems import Failure, ProblemKind, Suspect, classify
from console.services.ecs.rollout import (
    COMPLETED,
    GRADUAL,
    bake_minutes,
    controller,
    deployment,
    failure,
    is_rollback,
    is_steady,
    primary,
    reason,
    started_after,
    strategy,
    task_sets,
    told_of,
    wanted,
)
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

_GONE: Final = Waited(done=False, text=Clean(""), failed=Clean("The service is no longer there."))


async def describe(aws: Aws, cluster: str | None, service: str) -> dict[str, Any]:
    """One service as DescribeServices tells of it; with the status MISSING where there is none. Raises `Failure`."""
    params = given({"cluster": cluster, "services": [service]})
    answer = await aws.call("ecs", "describe_services", expect="services", **params)
    try:
        found = _told(answer)
    except Suspect as error:
        raise Failure(classify(error, changing=True)) from error
    return found or {"status": "MISSING", "desiredCount": 0}


def _told(answer: dict[str, Any]) -> dict[str, Any] | None:
    """The one service that was asked for; None where it is named as a failure. Raises `Suspect` where it is neither."""
    found: dict[str, Any] | None = next(iter(answer["services"]), None)
    if found is None and not answer.get("failures"):
        raise Suspect("The answer tells nothing of the service.")
    return found


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least and the most tasks that autoscaling allows, None where there is none; `unread` says why not known."""

    minimum: int | None = None
    maximum: int | None = None
    unread: str = ""

    @property
    def state(self) -> dict[str, Any]:
        """What a plan rests on."""
        return {"minimum": self.minimum, "maximum": self.maximum} | ({"autoscaling": "not read"} if self.unread else {})


async def bounds(aws: Aws, cluster: str | None, service: str) -> Bounds:
    """What autoscaling allows; where that may not be read it is not known, since a count can be set without it."""
    try:
        targets = await aws.items(
            "application-autoscaling",
            "describe_scalable_targets",
            "ScalableTargets",
            ServiceNamespace="ecs",
            ResourceIds=[f"service/{cluster or 'default'}/{service}"],
            ScalableDimension="ecs:service:DesiredCount",
        )
    except Failure as failure:
        if failure.problem.kind is not ProblemKind.DENIED:
            raise
        return Bounds(unread=str(failure.problem))
    return Bounds(targets[0]["MinCapacity"], targets[0]["MaxCapacity"]) if targets else Bounds()


def observed(name: str, service: dict[str, Any], **state: Any) -> Observed:
    """What a plan rests on: the state of a service, and more that concerns one operation."""
    return Observed(
        state={
            "status": service["status"],
            "desired": service["desiredCount"],
            "scheduling": service.get("schedulingStrategy", "REPLICA"),
            "controller": controller(service),
            **state,
        },
        context={
            "running": service.get("runningCount", "unknown"),
            "balanced": bool(service.get("loadBalancers")),
            "strategy": strategy(service),
            "bake": bake_minutes(service),
            "task_sets": len(task_sets(service)),
            "deployments": [one["id"] for one in service.get("deployments", ()) if "id" in one],
        },
        targets=(Resource(name, service["serviceArn"]),) if "serviceArn" in service else (),
    )


def no_service(cluster: str | None, service: str, now: Observed) -> str | None:
    """Why nothing can be done to a service; None where it is active."""
    if now.state["status"] == "ACTIVE":
        return None
    where = f"{clean(service)} in cluster {clean(cluster or 'default')}"
    return f"There is no active service {where} ({clean(now.state['status'])}). Next: check the names."


def until_stable(
    cluster: str | None, service: str, judge: Callable[..., Waited], *, waiter: str = "services_stable", **more: Any
) -> Wait:
    """A wait until a service is stable, where it can be the aws command line's own; `judge` says how far it is."""
    params = given({"cluster": cluster, "services": [service]})
    title = "Wait until the service is stable"
    return Wait("ecs", "describe_services", params, "services", judge=judge, waiter=waiter, title=title, **more)


def scaled(answer: dict[str, Any], former: int) -> Waited:
    """How far a service is on its way from a former count to the desired one.

    A count starts no deployment: it is reached when that many tasks run. Of task sets it is their own counts that are.
    """
    if _is_gone(answer):
        return _GONE
    service = answer["services"][0]
    running, desired = service["runningCount"], wanted(service)
    done = running == desired and not service.get("pendingCount", 0) and all(map(is_steady, task_sets(service)))
    way = abs(desired - former)
    fraction = 1 - min(1.0, abs(desired - running) / way) if way else None
    newest = primary(service)
    stuck = newest.get("rolloutState") == "FAILED" and running < desired
    failed = failure(service, newest.get("id", "")) if stuck else ""
    return Waited(done, clean(f"{running} of {desired} running{_held_up(service)}"), fraction, clean(failed))


def rolled_out(answer: dict[str, Any], started: str = "", *, known: Sequence[str]) -> Waited:
    """How far the deployment is that was `started`; without its id, the first that came after those `known`."""
    if _is_gone(answer):
        return _GONE
    service = answer["services"][0]
    mine = deployment(service, started) if started else started_after(service, known)
    name, newest = started or mine.get("id", ""), primary(service)
    if failed := failure(service, name):
        return _failed(f"{failed} Next: see why its tasks stopped.")
    if mine.get("rolloutState") == "COMPLETED" or COMPLETED in told_of(service, name):
        return Waited(done=True, text=clean(f"Deployment {name} is complete"), fraction=1.0)
    if not mine and (not newest or newest.get("id") in known):
        return Waited(done=False, text=Clean("The new deployment is not shown yet"))
    if newest.get("id", name) != name or is_rollback(mine):
        return _failed(_replaced(name, newest))
    running, desired = mine.get("runningCount", 0), service["desiredCount"]
    # Behind a Classic Load Balancer no rolloutState is told.
    done = "rolloutState" not in mine and running == desired == service.get("runningCount")
    fraction = min(1.0, running / desired) if desired else None
    return Waited(done, clean(f"{running} of {desired} new tasks running{_trouble(service, mine)}"), fraction)


def _failed(what: str) -> Waited:
    return Waited(done=False, text=Clean(""), failed=clean(what))


def _replaced(name: str, newest: dict[str, Any]) -> str:
    """That another deployment is in the place of one that was not complete, and why."""
    if is_rollback(newest):
        return f"Deployment {name} was taken back: {reason(newest)} Next: see why its tasks stopped."
    what = f"Deployment {newest['id']} has taken the place of {name} before that was complete."
    return f"{what} Next: look who started it, and whether it is complete."


def _trouble(service: dict[str, Any], mine: dict[str, Any]) -> str:
    """What keeps a deployment from its end, or who must go on."""
    failed = mine.get("failedTasks", 0)
    kind = GRADUAL.get(strategy(service))
    baking = kind and mine.get("runningCount", 0) == service["desiredCount"]
    return (f", {failed} failed in a row" if failed else "") + (
        f"; the {kind} deployment goes on until its hooks and bake time are over" if baking else ""
    ) or _held_up(service)


def _held_up(service: dict[str, Any]) -> str:
    """Why ECS starts no task, where its newest event says so: no call fails for want of room or addresses."""
    newest = next((str(event.get("message", "")) for event in service.get("events", ())), "")
    return f": {newest}" if "unable to" in newest else ""


def _is_gone(answer: dict[str, Any]) -> bool:
    """Whether the service was deleted: DescribeServices tells of it for a while as DRAINING, then INACTIVE."""
    service = _told(answer)
    return service is None or service.get("status", "ACTIVE") != "ACTIVE"


def given(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters that have a value."""
    return {name: value for name, value in params.items() if value is not None}
