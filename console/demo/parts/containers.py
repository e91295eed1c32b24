"""ECS clusters, task definitions and services, and the ECR repositories that their images come from."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from console.demo.parts.place import StackPlace
from console.demo.services.ecs.service import LivingService, named
from console.demo.services.ecs.task import LivingTask

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def cluster(place: StackPlace, name: str, *, insights: bool = False) -> None:
    """An ECS cluster; Container Insights off unless asked for."""
    settings = [{"name": "containerInsights", "value": "enabled" if insights else "disabled"}]
    place.backend("ecs").create_cluster(
        name,
        tags=place.small_tag_list,
        cluster_settings=settings,
        capacity_providers=["FARGATE", "FARGATE_SPOT"],
    )


def task_definition(
    place: StackPlace,
    family: str,
    container: str,
    image: str,
    *,
    cpu: int,
    memory: int,
    port: int | None = None,
    log_group: str = "",
) -> str:
    """A revision of a Fargate task definition with one container, which logs to ``/ecs/<family>``; its ARN."""
    definition_of = {
        "name": container,
        "image": image,
        "cpu": cpu,
        "memory": memory,
        "essential": True,
        "portMappings": [{"containerPort": port, "hostPort": port, "protocol": "tcp"}] if port else [],
        "environment": [{"name": "AWS_REGION", "value": place.region}, {"name": "NODE_ENV", "value": "production"}],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": log_group or f"/ecs/{family}",
                "awslogs-region": place.region,
                "awslogs-stream-prefix": "ecs",
            },
        },
    }
    definition = place.backend("ecs").register_task_definition(
        family,
        [definition_of],
        tags=place.small_tag_list,
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        cpu=str(cpu),
        memory=str(memory),
        task_role_arn=place.role(f"{family}-task"),
        execution_role_arn=place.role(f"{place.project}-execution"),
    )
    return str(definition.arn)


def service(
    place: StackPlace,
    cluster_name: str,
    name: str,
    definition: str,
    *,
    desired: int,
    running: int,
    since: datetime,
    configuration: dict[str, Any],
    load_balancers: list[dict[str, Any]] | None = None,
) -> LivingService:
    """A Fargate service whose tasks have been running since a moment; it starts no others before time passes."""
    made: LivingService = place.backend("ecs").create_service(
        cluster_name,
        name,
        0,
        definition,
        load_balancers=load_balancers,
        launch_type="FARGATE",
        tags=place.small_tag_list,
        network_configuration=configuration,
        propagate_tags="SERVICE",
    )
    made.desired_count = desired
    made.created_at = since
    made.events.clear()
    made.deployments[0] |= {"createdAt": since, "desiredCount": desired}
    tasks = made.launch(running)
    for task in tasks:
        task.be_running(since)
    made.tell(f"has started {running} tasks: {named(tasks)}.", since)
    made.complete(since)
    made.tell("has reached a steady state.", since)
    made.steady = True
    made.waiting = running != desired
    made.reconcile()
    return made


def log_streams(place: StackPlace, cluster_name: str, name: str) -> list[str]:
    """The log streams of a service's tasks, stopped ones too, as the awslogs driver names them."""
    found: LivingService = place.backend("ecs").services[f"{cluster_name}:{name}"]
    return [f"ecs/{task.containers[0].name}/{task.id}" for task in found.tasks()]


def stopped_task(made: LivingService, since: datetime, *, exit_code: int, detail: str) -> LivingTask:
    """A task of a service that has ended by itself."""
    (task,) = made.launch(1)
    task.be_stopped(since, "EssentialContainerExited", "Essential container in task exited", exit_code, detail)
    made.steady = False
    made.deployments[0]["failedTasks"] += 1
    return task


def repository(place: StackPlace, name: str) -> str:
    """An ECR repository that scans each image pushed; its URI."""
    made = place.backend("ecr").create_repository(name, None, None, {"scanOnPush": True}, "MUTABLE", place.tag_list)
    return str(made.uri)


def image(place: StackPlace, repository_name: str, tag: str | None, pushed: datetime, *, size: int) -> str:
    """An image of `size` bytes, tagged or not; gives its digest."""
    ecr = place.backend("ecr")
    digests = [hashlib.sha256(f"{repository_name}{tag}{pushed}{n}".encode()).hexdigest() for n in range(3)]
    layers = [
        {"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": size // 3, "digest": f"sha256:{d}"}
        for d in digests
    ]
    config = {
        "mediaType": "application/vnd.docker.container.image.v1+json",
        "size": 7023,
        "digest": layers[0]["digest"],
    }
    manifest = json.dumps({"schemaVersion": 2, "mediaType": _MANIFEST, "config": config, "layers": layers})
    made = ecr.put_image(repository_name, manifest, tag)
    made.image_pushed_at = int(pushed.timestamp())
    return str(made.get_image_digest())


def images(place: StackPlace, repository_name: str, *, tags: int, untagged: int, size: int = 190_000_000) -> None:
    """Images pushed every nine days, of which the older lost their tags to newer ones; the newest is ``latest``."""
    count = tags + untagged
    for number in range(count):
        tag = f"1.{number}.0" if number >= untagged else None
        image(place, repository_name, tag, place.ago(days=9 * (count - number)), size=size + number * 1_100_000)
    image(place, repository_name, "latest", place.ago(days=2, hours=3), size=size + count * 1_100_000)
