"""CloudWatch Logs Insights: queries that run for a moment and then have their results."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from moto.core.responses import ActionResult
from moto.logs.exceptions import LogsClientError
from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse

from console.demo import insights
from console.demo.log_store import FoundEvent, events_between, group_of, limit_of
from console.demo.query.rows import Row, discover
from console.demo.query.values import Time
from console.demo.services.logs.request import asked
from console.demo.services.shapes import Request, add, refuse, replace

if TYPE_CHECKING:
    from console.demo.world import World

_SECONDS: Final = 1.5
_KEPT: Final = 100


class MalformedQuery(LogsClientError):
    """A query that cannot be read, with the place, as StartQuery refuses it."""

    def __init__(self, query: str, error: insights.QueryError) -> None:
        line = query.count("\n", 0, error.place) + 1
        position = error.place - (query.rfind("\n", 0, error.place) + 1) + 1
        message = f"{error} at line {line} and position {position}"
        super().__init__("MalformedQueryException", message)
        place = {"startCharOffset": error.place, "endCharOffset": error.place + 1}
        self.description = json.dumps(
            {
                "__type": "MalformedQueryException",
                "message": message,
                "queryCompileError": {"location": place, "message": message},
            }
        )


@dataclass(slots=True)
class Running:
    """A query that was started; it is run when its results are first asked for after `ready`."""

    query_id: str
    query: insights.ParsedQuery
    groups: list[LogGroup]
    start: int
    end: int
    limit: int
    created: datetime
    ready: datetime
    stopped: bool = False
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def log_group_names(self) -> list[str]:
        return [group.name for group in self.groups]

    @property
    def status(self) -> str:
        return "Cancelled" if self.stopped else "Complete" if self.answer else "Running"

    def to_json(self, log_group_name: str) -> dict[str, Any]:
        """The query as DescribeQueries gives it."""
        return {
            "queryLanguage": "CWLI",
            "queryId": self.query_id,
            "queryString": self.query.text,
            "status": self.status,
            "createTime": int(self.created.timestamp() * 1000),
            "logGroupName": log_group_name,
        }

    def results(self, now: datetime) -> dict[str, Any]:
        """The answer of GetQueryResults at this moment."""
        if not self.answer and not self.stopped and now >= self.ready:
            self.answer = self._run()
        return {
            "queryLanguage": "CWLI",
            "results": [],
            "statistics": _statistics(0, 0, 0, 0),
            **self.answer,
            "status": self.status,
        }

    def _run(self) -> dict[str, Any]:
        found = [
            item
            for group in self.groups
            for item in events_between(group.streams.values(), self.start * 1000, self.end * 1000 + 999)
        ]
        answer = self.query.run(map(_row, found), self.limit)
        scanned = sum(len(item.event.message) for item in found)
        rows = [[{"field": name, "value": value} for name, value in row] for row in answer.rows]
        statistics = _statistics(answer.matched, len(found), scanned, len(self.groups))
        return {"results": rows, "statistics": statistics}


def _statistics(matched: int, scanned: int, size: int, groups: int) -> dict[str, float]:
    return {
        "recordsMatched": float(matched),
        "recordsScanned": float(scanned),
        "estimatedRecordsSkipped": 0.0,
        "bytesScanned": float(size),
        "estimatedBytesSkipped": 0.0,
        "logGroupsScanned": float(groups),
    }


def _row(found: FoundEvent) -> Row:
    group = found.stream.log_group
    return {
        **discover(found.event.message),
        "@timestamp": Time(found.time / 1000),
        "@ingestionTime": Time(found.event.ingestion_time / 1000),
        "@message": found.event.message,
        "@logStream": found.stream.log_stream_name,
        "@log": f"{group.account_id}:{group.name}",
        "@ptr": base64.b64encode(found.id.encode()).decode(),
    }


def install(world: World) -> None:
    """Run queries on the log events that are there."""

    def start_query(self: LogsResponse) -> ActionResult:
        return ActionResult({"queryId": _start(world, asked(self)).query_id})

    def get_query_results(self: LogsResponse) -> ActionResult:
        return ActionResult(_find(world, asked(self)).results(world.now()))

    def stop_query(request: Request) -> dict[str, Any]:
        running = _find(world, request)
        if running.status != "Running":
            raise refuse("InvalidParameterException", "The specified query is not running.")
        running.stopped = True
        return {"success": True}

    replace(LogsResponse, "start_query", start_query)
    replace(LogsResponse, "get_query_results", get_query_results)
    add(LogsResponse, "StopQuery", stop_query)


def _start(world: World, request: Request) -> Running:
    params = request.params
    backend = world.backend("logs", request.region, request.account)
    groups = [group_of(backend, name) for name in _names(params)]
    try:
        query = insights.parse(params["queryString"])
    except insights.QueryError as error:
        raise MalformedQuery(params["queryString"], error) from error
    start, end = int(params["startTime"]), int(params["endTime"])
    if end < start:
        raise refuse("InvalidParameterException", "Query's end date and time is before its start date and time.")
    now = world.now()
    ready = datetime.fromtimestamp(now.timestamp() + world.real(_SECONDS), now.tzinfo)
    running = Running(str(uuid.uuid4()), query, groups, start, end, limit_of(params), now, ready)
    backend.queries[running.query_id] = running
    while len(backend.queries) > _KEPT:
        del backend.queries[next(iter(backend.queries))]
    return running


def _names(params: Mapping[str, Any]) -> Iterator[str]:
    given = [params[key] for key in ("logGroupName", "logGroupNames", "logGroupIdentifiers") if params.get(key)]
    if len(given) != 1:
        raise refuse("InvalidParameterException", "Exactly one of logGroupName, logGroupNames, logGroupIdentifiers.")
    yield from [given[0]] if isinstance(given[0], str) else given[0]


def _find(world: World, request: Request) -> Running:
    queries = world.backend("logs", request.region, request.account).queries
    running = queries.get(request.params["queryId"])
    if not isinstance(running, Running):
        raise refuse("ResourceNotFoundException", "The specified query does not exist.")
    return running
