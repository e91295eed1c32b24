"""Amazon ECS as it behaves: services launch tasks, deployments roll out, and all of it takes its time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ecs import models
from moto.ecs.exceptions import EcsClientException, InvalidParameterException, TaskDefinitionNotFoundException
from moto.ecs.models import EC2ContainerServiceBackend as Backend
from moto.ecs.models import Task, TaskDefinition
from moto.ecs.responses import DESCRIBE_TASKS_TAGS, EC2ContainerServiceResponse

from console.demo.services.ecs.service import LivingService
from console.demo.services.ecs.task import LivingTask
from console.demo.services.shapes import refuse, replace

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = (
    "ecs: services launch tasks, which take about 40 s to run and stop with a reason",
    "ecs: update_service makes deployments that roll out, drain and complete, and writes events",
    "ecs: the deployment circuit breaker fails a deployment, and rolls it back",
    "ecs: list_tasks honours serviceName and desiredStatus; clusters count their tasks",
    "ec2: a task's network interface has a public DNS name",
)

_PENDING = ("PROVISIONING", "PENDING", "ACTIVATING")


def install(world: World) -> None:
    """Put living tasks and scheduling services into moto's ECS."""
    LivingTask.world = LivingService.world = world
    LivingTask.watchers = (_notice,)
    replace(models, "Task", LivingTask)
    replace(models, "Service", LivingService)
    _replace_services()
    _replace_reads()
    _replace_tasks()
    _replace_addresses()


def service_of(task: LivingTask) -> LivingService | None:
    """The service that a task belongs to."""
    for service in task._backend.services.values():
        if task.group == f"service:{service.name}" and service.cluster_name == task.cluster_name:
            return service if isinstance(service, LivingService) else None
    return None


def crash(task: LivingTask, exit_code: int, detail: str) -> None:
    """Let the essential container of a task end by itself."""
    task.stop("EssentialContainerExited", "Essential container in task exited", exit_code, detail)
    if service := service_of(task):
        service.note_failure()
        service.reconcile()


def _notice(task: LivingTask) -> None:
    """Let the service of a task react to the task's new status."""
    service = service_of(task)
    if service and service.status == "ACTIVE":
        service.reconcile()


def _replace_services() -> None:
    def create_service(backend: Backend, *args: Any, **kwargs: Any) -> LivingService:
        service: LivingService = create(backend, *args, **kwargs)
        service.reconcile()
        return service

    def delete_service(backend: Backend, cluster_name: str, service_name: str, force: bool) -> LivingService:
        service: LivingService = delete(backend, cluster_name, service_name, force)
        for task in service.tasks():
            task.stop("ServiceSchedulerInitiated", "Service was deleted")
        return service

    create = replace(Backend, "create_service", create_service)
    delete = replace(Backend, "delete_service", delete_service)
    replace(Backend, "update_service", _update_service)


def _replace_reads() -> None:
    def describe_clusters(backend: Backend, cluster_names: list[str]) -> Any:
        for cluster in backend.clusters.values():
            tasks = backend.tasks.get(cluster.name, {}).values()
            services = [s for s in backend.services.values() if s.cluster_name == cluster.name]
            cluster.active_services_count = sum(service.status == "ACTIVE" for service in services)
            cluster.running_tasks_count = sum(task.status == "RUNNING" for task in tasks)
            cluster.pending_tasks_count = sum(task.status in _PENDING for task in tasks)
        return clusters(backend, cluster_names)

    def describe_task_definition(backend: Backend, task_definition_str: str) -> TaskDefinition:
        _, _, revision = task_definition_str.rsplit("/", maxsplit=1)[-1].partition(":")
        if revision and not revision.isdigit():
            raise TaskDefinitionNotFoundException
        found: TaskDefinition = definition(backend, task_definition_str)
        return found

    clusters = replace(Backend, "describe_clusters", describe_clusters)
    definition = replace(Backend, "describe_task_definition", describe_task_definition)


def _update_service(backend: Backend, service_properties: dict[str, Any]) -> LivingService:
    """Change a service; a new task definition, network or a forced deployment begins a deployment."""
    given = dict(service_properties)
    service = backend._get_service(given.pop("cluster", "default"), given.pop("service").split("/")[-1])
    if not isinstance(service, LivingService) or service.status != "ACTIVE":
        raise refuse("ServiceNotActiveException", "Service was not ACTIVE.")
    if given.get("desired_count", 0) < 0:
        raise InvalidParameterException("desiredCount cannot be negative.")
    anew = bool(given.pop("force_new_deployment", False))
    if name := given.pop("task_definition", None):
        definition = backend.describe_task_definition(name)
        if definition.status != "ACTIVE":
            raise EcsClientException("TaskDefinition is inactive")
        anew |= definition.arn != service.task_definition
        service.task_definition = definition.arn
    if network := given.pop("network_configuration", None):
        anew |= network != service.network_configuration
        service.network_configuration = service._validate_network(network)
    service.deployment_configuration |= given.pop("deployment_configuration", None) or {}
    service.steady = service.steady and given.get("desired_count", service.desired_count) == service.desired_count
    for field, value in given.items():
        setattr(service, field, value)
    if anew:
        service.deploy()
    service.reconcile()
    return service


def _replace_tasks() -> None:
    def list_tasks(
        backend: Backend,
        cluster_str: str,
        container_instance: str | None = None,
        family: str | None = None,
        started_by: str | None = None,
        service_name: str | None = None,
        desired_status: str | None = None,
    ) -> list[Task]:
        cluster = backend._get_cluster(cluster_str)
        service = backend._get_service(cluster_str, service_name.split("/")[-1]) if service_name else None
        found = list(backend.tasks.get(cluster.name, {}).values())
        return [
            task
            for task in found
            if task.desired_status == (desired_status or "RUNNING")
            and (service is None or task.group == f"service:{service.name}")
            and (family is None or task.task_definition_arn.split("/")[-1].split(":")[0] == family)
            and (started_by is None or task.started_by == started_by)
            and (container_instance is None or container_instance in (task.container_instance_arn or ""))
        ]

    def stop_task(backend: Backend, cluster_str: str, task_str: str, reason: str | None) -> LivingTask:
        cluster = backend._get_cluster(cluster_str)
        for task in backend.tasks.get(cluster.name, {}).values():
            if isinstance(task, LivingTask) and task.id == task_str.rsplit("/", maxsplit=1)[-1]:
                task.stop("UserInitiated", reason or "Task stopped by user")
                return task
        raise InvalidParameterException("The referenced task was not found.")

    def describe_tasks(self: EC2ContainerServiceResponse) -> ActionResult:
        cluster, asked = self._get_param("cluster", "default"), self._get_param("tasks", [])
        tasks = self.ecs_backend.describe_tasks(cluster, asked)
        keep = self._include_in_response if "TAGS" in self._get_param("include", []) else self._exclude_from_response
        keep(DESCRIBE_TASKS_TAGS)
        found = {task.id for task in tasks}
        prefix = f"arn:aws:ecs:{self.region}:{self.current_account}:task/{cluster.split('/')[-1]}/"
        gone = [prefix + name.split("/")[-1] for name in asked if name.split("/")[-1] not in found]
        failures = [{"arn": arn, "reason": "MISSING"} for arn in gone]
        return ActionResult({"tasks": tasks, "failures": failures})

    replace(Backend, "list_tasks", list_tasks)
    replace(Backend, "stop_task", stop_task)
    replace(EC2ContainerServiceResponse, "describe_tasks", describe_tasks)


def _replace_addresses() -> None:
    def association(self: NetworkInterface) -> dict[str, Any]:
        if not self.public_ip:
            return {}
        return {
            "natEnabled": True,
            "publicIp": self.public_ip,
            "publicDnsName": public_dns(self.public_ip, self.ec2_backend.region_name),
            "ipOwnerId": "amazon",
        }

    replace(NetworkInterface, "association", property(association))


def public_dns(address: str, region: str) -> str:
    """The public DNS name of an address, as EC2 forms it; us-east-1 has its own form."""
    zone = "compute-1" if region == "us-east-1" else f"{region}.compute"
    return f"ec2-{address.replace('.', '-')}.{zone}.amazonaws.com"
