"""Changes to Amazon ECS services."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final, Self

from console.operations.base import Answer, Danger, NoUndo, Observed, Operation, Repeat
from console.operations.ecs_service import (
    bounds,
    cluster_of,
    describe,
    given,
    no_service,
    observed,
    primary,
    region_of,
    rolled_out,
    scaled,
    until_stable,
)
from console.operations.fields import ClusterName, ServiceName, count
from console.operations.plan import Effect, Plan
from console.operations.steps import Call
from console.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

MOST_TASKS: Final = 5000
"""Tasks per service (Amazon ECS service quotas)."""

_NEW_ADDRESS: Final = Clean(
    "New tasks have new addresses. Where a CloudFront distribution points at a task, point it at a new one "
    "and invalidate its cache."
)
_CLUSTER_HELP: Final = "its cluster; left out, the one in which the stack file has the service"


@dataclass(frozen=True)
class Scale(Operation):
    """Set how many tasks an ECS service runs. Waits until they run; undo goes back to the former count.

    To 0, or below the minimum of its autoscaling, running capacity is lost.
    """

    name = "ecs.scale"
    screen = "scaling"
    at_once = True
    permissions = ("ecs:DescribeServices", "ecs:UpdateService", "application-autoscaling:DescribeScalableTargets")

    service: Annotated[ServiceName, "the service to scale"]
    desired: Annotated[int, count(0, MOST_TASKS), "how many tasks it should run"]
    cluster: Annotated[ClusterName | None, _CLUSTER_HELP] = None

    @classmethod
    async def example(cls, aws: Aws) -> Operation:
        """One task more than the demo's frontend runs."""
        service = await describe(aws, _EXAMPLE.cluster, _EXAMPLE.service)
        return replace(_EXAMPLE, desired=service["desiredCount"] + 1)

    def within(self, stack: Stack) -> Self:
        """The same with the cluster that the stack file names. Raises `ValueError`."""
        return replace(self, cluster=self.cluster or cluster_of(stack, self.service).cluster)

    def region(self, stack: Stack) -> str | None:
        """The cluster's own region, if it has one."""
        return region_of(stack, self.cluster)

    async def observe(self, aws: Aws) -> Observed:
        """Read the service and the bounds of its autoscaling."""
        service = await describe(aws, self.cluster, self.service)
        low, high = await bounds(aws, self.cluster, self.service)
        return observed(self.service, service, minimum=low, maximum=high)

    def refuse(self, now: Observed) -> str | None:
        """Why it cannot be scaled."""
        if now.state["scheduling"] == "DAEMON":
            return f"{clean(self.service)} runs one task on every instance: it has no count to set."
        return no_service(self.cluster, self.service, now)

    def plan(self, now: Observed) -> Plan:
        """One call, then a wait until the service is stable; nothing where the count is that already."""
        former, desired = now.state["desired"], self.desired
        if former == desired:
            return Plan()
        params = {"cluster": self.cluster, "service": self.service, "desiredCount": desired}
        return Plan(
            steps=(
                Call("ecs", "update_service", given(params), expect="service", title=f"Set the count to {desired}"),
                until_stable(self.cluster, self.service, partial(scaled, former=former)),
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
        service = await describe(aws, self.cluster, self.service)
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
        return replace(self, cluster=self.cluster or cluster_of(stack, self.service).cluster)

    def region(self, stack: Stack) -> str | None:
        """The cluster's own region, if it has one."""
        return region_of(stack, self.cluster)

    async def observe(self, aws: Aws) -> Observed:
        """Read the service and its newest deployment."""
        service = await describe(aws, self.cluster, self.service)
        found = observed(
            self.service, service, deployment=primary(service).get("id"), scaled_to_0=not service["desiredCount"]
        )
        # A count that autoscaling moves meanwhile makes no other restart of it.
        return replace(found, state={key: value for key, value in found.state.items() if key != "desired"})

    def refuse(self, now: Observed) -> str | None:
        """Why it cannot be restarted."""
        if missing := no_service(self.cluster, self.service, now):
            return missing
        if now.state["controller"] != "ECS":
            return f"Its deployments are made by {now.state['controller']}. Next: restart it there."
        if now.state["scaled_to_0"]:
            return f"{clean(self.service)} is scaled to 0, so nothing runs. Next: ecs.scale."
        return None

    def plan(self, now: Observed) -> Plan:
        """One call, then a wait until the new deployment is complete."""
        params = {"cluster": self.cluster, "service": self.service, "forceNewDeployment": True}
        tasks = f"{now.context['running']} running"
        return Plan(
            steps=(
                Call("ecs", "update_service", given(params), expect="service", title="Start a new deployment"),
                until_stable(self.cluster, self.service, partial(rolled_out, former=now.state["deployment"])),
            ),
            effects=(Effect(Clean("tasks"), clean(tasks), Clean("all new, of the same task definition")),),
            warnings=(Clean("Requests that a task is serving when it is stopped may fail."),),
            hints=() if now.context["balanced"] else (_NEW_ADDRESS,),
        )

    async def verify(self, aws: Aws, before: Observed) -> bool:
        """Another deployment than before is complete."""
        service = await describe(aws, self.cluster, self.service)
        return rolled_out({"services": [service]}, before.state["deployment"]).done

    async def happened(self, aws: Aws, before: Observed, intent: str) -> Answer:
        """Whether there is another deployment than before."""
        del intent
        service = await describe(aws, self.cluster, self.service)
        return Answer.NO if primary(service).get("id") == before.state["deployment"] else Answer.YES

    def undo(self, before: Observed) -> Operation | NoUndo:
        """The tasks that were stopped do not come back."""
        del before
        return NoUndo("The new tasks are made of the same task definition as the old: there is nothing to go back to.")


_EXAMPLE: Final = Scale("mra-mines-frontend-staging", 3, "mra-mines-cluster-staging")


def _scale_warnings(now: Observed, desired: int) -> list[Clean]:
    low, high = now.state["minimum"], now.state["maximum"]
    warnings = [Clean("No task will run: what the service does stops.")] if desired == 0 else []
    if low is not None and desired < low:
        warnings.append(Clean(f"Its autoscaling keeps at least {low}, and brings it back there when it next acts."))
    if high is not None and desired > high:
        warnings.append(Clean(f"Its autoscaling allows at most {high}, and brings it back there when it next acts."))
    return warnings
