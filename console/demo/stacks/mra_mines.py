"""MRA Mines Map, staging: an ECS frontend behind CloudFront, a processor, Lambda functions, two tables, uploads.

Wrong at the start: the processor runs 1 of 2 tasks (out of memory), the input handler fails too often, the
cache hit rate is low, map-jobs has no point-in-time recovery and an old backup, one runtime is deprecated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from console.demo import log_traffic
from console.demo.parts import access, containers, edge, functions, network, storage, users, watch
from console.demo.parts.place import StackPlace
from console.demo.services.ecs.api import public_dns
from console.demo.services.ecs.service import THROTTLED
from console.demo.stacks import mra_mines_life, mra_mines_logs, mra_mines_numbers
from console.demo.world import World

DISTRIBUTION: Final = "E2QWRUHAPOMQZL"
DOMAIN: Final = "d3n47138ce9sz5.cloudfront.net"
POOL: Final = "eu-west-1_Xk4mRa7Qz"
_MAPS_BACKUPS: Final = (*range(0, 43, 7), *range(71, 400, 30))
"""Ages in days: weekly, and one a month for a year."""
FUNCTIONS: Final = ("input-handler", "map-status", "map-list", "notify")


def build(world: World) -> Iterator[None]:
    """Build the stack; requests are served at each yield."""
    place = mra_mines_life.place(world)
    world.faults |= set(mra_mines_life.FAULTS)
    _containers(place)
    yield
    _tables(place)
    yield
    yield from _buckets(place)
    pool = users.user_pool(
        place,
        POOL,
        place.name("users"),
        client=place.name("web"),
        callbacks=[f"https://{DOMAIN}/callback"],
    )
    users.people(place, pool, 150)
    yield
    _functions(place)
    topic = watch.topic(place, place.name("alerts"), "ops@example.com", "oncall@example.com")
    yield
    mra_mines_numbers.define(place, DISTRIBUTION, POOL, next(iter(pool.clients)))
    _alarms(place, topic)
    yield
    log_traffic.start(world, mra_mines_logs.specs(place))
    mra_mines_life.start(place, DISTRIBUTION)


def _containers(place: StackPlace) -> None:
    name = place.name
    where = network.network(place, 40)
    group = network.security_group(
        place, where, name("frontend-sg"), "Frontend tasks", (3000, "0.0.0.0/0"), (22, "203.0.113.0/24")
    )
    containers.cluster(place, name("cluster"))
    uris = {kind: containers.repository(place, name(kind)) for kind in ("frontend", "processor")}
    for kind, uri in uris.items():
        repository = uri.split("/")[-1]
        containers.images(place, repository, tags=7, untagged=7)
        port = 3000 if kind == "frontend" else None
        for tag in ("1.12.0", "1.13.0", "latest"):
            definition = containers.task_definition(
                place, name(kind), kind, f"{uri}:{tag}", cpu=256, memory=512, port=port
            )
        running = 2 if kind == "frontend" else 1
        made = containers.service(
            place,
            name("cluster"),
            name(kind),
            definition,
            desired=2,
            running=running,
            since=place.ago(days=2, hours=2),
            configuration=where.configuration(group),
        )
        watch.log_group(place, f"/ecs/{name(kind)}")
    stopped = containers.stopped_task(made, place.ago(minutes=4), exit_code=137, detail=mra_mines_life.OUT_OF_MEMORY)
    made.tell(f"has started 1 tasks: (task {stopped.id}).", place.ago(minutes=9))
    made.tell(THROTTLED, place.ago(minutes=4))
    made.wait_before_next()
    _distribution(place)


def _distribution(place: StackPlace) -> None:
    """The distribution's origin is the address of one of the frontend's tasks, as the guide sets it up."""
    (interface,) = mra_mines_life.service(place, "frontend").tasks()[0].interfaces()
    origin = public_dns(interface.public_ip, place.region)
    edge.distribution(
        place, DISTRIBUTION, DOMAIN, origin, comment="MRA Mines Map staging", modified=place.ago(days=2), port=3000
    )


def _tables(place: StackPlace) -> None:
    chance = place.world.random
    storage.table(place, "maps", "mapId", created=place.ago(days=400), indexes={"ownerEmailIndex": "ownerEmail"})
    storage.table(
        place, "map-jobs", "jobId", created=place.ago(days=400), indexes={"mapIdIndex": "mapId"}, recovery=False
    )
    owners = [f"surveyor{number}@example.com" for number in range(25)]
    storage.items(
        place,
        "maps",
        (
            {
                "mapId": f"map-{number:05d}",
                "ownerEmail": chance.choice(owners),
                "title": f"{chance.choice(('LEK', 'Nimba', 'Boma', 'Kolda', 'Tsumeb'))} sheet {number}",
                "status": chance.choice(("READY", "READY", "READY", "PROCESSING")),
                "minefields": chance.randrange(1, 90),
                "createdAt": place.ago(days=chance.uniform(0, 380)).isoformat(timespec="seconds"),
            }
            for number in range(1, 621)
        ),
    )
    storage.items(
        place,
        "map-jobs",
        (
            {
                "jobId": f"job-{number:06d}",
                "mapId": f"map-{chance.randrange(1, 621):05d}",
                "status": "FAILED" if number % 19 == 0 else "DONE",
                "seconds": chance.randrange(4, 300),
                "startedAt": place.ago(days=chance.uniform(0, 90)).isoformat(timespec="seconds"),
            }
            for number in range(1, 1401)
        ),
    )
    for table, ages in (("maps", _MAPS_BACKUPS), ("map-jobs", (9, 16, 40))):
        backups = {f"{table}-backup-{night:%Y%m%d-%H%M%S}": night for night in place.nights(2, *ages)}
        storage.backups(place, table, backups)


def _buckets(place: StackPlace) -> Iterator[None]:
    chance = place.world.random
    for kind, objects, suffix in (("map-input", 260, "zip"), ("map-output", 220, "geojson")):
        name = place.name(kind)
        storage.bucket(place, name)
        for number in range(objects):
            key = f"{2025 + number % 2}/map-{number:05d}/{'upload' if kind == 'map-input' else 'map'}.{suffix}"
            age = chance.uniform(0, 200)
            for version in range(2 if number % 9 == 0 else 1):
                size = int(chance.lognormvariate(9.6, 1.0))
                storage.put(place, name, key, place.ago(days=age / (version + 1)), size=size)
            if number % 40 == 39:
                storage.delete(place, name, key)
        yield
    storage.bucket(place, place.name("terraform-state"), expire_days=None)
    for days in (30, 12, 2):
        storage.put(place, place.name("terraform-state"), "terraform.tfstate", place.ago(days=days), size=61_000)


def _functions(place: StackPlace) -> None:
    """The functions, and the users of the account who change them."""
    access.user(place, place.name("deploy"), 41)
    access.user(place, place.name("analyst"), 210, 12)
    settings = {
        "input-handler": ("nodejs22.x", 512, 30, 6),
        "map-status": ("nodejs22.x", 256, 10, 40),
        "map-list": ("nodejs22.x", 256, 10, 40),
        "notify": ("nodejs16.x", 128, 10, 690),
    }
    for kind in FUNCTIONS:
        runtime, memory, timeout, days = settings[kind]
        functions.function(
            place,
            place.name(kind),
            runtime,
            memory=memory,
            timeout=timeout,
            modified=place.ago(days=days),
            environment={"TABLE": "maps", "BUCKET": place.name("map-input"), "STAGE": place.environment},
        )
        watch.log_group(place, f"/aws/lambda/{place.name(kind)}", days=None if kind == "notify" else 30)


def _alarms(place: StackPlace, topic: str) -> None:
    name = place.name
    service = {"ClusterName": name("cluster"), "ServiceName": name("frontend")}
    watch.alarm(
        place,
        name("high-cpu"),
        "Alert when CPU exceeds 80%",
        ("AWS/ECS", "CPUUtilization"),
        service,
        80,
        topic_arn=topic,
    )
    watch.alarm(
        place,
        name("lambda-errors"),
        "Alert on Lambda errors",
        ("AWS/Lambda", "Errors"),
        {"FunctionName": name("input-handler")},
        5,
        statistic="Sum",
        period=60,
        periods=1,
        topic_arn=topic,
    )
    watch.alarm(
        place,
        name("processor-memory"),
        "Alert when the processor's memory exceeds 90%",
        ("AWS/ECS", "MemoryUtilization"),
        service | {"ServiceName": name("processor")},
        90,
        topic_arn=topic,
    )
    watch.alarm(
        place,
        name("maps-throttles"),
        "Alert when reads of maps are throttled",
        ("AWS/DynamoDB", "ReadThrottleEvents"),
        {"TableName": "maps"},
        0,
        statistic="Sum",
        missing="notBreaching",
        topic_arn=topic,
    )
    watch.alarm(
        place,
        name("export-failures"),
        "Alert when exports fail",
        ("MraMines", "ExportFailures"),
        {"Environment": place.environment},
        1,
        statistic="Sum",
        period=3600,
        periods=1,
    )
