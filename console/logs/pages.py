"""Pages of FilterLogEvents: read one after the other, and made into clean events a slice at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, cast

from console.logs.event import LogEvent
from console.logs.streams import Streams
from console.problems import Failure, Kind
from console.stack import LogGroup
from console.text import LIMIT, Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

FILTER: Final = "logs:FilterLogEvents"
"""The API whose budget all reading of log events shares."""

SLICE: Final = 2000
"""Events that are made at one go: about 2 ms of the event loop."""

_CLOCKS_AGREE: Final = 2.0


@dataclass(slots=True)
class Pages:
    """The events of a group from `start_ms` on and before `end_ms`, both in milliseconds since 1970.

    Every token is followed, also after empty pages. After a failure `next` goes on where it was. `streams` are
    names of log streams to which it is limited.
    """

    group: LogGroup
    start_ms: int
    end_ms: int
    pattern: str = ""
    streams: tuple[str, ...] = ()
    token: str | None = None
    done: bool = False
    read: int = 0
    skew: float = 0.0
    """Seconds by which AWS's clock is ahead of this machine's, as of the last answer."""

    async def next(self, aws: Aws) -> list[dict[str, Any]]:
        """The events of the next page as AWS tells them; often none though more follow. Raises `Failure`."""
        given = {"filterPattern": self.pattern, "logStreamNames": list(self.streams), "nextToken": self.token}
        try:
            answer = await aws.call(
                "logs",
                "filter_log_events",
                expect="events",
                region=self.group.region,
                logGroupName=self.group.group,
                startTime=self.start_ms,
                endTime=self.end_ms,
                **{name: value for name, value in given.items() if value},
            )
        except Failure as failure:
            if failure.problem.kind is Kind.INVALID:
                self.token = None  # tokens expire: what was read already is known by its ids
            raise
        self.token = answer.get("nextToken")
        self.done = self.token is None
        self.read += 1
        self.skew = _skew(answer)
        found: list[dict[str, Any]] = answer["events"]
        # Whether AWS takes the end as included differs by operation: the next span begins there.
        return [event for event in found if event["timestamp"] < self.end_ms]


async def events_of(found: Sequence[dict[str, Any]], group: Clean, streams: Streams) -> AsyncIterator[list[LogEvent]]:
    """Events as AWS tells them as clean ones; between slices the event loop has its turn."""
    for at in range(0, len(found), SLICE):
        yield _events(found[at : at + SLICE], group, streams)
        await asyncio.sleep(0)


def _events(found: Sequence[dict[str, Any]], group: Clean, streams: Streams) -> list[LogEvent]:
    index = {name: streams.index(group, clean(name)) for name in {event["logStreamName"] for event in found}}
    texts = cleaned([event.get("message", "") for event in found])
    return [
        LogEvent(event["eventId"], event["timestamp"], index[event["logStreamName"]], text)
        for event, text in zip(found, texts, strict=True)
    ]


def cleaned(messages: list[str]) -> list[Clean]:
    """Messages made safe to show, each of one or more lines; plain ones are told by a look at all of them at once."""
    joined = "".join(messages)
    if joined.isascii() and joined.isprintable() and max(map(len, messages), default=0) <= LIMIT:
        return cast(list[Clean], messages)
    return [clean(message.rstrip("\r\n"), multiline=True) for message in messages]


def _skew(answer: dict[str, Any]) -> float:
    date = answer["ResponseMetadata"].get("HTTPHeaders", {}).get("date")
    if date is None:
        return 0.0
    ahead = parsedate_to_datetime(date).timestamp() - time.time()
    return ahead if abs(ahead) > _CLOCKS_AGREE else 0.0
