"""ECS tasks that live: they start and stop over time, have an address, and are forgotten an hour later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from moto.ec2.utils import random_public_ip
from moto.ecs.models import Task

if TYPE_CHECKING:
    from console.demo.world import World

STARTING: Final = (("PROVISIONING", 0), ("PENDING", 12), ("ACTIVATING", 16), ("RUNNING", 12))
"""Statuses and the seconds until each is reached; a small Fargate task runs after about 40 s."""

STOPPING: Final = (("DEACTIVATING", 0), ("STOPPING", 5), ("DEPROVISIONING", 20), ("STOPPED", 10))
FORGOTTEN_AFTER: Final = 3600
"""Seconds for which ECS shows a stopped task (DescribeTasks in the ECS API reference: at least one hour)."""


class LivingTask(Task):
    """A task of moto's that changes with time and not because somebody looked at it."""

    status = "PROVISIONING"
    world: World
    stopped_reason: Any
    containers: list[Any]
    attachments: list[Any]
    watchers: tuple[Callable[[LivingTask], None], ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        definition = self._backend.describe_task_definition(self.task_definition_arn)
        self.created_at = self.world.now()
        self.started_at: datetime | None = None
        self.stopping_at: datetime | None = None
        self.stopped_at: datetime | None = None
        self.stop_code: str | None = None
        self.stopped_reason = None
        self.cpu, self.memory = definition.cpu, definition.memory
        self.platform_version = "1.4.0" if self.launch_type == "FARGATE" else None
        self.connectivity: str | None = None
        self.health_status = "UNKNOWN"
        self.version = 1
        self.availability_zone = f"{self.region_name}{self.world.random.choice('ab')}"
        self._dress_containers()
        self._address()
        self._pass_through(STARTING, 1)

    def advance(self) -> None:
        """Do nothing: moto would move a task on each time it is described."""

    @property
    def is_wanted(self) -> bool:
        """Whether the task is meant to run."""
        return self.desired_status == "RUNNING"

    def be_running(self, since: datetime) -> None:
        """Be a task that has been running for long."""
        self.created_at = self.pull_started_at = self.pull_stopped_at = since
        self.status = "RUNNING"
        self._enter("RUNNING", since)

    def be_stopped(self, since: datetime, code: str, reason: str, exit_code: int, detail: str) -> None:
        """Be a task that has stopped a while ago."""
        self.created_at = self.started_at = since
        self.stop(code, reason, exit_code, detail)
        self.status = "STOPPED"
        self._enter("STOPPED", since)

    def stop(self, code: str, reason: str, exit_code: int | None = None, detail: str | None = None) -> None:
        """Begin to stop; `exit_code` and `detail` are of the container, where it ended by itself."""
        if not self.is_wanted:
            return
        self.desired_status = "STOPPED"
        self.stop_code, self.stopped_reason = code, reason
        self.stopping_at = self.world.now()
        for container in self.containers:
            container.exitCode = 143 if exit_code is None else exit_code
            container.reason = detail
        self._pass_through(STOPPING, 0)

    def _pass_through(self, course: tuple[tuple[str, int], ...], index: int) -> None:
        """Take the next status of a course after its time, unless another course has begun meanwhile."""
        if index == 0:
            self.status = course[0][0]
            index = 1
        status, seconds = course[index]
        before = course[index - 1][0]

        def reach() -> None:
            if self.status != before:
                return
            self.status = status
            self._enter(status, self.world.now())
            if index + 1 < len(course):
                self._pass_through(course, index + 1)
            for watch in type(self).watchers:
                watch(self)

        self.world.after(seconds, reach)

    def _enter(self, status: str, at: datetime) -> None:
        self.version += 1
        for container in self.containers:
            container.last_status = status if status in ("RUNNING", "STOPPED") else "PENDING"
        if status == "PENDING":
            self.pull_started_at = at
        elif status == "RUNNING":
            self.started_at = self.connectivity_at = at
            self.connectivity, self.health_status = "CONNECTED", "HEALTHY"
        elif status == "STOPPED":
            self.stopped_at = self.execution_stopped_at = at
            self.connectivity, self.health_status = "DISCONNECTED", "UNKNOWN"
            self._let_go()
            self.world.after(FORGOTTEN_AFTER, self._forget)

    def _dress_containers(self) -> None:
        for container in self.containers:
            container.exitCode = None
            container.reason = None
            container.task_arn = self.task_arn
            container.container_arn = f"{self.task_arn.replace(':task/', ':container/')}/{container.name}"
            container.health_status = "UNKNOWN"

    def _address(self) -> None:
        """Give the task's network interface a public address, as a service with assignPublicIp has."""
        for eni in self.interfaces():
            eni.public_ip = random_public_ip()
            address = {"attachmentId": self.attachments[0]["id"], "privateIpv4Address": eni.private_ip_address}
            for container in self.containers:
                container.network_interfaces = [address]

    def interfaces(self) -> list[Any]:
        """The task's network interfaces; none once it has stopped."""
        enis = self.world.backend("ec2", self.region_name, self._account_id).enis
        named = {d["value"] for a in self.attachments for d in a["details"] if d["name"] == "networkInterfaceId"}
        return [enis[name] for name in named if name in enis]

    def _let_go(self) -> None:
        enis = self.world.backend("ec2", self.region_name, self._account_id).enis
        for eni in self.interfaces():
            del enis[eni.id]
        for attachment in self.attachments:
            attachment["status"] = "DELETED"

    def _forget(self) -> None:
        self._backend.tasks.get(self.cluster_name, {}).pop(self.task_arn, None)
