"""CloudWatch Logs: the errors of the last hour."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from console.logs.classes import OTHER_CLASS, explained
from console.logs.kinds import LOG_GROUP, LogGroup
from console.logs.lines.colours import uncoloured
from console.moments import moment_at
from console.problems import Failure
from console.readings.each import each, once
from console.readings.numbers import HOUR, stamp
from console.readings.source import Detail, Event, Finding, Level, Report, check
from console.services.logs.message import message_of
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

PAGES: Final = 3
"""Pages read of one group: each costs one of the account's five FilterLogEvents calls a second."""

EVENTS_A_PAGE: Final = 1000

NEWEST: Final = 20
"""Error lines that a Detail keeps."""

LINE: Final = 300
"""Characters of the newest line's message that a Finding shows; the Detail has the line whole."""

_LAST_MINUTES: Final = 300.0
_UNTOLD: Final = "a line whose text was not told"


@dataclass(frozen=True, slots=True)
class Errors:
    """The error lines of a log group: how many were seen, whether there are more, and the newest, newest first.

    `streams` is in how many log streams they are; None where it was not told of each.
    """

    count: int
    more: bool
    newest: tuple[Event, ...]
    streams: int | None


@check(
    "logs.recent-errors",
    period=120,
    permissions=("logs:FilterLogEvents",),
    wants=lambda stack: stack.of(LogGroup),
    thresholds={"errors_warn": 1, "errors_crit": 50},
)
async def recent_errors(aws: Aws, stack: Stack) -> Report:
    """Log groups hold no errors of the last hour.

    What an error is, the group's filter pattern says. One error is a warning, 50 are critical. Counting ends
    after 3,000 lines of a group; FilterLogEvents is asked once a second at most, since the account has 5 a
    second for all its users.
    """
    limits = recent_errors.limits(stack)
    return await each(
        recent_errors.name, stack.of(LogGroup), lambda wanted: wanted.group, lambda wanted: _group(aws, wanted, limits)
    )


async def _group(aws: Aws, wanted: LogGroup, limits: Mapping[str, float]) -> Report:
    try:
        return await _read(aws, wanted, limits)
    except Failure as failure:
        told = explained(failure).problem
        if told.code != OTHER_CLASS:
            raise
        # Of this group alone: the others are judged, also where it is the only one.
        what, threshold = clean(told), Clean("can be searched")
        name = clean(wanted.group)
        return Report((Finding(recent_errors.name, name, Level.UNKNOWN, what, Clean("not read"), threshold),))


async def _read(aws: Aws, wanted: LogGroup, limits: Mapping[str, float]) -> Report:
    now = time.time()
    found, more = await _filter(aws, wanted, now - HOUR, now, PAGES)
    # Events come oldest first: where not all were read, the newest are still unknown.
    tail, _ = await _filter(aws, wanted, now - _LAST_MINUTES, now, 1) if more else (found, False)
    errors = summarise(found, more, tail or found)
    return Report((judge_errors(wanted, errors, limits),), (_detail(wanted, errors),))


async def _filter(
    aws: Aws, wanted: LogGroup, start: float, end: float, pages: int
) -> tuple[list[dict[str, Any]], bool]:
    """The events that match between two moments, oldest first, and whether there are more than were read."""
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    for _ in range(pages):
        answer = await aws.call(
            "logs",
            "filter_log_events",
            expect="events",
            region=wanted.region,
            logGroupName=wanted.group,
            filterPattern=wanted.errors,
            startTime=int(start * 1000),
            endTime=int(end * 1000),
            limit=EVENTS_A_PAGE,
            **token,
        )
        found += answer["events"]
        if "nextToken" not in answer:
            return once(found, _event_id), False
        token = {"nextToken": answer["nextToken"]}
    return once(found, _event_id), True


def _event_id(event: dict[str, Any]) -> object:
    return event.get("eventId")


def summarise(found: Sequence[dict[str, Any]], more: bool, tail: Sequence[dict[str, Any]]) -> Errors:
    """The events of FilterLogEvents as `Errors`; `tail` holds the newest of them."""
    dated = [event for event in tail if "timestamp" in event]
    newest = sorted(dated, key=lambda event: int(event["timestamp"]), reverse=True)[:NEWEST]
    streams = {event.get("logStreamName") for event in found}
    return Errors(
        count=len(found),
        more=more,
        newest=tuple(
            Event(moment_at(event["timestamp"]), clean(uncoloured(event.get("message", _UNTOLD)).rstrip()), Level.WARN)
            for event in newest
        ),
        streams=None if None in streams else len(streams),
    )


def judge_errors(wanted: LogGroup, errors: Errors, limits: Mapping[str, float]) -> Finding:
    """The verdict on one log group."""
    value = Clean(f"{errors.count:,}{'+' if errors.more else ''}")
    threshold = Clean(f"warn >= {limits['errors_warn']:g}, crit >= {limits['errors_crit']:g}")
    name = clean(wanted.group)
    if not errors.count and errors.more:
        # A page may be empty though there are more: what was not searched is not judged to be good.
        what = Clean("No error found so far, but the group is too big to search the whole hour.")
        return Finding(recent_errors.name, name, Level.UNKNOWN, what, value, threshold)
    if not errors.count:
        return Finding(recent_errors.name, name, Level.OK, Clean("No error in the last hour."), value, threshold)
    bad = errors.count >= limits["errors_crit"]
    level = Level.CRIT if bad else Level.WARN if errors.count >= limits["errors_warn"] else Level.OK
    if not errors.newest:
        return Finding(recent_errors.name, name, level, Clean("Of no line it was told when."), value, threshold)
    newest = errors.newest[0]
    return Finding(
        recent_errors.name, name, level, clean(message_of(newest.text), limit=LINE), value, threshold, since=newest.at
    )


def _detail(wanted: LogGroup, errors: Errors) -> Detail:
    name = clean(wanted.group)
    return Detail(
        resource=name,
        kind=LOG_GROUP,
        facts=(
            ("Errors, last hour", Clean(f"{errors.count:,}{'+' if errors.more else ''}")),
            ("Filter pattern", clean(wanted.errors)),
            ("Log streams with errors", clean("unknown" if errors.streams is None else errors.streams)),
            (
                "Newest error",
                stamp(errors.newest[0].at) if errors.newest else Clean("unknown" if errors.count else "none"),
            ),
        ),
        events=errors.newest,
        logs=(name,),
    )
