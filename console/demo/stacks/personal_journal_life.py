"""The metrics, alarms, logs and life of Personal Journal."""

from __future__ import annotations

from typing import Final

from console.demo.log_traffic import Spec
from console.demo.parts import more_numbers, numbers, watch
from console.demo.parts.containers import log_streams
from console.demo.parts.place import StackPlace
from console.demo.services.elbv2 import SICK
from console.demo.shapes import Daily, During, Level, Noise

UNHEALTHY: Final = "personal-journal.backend-unhealthy"
_CLUSTER: Final = "personal-journal-cluster"
_SLOW_POOL: Final = (
    "MongoServerSelectionError: connection to 10.41.1.77:27017 timed out",
    "MongoNetworkTimeoutError: connection 14 to 10.41.1.77:27017 timed out",
)


def define(place: StackPlace, balancer: str, target: str, database: str) -> None:
    """Define every metric of the stack."""
    web = numbers.traffic(420, "journal-web")
    for kind, cpu, memory in (("frontend", 28.0, 41.0), ("backend", 52.0, 63.0)):
        numbers.ecs_service(
            place,
            _CLUSTER,
            f"personal-journal-{kind}-service",
            Level(cpu) + Daily(cpu / 3, peak=20) + Noise(5),
            Level(memory) + Noise(3),
        )
    failing = During(UNHEALTHY, web * 0.031, web * 0.0004)
    refused = During(UNHEALTHY, Level(9) + Noise(3), Level(0.02))
    seconds = During(UNHEALTHY, Level(0.42), Level(0.11)) + Noise(0.03)
    more_numbers.load_balancer(place, balancer, target, web, seconds, failing, refused)
    more_numbers.document_database(
        place, database, Level(31) + Daily(12, peak=20) + Noise(6), Level(46) + Daily(18, peak=20) + Noise(5)
    )
    for metric, share in (("ApiRequests", 1.0), ("ApiErrors", 0.004), ("UserLogins", 0.03)):
        numbers.count(place, "PersonalJournal", metric, {"Environment": place.environment}, web * share)


def alarms(place: StackPlace, balancer: str, topic: str) -> None:
    """The alarms that the guide names."""
    for kind in ("frontend", "backend"):
        where = {"ClusterName": _CLUSTER, "ServiceName": f"personal-journal-{kind}-service"}
        for metric in ("CPUUtilization", "MemoryUtilization"):
            name = f"personal-journal-{kind}-{metric.removesuffix('Utilization').lower()}"
            watch.alarm(place, name, f"{metric} of {kind} over 80%", ("AWS/ECS", metric), where, 80, topic_arn=topic)
    where = {"LoadBalancer": balancer}
    watch.alarm(
        place,
        "personal-journal-alb-5xx",
        "More than 5 answers with 5xx in a minute",
        ("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count"),
        where,
        5,
        statistic="Sum",
        period=60,
        periods=1,
        missing="notBreaching",
        topic_arn=topic,
    )
    watch.alarm(
        place,
        "personal-journal-response-time",
        "Slower than a second",
        ("AWS/ApplicationELB", "TargetResponseTime"),
        where,
        1,
        topic_arn=topic,
    )


def log_specs(place: StackPlace) -> list[Spec]:
    """How each log group speaks."""
    streams = {
        kind: log_streams(place, _CLUSTER, f"personal-journal-{kind}-service") for kind in ("frontend", "backend")
    }
    return [
        watch.voice(place, "/ecs/personal-journal-frontend", "nginx", 24, streams=streams["frontend"]),
        watch.voice(
            place,
            "/ecs/personal-journal-backend",
            "node",
            18,
            streams=streams["backend"],
            troubles={UNHEALTHY: _SLOW_POOL},
            past_bytes=96_000_000_000,
        ),
    ]


def start(place: StackPlace, target: str) -> None:
    """One target of the backend is sick until the service has been deployed anew."""
    world = place.world
    world.site |= {"personal-journal/": 200, "personal-journal/api/health": 503}
    world.things[SICK, place.account, place.region].append(
        {
            "group": target,
            "fault": UNHEALTHY,
            "reason": "Target.ResponseCodeMismatch",
            "description": "Health checks failed with these codes: [503]",
        }
    )
    service = place.backend("ecs").services[f"{_CLUSTER}:personal-journal-backend-service"]
    first = service.deployments[0]["id"]

    def heal() -> None:
        newest = service.deployments[0]
        if newest["id"] != first and newest["rolloutState"] == "COMPLETED":
            world.faults.discard(UNHEALTHY)
            world.site["personal-journal/api/health"] = 200

    world.every(15, heal)
