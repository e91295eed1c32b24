"""Live tail: a stream of events that goes on until the client leaves."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, Final

from moto.core.eventstream import EventStreamEncoder
from moto.logs.models import LogStream
from moto.logs.responses import LogsResponse

from console.demo.log_store import FoundEvent, events_since, group_of, next_mark, streams_of
from console.demo.services.logs.request import asked, must_be_standard, pattern_of
from console.demo.services.shapes import Request, refuse, replace

if TYPE_CHECKING:
    from console.demo.world import World

MOST: Final = 500
"""Events of one update; more are sampled (StartLiveTail in the API reference)."""

_GROUPS: Final = 10
_HOURS: Final = 3
_SHORTEST: Final = 0.05


def install(world: World) -> None:
    """Let a live tail follow what comes in."""

    def start_live_tail(self: LogsResponse) -> tuple[int, dict[str, str], Generator[bytes, None, None]]:
        session = TailSession(world, asked(self))
        return 200, {"Content-Type": "application/vnd.amazon.eventstream"}, session.frames()

    replace(LogsResponse, "start_live_tail", start_live_tail)


class TailSession:
    """One live tail: what it follows, and how far it is."""

    def __init__(self, world: World, request: Request) -> None:
        params = request.params
        backend = world.backend("logs", request.region, request.account)
        names = params["logGroupIdentifiers"]
        chosen, prefixes = params.get("logStreamNames"), params.get("logStreamNamePrefixes")
        if len(names) > _GROUPS or (len(names) > 1 and (chosen or prefixes)) or (chosen and prefixes):
            raise refuse(
                "InvalidParameterException",
                f"At most {_GROUPS} log groups; stream names or prefixes, not both, with a single log group only.",
            )
        self._world = world
        self._groups = [group_of(backend, name) for name in names]
        for group in self._groups:
            must_be_standard(group, "StartLiveTail")
        self._chosen, self._prefixes = chosen or [], prefixes or []
        self._pattern = pattern_of(params.get("logEventFilterPattern"))
        self._mark = next_mark()

    def frames(self) -> Generator[bytes, None, None]:
        """The session as frames of an event stream; ends by itself after three hours of AWS time."""
        yield _frame("initial-response", {})
        yield _frame("sessionStart", self._start())
        pause = max(_SHORTEST, self._world.real(1))
        end = time.monotonic() + self._world.real(_HOURS * 3600)
        while time.monotonic() < end:
            time.sleep(pause)
            with self._world.lock:
                update = self._update()
            yield _frame("sessionUpdate", update)
        message = {"message": "The Live Tail session has reached its maximum duration."}
        yield _frame("SessionTimeoutException", message, kind="exception")

    def _start(self) -> dict[str, Any]:
        return {
            "requestId": str(uuid.uuid4()),
            "sessionId": str(uuid.uuid4()),
            "logGroupIdentifiers": [group.arn for group in self._groups],
            "logStreamNames": self._chosen,
            "logStreamNamePrefixes": self._prefixes,
            "logEventFilterPattern": self._pattern.text,
        }

    def _update(self) -> dict[str, Any]:
        found = events_since(self._streams(), self._mark)
        self._mark = next_mark()
        matching = [item for item in found if self._pattern.matches(item.event.message)]
        sampled = len(matching) > MOST
        if sampled:
            matching = [matching[index * len(matching) // MOST] for index in range(MOST)]
        return {"sessionMetadata": {"sampled": sampled}, "sessionResults": [_result(item) for item in matching]}

    def _streams(self) -> Iterator[LogStream]:
        for group in self._groups:
            for prefix in self._prefixes or [None]:
                yield from streams_of(group, self._chosen, prefix)


def _result(found: FoundEvent) -> dict[str, Any]:
    group = found.stream.log_group
    return {
        "logStreamName": found.stream.log_stream_name,
        "logGroupIdentifier": f"{group.account_id}:{group.name}",
        "message": found.event.message,
        "timestamp": found.time,
        "ingestionTime": found.event.ingestion_time,
    }


def _frame(name: str, payload: dict[str, Any], kind: str = "event") -> bytes:
    headers = {":message-type": kind, f":{kind}-type": name, ":content-type": "application/json"}
    return EventStreamEncoder().encode_message(headers, json.dumps(payload).encode())
