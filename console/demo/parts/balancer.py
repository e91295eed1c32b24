"""Application Load Balancers in front of ECS services."""

from __future__ import annotations

from typing import Any

from console.demo.parts.network import Network
from console.demo.parts.place import StackPlace
from console.demo.services.ecs.service import LivingService
from console.demo.services.elbv2 import follow


def load_balancer(place: StackPlace, where: Network, name: str, group: str) -> str:
    """A load balancer in the public subnets; gives its ARN."""
    made = place.backend("elbv2").create_load_balancer(
        name, [group], list(where.subnets), loadbalancer_type="application", tags=place.tag_list
    )
    made.state = "active"
    return str(made.arn)


def target_group(place: StackPlace, where: Network, name: str, port: int, path: str) -> str:
    """A target group of addresses, checked at a path; gives its ARN."""
    made = place.backend("elbv2").create_target_group(
        name,
        protocol="HTTP",
        port=str(port),
        target_type="ip",
        vpc_id=where.vpc,
        healthcheck_path=path,
        healthcheck_protocol="HTTP",
        healthcheck_port="traffic-port",
        matcher={"HttpCode": "200"},
        tags=place.tag_list,
    )
    return str(made.arn)


def listener(place: StackPlace, balancer: str, target: str, port: int = 80) -> str:
    """Let a load balancer listen and forward to a target group; gives the listener's ARN."""
    actions = [{"Type": "forward", "TargetGroupArn": target}]
    made = place.backend("elbv2").create_listener(balancer, "HTTP", str(port), None, [], actions)
    return str(made.arn)


def behind(target: str, container: str, port: int) -> list[dict[str, Any]]:
    """The load balancers of an ECS service, as it takes them."""
    return [{"targetGroupArn": target, "containerName": container, "containerPort": port}]


def register_tasks(place: StackPlace, service: LivingService) -> None:
    """Make the tasks that a service has at the start targets, long since healthy."""
    for task in service.tasks():
        follow(place.world, task)
    for group in place.backend("elbv2").target_groups.values():
        vars(group).pop("joined", None)


def dimension(arn: str) -> str:
    """What names a load balancer or a target group in its metrics: the end of its ARN."""
    _, found, name = arn.partition(":loadbalancer/")
    return name if found else arn.rpartition(":")[2]
