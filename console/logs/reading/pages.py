"""Pages of FilterLogEvents: read one after the other, and made into clean events a slice at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, cast

from console.logs.classes import explained
from console.logs.event import LogEvent
from console.logs.kinds import LogGroup
from console.logs.lines.colours import uncoloured
from console.logs.lines.streams import Streams
from console.problems import Failure, ProblemKind
from console.text import LIMIT, Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

FILTER: Final = "logs:FilterLogEvents"
"""The API whose budget all reading of log events shares."""

SLICE: Final = 2000
"""Events that are made at one go: about 2 ms of the event loop."""

_CLOCKS_AGREE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Page:
    """Events as AWS tells them, and the token of what follows; None at the end.

    `skew` is how many seconds AWS's clock is ahead of this machine's.
    """

    events: list[dict[str, Any]]
    token: str | None
    skew: float


@dataclass(slots=True)
class Pages:
    """The events of a group from `start_ms` on and before `end_ms`, both in milliseconds since 1970.

    Every token is followed, also after empty pages: `read` a page, take its events, then `turn` it. A page that was
    not turned is read again, so that nothing is lost when one stops in between. `streams` are names of log streams to
    which it is limited.
    """

    group: LogGroup
    start_ms: int
    end_ms: int
    pattern: str = ""
    streams: tuple[str, ...] = ()
    token: str | None = None
    done: bool = False
    turned: int = 0

    async def read(self, aws: Aws) -> Page:
        """Read the next page; often it has no events though more follow. Raises `Failure`."""
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
            if failure.problem.kind is ProblemKind.INVALID:
                self.token = None  # tokens expire: what was read already is known by its ids
            raise explained(failure) from failure
        # Whether AWS takes the end as included differs by operation: the next span begins there.
        events = [event for event in answer["events"] if event["timestamp"] < self.end_ms]
        return Page(events, answer.get("nextToken"), _skew(answer))

    def turn(self, page: Page) -> None:
        """Go on after a page whose events were taken."""
        self.token = page.token
        self.done = page.token is None
        self.turned += 1


async def events_of(found: Sequence[dict[str, Any]], group: Clean, streams: Streams) -> AsyncIterator[list[LogEvent]]:
    """Events as AWS tells them as clean ones; between slices the event loop has its turn."""
    for at in range(0, len(found), SLICE):
        await asyncio.sleep(0)
        yield _events(found[at : at + SLICE], group, streams)


def _events(found: Sequence[dict[str, Any]], group: Clean, streams: Streams) -> list[LogEvent]:
    index = {name: streams.index(group, clean(name)) for name in {event["logStreamName"] for event in found}}
    messages = [event.get("message", "") for event in found]
    return [
        LogEvent(event["eventId"], event["timestamp"], index[event["logStreamName"]], text, raw=raw_of(message, text))
        for event, message, text in zip(found, messages, cleaned(messages), strict=True)
    ]


def raw_of(message: str, text: str) -> str:
    """A message where its text is another, else nothing."""
    return "" if message is text or message == text else message


def cleaned(messages: list[str]) -> list[Clean]:
    """Messages made safe to show, each of one or more lines, without the codes of colours.

    Plain ones are told by a look at all of them at once.
    """
    joined = "".join(messages)
    if joined.isascii() and joined.isprintable() and max(map(len, messages), default=0) <= LIMIT:
        return cast(list[Clean], messages)
    return [clean(uncoloured(message).rstrip("\r\n"), multiline=True) for message in messages]


def _skew(answer: dict[str, Any]) -> float:
    date = answer["ResponseMetadata"].get("HTTPHeaders", {}).get("date")
    try:
        ahead = parsedate_to_datetime(date or "").timestamp() - time.time()
    except (ValueError, OverflowError):  # no date, or none that a proxy in between has left whole
        return 0.0
    return ahead if abs(ahead) > _CLOCKS_AGREE else 0.0
