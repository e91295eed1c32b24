"""What goes on in MRA Mines Map while the demo runs, and how what is wrong comes right again."""

from __future__ import annotations

from typing import Final

from console.demo.gaps.ecs import crash
from console.demo.gaps.ecs_service import LivingService
from console.demo.parts import storage
from console.demo.parts.place import Place

FAULTS: Final = ("processor-out-of-memory", "input-handler-timeouts", "cache-misses")

ENOUGH_MEMORY: Final = 1024
"""MiB with which the processor no longer runs out."""

OUT_OF_MEMORY: Final = "OutOfMemoryError: Container killed due to memory usage"


def start(place: Place, distribution: str) -> None:
    """Let jobs be done, the processor fail, and repairs have their effect."""
    world = place.world
    world.site |= {f"{place.project}/health": 200, f"{place.project}/": 200}
    world.every(60, lambda: _work(place))
    world.every(20, lambda: _fail(place))
    world.every(20, lambda: _heal(place, distribution))


def _work(place: Place) -> None:
    """A map is uploaded and a job done."""
    number = int(place.world.now().timestamp())
    chance = place.world.random
    key = f"{place.world.now():%Y}/map-{number % 100_000:05d}/upload.zip"
    storage.put(place, place.name("map-input"), key, place.world.now(), size=chance.randrange(2_000, 90_000))
    row = {
        "jobId": f"job-{number}",
        "mapId": f"map-{chance.randrange(1, 621):05d}",
        "status": "FAILED" if chance.random() < 0.05 else "DONE",
        "seconds": chance.randrange(4, 300),
        "startedAt": place.world.now().isoformat(timespec="seconds"),
    }
    storage.items(place, "map-jobs", [row])


def _fail(place: Place) -> None:
    """The second processor task runs out of memory some time after it has started."""
    if f"{place.project}.processor-out-of-memory" not in place.world.faults:
        return
    service = _processor(place)
    running = [task for task in service.tasks() if task.status == "RUNNING"]
    started = running[-1].started_at if len(running) > 1 else None
    if started and (place.world.now() - started).total_seconds() > place.world.real(75):
        service.failures = max(service.failures, 3)
        crash(running[-1], 137, OUT_OF_MEMORY)


def _processor(place: Place) -> LivingService:
    found: LivingService = place.backend("ecs").services[f"{place.name('cluster')}:{place.name('processor')}"]
    return found


def _heal(place: Place, distribution: str) -> None:
    """End what is wrong once its cause is gone: more memory, a longer timeout, cookies out of the cache key."""
    faults = place.world.faults
    definition = place.backend("ecs").describe_task_definition(_processor(place).task_definition)
    if int(definition.memory or 0) >= ENOUGH_MEMORY:
        faults.discard(f"{place.project}.processor-out-of-memory")
    handler = place.backend("lambda").get_function(place.name("input-handler"))
    if handler.timeout >= 60 or handler.memory_size >= 1024:
        faults.discard(f"{place.project}.input-handler-timeouts")
    edge = place.world.backend("cloudfront", "aws", place.account).distributions.get(distribution)
    if edge and edge.DefaultCacheBehavior.forwarded_values.Cookies["Forward"] != "all":
        faults.discard(f"{place.project}.cache-misses")
