"""What is read of an ECS service before, while and after it is changed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from console.operations.base import Observed, Resource
from console.operations.steps import Wait, Waited
from console.problems import Failure, Suspect, classify
from console.stack import EcsCluster, Stack
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


async def bounds(aws: Aws, cluster: str | None, service: str) -> tuple[int | None, int | None]:
    """The least and the most tasks that its autoscaling allows; None where it has none."""
    targets = await aws.items(
        "application-autoscaling",
        "describe_scalable_targets",
        "ScalableTargets",
        ServiceNamespace="ecs",
        ResourceIds=[f"service/{cluster or 'default'}/{service}"],
        ScalableDimension="ecs:service:DesiredCount",
    )
    return (targets[0]["MinCapacity"], targets[0]["MaxCapacity"]) if targets else (None, None)


def observed(name: str, service: dict[str, Any], **state: Any) -> Observed:
    """What a plan rests on: the state of a service, and more that concerns one operation."""
    return Observed(
        state={
            "status": service["status"],
            "desired": service["desiredCount"],
            "scheduling": service.get("schedulingStrategy", "REPLICA"),
            "controller": service.get("deploymentController", {}).get("type", "ECS"),
            **state,
        },
        context={"running": service.get("runningCount", 0), "balanced": bool(service.get("loadBalancers"))},
        targets=(Resource(name, service["serviceArn"]),) if "serviceArn" in service else (),
    )


def no_service(cluster: str | None, service: str, now: Observed) -> str | None:
    """Why nothing can be done to a service; None where it is active."""
    if now.state["status"] == "ACTIVE":
        return None
    where = f"{clean(service)} in cluster {clean(cluster or 'default')}"
    return f"There is no active service {where} ({clean(now.state['status'])}). Next: check the names."


def until_stable(cluster: str | None, service: str, judge: partial[Waited]) -> Wait:
    """A wait until a service is stable, as the aws command line's own; `judge` says how far it is."""
    params = given({"cluster": cluster, "services": [service]})
    title = "Wait until the service is stable"
    return Wait("ecs", "describe_services", params, "services", judge=judge, waiter="services_stable", title=title)


def scaled(answer: dict[str, Any], former: int) -> Waited:
    """How far a service is on its way from a former count to the desired one."""
    if _is_gone(answer):
        return _GONE
    service = answer["services"][0]
    running, desired = service["runningCount"], service["desiredCount"]
    stable = len(service.get("deployments", ())) == 1 and running == desired
    way = abs(desired - former)
    fraction = 1 - min(1.0, abs(desired - running) / way) if way else None
    return Waited(stable, Clean(f"{running} of {desired} running"), fraction, _failure(service))


def rolled_out(answer: dict[str, Any], former: str) -> Waited:
    """How far the deployment that came after a former one is rolled out."""
    if _is_gone(answer):
        return _GONE
    service = answer["services"][0]
    newest = primary(service)
    running, desired = newest.get("runningCount", 0), service["desiredCount"]
    alone = len(service.get("deployments", ())) == 1 and newest.get("id") != former
    done = alone and running == desired and newest.get("rolloutState", "COMPLETED") == "COMPLETED"
    fraction = min(1.0, running / desired) if desired else None
    return Waited(done, Clean(f"{running} of {desired} new tasks running"), fraction, _failure(service))


def _is_gone(answer: dict[str, Any]) -> bool:
    """Whether the service was deleted: DescribeServices tells of it for a while as DRAINING, then INACTIVE."""
    service = _told(answer)
    return service is None or service.get("status", "ACTIVE") != "ACTIVE"


def _failure(service: dict[str, Any]) -> Clean:
    """Why the newest deployment failed; one that the circuit breaker takes back has failed, too."""
    newest = primary(service)
    reason = newest.get("rolloutStateReason", "")
    failed = newest.get("rolloutState") == "FAILED" or "rolling back" in reason
    return clean(f"The deployment failed: {reason}") if failed else Clean("")


def primary(service: dict[str, Any]) -> dict[str, Any]:
    """The newest deployment of a service."""
    return next((one for one in service.get("deployments", ()) if one.get("status") == "PRIMARY"), {})


def cluster_of(stack: Stack, service: str) -> EcsCluster:
    """The cluster in which a stack file has a service. Raises `ValueError`."""
    named = [part for part in stack.ecs if service in part.services]
    found = named or [part for part in stack.ecs if not part.services]
    if len(found) != 1:
        clusters = ", ".join(part.cluster for part in stack.ecs) or "none"
        raise ValueError(
            f"Stack {stack.name} does not say in which cluster {clean(service)} is. "
            f"Next: give --cluster; the stack has: {clean(clusters)}."
        )
    return found[0]


def region_of(stack: Stack, cluster: str | None) -> str | None:
    """The region of a cluster that has one of its own in the stack file."""
    return next((part.region for part in stack.ecs if part.cluster == cluster), None)


def given(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters that have a value."""
    return {name: value for name, value in params.items() if value is not None}
