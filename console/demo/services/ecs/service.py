"""ECS services that schedule: deployments roll out, tasks are kept at the desired count, events tell of it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from moto.ecs.models import Service
from moto.moto_api._internal import mock_random

from console.demo.services.ecs.task import LivingTask

if TYPE_CHECKING:
    from console.demo.world import World

EVENTS_KEPT: Final = 100
"""DescribeServices shows the newest 100 events (ECS API reference)."""

THROTTLED: Final = (
    "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of "
    "the Amazon ECS Developer Guide."
)

_THROTTLED_AFTER: Final = 3
_THROTTLED_SECONDS: Final = 240
_BREAKS_AT_LEAST: Final = 3
_BREAKS_AT_MOST: Final = 200


class LivingService(Service):
    """A service of moto's that schedules; it begins with one deployment and no task."""

    world: World
    deployments: list[dict[str, Any]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.created_at = self.world.now()
        self.created_by = f"arn:aws:iam::{self._account_id}:user/deploy"
        self.role_arn = self.role_arn or (
            f"arn:aws:iam::{self._account_id}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
        )
        self.deployment_configuration: dict[str, Any] = {"maximumPercent": 200, "minimumHealthyPercent": 100}
        self.platform_version = self.platform_version or "LATEST"
        self.platform_family = "Linux"
        self.running_count = self.pending_count = 0
        self.failures = 0
        self.waiting = False
        self.steady = False
        self.deployments = []
        self.completed: dict[str, Any] | None = None
        self.deploy()

    def deploy(self) -> None:
        """Begin a deployment of what the service is now; older ones drain as its tasks start."""
        for deployment in self.deployments:
            deployment |= {"status": "ACTIVE", "desiredCount": 0}
        name = f"ecs-svc/{mock_random.randint(10**18, 10**19 - 1)}"
        fresh = {
            "id": name,
            "status": "PRIMARY",
            "taskDefinition": self.task_definition,
            "desiredCount": self.desired_count,
            "pendingCount": 0,
            "runningCount": 0,
            "failedTasks": 0,
            "createdAt": self.world.now(),
            "updatedAt": self.world.now(),
            "launchType": self.launch_type,
            "platformVersion": "1.4.0",
            "platformFamily": "Linux",
            "rolloutState": "IN_PROGRESS",
            "rolloutStateReason": f"ECS deployment {name} in progress.",
        }
        network = getattr(self, "network_configuration", None)
        self.deployments.insert(0, fresh | ({"networkConfiguration": network} if network else {}))
        self.failures = 0
        self.waiting = self.steady = False

    def tell(self, text: str, at: datetime | None = None) -> None:
        """Add an event in AWS's own wording, newest first."""
        message = f"(service {self.name}) {text}"
        self.events.insert(0, {"id": str(mock_random.uuid4()), "createdAt": at or self.world.now(), "message": message})
        del self.events[EVENTS_KEPT:]

    def tasks(self) -> list[LivingTask]:
        """Every task of the service, stopped ones too, oldest first."""
        tasks = self._backend.tasks.get(self.cluster_name, {}).values()
        return [task for task in tasks if isinstance(task, LivingTask) and task.group == f"service:{self.name}"]

    def launch(self, count: int) -> list[LivingTask]:
        """Start tasks of the newest deployment."""
        started = self._backend.run_task(
            cluster_str=self.cluster_name,
            task_definition_str=str(self.task_definition),
            count=count,
            overrides=None,
            started_by=self.deployments[0]["id"],
            tags=self.tags,
            launch_type=self.launch_type,
            networking_configuration=self.network_configuration,
            group=f"service:{self.name}",
        )
        return [task for task in started if isinstance(task, LivingTask)]

    def reconcile(self) -> None:
        """Do the next thing that ECS would do, and bring the counts up to date."""
        tasks = [task for task in self.tasks() if task.is_wanted]
        current = [task for task in tasks if task.started_by == self.deployments[0]["id"]]
        older = [task for task in tasks if task.started_by != self.deployments[0]["id"]]
        most = math.ceil(self.desired_count * self.deployment_configuration["maximumPercent"] / 100)
        least = math.ceil(self.desired_count * self.deployment_configuration["minimumHealthyPercent"] / 100)
        missing = min(self.desired_count - len(current), most - len(tasks))
        if missing > 0 and not self.waiting:
            self._start(missing)
        elif len(current) > self.desired_count:
            self._stop(current[self.desired_count :])
        else:
            running = sum(task.status == "RUNNING" for task in tasks)
            self._stop(older[: max(0, running - least) if self.desired_count else len(older)])
        self._count()
        self._settle()

    def note_failure(self) -> None:
        """Note that a task ended by itself; after some in a row ECS waits before it starts the next."""
        self.failures += 1
        self.steady = False
        self.deployments[0]["failedTasks"] += 1
        if self._breaks():
            self._fail()
            return
        if self.failures < _THROTTLED_AFTER or self.waiting:
            return
        if self.failures == _THROTTLED_AFTER:
            self.tell(THROTTLED)
        self.wait_before_next()

    def wait_before_next(self) -> None:
        """Start no task for four minutes."""
        self.waiting = True

        def resume() -> None:
            self.waiting = self.deployments[0]["rolloutState"] == "FAILED"
            self.reconcile()

        self.world.after(_THROTTLED_SECONDS, resume)

    def _breaks(self) -> bool:
        """Whether as many tasks of the deployment in progress have failed in a row as its circuit breaker lets."""
        most = min(_BREAKS_AT_MOST, max(_BREAKS_AT_LEAST, math.ceil(self.desired_count / 2)))
        newest = self.deployments[0]
        is_on = self.deployment_configuration.get("deploymentCircuitBreaker", {}).get("enable")
        return bool(is_on and newest["rolloutState"] == "IN_PROGRESS" and newest["failedTasks"] >= most)

    def _fail(self) -> None:
        """Let the newest deployment fail, and roll back to the one that was completed before, if that is on."""
        failed, former, now = self.deployments[0], self.completed, self.world.now()
        why = "ECS deployment circuit breaker:"
        failed |= {"rolloutState": "FAILED", "rolloutStateReason": f"{why} tasks failed to start.", "updatedAt": now}
        self.tell(f"(deployment {failed['id']}) deployment failed: tasks failed to start.")
        self.waiting = True
        if former is None or not self.deployment_configuration["deploymentCircuitBreaker"].get("rollback"):
            return
        failed |= {"status": "ACTIVE", "desiredCount": 0}
        back = f"{why} rolling back to deploymentId {former['id']}."
        former |= {"status": "PRIMARY", "rolloutState": "IN_PROGRESS", "rolloutStateReason": back, "updatedAt": now}
        self.deployments = [former, *(one for one in self.deployments if one is not former)]
        self.task_definition = former["taskDefinition"]
        self.network_configuration = former.get("networkConfiguration", self.network_configuration)
        self.failures = former["failedTasks"] = 0
        self.waiting = False
        self.tell(f"rolling back to deployment {former['id']}.")

    def _start(self, count: int) -> None:
        started = self.launch(count)
        self.steady = False
        self.tell(f"has started {len(started)} tasks: {named(started)}.")

    def _stop(self, tasks: list[LivingTask]) -> None:
        if not tasks:
            return
        reason = f"Scaling activity initiated by (deployment {self.deployments[0]['id']})"
        for task in tasks:
            task.stop("ServiceSchedulerInitiated", reason)
        self.steady = False
        self.tell(f"has stopped {len(tasks)} running tasks: {named(tasks)}.")

    def _count(self) -> None:
        """Set the counts of the service and its deployments; drop old deployments that have no task left."""
        tasks = [task for task in self.tasks() if task.status != "STOPPED"]
        self.deployments[0]["desiredCount"] = self.desired_count
        for deployment in self.deployments:
            own = [task for task in tasks if task.started_by == deployment["id"] and task.is_wanted]
            deployment["runningCount"] = sum(task.status == "RUNNING" for task in own)
            deployment["pendingCount"] = len(own) - deployment["runningCount"]
        busy = {task.started_by for task in tasks}
        self.deployments[1:] = [old for old in self.deployments[1:] if old["id"] in busy]
        self.running_count = sum(deployment["runningCount"] for deployment in self.deployments)
        self.pending_count = sum(deployment["pendingCount"] for deployment in self.deployments)

    def _settle(self) -> None:
        """Complete a rollout and say that the service is steady, once that is so."""
        primary = self.deployments[0]
        if len(self.deployments) > 1 or self.running_count != self.desired_count or self.pending_count:
            return
        if primary["rolloutState"] == "IN_PROGRESS":
            self.complete()
        if not self.steady:
            self.steady = True
            self.tell("has reached a steady state.")

    def complete(self, at: datetime | None = None) -> None:
        """Let the newest deployment be completed."""
        self.completed = primary = self.deployments[0]
        primary["rolloutState"] = "COMPLETED"
        primary["rolloutStateReason"] = f"ECS deployment {primary['id']} completed."
        primary["updatedAt"] = at or self.world.now()
        self.tell(f"(deployment {primary['id']}) deployment completed.", at)


def named(tasks: Iterable[LivingTask]) -> str:
    """Tasks as ECS names them in its events."""
    return " ".join(f"(task {task.id})" for task in tasks)
