"""Changes to Amazon ECS services."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from console.operations.base import Answer, Danger, NoUndo, Observed, Operation, Repeat, Resource
from console.operations.fields import ClusterName, ServiceName, count
from console.operations.plan import Effect, Plan
from console.operations.steps import Call, Wait, Waited
from console.stack import EcsCluster, Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

MOST_TASKS: Final = 5000
"""Tasks per service (Amazon ECS service quotas)."""

_NEW_ADDRESS: Final = Clean(
    "Where a distribution points at a task, new tasks have a new address: then cloudfront.set-origin and "
    "cloudfront.invalidate."
)
_CLUSTER_HELP: Final = "its cluster; left out, the one in which the stack file has the service"


@dataclass(frozen=True)
class Scale(Operation):
    """Set how many tasks an ECS service runs. Waits until they run; undo goes back to the former count.

    To 0, or below the minimum of its autoscaling, running capacity is lost.
    """

    name = "ecs.scale"
    screen = "scaling"
    permissions = ("ecs:DescribeServices", "ecs:UpdateService", "application-autoscaling:DescribeScalableTargets")

    service: Annotated[ServiceName, "the service to scale"]
    desired: Annotated[int, count(0, MOST_TASKS), "how many tasks it should run"]
    cluster: Annotated[ClusterName | None, _CLUSTER_HELP] = None

    @classmethod
    async def example(cls, aws: Aws) -> Operation:
        """One task more than the demo's frontend runs."""
        service = await _describe(aws, _EXAMPLE.cluster, _EXAMPLE.service)
        return replace(_EXAMPLE, desired=service["desiredCount"] + 1)

    def within(self, stack: Stack) -> Self:
        """The same with the cluster that the stack file names. Raises `ValueError`."""
        return replace(self, cluster=self.cluster or _cluster_of(stack, self.service).cluster)

    def region(self, stack: Stack) -> str | None:
        """The cluster's own region, if it has one."""
        return _region_of(stack, self.cluster)

    async def observe(self, aws: Aws) -> Observed:
        """Read the service and the bounds of its autoscaling."""
        service = await _describe(aws, self.cluster, self.service)
        low, high = await _bounds(aws, self.cluster, self.service)
        return _observed(self.service, service, minimum=low, maximum=high)

    def refuse(self, now: Observed) -> str | None:
        """Why it cannot be scaled."""
        if now.state["scheduling"] == "DAEMON":
            return f"{clean(self.service)} runs one task on every instance: it has no count to set."
        return _no_service(self.cluster, self.service, now)

    def plan(self, now: Observed) -> Plan:
        """One call, then a wait until the service is stable; nothing where the count is that already."""
        former, desired = now.state["desired"], self.desired
        if former == desired:
            return Plan()
        params = {"cluster": self.cluster, "service": self.service, "desiredCount": desired}
        return Plan(
            steps=(
                Call("ecs", "update_service", _given(params), expect="service", title=f"Set the count to {desired}"),
                _until_stable(self.cluster, self.service, partial(_scaled, former=former)),
            ),
            effects=(Effect(Clean("desired count"), clean(former), clean(desired)),),
            warnings=tuple(_scale_warnings(now, desired)),
            hints=(_NEW_ADDRESS,) if desired > former and not now.context["balanced"] else (),
        )

    def danger_of(self, now: Observed, stack: Stack) -> Danger:
        """Running capacity is lost at 0 and below the autoscaling minimum."""
        del stack
        least = max(1, now.state["minimum"] or 0)
        return Danger.DESTROY if self.desired < min(least, now.state["desired"]) else Danger.CHANGE

    async def verify(self, aws: Aws, before: Observed) -> bool:
        """The service has the count that was set."""
        del before
        service = await _describe(aws, self.cluster, self.service)
        return bool(service["desiredCount"] == self.desired)

    def undo(self, before: Observed) -> Operation | NoUndo:
        """Back to the former count."""
        return replace(self, desired=before.state["desired"])


@dataclass(frozen=True)
class Restart(Operation):
    """Replace all tasks of an ECS service by new ones of the same task definition. Follows the rollout to its end."""

    name = "ecs.restart"
    screen = "deploy"
    disrupts = True
    repeat = Repeat.ANEW
    permissions = ("ecs:DescribeServices", "ecs:UpdateService")

    service: Annotated[ServiceName, "the service to restart"]
    cluster: Annotated[ClusterName | None, _CLUSTER_HELP] = None

    @classmethod
    async def example(cls, aws: Aws) -> Operation:
        """The demo's frontend."""
        del aws
        return cls(_EXAMPLE.service, _EXAMPLE.cluster)

    def within(self, stack: Stack) -> Self:
        """The same with the cluster that the stack file names. Raises `ValueError`."""
        return replace(self, cluster=self.cluster or _cluster_of(stack, self.service).cluster)

    def region(self, stack: Stack) -> str | None:
        """The cluster's own region, if it has one."""
        return _region_of(stack, self.cluster)

    async def observe(self, aws: Aws) -> Observed:
        """Read the service and its newest deployment."""
        service = await _describe(aws, self.cluster, self.service)
        return _observed(self.service, service, deployment=_newest(service).get("id"))

    def refuse(self, now: Observed) -> str | None:
        """Why it cannot be restarted."""
        if missing := _no_service(self.cluster, self.service, now):
            return missing
        if now.state["controller"] != "ECS":
            return f"Its deployments are made by {now.state['controller']}. Next: restart it there."
        if now.state["desired"] == 0:
            return f"{clean(self.service)} is scaled to 0, so nothing runs. Next: ecs.scale."
        return None

    def plan(self, now: Observed) -> Plan:
        """One call, then a wait until the new deployment is complete."""
        params = {"cluster": self.cluster, "service": self.service, "forceNewDeployment": True}
        tasks = f"{now.context['running']} running"
        return Plan(
            steps=(
                Call("ecs", "update_service", _given(params), expect="service", title="Start a new deployment"),
                _until_stable(self.cluster, self.service, partial(_rolled_out, former=now.state["deployment"])),
            ),
            effects=(Effect(Clean("tasks"), clean(tasks), Clean("all new, of the same task definition")),),
            warnings=(Clean("Requests that a task is serving when it is stopped may fail."),),
            hints=() if now.context["balanced"] else (_NEW_ADDRESS,),
        )

    async def verify(self, aws: Aws, before: Observed) -> bool:
        """Another deployment than before is complete."""
        service = await _describe(aws, self.cluster, self.service)
        return _rolled_out({"services": [service]}, before.state["deployment"]).done

    async def happened(self, aws: Aws, before: Observed, intent: str) -> Answer:
        """Whether there is another deployment than before."""
        del intent
        service = await _describe(aws, self.cluster, self.service)
        return Answer.NO if _newest(service).get("id") == before.state["deployment"] else Answer.YES

    def undo(self, before: Observed) -> Operation | NoUndo:
        """The tasks that were stopped do not come back."""
        del before
        return NoUndo("The new tasks are made of the same task definition as the old: there is nothing to go back to.")


_EXAMPLE: Final = Scale("mra-mines-frontend-staging", 3, "mra-mines-cluster-staging")


async def _describe(aws: Aws, cluster: str | None, service: str) -> dict[str, Any]:
    """One service as DescribeServices tells of it; with the status MISSING where there is none."""
    params = _given({"cluster": cluster, "services": [service]})
    answer = await aws.call("ecs", "describe_services", expect="services", **params)
    found: dict[str, Any] = next(iter(answer["services"]), {"status": "MISSING", "desiredCount": 0})
    return found


async def _bounds(aws: Aws, cluster: str | None, service: str) -> tuple[int | None, int | None]:
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


def _observed(name: str, service: dict[str, Any], **state: Any) -> Observed:
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


def _no_service(cluster: str | None, service: str, now: Observed) -> str | None:
    if now.state["status"] == "ACTIVE":
        return None
    where = f"{clean(service)} in cluster {clean(cluster or 'default')}"
    return f"There is no active service {where} ({clean(now.state['status'])}). Next: check the names."


def _scale_warnings(now: Observed, desired: int) -> list[Clean]:
    low, high = now.state["minimum"], now.state["maximum"]
    warnings = [Clean("No task will run: what the service does stops.")] if desired == 0 else []
    if low is not None and desired < low:
        warnings.append(Clean(f"Its autoscaling keeps at least {low}, and brings it back there when it next acts."))
    if high is not None and desired > high:
        warnings.append(Clean(f"Its autoscaling allows at most {high}, and brings it back there when it next acts."))
    return warnings


def _until_stable(cluster: str | None, service: str, judge: partial[Waited]) -> Wait:
    params = _given({"cluster": cluster, "services": [service]})
    title = "Wait until the service is stable"
    return Wait("ecs", "describe_services", params, "services", judge=judge, waiter="services_stable", title=title)


def _scaled(answer: dict[str, Any], former: int) -> Waited:
    """How far a service is on its way from a former count to the desired one."""
    service = answer["services"][0]
    running, desired = service["runningCount"], service["desiredCount"]
    stable = len(service.get("deployments", ())) == 1 and running == desired
    way = abs(desired - former)
    fraction = 1 - min(1.0, abs(desired - running) / way) if way else None
    return Waited(stable, Clean(f"{running} of {desired} running"), fraction, _failure(service))


def _rolled_out(answer: dict[str, Any], former: str) -> Waited:
    """How far the deployment that came after a former one is rolled out."""
    service = answer["services"][0]
    newest = _newest(service)
    running, desired = newest.get("runningCount", 0), service["desiredCount"]
    alone = len(service.get("deployments", ())) == 1 and newest.get("id") != former
    done = alone and running == desired and newest.get("rolloutState", "COMPLETED") == "COMPLETED"
    fraction = min(1.0, running / desired) if desired else None
    return Waited(done, Clean(f"{running} of {desired} new tasks running"), fraction, _failure(service))


def _failure(service: dict[str, Any]) -> Clean:
    newest = _newest(service)
    failed = newest.get("rolloutState") == "FAILED"
    return clean(f"The deployment failed: {newest.get('rolloutStateReason', '')}") if failed else Clean("")


def _newest(service: dict[str, Any]) -> dict[str, Any]:
    return next((one for one in service.get("deployments", ()) if one.get("status") == "PRIMARY"), {})


def _cluster_of(stack: Stack, service: str) -> EcsCluster:
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


def _region_of(stack: Stack, cluster: str | None) -> str | None:
    return next((part.region for part in stack.ecs if part.cluster == cluster), None)


def _given(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters that have a value."""
    return {name: value for name, value in params.items() if value is not None}
