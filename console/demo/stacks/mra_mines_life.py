"""What goes on in MRA Mines Map while the demo runs, and how what is wrong comes right again."""

from __future__ import annotations

from typing import Final

from console.demo.parts import storage
from console.demo.parts.place import StackPlace
from console.demo.services.ecs.api import crash, public_dns
from console.demo.services.ecs.service import LivingService
from console.demo.services.ecs.task import LivingTask
from console.demo.world import World

PROJECT: Final = "mra-mines"
FAULTS: Final = tuple(
    f"{PROJECT}.{name}" for name in ("processor-out-of-memory", "input-handler-timeouts", "cache-misses")
)
"""What is wrong at the start."""

MEMORY, TIMEOUTS, MISSES = FAULTS
CRASHING: Final = "mra-mines.frontend-crashing"
CORRUPT: Final = "mra-mines.data-corrupt"
ORIGIN_LOST: Final = "mra-mines.origin-lost"
"""The distribution's origin is no task of the frontend any more, as after a deployment (see the guide)."""

ENOUGH_MEMORY: Final = 1024
"""MiB with which the processor no longer runs out."""

OUT_OF_MEMORY: Final = "OutOfMemoryError: Container killed due to memory usage"
BROKEN: Final = "-hotfix"
"""How the image of the version ends that crashes."""


def place(world: World) -> StackPlace:
    """Where the stack stands."""
    return StackPlace(world, PROJECT, "staging", "eu-west-1")


def start(where: StackPlace, distribution: str) -> None:
    """Let jobs be done, what is broken fail, and repairs have their effect."""
    world = where.world
    world.site |= {f"{PROJECT}/health": 200, f"{PROJECT}/": 200}
    world.every(60, lambda: _work(where))
    world.every(10, lambda: _fail(where))
    world.every(10, lambda: _heal(where, distribution))


def _work(where: StackPlace) -> None:
    """A map is uploaded and a job done."""
    now, chance = where.world.now(), where.world.random
    number = int(now.timestamp())
    key = f"{now:%Y}/map-{number % 100_000:05d}/upload.zip"
    storage.put(where, where.name("map-input"), key, now, size=chance.randrange(2_000, 90_000))
    row = {
        "jobId": f"job-{number}",
        "mapId": f"map-{chance.randrange(1, 621):05d}",
        "status": "FAILED" if chance.random() < 0.05 else "DONE",
        "seconds": chance.randrange(4, 300),
        "startedAt": now.isoformat(timespec="seconds"),
    }
    storage.write(where, "map-jobs", row)


def _fail(where: StackPlace) -> None:
    """The second processor task runs out of memory some time after its start, a broken frontend at once."""
    faults = where.world.faults
    processor = [task for task in service(where, "processor").tasks() if task.status == "RUNNING"]
    if MEMORY in faults and len(processor) > 1 and _ran(where, processor[-1]) > 75:
        service(where, "processor").failures = 3
        crash(processor[-1], 137, OUT_OF_MEMORY)
    for task in service(where, "frontend").tasks() if CRASHING in faults else ():
        if task.status == "RUNNING" and _is_broken(where, task.task_definition_arn) and _ran(where, task) > 5:
            crash(task, 1, "Error: Cannot find module './server.js'")


def _ran(where: StackPlace, task: LivingTask) -> float:
    """For how many seconds of AWS time a task has been running."""
    if task.started_at is None:
        return 0.0
    return (where.world.now() - task.started_at).total_seconds() * where.world.time_scale


def service(where: StackPlace, kind: str) -> LivingService:
    """The frontend or the processor."""
    found: LivingService = where.backend("ecs").services[f"{where.name('cluster')}:{where.name(kind)}"]
    return found


def _is_broken(where: StackPlace, definition: str | None) -> bool:
    found = where.backend("ecs").describe_task_definition(definition)
    return str(found.container_definitions[0]["image"]).endswith(BROKEN)


def _heal(where: StackPlace, distribution: str) -> None:
    """End what is wrong once its cause is gone: more memory, a longer timeout, no cookies in the cache key."""
    world = where.world
    definition = where.backend("ecs").describe_task_definition(service(where, "processor").task_definition)
    handler = where.backend("lambda").get_function(where.name("input-handler"))
    edge = world.backend("cloudfront", "aws", where.account).distributions[distribution]
    cured = {
        MEMORY: int(definition.memory or 0) >= ENOUGH_MEMORY,
        TIMEOUTS: handler.timeout >= 60 or handler.memory_size >= 1024,
        MISSES: edge.DefaultCacheBehavior.forwarded_values.Cookies["Forward"] != "all",
        CRASHING: not _is_broken(where, service(where, "frontend").task_definition),
    }
    world.faults -= {fault for fault, gone in cured.items() if gone}
    origins = {origin.domain_name for origin in edge.distribution_config.Origins["Items"]}
    lost = not origins & _addresses(where)
    (world.faults.add if lost else world.faults.discard)(ORIGIN_LOST)
    world.site |= dict.fromkeys((f"{PROJECT}/health", f"{PROJECT}/"), 502 if lost else 200)


def _addresses(where: StackPlace) -> set[str]:
    """The public DNS names of the frontend's running tasks."""
    tasks = [task for task in service(where, "frontend").tasks() if task.status == "RUNNING"]
    return {public_dns(eni.public_ip, where.region) for task in tasks for eni in task.interfaces()}
