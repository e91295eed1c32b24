"""Log groups that speak: a day of history, lines that keep coming, memory that is bounded; and how they are paged."""

from __future__ import annotations

import base64
import json
import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from moto.core.exceptions import ServiceException

from console.demo import insights, log_traffic
from console.demo.log_lines import LINE_MAKERS, ORDINARY_TROUBLE
from console.demo.log_store import BEFORE_ALL, append, events_between, next_mark, thin
from console.demo.log_traffic import MOST_EVENTS, Spec
from console.demo.query.rows import discover
from console.demo.services.logs.api import EMPTY_PAGES, filtered
from console.demo.services.logs.live_tail import TailSession
from console.demo.services.logs.queries import Running
from console.demo.services.shapes import Request
from console.demo.world import World
from tests.deadlines import until

ACCOUNT, REGION = "111111111111", "eu-north-1"
AT = datetime(2026, 11, 20, 9, 12, 1, 250_000, UTC)


@pytest.fixture
def world() -> World:
    return World(stacks=("one",), time_scale=1000)


@pytest.fixture
def group(world: World) -> Iterator[Any]:
    """A log group of moto's, with two streams and nothing in it."""
    logs, name = world.backend("logs", REGION, ACCOUNT), f"/test/{uuid4().hex}"
    logs.create_log_group(name, {})
    for stream in ("s1", "s2"):
        logs.create_log_stream(name, stream)
    yield logs.groups[name]
    logs.delete_log_group(name)


def _spec(group: Any, kind: str = "node", **more: Any) -> Spec:
    return Spec(group.name, kind, ACCOUNT, REGION, streams=("s1", "s2"), **more)


def _messages(group: Any) -> list[str]:
    return [event.message for stream in group.streams.values() for event in stream.events]


@pytest.mark.parametrize("kind", LINE_MAKERS)
def test_every_voice_speaks_well_and_badly(kind: str) -> None:
    well = LINE_MAKERS[kind](Random(1), AT, None)
    badly = LINE_MAKERS[kind](Random(1), AT, "out of luck")
    assert "out of luck" in "\n".join(badly) and "out of luck" not in "\n".join(well)
    assert set(ORDINARY_TROUBLE) == set(LINE_MAKERS)
    if kind != "nginx":
        assert any(sign in "\n".join(badly) for sign in ("ERROR", "Error", "Exception"))


def test_voices_write_what_their_programs_write() -> None:
    assert json.loads(LINE_MAKERS["node"](Random(1), AT, None)[0])["res"]["statusCode"] == 200
    assert "[20/Nov/2026:09:12:01 +0000]" in LINE_MAKERS["nginx"](Random(1), AT, None)[0]
    call = LINE_MAKERS["lambda"](Random(3), AT, None)
    assert [discover(line).get("@type") for line in (call[0], call[-2], call[-1])] == ["START", "END", "REPORT"]
    assert discover(call[-1])["@duration"] > 0
    late = "Task timed out after 30.03 seconds"
    assert discover(LINE_MAKERS["lambda"](Random(1), AT, late)[-1])["@duration"] == 30_000


def test_a_day_of_history_is_made_within_the_bound(world: World, group: Any) -> None:
    began = int(time.time() * 1000)
    log_traffic.start(world, [_spec(group, per_minute=60, past_bytes=5)])
    now = time.time() * 1000
    events = list(events_between(group.streams.values(), 0, now))
    assert MOST_EVENTS * 0.9 < len(events) <= MOST_EVENTS
    assert all(began - 86_400_000 <= item.time <= now for item in events)
    assert sum(item.time > began - 3_600_000 for item in events) > 3000
    assert group.past_bytes == 5


def test_a_fault_shows_in_the_history_and_in_what_comes(world: World, group: Any) -> None:
    world.faults.add("one.db-down")
    log_traffic.start(world, [_spec(group, per_minute=6000, troubles={"one.db-down": ("no connection",)})])
    wrong = [message for message in _messages(group) if "no connection" in message]
    assert len(wrong) > 100, "the fault counts as a quarter of an hour old"
    world.faults.clear()
    cleared = time.time()
    world.history.fault_log.observe(cleared)
    with world.running():
        recent = _lines_after(group, cleared)
    assert not any("no connection" in message for message in recent)


def _lines_after(group: Any, moment: float) -> list[str]:
    """Wait for 20 lines from after a moment."""

    def came() -> list[str]:
        found = list(events_between(group.streams.values(), moment * 1000, math.inf))
        return [item.event.message for item in found] if len(found) >= 20 else []

    return until(came)


def test_events_are_found_in_the_order_of_their_times_however_they_came(group: Any) -> None:
    chance, streams = Random(5), list(group.streams.values())
    assert len(streams) > 1
    for _ in range(60):
        stream = chance.choice(streams)
        late = chance.choice((0, 0, 500, 4000))
        append(stream, [(1_000_000 + chance.randrange(5000) - late, "x") for _ in range(chance.randrange(1, 30))])
        if chance.random() < 0.1:
            thin(stream, 100)
        places = sorted((event.timestamp, event.event_id) for stream in streams for event in stream.events)
        start, end = sorted(1_000_000 + chance.randrange(-4000, 5000) for _ in range(2))
        after = chance.choice([BEFORE_ALL, *places])
        wanted = [place for place in places if start <= place[0] <= end and place > after]
        assert [(found.time, found.number) for found in events_between(streams, start, end, after)] == wanted


def test_memory_is_bounded_and_the_past_stays_covered(group: Any) -> None:
    stream = group.streams["s1"]
    append(stream, [(number, f"line {number}") for number in range(10_000)])
    thin(stream, 500)
    times = [event.timestamp for event in stream.events]
    assert len(times) <= 500
    assert times == sorted(times) and times[0] == 0 and times[-200:] == list(range(9800, 10_000))


def test_what_keeps_coming_is_bounded(group: Any) -> None:
    crowded = World(stacks=tuple(map(str, range(1000))), time_scale=1000)
    log_traffic.start(crowded, [_spec(group, per_minute=120_000)])
    mark = next_mark()
    with crowded.running():
        until(lambda: next_mark() > mark + 600)
    assert all(len(stream.events) <= 150 for stream in group.streams.values())


def _filter(world: World, group: Any, **params: Any) -> dict[str, Any]:
    return filtered(world, Request(ACCOUNT, REGION, {"logGroupName": group.name, **params}))


def _all(world: World, group: Any, **params: Any) -> tuple[list[str], list[int]]:
    """The messages of all pages, and how many events each page has."""
    found: list[str] = []
    pages: list[int] = []
    while True:
        page = _filter(world, group, **params)
        found += [event["message"] for event in page["events"]]
        pages.append(len(page["events"]))
        if "nextToken" not in page:
            return found, pages
        params["nextToken"] = page["nextToken"]


def test_pages_may_be_empty_when_the_world_says_so(world: World, group: Any) -> None:
    append(group.streams["s1"], [(number, f"line {number}") for number in range(350)])
    assert _all(world, group, filterPattern='"line 340"') == (["line 340"], [1])
    world.faults.add(EMPTY_PAGES)
    assert _all(world, group, filterPattern='"line 340"') == (["line 340"], [0, 0, 0, 1])
    found, pages = _all(world, group, limit=80)
    assert (found, pages) == ([f"line {number}" for number in range(350)], [80, 80, 80, 80, 30])


def test_a_page_goes_on_behind_what_was_given_even_when_events_go_and_come(world: World, group: Any) -> None:
    stream = group.streams["s1"]
    append(stream, [(1000 + number // 3, f"line {number}") for number in range(10)])
    page = _filter(world, group, limit=4)
    del stream.events[:2]
    append(group.streams["s2"], [(2000, "late")])
    rest = _filter(world, group, nextToken=page["nextToken"])
    assert [event["message"] for event in rest["events"]] == [*(f"line {number}" for number in range(4, 10)), "late"]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"logGroupName": "/none"}, "ResourceNotFoundException"),
        ({"logStreamNames": ["nobody"]}, "ResourceNotFoundException"),
        ({"logStreamNames": ["s1"], "logStreamNamePrefix": "s"}, "InvalidParameterException"),
        ({"nextToken": "nonsense"}, "InvalidParameterException"),
        ({"nextToken": base64.b64encode(b"/other|1|1").decode()}, "InvalidParameterException"),
        ({"limit": 10_001}, "InvalidParameterException"),
        ({"filterPattern": "{ $.a }"}, "InvalidParameterException"),
        ({"filterPattern": "{ $.a = %x% || $.b = %y% || $.c = %z% }"}, "InvalidParameterException"),
    ],
)
def test_what_cannot_be_searched_is_refused(world: World, group: Any, params: dict[str, Any], code: str) -> None:
    with pytest.raises(ServiceException) as caught:
        _filter(world, group, **params)
    assert caught.value.code == code


def test_a_query_has_no_results_before_it_is_ready(group: Any) -> None:
    append(group.streams["s1"], [(5000, "one"), (6000, "two"), (7000, "three")])
    query = insights.parse("stats count(*) as n")
    running = Running("q", query, [group], 5, 6, 1000, created=AT, ready=AT + timedelta(seconds=1))
    early = running.results(AT)
    assert (early["status"], early["results"]) == ("Running", [])
    late = running.results(AT + timedelta(seconds=2))
    assert (late["status"], late["results"]) == ("Complete", [[{"field": "n", "value": "2"}]])


def test_a_live_tail_samples_what_is_too_much(world: World, group: Any) -> None:
    session = TailSession(world, Request(ACCOUNT, REGION, {"logGroupIdentifiers": [group.arn]}))
    frames = session.frames()
    assert b"initial-response" in next(frames) and b"sessionStart" in next(frames)
    append(group.streams["s1"], [(number, f"line {number}") for number in range(2000)])
    update = next(frames)
    assert update.count(b'"message"') == 500 and b'"sampled": true' in update
    assert b'"sampled": false' in next(frames)
    frames.close()


def test_a_live_tail_ends_after_three_hours(group: Any) -> None:
    world = World(time_scale=1_000_000)
    session = TailSession(world, Request(ACCOUNT, REGION, {"logGroupIdentifiers": [group.name]}))
    assert b"SessionTimeoutException" in list(session.frames())[-1]
