"""What the programs of MRA Mines Map write."""

from __future__ import annotations

from typing import Final

from console.demo.log_traffic import Spec
from console.demo.parts.containers import log_streams
from console.demo.parts.place import StackPlace
from console.demo.parts.watch import voice
from console.demo.stacks.mra_mines_life import CORRUPT, CRASHING, MEMORY, TIMEOUTS

_MEMORY: Final = (
    "tile renderer at 497 MiB of 512 MiB, collecting garbage",
    "JavaScript heap out of memory while rendering a sheet",
    "worker exited with code 137, restarting",
)
_TIMEOUT: Final = (
    "Task timed out after 30.03 seconds",
    "TimeoutError: reading upload.zip from mra-mines-map-input-staging took longer than 25000 ms",
)
_CRASH: Final = ("Error: Cannot find module './server.js'", "process exited with code 1")
_NONSENSE: Final = (
    "ValidationError: map.minefields must be 0 or more, got -1",
    "cannot render sheet: status undefined",
)


def specs(place: StackPlace) -> list[Spec]:
    """How each log group of the stack speaks."""
    name, cluster = place.name, place.name("cluster")
    crash = {CRASHING: _CRASH, CORRUPT: _NONSENSE}
    memory = {MEMORY: _MEMORY, CORRUPT: _NONSENSE}
    streams = {kind: log_streams(place, cluster, name(kind)) for kind in ("frontend", "processor")}
    return [
        voice(place, f"/ecs/{name('frontend')}", "node", 14, streams=streams["frontend"], troubles=crash),
        voice(place, f"/ecs/{name('processor')}", "node", 8, streams=streams["processor"], troubles=memory),
        voice(place, f"/aws/lambda/{name('input-handler')}", "lambda", 9, troubles={TIMEOUTS: _TIMEOUT}),
        voice(place, f"/aws/lambda/{name('map-status')}", "lambda", 3),
        voice(place, f"/aws/lambda/{name('map-list')}", "lambda", 3),
        voice(place, f"/aws/lambda/{name('notify')}", "lambda", 0.6, past_bytes=71_000_000_000),
    ]
