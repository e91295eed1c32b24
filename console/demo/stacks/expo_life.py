"""The metrics, alarms, logs and life of Expo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from console.demo.log_traffic import Spec
from console.demo.parts import more_numbers, numbers, watch
from console.demo.parts.more_numbers import GIB
from console.demo.parts.place import StackPlace
from console.demo.services.elasticbeanstalk.environment import LivingEnvironment, Trouble
from console.demo.shapes import Daily, During, Growth, Level, Noise
from console.demo.world import World

APPLICATION: Final = "expo-project"
ENVIRONMENT: Final = "expo-project-prod-env"
DATABASE: Final = "expo-project-prod-db"
SITE: Final = "expo-project-prod-frontend"

BROKEN: Final = "expo.bad-deploy"
FULL: Final = "expo.storage-low"
STUCK: Final = "expo.connections-taken"
TROUBLE: Final = Trouble(
    "Degraded",
    (
        "7.4 % of the requests are failing with HTTP 5xx.",
        "Application restarted more than 10 times in the last 15 minutes.",
    ),
    failing=0.074,
    slower=6.0,
)
_GROUP: Final = f"/aws/elasticbeanstalk/{ENVIRONMENT}/var/log/nodejs/nodejs.log"
_MESSAGES: Final = (
    "TypeError: Cannot read properties of undefined (reading 'organization_id')",
    "FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute",
)


def place(world: World) -> StackPlace:
    """Where the stack stands."""
    return StackPlace(world, "expo-project", "prod", "ap-south-1")


def define(place: StackPlace, distribution: str, instances: Sequence[str]) -> None:
    """Define every metric of the stack."""
    web = numbers.traffic(300, "expo-web")
    for instance in instances:
        more_numbers.instance(
            place, instance, Level(31) + Daily(10, peak=8) + Noise(6), Level(58) + Noise(4), Level(41) + Noise(0.5)
        )
    low = During(STUCK, Level(0.02 * GIB), Level(1.7 * GIB)) + Growth(-0.2 * GIB, place.world.started.timestamp())
    free = During(FULL, low, Level(21.0 * GIB))
    usual = During(BROKEN, Level(61) + Noise(8), Level(24) + Noise(5))
    connections = usual + During(STUCK, Level(48))
    more_numbers.database(
        place, DATABASE, Level(44) + Daily(13, peak=8) + Noise(5), connections, free, memory=1.0 * GIB
    )
    numbers.distribution(
        place, distribution, web * 6.0, Level(91) + Noise(3), Level(0.05) + Noise(0.02), Level(0.02) + Noise(0.01)
    )
    numbers.bucket(place, SITE)
    where = {"EnvironmentName": ENVIRONMENT}
    health = During(BROKEN, Level(20), Level(0))
    numbers.gauge(place, "AWS/ElasticBeanstalk", "EnvironmentHealth", where, health, "None")
    failing = During(BROKEN, web * 0.074, web * 0.0002)
    numbers.count(place, "AWS/ElasticBeanstalk", "ApplicationRequests5xx", where, failing)
    numbers.count(place, "AWS/ElasticBeanstalk", "ApplicationRequestsTotal", where, web)
    latency = During(BROKEN, Level(1.9), Level(0.24)) + Noise(0.05)
    numbers.gauge(place, "AWS/ElasticBeanstalk", "ApplicationLatencyP95", where, latency, "Seconds")


def alarms(place: StackPlace, topic: str, distribution: str) -> None:
    """The alerts that the guide names."""
    environment, database = {"EnvironmentName": ENVIRONMENT}, {"DBInstanceIdentifier": DATABASE}
    watch.alarm(
        place,
        "expo-health-degraded",
        "Application health degraded",
        ("AWS/ElasticBeanstalk", "EnvironmentHealth"),
        environment,
        15,
        statistic="Maximum",
        comparison="GreaterThanOrEqualToThreshold",
        period=60,
        periods=3,
        topic_arn=topic,
    )
    watch.alarm(
        place, "expo-db-cpu", "Database CPU over 90%", ("AWS/RDS", "CPUUtilization"), database, 90, topic_arn=topic
    )
    watch.alarm(
        place,
        "expo-db-storage",
        "Database storage under 2 GB",
        ("AWS/RDS", "FreeStorageSpace"),
        database,
        2 * 10**9,
        statistic="Minimum",
        comparison="LessThanThreshold",
        periods=1,
        topic_arn=topic,
    )
    watch.alarm(
        place,
        "expo-response-time",
        "Slower than a second",
        ("AWS/ElasticBeanstalk", "ApplicationLatencyP95"),
        environment,
        1,
        topic_arn=topic,
    )


def log_specs(place: StackPlace, environment: LivingEnvironment) -> list[Spec]:
    """How each log group speaks; an instance writes a stream of its own."""
    streams = [instance.id for instance in environment.instances]
    nginx = f"/aws/elasticbeanstalk/{ENVIRONMENT}/var/log/nginx/access.log"
    return [
        watch.voice(place, _GROUP, "beanstalk", 16, streams=streams, troubles={BROKEN: _MESSAGES}),
        watch.voice(place, nginx, "nginx", 22, streams=streams),
        watch.voice(place, f"/aws/rds/instance/{DATABASE}/postgresql", "postgres", 6),
    ]


def start(place: StackPlace, environment: LivingEnvironment) -> None:
    """Another version than the present one cures the environment, more storage the database."""
    world = place.world
    bad = environment.version_label
    bought = place.backend("rds").databases[DATABASE].allocated_storage
    world.site |= {"expo/": 200, "expo/api/dashboard": 502}

    def heal() -> None:
        if environment.version_label != bad and BROKEN in world.faults:
            world.faults.discard(BROKEN)
            world.site["expo/api/dashboard"] = 503 if STUCK in world.faults else 200
            environment.tell("Environment health has transitioned from Degraded to Ok.")
        database = place.backend("rds").databases.get(DATABASE)
        if database and database.allocated_storage > bought:
            world.faults -= {FULL, STUCK}
            if database.status == "storage-full":
                database.status = "available"
            if BROKEN not in world.faults:
                world.site["expo/api/dashboard"] = 200

    world.every(15, heal)
