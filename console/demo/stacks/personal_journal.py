"""Personal Journal, staging: two ECS services behind a load balancer, DocumentDB, GuardDuty, CloudTrail.

Wrong at the start: one of the backend's targets is unhealthy and the load balancer answers 5xx, GuardDuty has
a grave finding, DocumentDB keeps its backups for one day only, and a log group keeps its lines for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from console.demo import log_traffic
from console.demo.parts import access, balancer, containers, databases, governance, network, storage, watch
from console.demo.parts.network import Network
from console.demo.parts.place import StackPlace
from console.demo.services.ecs.service import LivingService
from console.demo.stacks import personal_journal_life
from console.demo.world import World

PROJECT: Final = "personal-journal"
REGION: Final = "us-east-1"
CLUSTER: Final = "personal-journal-cluster"
DATABASE: Final = "personal-journal-docdb"
PORTS: Final = {"frontend": 80, "backend": 4000}


def build(world: World) -> Iterator[None]:
    """Build the stack; requests are served at each yield."""
    place = StackPlace(world, PROJECT, "staging", REGION)
    world.faults.add(personal_journal_life.UNHEALTHY)
    where = network.network(place, 41)
    group = network.security_group(
        place, where, "personal-journal-alb-sg", "Load balancer", (80, "0.0.0.0/0"), (443, "0.0.0.0/0")
    )
    yield
    alb = balancer.load_balancer(place, where, "personal-journal-alb", group)
    targets = _services(place, where, alb)
    yield
    _database(place, where)
    yield
    topic = watch.topic(place, "personal-journal-alerts", "ops@example.com")
    personal_journal_life.define(place, balancer.dimension(alb), balancer.dimension(targets["backend"]), DATABASE)
    _guard(place)
    yield
    personal_journal_life.alarms(place, balancer.dimension(alb), topic)
    log_traffic.start(world, personal_journal_life.log_specs(place))
    personal_journal_life.start(place, targets["backend"])


def _services(place: StackPlace, where: Network, alb: str) -> dict[str, str]:
    """The two services with their target groups; gives the ARNs of these."""
    targets = {}
    containers.cluster(place, CLUSTER)
    for kind, port in PORTS.items():
        name = f"{PROJECT}-{kind}"
        group = network.security_group(place, where, f"{name}-sg", f"Tasks of {kind}", (port, "10.41.0.0/16"))
        uri = containers.repository(place, name)
        containers.images(place, name, tags=6, untagged=5)
        path = "/health" if kind == "backend" else "/"
        targets[kind] = balancer.target_group(place, where, f"{name}-tg", port, path)
        balancer.listener(place, alb, targets[kind], 80 if kind == "frontend" else 4000)
        for tag in ("1.9.0", "1.10.0", "latest"):
            definition = containers.task_definition(place, name, kind, f"{uri}:{tag}", cpu=512, memory=1024, port=port)
        made: LivingService = containers.service(
            place,
            CLUSTER,
            f"{name}-service",
            definition,
            desired=2,
            running=2,
            since=place.ago(days=5, hours=7),
            configuration=where.configuration(group),
            load_balancers=balancer.behind(targets[kind], kind, port),
        )
        balancer.register_tasks(place, made)
        watch.log_group(place, f"/ecs/{name}", days=None if kind == "backend" else 30)
        _scale(place, f"service/{CLUSTER}/{name}-service")
    return targets


def _scale(place: StackPlace, resource: str) -> None:
    """Let the number of tasks follow the load, between 2 and 10, as the guide proposes."""
    scaling = place.backend("application-autoscaling")
    dimension = "ecs:service:DesiredCount"
    role = place.role("aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForECS")
    scaling.register_scalable_target("ecs", resource, dimension, 2, 10, role, None)
    tracking = {
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        "TargetValue": 70.0,
    }
    scaling.put_scaling_policy(
        f"{resource.rpartition('/')[2]}-cpu", "ecs", resource, dimension, tracking, "TargetTrackingScaling"
    )


def _database(place: StackPlace, where: Network) -> None:
    databases.subnet_group(place, where, "personal-journal-db")
    databases.docdb_cluster(place, DATABASE, subnets="personal-journal-db", instances=2, retention=1)
    databases.forget_first_snapshot(place)
    for days in (61, 33, 12):
        databases.cluster_snapshot(place, DATABASE, f"{DATABASE}-manual-{days}d", place.ago(days=days))
    governance.secret(place, "personal-journal/database", place.ago(days=140))
    governance.secret(place, "personal-journal/session-key", place.ago(days=20))


def _guard(place: StackPlace) -> None:
    access.user(place, "personal-journal-ci", 95)
    storage.bucket(place, "personal-journal-cloudtrail-logs", versions=False)
    storage.put(place, "personal-journal-cloudtrail-logs", "AWSLogs/digest.json.gz", place.ago(hours=1), size=4200)
    governance.trail(place, "personal-journal-trail", "personal-journal-cloudtrail-logs")
    detector = governance.detector(place)
    key = {
        "AccessKeyId": "AKIAEXAMPLEJOURNALCI",
        "UserName": "personal-journal-ci",
        "UserType": "IAMUser",
        "PrincipalId": "AIDAEXAMPLEJOURNALCI",
    }
    user = {"ResourceType": "AccessKey", "AccessKeyDetails": key}
    cluster = {
        "ResourceType": "ECSCluster",
        "EcsClusterDetails": {"Name": CLUSTER, "Arn": place.arn("ecs", f"cluster/{CLUSTER}")},
    }
    governance.finding(
        place,
        detector,
        "UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom",
        "API calls with the key of personal-journal-ci came from a known malicious address 198.51.100.23.",
        8.0,
        user,
        seen=place.ago(hours=3),
        count=14,
    )
    governance.finding(
        place,
        detector,
        "Recon:IAMUser/UserPermissions",
        "personal-journal-ci listed many principals' permissions.",
        5.0,
        user,
        seen=place.ago(hours=3, minutes=10),
    )
    governance.finding(
        place,
        detector,
        "Execution:ECS/SuspiciousProcess",
        "A shell was started in a container of the backend.",
        2.0,
        cluster,
        seen=place.ago(days=6),
    )
    for hours, name, source, named in (
        (3.2, "ListUsers", "iam", {}),
        (3.1, "CreateAccessKey", "iam", {"userName": "personal-journal-ci"}),
        (3.0, "AuthorizeSecurityGroupIngress", "ec2", {"groupName": "personal-journal-alb-sg"}),
        (26.0, "UpdateService", "ecs", {"service": "personal-journal-backend-service"}),
    ):
        governance.event(place, name, source, "personal-journal-ci", place.ago(hours=hours), named, "198.51.100.23")
