"""The metrics of MRA Mines Map."""

from __future__ import annotations

from console.demo.parts import numbers
from console.demo.parts.place import StackPlace
from console.demo.shapes import Daily, During, Level, Noise, Sawtooth, Spikes
from console.demo.stacks.mra_mines_life import CRASHING, MEMORY, MISSES, ORIGIN_LOST, TIMEOUTS


def define(place: StackPlace, distribution: str, pool: str, client: str) -> None:
    """Define every metric of the stack; what is wrong shows as long as its fault is on."""
    name = place.name
    cluster = name("cluster")
    web = numbers.traffic(90, "mra-web")
    numbers.ecs_service(
        place, cluster, name("frontend"), Level(34) + Daily(14, peak=14) + Noise(6), Level(48) + Noise(3)
    )
    memory = During(MEMORY, Sawtooth(72, 99, 1200), Sawtooth(41, 58, 3600))
    numbers.ecs_service(place, cluster, name("processor"), Level(58) + Noise(18), memory)
    uploads = numbers.traffic(180, "mra-uploads") + Level(90)
    failing = During(TIMEOUTS, uploads * 0.041, uploads * 0.002)
    slow = During(TIMEOUTS, Level(4100), Level(820))
    numbers.lambda_function(place, name("input-handler"), uploads, failing, slow + Noise(120))
    for kind, share, mean in (("map-status", 0.8, 95.0), ("map-list", 0.5, 140.0), ("notify", 0.1, 310.0)):
        calls = web * share
        numbers.lambda_function(place, name(kind), calls, calls * 0.0006, Level(mean) + Noise(mean / 10))
    numbers.gauge(place, "AWS/Lambda", "ConcurrentExecutions", {}, Level(24) + Daily(9, peak=14) + Noise(5), "Count")
    numbers.table(place, "maps", web * 2.5, web * 0.4, Spikes(6, per_day=9))
    numbers.table(place, "map-jobs", web * 0.7, web * 0.6)
    for kind in ("map-input", "map-output"):
        numbers.bucket(place, name(kind))
    hits = During(MISSES, Level(58) + Noise(5), Level(88) + Noise(4))
    lost = During(CRASHING, Level(88)) + During(ORIGIN_LOST, Level(92))
    numbers.distribution(
        place, distribution, web * 8.0, hits, Level(0.06) + Noise(0.02), Level(0.02) + Noise(0.01) + lost
    )
    numbers.count(place, "MraMines", "MapsImported", {"Environment": place.environment}, uploads * 0.05)
    numbers.user_pool(place, pool, client, web * 0.06, failure=0.06)
