"""CloudWatch Logs: filter patterns that are executed, pages as AWS makes them, stored bytes as they would be."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import orjson
from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse

from console.demo.log_store import events_between, group_of, limit_of, place_of, streams_of, token_after
from console.demo.services.logs import live_tail, queries
from console.demo.services.logs.request import STANDARD, asked, class_of, must_be_standard, pattern_of
from console.demo.services.shapes import Request, replace

if TYPE_CHECKING:
    from console.demo.world import World

ADDS: Final = (
    "logs: filter patterns of all three kinds, executed",
    "logs: Insights queries (fields, filter, parse, stats, sort, limit, display, dedup); stop_query",
    "logs: live tail that follows",
    "logs: the class of a group, and what is not supported for it",
)

EMPTY_PAGES: Final = "logs.empty-pages"
"""While the world has this fault FilterLogEvents searches little at a time, so that many pages are empty."""

_SEARCHED: Final = 10_000
_SEARCHED_LITTLE: Final = 100


def install(world: World) -> None:
    """Put in the place of moto's answers those that read patterns and queries."""

    def filter_log_events(self: LogsResponse) -> str:
        # As it is: moto's own serializer takes a quarter of a second for a page of 10,000 events.
        return orjson.dumps(filtered(world, asked(self))).decode()

    def to_describe_dict(self: LogGroup) -> dict[str, Any]:
        answer: dict[str, Any] = original(self)
        answer["storedBytes"] += getattr(self, "past_bytes", 0)
        return answer | {"logGroupClass": class_of(self)}

    def create_log_group(self: LogsResponse) -> str:
        answer: str = create(self)
        request = asked(self)
        backend = world.backend("logs", request.region, request.account)
        group: Any = group_of(backend, request.params["logGroupName"])  # to moto it has no class
        group.log_group_class = request.params.get("logGroupClass") or STANDARD
        return answer

    create = replace(LogsResponse, "create_log_group", create_log_group)
    replace(LogsResponse, "filter_log_events", filter_log_events)
    original = replace(LogGroup, "to_describe_dict", to_describe_dict)
    queries.install(world)
    live_tail.install(world)


def filtered(world: World, request: Request) -> dict[str, Any]:
    """The answer of FilterLogEvents: matching events in order of time, a token while there is more to search."""
    params: Mapping[str, Any] = request.params
    backend = world.backend("logs", request.region, request.account)
    group = group_of(backend, params.get("logGroupName") or params.get("logGroupIdentifier"))
    must_be_standard(group, "FilterLogEvents")
    pattern = pattern_of(params.get("filterPattern"))
    streams = streams_of(group, params.get("logStreamNames"), params.get("logStreamNamePrefix"))
    place = place_of(group.name, params.get("nextToken"))
    start, end = params.get("startTime") or 0, params.get("endTime") or math.inf
    limit = limit_of(params)
    most = _SEARCHED_LITTLE if EMPTY_PAGES in world.faults else _SEARCHED
    events: list[dict[str, Any]] = []
    answer: dict[str, Any] = {"events": events, "searchedLogStreams": []}
    for searched, item in enumerate(events_between(streams, start, end, place)):
        if searched == most or len(events) == limit:
            answer["nextToken"] = token_after(group.name, place)
            break
        place = (item.time, item.number)
        if pattern.matches(item.event.message):
            events.append(item.to_api())
    return answer
