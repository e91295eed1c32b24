"""Expo: an Elastic Beanstalk backend with a PostgreSQL database, a site in S3 behind CloudFront.

Wrong at the start: the newest version answers many requests with 5xx, so that the environment is degraded,
and the database has little storage left.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from console.demo import log_traffic
from console.demo.parts import access, beanstalk, databases, edge, network, storage, watch
from console.demo.parts.network import Network
from console.demo.parts.place import StackPlace
from console.demo.services.elasticbeanstalk.environment import LivingEnvironment
from console.demo.stacks import expo_life
from console.demo.stacks.expo_life import APPLICATION, DATABASE, ENVIRONMENT, SITE
from console.demo.world import World

DISTRIBUTION: Final = "E1EXPO5GQ2PROD"
_DOMAIN: Final = "d1a2expo3prod4.cloudfront.net"


def build(world: World) -> Iterator[None]:
    """Build the stack; requests are served at each yield."""
    place = expo_life.place(world)
    world.faults |= {expo_life.BROKEN, expo_life.FULL}
    where = network.network(place, 42)
    network.security_group(place, where, "expo-project-prod-rds", "PostgreSQL", (5432, "10.42.0.0/16"))
    network.security_group(place, where, "expo-project-prod-eb", "Backend", (8080, "10.42.0.0/16"), (22, "0.0.0.0/0"))
    yield
    _database(place, where)
    yield
    _site(place)
    environment = _backend(place)
    yield
    topic = watch.topic(place, "expo-alerts", "expo@example.com")
    expo_life.define(place, DISTRIBUTION, [instance.id for instance in environment.instances])
    expo_life.alarms(place, topic, DISTRIBUTION)
    yield
    log_traffic.start(world, expo_life.log_specs(place, environment))
    expo_life.start(place, environment)


def _database(place: StackPlace, where: Network) -> None:
    databases.subnet_group(place, where, "expo-project-prod")
    databases.instance(
        place,
        DATABASE,
        "postgres",
        "15.8",
        kind="db.t3.micro",
        storage=20,
        subnets="expo-project-prod",
        parameters={"log_min_duration_statement": "1000"},
        database="expo",
    )
    databases.forget_first_snapshot(place)
    for taken in place.nights(3, *range(7)):
        databases.snapshot(place, DATABASE, f"rds:{DATABASE}-{taken:%Y-%m-%d-%H-%M}", taken, automated=True)
    for days in (20, 48, 79):
        taken = place.ago(days=days)
        databases.snapshot(place, DATABASE, f"manual-backup-{taken:%Y%m%d-%H%M}", taken)


def _site(place: StackPlace) -> None:
    storage.bucket(place, SITE, expire_days=None, public=True)
    policy = (
        '{"Version":"2012-10-17","Statement":[{"Sid":"PublicRead","Effect":"Allow","Principal":"*",'
        f'"Action":"s3:GetObject","Resource":"arn:aws:s3:::{SITE}/*"}}]}}'
    )
    place.world.backend("s3", "aws", place.account).put_bucket_policy(SITE, policy.encode())
    for key, size in (("index.html", 2_100), ("assets/app-4f1c.js", 410_000), ("assets/app-9a2e.css", 61_000)):
        for days in (40, 6):
            storage.put(place, SITE, key, place.ago(days=days), size=size)
    for number in range(60):
        storage.put(
            place, SITE, f"assets/booth-{number:03d}.webp", place.ago(days=number * 3), size=24_000 + number * 500
        )
    edge.distribution(
        place,
        DISTRIBUTION,
        _DOMAIN,
        f"{SITE}.s3-website.ap-south-1.amazonaws.com",
        comment="Expo frontend",
        modified=place.ago(days=6),
    )


def _backend(place: StackPlace) -> LivingEnvironment:
    access.user(place, "expo-deploy", 61)
    bucket = f"elasticbeanstalk-{place.region}-{place.account}"
    storage.bucket(place, bucket, expire_days=None)
    made_at = [*(place.ago(days=days) for days in (41, 33, 20, 12)), place.ago(hours=5)]
    versions = {f"app-{moment:%y%m%d_%H%M%S}": moment for moment in made_at}
    for label, moment in versions.items():
        storage.put(place, bucket, f"{APPLICATION}/{label}.zip", moment, size=380_000)
    beanstalk.application(place, APPLICATION, versions)
    variables = {
        "DATABASE_URL": "postgresql://app:example@expo-project-prod-db.ap-south-1.rds.amazonaws.com:5432/expo",
        "NODE_ENV": "production",
        "PORT": "8080",
        "CORS_ORIGIN": f"https://{_DOMAIN}",
        "JWT_SECRET": "demo-only",
    }
    made = beanstalk.environment(
        place,
        APPLICATION,
        ENVIRONMENT,
        label=list(versions)[-1],
        variables=variables,
        instances=2,
        since=place.ago(hours=4, minutes=50),
    )
    made.troubles[expo_life.BROKEN] = expo_life.TROUBLE
    made.tell(
        "Environment health has transitioned from Ok to Degraded. 7.4 % of the requests are failing with HTTP 5xx.",
        "WARN",
        place.ago(hours=4, minutes=41),
    )
    return made
