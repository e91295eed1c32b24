"""Log events of the embedded AWS as they lie in moto's memory: found, put in order, paged, appended, thinned."""

from __future__ import annotations

import base64
import binascii
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from typing import Any, Final
from weakref import WeakKeyDictionary

from moto.logs.models import LogEvent, LogGroup, LogsBackend, LogStream

from console.demo.services.shapes import refuse

_PAGE_LIMIT: Final = 10_000


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """One event with where it lies; times in milliseconds since 1970."""

    time: int
    number: int
    event: LogEvent
    stream: LogStream

    @property
    def id(self) -> str:
        """An id of 56 digits that grows with time, as CloudWatch Logs gives them."""
        return f"3{self.time:014d}{self.number:041d}"

    def to_api(self) -> dict[str, Any]:
        """The event as FilterLogEvents gives it."""
        return {
            "logStreamName": self.stream.log_stream_name,
            "timestamp": self.time,
            "message": self.event.message,
            "ingestionTime": self.event.ingestion_time,
            "eventId": self.id,
        }


def group_of(backend: LogsBackend, name: str | None) -> LogGroup:
    """A log group by its name or ARN; ResourceNotFoundException if there is none."""
    wanted = (name or "").removesuffix(":*").rpartition(":log-group:")[2]
    if wanted not in backend.groups:
        raise refuse("ResourceNotFoundException", "The specified log group does not exist.")
    return backend.groups[wanted]


def streams_of(group: LogGroup, names: Sequence[str] | None, prefix: str | None) -> list[LogStream]:
    """The streams of a group that have these names, or begin with the prefix, or all."""
    if names and prefix:
        raise refuse("InvalidParameterException", "Only one of logStreamNames and logStreamNamePrefix can be given.")
    if missing := set(names or ()) - group.streams.keys():
        raise refuse("ResourceNotFoundException", f"The specified log stream does not exist: {min(missing)}")
    return [
        stream
        for name, stream in group.streams.items()
        if (not names or name in names) and name.startswith(prefix or "")
    ]


Place = tuple[int, int]
"""Where an event stands among those of its group: its time and its number."""

BEFORE_ALL: Final[Place] = (-1, -1)


@dataclass(slots=True)
class _Order:
    """As many of a stream's first events in order of time, so that a page need not sort all that there is."""

    events: list[LogEvent]
    ordered: list[LogEvent]


_ORDERS: Final[WeakKeyDictionary[LogStream, _Order]] = WeakKeyDictionary()
_ORDERING: Final = threading.Lock()


def _place(event: LogEvent) -> Place:
    return event.timestamp, event.event_id


def _time(event: LogEvent) -> float:
    return float(event.timestamp)


def _ordered(stream: LogStream) -> list[LogEvent]:
    """All events of a stream in order of time; what came since it was asked last is put where it belongs."""
    order = _ORDERS.get(stream)
    if order is None or order.events is not stream.events or len(order.ordered) > len(stream.events):
        order = _ORDERS[stream] = _Order(stream.events, [])
    fresh = sorted(stream.events[len(order.ordered) :], key=_place)
    if fresh:
        at = bisect_left(order.ordered, _place(fresh[0]), key=_place)
        later = order.ordered[at:]
        order.ordered[at:] = sorted(later + fresh, key=_place) if later else fresh
    return order.ordered


def events_between(
    streams: Iterable[LogStream], start: float, end: float, after: Place = BEFORE_ALL
) -> Iterator[FoundEvent]:
    """The events of streams from `start` to `end`, both included, behind a place, in order of time."""

    def of(stream: LogStream) -> Iterator[FoundEvent]:
        with _ORDERING:
            ordered = _ordered(stream)
            first = max(bisect_left(ordered, start, key=_time), bisect_right(ordered, after, key=_place))
            chosen = ordered[first : bisect_right(ordered, end, key=_time)]
        return (FoundEvent(event.timestamp, event.event_id, event, stream) for event in chosen)

    return merge(*map(of, streams), key=lambda item: (item.time, item.number))


def events_since(streams: Iterable[LogStream], mark: int) -> list[FoundEvent]:
    """The events that came in since `mark`, which is what `next_mark` was then."""
    found = [
        FoundEvent(event.timestamp, event.event_id, event, stream)
        for stream in streams
        for event in _newest(stream.events, mark)
    ]
    found.sort(key=lambda item: (item.time, item.number))
    return found


def _newest(events: Sequence[LogEvent], mark: int) -> Iterator[LogEvent]:
    for event in reversed(events):
        if event.event_id < mark:
            return
        yield event


def next_mark() -> int:
    """The number that the next event to come in will have."""
    return int(LogEvent._event_id)


def token_after(group: str, place: Place) -> str:
    """A page token: go on after this place in this group."""
    return base64.urlsafe_b64encode(f"{group}|{place[0]}|{place[1]}".encode()).decode()


def place_of(group: str, token: str | None) -> Place:
    """Where a page token goes on; InvalidParameterException if it is none of this group."""
    if not token:
        return BEFORE_ALL
    try:
        name, time, number = base64.urlsafe_b64decode(token).decode().rsplit("|", 2)
        if name == group:
            return (int(time), int(number))
    except (ValueError, binascii.Error):
        pass
    raise refuse("InvalidParameterException", "The specified nextToken is invalid.")


def limit_of(params: Mapping[str, Any]) -> int:
    """The limit of a request, 1 to 10,000; InvalidParameterException otherwise."""
    limit = int(params.get("limit") or _PAGE_LIMIT)
    if not 1 <= limit <= _PAGE_LIMIT:
        raise refuse("InvalidParameterException", f"The limit {limit} is not between 1 and {_PAGE_LIMIT}.")
    return limit


def append(stream: LogStream, lines: Iterable[tuple[int, str]], delay: int = 800) -> None:
    """Add lines (milliseconds since 1970, text), in order, as if each came in `delay` milliseconds later."""
    added = [LogEvent(time + delay, {"timestamp": time, "message": text}) for time, text in lines]
    if added:
        stream.events += added
        stream.stored_bytes += sum(len(event.message) + 26 for event in added)
        stream.last_ingestion_time = datetime.fromtimestamp(added[-1].ingestion_time / 1000, UTC)
        stream.upload_sequence_token += 1


def thin(stream: LogStream, most: int) -> None:
    """Keep at most `most` events: of the older half every second one goes, so that the past stays covered."""
    while len(stream.events) > most:
        half = len(stream.events) // 2
        stream.events = stream.events[:half:2] + stream.events[half:]
