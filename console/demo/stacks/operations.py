"""The operations guide's infrastructure, production: EKS, ECS, RDS, DynamoDB, Lambda, EventBridge.

Wrong at the start: the database is busy and near its connections, the sessions table is throttled, a node group
has a health issue, the nightly backup of files fails, and an AWS Config rule is broken.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from console.demo import log_traffic
from console.demo.parts import access, containers, databases, functions, governance, network, storage, watch
from console.demo.parts.network import Network
from console.demo.parts.place import StackPlace
from console.demo.stacks import operations_life
from console.demo.stacks.operations_life import DATABASE, FUNCTIONS, TABLE
from console.demo.world import World

CLUSTER: Final = "prod-cluster"
KUBERNETES: Final = "prod-eks-cluster"
VAULT: Final = "efs-backup-vault"
_HOME: Final = "arn:aws:elasticfilesystem:us-east-1:123456789012:file-system/fs-0a1b2c3d"


def build(world: World) -> Iterator[None]:
    """Build the stack; requests are served at each yield."""
    place = StackPlace(world, "operations", "production", "us-east-1")
    world.faults |= set(operations_life.FAULTS)
    where = network.network(place, 43)
    group = network.security_group(place, where, "prod-app-sg", "Application", (8080, "10.43.0.0/16"))
    _kubernetes(place, where)
    yield
    _service(place, where, group)
    instances = _instances(place)
    yield
    _database(place, where)
    _sessions(place)
    yield
    _functions(place)
    _guard(place)
    yield
    topic = watch.topic(place, "critical-alerts", "ops@example.com", "oncall@example.com")
    operations_life.define(place, instances)
    operations_life.alarms(place, topic, instances[0])
    log_traffic.start(world, operations_life.log_specs(place))
    operations_life.start(place)


def _kubernetes(place: StackPlace, where: Network) -> None:
    eks = place.backend("eks")
    role = access.role(place, "prod-eks-role", "eks")
    nodes = access.role(place, "prod-eks-node-role", "ec2")
    network_of = {"subnetIds": list(where.subnets), "endpointPublicAccess": True, "endpointPrivateAccess": True}
    eks.create_cluster(KUBERNETES, role, network_of, version="1.35", tags=place.tags)
    for name, kind, size in (("general-nodes", "ON_DEMAND", 3), ("spot-nodes", "SPOT", 3)):
        made = eks.create_nodegroup(
            KUBERNETES,
            nodes,
            name,
            list(where.subnets),
            version="1.35",
            scaling_config={"minSize": 1, "maxSize": 10, "desiredSize": size},
            capacity_type=kind,
            instance_types=["m5.large", "m5.xlarge"],
            tags=place.tags,
        )
    message = "Your AutoScalingGroup could not launch Spot instances: there is no capacity for m5.large in us-east-1b."
    made.health = {"issues": [{"code": "AsgInstanceLaunchFailures", "message": message, "resourceIds": [made.arn]}]}


def _service(place: StackPlace, where: Network, group: str) -> None:
    containers.cluster(place, CLUSTER, insights=True)
    uri = containers.repository(place, "app-repo")
    containers.images(place, "app-repo", tags=8, untagged=6)
    for tag in ("1.12.0", "1.13.0", "latest"):
        definition = containers.task_definition(
            place,
            "api-service",
            "api",
            f"{uri}:{tag}",
            cpu=512,
            memory=1024,
            port=8080,
            log_group="/aws/ecs/api-service",
        )
    containers.service(
        place,
        CLUSTER,
        "api-service",
        definition,
        desired=4,
        running=4,
        since=place.ago(days=9),
        configuration=where.configuration(group),
    )
    watch.log_group(place, "/aws/ecs/api-service")
    scaling = place.backend("application-autoscaling")
    role = place.role("autoscaling")
    scaling.register_scalable_target(
        "ecs", f"service/{CLUSTER}/api-service", "ecs:service:DesiredCount", 2, 20, role, None
    )


def _instances(place: StackPlace) -> list[str]:
    """Two hosts for batch work, of which Systems Manager knows."""
    made = (
        place.backend("ec2")
        .run_instances(
            "ami-12c6146b",
            2,
            None,
            [],
            instance_type="m5.large",
            is_instance_type_default=False,
            tags={"instance": {"Name": "prod-batch", **place.tags}},
        )
        .instances
    )
    for instance in made:
        instance.add_tags({"Name": "prod-batch", **place.tags})
    return [instance.id for instance in made]


def _database(place: StackPlace, where: Network) -> None:
    databases.subnet_group(place, where, "prod-db")
    databases.instance(
        place,
        DATABASE,
        "mysql",
        "8.0.35",
        kind="db.t3.medium",
        storage=100,
        subnets="prod-db",
        multi_az=True,
        parameters={"slow_query_log": "1", "max_connections": "300"},
        database="application",
    )
    databases.forget_first_snapshot(place)
    for taken in place.nights(3, *range(7)):
        databases.snapshot(place, DATABASE, f"rds:{DATABASE}-{taken:%Y-%m-%d-%H-%M}", taken, automated=True)
    for taken in place.months(3, 12):
        databases.snapshot(place, DATABASE, f"prod-db-manual-{taken:%Y%m%d}", taken)


def _sessions(place: StackPlace) -> None:
    chance = place.world.random
    storage.table(place, TABLE, "sessionId", created=place.ago(days=500), capacity=40)
    storage.items(
        place,
        TABLE,
        (
            {
                "sessionId": f"{chance.getrandbits(64):016x}",
                "userId": f"user-{chance.randrange(5000)}",
                "expiresAt": int(place.ago(hours=-chance.uniform(0, 24)).timestamp()),
            }
            for _ in range(900)
        ),
    )
    nights = [*place.months(5, 12), *place.nights(5, *range(36))]
    storage.backups(place, TABLE, {f"{TABLE}-{night:%Y%m%d}": night for night in nights})
    scaling = place.backend("application-autoscaling")
    for kind in ("Read", "Write"):
        scaling.register_scalable_target(
            "dynamodb",
            f"table/{TABLE}",
            f"dynamodb:table:{kind}CapacityUnits",
            5,
            40_000,
            place.role("autoscaling"),
            None,
        )


def _functions(place: StackPlace) -> None:
    access.user(place, "service-user", 190)
    arns = {
        name: functions.function(
            place,
            name,
            "python3.13",
            memory=512,
            timeout=60,
            modified=place.ago(days=18),
            handler="app.lambda_handler",
            environment={"STAGE": "production"},
        )
        for name in FUNCTIONS
    }
    for name in FUNCTIONS:
        watch.log_group(place, f"/aws/lambda/{name}")
    events = place.backend("events")
    events.put_rule(
        "DailyBackup", description="Start the nightly backup", scheduled_expression="cron(0 2 * * ? *)", state="ENABLED"
    )
    events.put_targets("DailyBackup", None, [{"Id": "1", "Arn": arns["daily-backup"]}])
    for name in ("app-data", "terraform-state-bucket"):
        bucket = f"{name}-{place.account}"
        storage.bucket(place, bucket, expire_days=None)
    for number in range(120):
        key = f"exports/{place.ago(days=number):%Y/%m/%d}.parquet"
        storage.put(place, f"app-data-{place.account}", key, place.ago(days=number), size=20_000 + number * 700)
    for days in (1, 8, 15, 22):
        key = "prod/terraform.tfstate" if days == 1 else f"prod/backups/terraform.tfstate.{place.ago(days=days):%Y%m%d}"
        storage.put(place, f"terraform-state-bucket-{place.account}", key, place.ago(days=days), size=410_000)


def _guard(place: StackPlace) -> None:
    governance.vault(place, VAULT, "efs-backup-plan")
    for days in range(3, 40):
        governance.recovery_point(place, VAULT, _HOME, "EFS", place.ago(days=days), 48_000_000_000 - days * 10**8)
    for days in (2, 1):
        governance.recovery_point(place, VAULT, _HOME, "EFS", place.ago(days=days), 0, "FAILED")
    volumes = tuple(f"vol-0{number:016x}" for number in range(4))
    governance.rule(place, "encrypted-volumes", "ENCRYPTED_VOLUMES", "AWS::EC2::Volume", volumes[0], good=volumes[1:])
    governance.rule(
        place,
        "s3-bucket-public-read-prohibited",
        "S3_BUCKET_PUBLIC_READ_PROHIBITED",
        "AWS::S3::Bucket",
        good=(f"app-data-{place.account}",),
    )
    governance.rule(place, "rds-storage-encrypted", "RDS_STORAGE_ENCRYPTED", "AWS::RDS::DBInstance", good=(DATABASE,))
    detector = governance.detector(place)
    key = {
        "AccessKeyId": "AKIAEXAMPLESERVICEUS",
        "UserName": "service-user",
        "UserType": "IAMUser",
        "PrincipalId": "AIDAEXAMPLESERVICEUS",
    }
    governance.finding(
        place,
        detector,
        "Policy:IAMUser/RootCredentialUsage",
        "The root user of the account called an API.",
        2.0,
        {"ResourceType": "AccessKey", "AccessKeyDetails": key},
        seen=place.ago(days=2),
    )
    governance.secret(place, "prod/database", place.ago(days=120))
