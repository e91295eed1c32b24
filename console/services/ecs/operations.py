"""Changes to Amazon ECS services."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

from console.operations.fields import count
from console.operations.operation import Danger, NoUndo, Observed, Operation, Repeat, TookEffect
from console.operations.plan import Effect, Plan
from console.operations.steps import Call
from console.services.ecs.kinds import ClusterName, ServiceName
from console.services.ecs.rollout import BY_OTHERS, GRADUAL, controller, primary, started_after
from console.services.ecs.service import (
    bounds,
    describe,
    given,
    no_service,
    observed,
    rolled_out,
    scaled,
    until_stable,
)
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

MOST_TASKS: Final = 5000
"""Tasks per service (Amazon ECS service quotas)."""

WATCHED: Final = 1800.0
"""Seconds for which a deployment is watched, and its bake time besides."""

_STARTED: Final = "service.deployments[?status=='PRIMARY'].id | [0]"
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

    async def observe(self, aws: Aws) -> Observed:
        """Read the service and the bounds of its autoscaling."""
        service = await describe(aws, self.cluster, self.service)
        allowed = await bounds(aws, self.cluster, self.service)
        found = observed(self.service, service, **allowed.state)
        return replace(found, context={**found.context, "unread": allowed.unread})

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
        # The aws command line's own wait wants one deployment, of which a service with task sets has none.
        waiter = "" if now.state["controller"] in BY_OTHERS else "services_stable"
        return Plan(
            steps=(
                Call("ecs", "update_service", given(params), expect="service", title=f"Set the count to {desired}"),
                until_stable(self.cluster, self.service, partial(scaled, former=former), waiter=waiter),
            ),
            effects=(Effect(Clean("desired count"), clean(former), clean(desired)),),
            warnings=tuple(_scale_warnings(now, desired)),
            hints=(_NEW_ADDRESS,) if desired > former and not now.context["balanced"] else (),
        )

    def danger_of(self, now: Observed, stack: Stack) -> Danger:
        """Running capacity is lost at 0 and below the minimum of autoscaling; unknown, it may be what is desired."""
        del stack
        least = now.state["desired"] if now.context.get("unread") else max(1, now.state["minimum"] or 0)
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

    async def observe(self, aws: Aws) -> Observed:
        """Read the service and its newest deployment."""
        service = await describe(aws, self.cluster, self.service)
        # Without its id nobody could tell a new one from it.
        newest = primary(service)["id"] if service["status"] == "ACTIVE" and controller(service) == "ECS" else None
        found = observed(self.service, service, deployment=newest, scaled_to_0=not service["desiredCount"])
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
        """One call, then a wait until the deployment that it starts is complete."""
        params = {"cluster": self.cluster, "service": self.service, "forceNewDeployment": True}
        tasks = f"{now.context['running']} running"
        call = Call(
            *("ecs", "update_service", given(params)), expect="service", title="Start a new deployment", begins=_STARTED
        )
        judge = partial(rolled_out, known=_known(now))
        bake = 60.0 * now.context.get("bake", 0)
        return Plan(
            steps=(call, until_stable(self.cluster, self.service, judge, of=call.id, at_most=WATCHED + bake)),
            effects=(Effect(Clean("tasks"), clean(tasks), Clean("all new, of the same task definition")),),
            warnings=(Clean("Requests that a task is serving when it is stopped may fail."), *_gradual(now)),
            hints=() if now.context["balanced"] else (_NEW_ADDRESS,),
        )

    async def verify(self, aws: Aws, before: Observed) -> bool:
        """A deployment that was not there before is complete."""
        service = await describe(aws, self.cluster, self.service)
        return rolled_out({"services": [service]}, known=_known(before)).done

    async def happened(self, aws: Aws, before: Observed, intent: str) -> TookEffect:
        """Whether there is a deployment that was not there before."""
        del intent
        service = await describe(aws, self.cluster, self.service)
        return TookEffect.YES if started_after(service, _known(before)) else TookEffect.NO

    def undo(self, before: Observed) -> Operation | NoUndo:
        """The tasks that were stopped do not come back."""
        del before
        return NoUndo("The new tasks are made of the same task definition as the old: there is nothing to go back to.")


def _known(before: Observed) -> tuple[str, ...]:
    """The ids of the deployments that were there before."""
    return tuple(before.context.get("deployments") or [before.state["deployment"]])


def _gradual(now: Observed) -> list[Clean]:
    """What to know of a deployment under which old and new tasks run side by side."""
    kind = GRADUAL.get(now.context.get("strategy", ""))
    if kind is None:
        return []
    minutes = now.context["bake"]
    what = f"Its deployments are {kind}: old and new tasks run side by side, at twice the price, for {minutes} min"
    return [Clean(f"{what} after the change of traffic, and until its hooks let it go on.")]


def _scale_warnings(now: Observed, desired: int) -> list[Clean]:
    low, high = now.state["minimum"], now.state["maximum"]
    warnings = [Clean("No task will run: what the service does stops.")] if desired == 0 else []
    if unread := now.context.get("unread"):
        why = f"Whether its autoscaling allows this count is not known: {unread}"
        warnings.append(clean(f"{why} If it does not, it brings the count back when it next acts."))
    if now.state["controller"] in BY_OTHERS and not now.context.get("task_sets", 1):
        warnings.append(Clean("It has no task set, so no task starts until one is made."))
    if low is not None and desired < low:
        warnings.append(Clean(f"Its autoscaling keeps at least {low}, and brings it back there when it next acts."))
    if high is not None and desired > high:
        warnings.append(Clean(f"Its autoscaling allows at most {high}, and brings it back there when it next acts."))
    return warnings
