"""Elastic Load Balancing: targets that must first pass health checks, tasks that come and go, sick targets."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from moto.elbv2.models import FakeHealthStatus, FakeTargetGroup

from console.demo.services.ecs.api import service_of
from console.demo.services.ecs.task import LivingTask
from console.demo.services.shapes import replace

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("elbv2: the tasks of ECS services are targets, initial at first, unhealthy while a fault says so",)

SICK: Final = "elbv2.sick"
"""Things of this kind: group (its ARN), fault, reason, description; while on, the first target is unhealthy."""

_INITIAL_SECONDS: Final = 30


def install(world: World) -> None:
    """Let target groups follow tasks, and judge their targets."""

    def health_for(group: FakeTargetGroup, target: dict[str, Any], ec2_backend: Any) -> FakeHealthStatus:
        found: FakeHealthStatus = original(group, target, ec2_backend)
        if found.status != "healthy":
            return found
        joined = vars(group).get("joined", {}).get(found.instance_id, 0.0)
        if time.monotonic() - joined < world.real(_INITIAL_SECONDS):
            found.status, found.reason = "initial", "Elb.RegistrationInProgress"
            found.description = "Target registration is in progress"
        for one in _sick(group) if found.instance_id == next(iter(group.targets)) else ():
            found.status, found.reason, found.description = "unhealthy", one["reason"], one["description"]
        return found

    def _sick(group: FakeTargetGroup) -> list[dict[str, Any]]:
        _, _, _, region, account, _ = group.arn.split(":", 5)
        listed = world.things[SICK, account, region]
        return [one for one in listed if one["group"] == group.arn and one["fault"] in world.faults]

    original = replace(FakeTargetGroup, "health_for", health_for)
    LivingTask.watchers = (*LivingTask.watchers, lambda task: follow(world, task))


def follow(world: World, task: LivingTask) -> None:
    """Register a task that runs with its service's target groups, deregister one that stops."""
    service = service_of(task)
    for balancer in service.load_balancers if service else ():
        groups = world.backend("elbv2", task.region_name, task._account_id).target_groups
        group = groups.get(balancer.get("targetGroupArn"))
        if group is None:
            continue
        for container in task.containers:
            for interface in container.network_interfaces:
                _move(group, interface["privateIpv4Address"], int(balancer["containerPort"]), task)


def _move(group: FakeTargetGroup, address: str, port: int, task: LivingTask) -> None:
    if task.status == "RUNNING" and address not in group.targets:
        group.register([{"Id": address, "Port": port}])
        vars(group).setdefault("joined", {})[address] = time.monotonic()
    elif not task.is_wanted and address in group.targets:
        del group.targets[address]
