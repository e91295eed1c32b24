"""ECS services that schedule: deployments roll out, tasks are kept at the desired count, events tell of it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from moto.ecs.models import Service
from moto.moto_api._internal import mock_random

from console.demo.gaps.ecs_task import LivingTask

if TYPE_CHECKING:
    from console.demo.world import World

EVENTS_KEPT: Final = 100
"""DescribeServices shows the newest 100 events (ECS API reference)."""

_THROTTLE_AFTER: Final = 3
_THROTTLED_SECONDS: Final = 240


def dress(world: World, service: Service, created: datetime | None = None) -> None:
    """Make a service of moto's one that schedules; it begins with one deployment and no task."""
    service.created_at = created or world.now()
    service.created_by = f"arn:aws:iam::{service._account_id}:user/deploy"
    service.role_arn = service.role_arn or (
        f"arn:aws:iam::{service._account_id}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
    )
    service.deployment_configuration = {"maximumPercent": 200, "minimumHealthyPercent": 100}
    service.platform_version = service.platform_version or "LATEST"
    service.platform_family = "Linux"
    service.enable_execute_command = False
    service.running_count = service.pending_count = 0
    service.failures = 0
    service.waiting = False
    service.steady = False
    service.deployments = []
    deploy(world, service, created)


def deploy(world: World, service: Service, at: datetime | None = None) -> str:
    """Begin a deployment of what the service is now, and give its id; older ones drain as its tasks start."""
    for deployment in service.deployments:
        deployment["status"] = "ACTIVE"
        deployment["desiredCount"] = 0
    moment = at or world.now()
    name = f"ecs-svc/{mock_random.randint(10**18, 10**19 - 1)}"
    fresh = {
        "id": name,
        "status": "PRIMARY",
        "taskDefinition": service.task_definition,
        "desiredCount": service.desired_count,
        "pendingCount": 0,
        "runningCount": 0,
        "failedTasks": 0,
        "createdAt": moment,
        "updatedAt": moment,
        "launchType": service.launch_type,
        "platformVersion": "1.4.0",
        "platformFamily": "Linux",
        "rolloutState": "IN_PROGRESS",
        "rolloutStateReason": f"ECS deployment {name} in progress.",
    }
    if service.network_configuration:
        fresh["networkConfiguration"] = service.network_configuration
    service.deployments.insert(0, fresh)
    service.failures = 0
    service.waiting = False
    service.steady = False
    return name


def tell(world: World, service: Service, text: str, at: datetime | None = None) -> None:
    """Add an event in AWS's own wording, newest first."""
    event = {
        "id": str(mock_random.uuid4()),
        "createdAt": at or world.now(),
        "message": f"(service {service.name}) {text}",
    }
    service.events.insert(0, event)
    del service.events[EVENTS_KEPT:]


def tasks_of(service: Service) -> list[LivingTask]:
    """Every task of a service, stopped ones too, oldest first."""
    tasks = service._backend.tasks.get(service.cluster_name, {}).values()
    return [task for task in tasks if task.group == f"service:{service.name}"]


def launch(service: Service, count: int, deployment: str | None = None) -> list[LivingTask]:
    """Start tasks of a service's newest deployment."""
    return [
        task
        for task in service._backend.run_task(
            cluster_str=service.cluster_name,
            task_definition_str=service.task_definition,
            count=count,
            overrides=None,
            started_by=deployment or service.deployments[0]["id"],
            tags=service.tags,
            launch_type=service.launch_type,
            networking_configuration=service.network_configuration,
            group=f"service:{service.name}",
        )
        if isinstance(task, LivingTask)
    ]


def reconcile(world: World, service: Service) -> None:
    """Do the next thing that ECS would do for a service, and bring its counts up to date."""
    _count(service)
    primary = service.deployments[0]
    tasks = [task for task in tasks_of(service) if task.is_wanted]
    current = [task for task in tasks if task.started_by == primary["id"]]
    older = [task for task in tasks if task.started_by != primary["id"]]
    desired = service.desired_count
    most = math.ceil(desired * service.deployment_configuration["maximumPercent"] / 100)
    least = math.ceil(desired * service.deployment_configuration["minimumHealthyPercent"] / 100)
    missing = min(desired - len(current), most - len(tasks))
    if missing > 0 and not service.waiting:
        _start(world, service, missing)
    elif len(current) > desired:
        _stop(world, service, current[: len(current) - desired])
    else:
        running = sum(task.status == "RUNNING" for task in tasks)
        _stop(world, service, older[: max(0, running - least) if desired else len(older)])
    _count(service)
    _settle(world, service)


def failed(world: World, service: Service) -> None:
    """Note that a task ended by itself; after some in a row ECS waits before it starts the next."""
    service.failures += 1
    service.steady = False
    service.deployments[0]["failedTasks"] += 1
    if service.failures < _THROTTLE_AFTER or service.waiting:
        return
    if service.failures == _THROTTLE_AFTER:
        tell(
            world,
            service,
            "is unable to consistently start tasks successfully. For more information, see the "
            "Troubleshooting section of the Amazon ECS Developer Guide.",
        )
    wait_before_next(world, service)


def wait_before_next(world: World, service: Service) -> None:
    """Start no task of a service for four minutes."""
    service.waiting = True

    def resume() -> None:
        service.waiting = False
        reconcile(world, service)

    world.after(_THROTTLED_SECONDS, resume)


def _start(world: World, service: Service, count: int) -> None:
    started = launch(service, count)
    service.steady = False
    tell(world, service, f"has started {len(started)} tasks: {_named(started)}.")


def _stop(world: World, service: Service, tasks: list[LivingTask]) -> None:
    if not tasks:
        return
    reason = f"Scaling activity initiated by (deployment {service.deployments[0]['id']})"
    for task in tasks:
        task.stop("ServiceSchedulerInitiated", reason)
    service.steady = False
    tell(world, service, f"has stopped {len(tasks)} running tasks: {_named(tasks)}.")


def _named(tasks: Iterable[LivingTask]) -> str:
    return " ".join(f"(task {task.id})" for task in tasks)


def _count(service: Service) -> None:
    """Set the counts of a service and of its deployments; drop old deployments that have no task left."""
    tasks = [task for task in tasks_of(service) if task.status != "STOPPED"]
    primary = service.deployments[0]
    primary["desiredCount"] = service.desired_count
    for deployment in service.deployments:
        own = [task for task in tasks if task.started_by == deployment["id"] and task.is_wanted]
        deployment["runningCount"] = sum(task.status == "RUNNING" for task in own)
        deployment["pendingCount"] = len(own) - deployment["runningCount"]
    service.deployments[1:] = [
        old for old in service.deployments[1:] if any(task.started_by == old["id"] for task in tasks)
    ]
    service.running_count = sum(deployment["runningCount"] for deployment in service.deployments)
    service.pending_count = sum(deployment["pendingCount"] for deployment in service.deployments)


def _settle(world: World, service: Service) -> None:
    """Complete a rollout and say that the service is steady, once that is so."""
    primary = service.deployments[0]
    if len(service.deployments) > 1 or service.running_count != service.desired_count or service.pending_count:
        return
    if primary["rolloutState"] == "IN_PROGRESS":
        primary |= {
            "rolloutState": "COMPLETED",
            "rolloutStateReason": f"ECS deployment {primary['id']} completed.",
            "updatedAt": world.now(),
        }
        tell(world, service, f"(deployment {primary['id']}) deployment completed.")
    if not service.steady:
        service.steady = True
        tell(world, service, "has reached a steady state.")
