"""Emergencies that can be injected into the demo, so that runbooks can be rehearsed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from console.demo.parts.place import StackPlace
from console.demo.services import cloudtrail
from console.demo.services.ecs.api import crash
from console.demo.services.ecs.service import LivingService
from console.demo.stacks import expo_life, gift_tracker_life, mra_mines_life

if TYPE_CHECKING:
    from console.demo.world import World

_ADDRESS: Final = "198.51.100.23"
"""Where the intruder is; of a block that is kept for documentation (RFC 5737)."""


def begin(world: World, name: str) -> None:
    """Inject an emergency; its stack must stand, and the world's lock be held."""
    _BEGIN[name](world)
    world.began.append(name)


def outage(world: World) -> None:
    """A new version of the frontend ends as soon as it has started."""
    place = mra_mines_life.place(world)
    ecs = place.backend("ecs")
    service: LivingService = ecs.services[f"{place.name('cluster')}:{place.name('frontend')}"]
    former = ecs.describe_task_definition(service.task_definition)
    container = former.container_definitions[0] | {"image": former.container_definitions[0]["image"] + "-hotfix"}
    broken = ecs.register_task_definition(
        former.family,
        [container],
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        cpu=former.cpu,
        memory=former.memory,
        tags=former.tags,
    )
    service.task_definition = broken.arn
    world.faults.add(mra_mines_life.CRASHING)
    running = service.tasks()
    service.deploy()
    service.reconcile()
    for task in running:
        crash(task, 1, "")
    _note(place, "UpdateService", "ecs", "mra-mines-deploy-staging", {"service": service.name})


def data_corruption(world: World) -> None:
    """A faulty import overwrites a third of the maps with nonsense, and deletes some."""
    place = mra_mines_life.place(world)
    dynamodb = place.backend("dynamodb")
    for number in range(1, 621, 3):
        key = {"mapId": {"S": f"map-{number:05d}"}}
        if number % 30 == 1:
            dynamodb.delete_item("maps", key)
        else:
            wrong = {"title": {"S": "\ufffd\ufffd null"}, "status": {"S": "undefined"}, "minefields": {"N": "-1"}}
            dynamodb.put_item("maps", key | wrong)
    world.faults.add(mra_mines_life.CORRUPT)


def security_breach(world: World) -> None:
    """Somebody else uses a key of the deploy user: a new key, an open port, a bucket made public."""
    place = mra_mines_life.place(world)
    user = place.name("deploy")
    world.backend("iam", "aws", place.account).create_access_key(user)
    _note(place, "CreateAccessKey", "iam", user, {"userName": user})
    world.backend("s3", "aws", place.account).delete_public_access_block(place.name("map-input"))
    _note(place, "DeletePublicAccessBlock", "s3", user, {"bucketName": place.name("map-input")})
    ec2 = place.backend("ec2")
    group = next(g for g in ec2.describe_security_groups() if g.name == place.name("frontend-sg"))
    ec2.authorize_security_group_ingress(group.id, "tcp", "3389", "3389", [{"CidrIp": "0.0.0.0/0"}])
    _note(place, "AuthorizeSecurityGroupIngress", "ec2", user, {"groupName": group.name})
    pool = next(iter(place.backend("cognito-idp").user_pools.values()))
    attributes = [{"Name": "email", "Value": "compromised@example.com"}, {"Name": "email_verified", "Value": "true"}]
    made = place.backend("cognito-idp").admin_create_user(
        pool.id, "compromised@example.com", "SUPPRESS", "Temporary-1234", attributes
    )
    made.status = "CONFIRMED"
    _note(place, "AdminCreateUser", "cognito-idp", user, {"userPoolId": pool.id})


def database(world: World) -> None:
    """Expo's database has no storage left, and all its connections are taken."""
    place = expo_life.place(world)
    world.faults |= {expo_life.FULL, expo_life.STUCK}
    place.backend("rds").databases[expo_life.DATABASE].status = "storage-full"
    world.site["expo/api/dashboard"] = 503


def api_outage(world: World) -> None:
    """The function for gifts fails on every call, and with it most of the API."""
    world.faults.add(gift_tracker_life.FAILING)
    world.site["gift-tracker/prod/health"] = 502


def _note(place: StackPlace, name: str, source: str, user: str, resources: dict[str, str]) -> None:
    cloudtrail.note(
        place.world,
        place.account,
        place.region,
        source,
        name,
        "AKIAEXAMPLEINTRUDER0",
        resources,
        user=user,
        address=_ADDRESS,
    )


_BEGIN: Final[dict[str, Callable[[World], None]]] = {
    "outage": outage,
    "data-corruption": data_corruption,
    "security-breach": security_breach,
    "database": database,
    "api-outage": api_outage,
}
