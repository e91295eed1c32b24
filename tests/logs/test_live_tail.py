"""Live Tail: lines at once, sessions that end, and the holes between them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from botocore.exceptions import EventStreamError

from console.aws.call import Aws
from console.aws.meter import Meter
from console.aws.target import Target
from console.filter_pattern import PatternError
from console.logs.event import LogEvent
from console.logs.tailing import live_tail
from console.logs.tailing.dedupe_without_ids import DedupeByText
from console.logs.tailing.following import Doing
from console.logs.tailing.live_tail import PRICE, TERMS, LiveTail
from console.problems import ProblemKind
from console.text import Clean
from tests.conftest import DemoServer
from tests.deadlines import SOON
from tests.logs.cloud import Cloud, Shown, failure, group, now_ms
from tests.logs.conftest import REGION, STACK, Unlimited


class Session:
    """A live tail whose updates a test sends, or what its stream raises."""

    def __init__(self) -> None:
        self.updates: asyncio.Queue[dict[str, Any] | Exception] = asyncio.Queue()
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        yield {"sessionStart": {}}
        while True:
            update = await self.updates.get()
            if isinstance(update, Exception):
                raise update
            yield {"sessionUpdate": update}

    def close(self) -> None:
        self.closed = True


class LiveCloud(Cloud):
    """A CloudWatch Logs with live tail sessions."""

    def __init__(self, *names: str) -> None:
        super().__init__({name: [] for name in names})
        self.meter = Meter()
        self.sessions: asyncio.Queue[Session] = asyncio.Queue()
        self.started: list[dict[str, Any]] = []
        self.classes: dict[str, dict[str, str]] = {}
        self.at: list[tuple[str, str | None]] = []
        """Which operation was asked in which region."""

    async def call(self, service: str, operation: str, **params: Any) -> Any:
        self.at.append((operation, params["region"]))
        if operation == "start_live_tail":
            return await self.start_live_tail(**{n: v for n, v in params.items() if n not in ("expect", "region")})
        if operation != "describe_log_groups":
            return await super().call(service, operation, **params)
        names = sorted(name for name in self.groups if name.startswith(params["logGroupNamePrefix"]))
        found = [{"logGroupName": name, "logGroupArn": f"arn:aws:logs:r:1:log-group:{name}"} for name in names]
        return {
            "logGroups": [{**item, **self.classes.get(item["logGroupName"], {})} for item in found[: params["limit"]]]
        }

    async def start_live_tail(self, **params: Any) -> dict[str, Any]:
        self.started.append(params)
        session = Session()
        self.sessions.put_nowait(session)
        return {"responseStream": session}

    def say(self, session: Session | None, *messages: str, sampled: bool = False) -> None:
        """Write lines, which a session brings if there is one."""
        self.write("/a", messages)
        if session is not None:
            results = [
                {
                    "logGroupIdentifier": "1:/a",
                    "logStreamName": event.stream,
                    "timestamp": event.at_ms,
                    "message": event.message,
                }
                for event in self.groups["/a"][-len(messages) :]
            ]
            session.updates.put_nowait({"sessionMetadata": {"sampled": sampled}, "sessionResults": results})


@asynccontextmanager
async def living(tail: LiveTail) -> AsyncIterator[None]:
    task = asyncio.create_task(tail.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.fixture
async def shown() -> Shown:
    return Shown()


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_tail, "_SETTLED", 0.05)
    monkeypatch.setattr(live_tail, "_WAITS", (0.01,))


def in_stream(code: str) -> Exception:
    """What botocore raises for an exception that comes in an event stream."""
    return EventStreamError({"Error": {"Code": code, "Message": "It has ended."}}, "StartLiveTail")


ENDS = [
    (in_stream("SessionTimeoutException"), set()),
    (in_stream("SessionStreamingException"), {ProblemKind.NETWORK}),
    (failure(ProblemKind.NETWORK, "The line is dead."), {ProblemKind.NETWORK}),
]


@pytest.mark.parametrize(("ended", "told"), ENDS, ids=["after 3 h", "of AWS's own", "broken"])
async def test_a_session_that_ends_is_begun_again_and_the_hole_is_filled(
    shown: Shown, ended: Exception, told: set[ProblemKind]
) -> None:
    """After three hours that is its ordinary end, not a problem; "an unknown error" is AWS's (StartLiveTail in the
    API reference).
    """
    cloud = LiveCloud("/a")
    kinds: set[ProblemKind] = set()

    def tell() -> None:
        kinds.update(state.problem.kind for state in tail.states if state.problem)
        shown.news()

    tail = LiveTail(cloud.connect, [group("/a")], shown, tell=tell)
    holes: list[str] = []
    shown.listen(lambda: holes.extend(shown.missing))
    async with living(tail):
        first = await cloud.sessions.get()
        cloud.say(first, "one", "same", "same")
        await shown.until(lambda: len(shown) == 3)
        cloud.say(None, "same", "between")
        first.updates.put_nowait(ended)
        second = await cloud.sessions.get()
        cloud.say(second, "two", "same")
        await shown.until(lambda: len(shown.texts) == 7 and not shown.missing)
        cloud.say(second, "three")
        await shown.until(lambda: len(shown.texts) == 8)
    assert shown.counted() == {"one": 1, "same": 4, "between": 1, "two": 1, "three": 1}
    assert any("Live Tail was begun again; they are being read." in text for text in holes)
    assert first.closed and second.closed and kinds == told
    assert cloud.meter.dollars == pytest.approx(2 * PRICE)


async def test_what_came_late_while_there_was_no_session_is_found_too(shown: Shown) -> None:
    """Its own time is that of lines which the session before it had brought."""
    cloud = LiveCloud("/a")
    tail = LiveTail(cloud.connect, [group("/a")], shown)
    async with living(tail):
        first = await cloud.sessions.get()
        cloud.say(first, "one")
        await shown.until(lambda: len(shown) == 1)
        tail._began_ms -= 60_000  # as if it had begun a minute ago
        cloud.write("/a", ["late"], now_ms() - 5000)
        first.updates.put_nowait(in_stream("SessionTimeoutException"))
        await shown.until(lambda: "late" in shown.texts and not shown.missing)
    assert shown.texts == ["late", "one"]


async def test_sessions_that_bring_nothing_are_begun_less_and_less_often(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_tail, "_WAITS", (0.0, 0.0, 3600.0))
    cloud, begun = LiveCloud("/a"), []

    async def start(**params: Any) -> dict[str, Any]:
        begun.append(params)
        session = Session()
        if len(begun) == 3:
            cloud.say(session, "one")
        session.updates.put_nowait(failure(ProblemKind.NETWORK))
        return {"responseStream": session}

    cloud.start_live_tail = start  # type: ignore[method-assign]
    tail = LiveTail(cloud.connect, [group("/a")], shown, tell=shown.news)
    async with living(tail):
        await shown.until(lambda: (tail.states[0].again_at or 0) > time.time() + 600)
        assert len(begun) == 6, "a line that it brought made a new beginning"
    assert shown.texts == ["one"]


async def test_groups_with_a_region_of_their_own_are_followed_and_mended_there(shown: Shown) -> None:
    cloud = LiveCloud("/a")
    tail = LiveTail(cloud.connect, [group("/a", "us-east-1")], shown)
    async with living(tail):
        first = await cloud.sessions.get()
        cloud.say(first, "one")
        await shown.until(lambda: len(shown) == 1)
        cloud.say(None, "between")
        first.updates.put_nowait(in_stream("SessionTimeoutException"))
        await shown.until(lambda: len(shown.texts) == 2 and not shown.missing)
    assert {name for name, _ in cloud.at} == {"describe_log_groups", "start_live_tail", "filter_log_events"}
    assert {region for _, region in cloud.at} == {"us-east-1"}


async def test_samples_are_counted_and_said_in_a_row(shown: Shown) -> None:
    cloud = LiveCloud("/a")
    tail = LiveTail(cloud.connect, [group("/a")], shown)
    async with living(tail):
        session = await cloud.sessions.get()
        for number, sampled in enumerate((False, True, True, False, True)):
            cloud.say(session, f"n{number}", sampled=sampled)
        await shown.until(lambda: len(shown.texts) == 5)
    assert tail.sampled == shown.tally.sampled == 3
    assert len(shown.missing) == 2 and "samples only of more than 500 lines a second" in shown.missing[0]


async def test_a_group_that_is_not_there_does_not_keep_the_others(shown: Shown) -> None:
    cloud = LiveCloud("/a")
    tail = LiveTail(cloud.connect, [group("/gone"), group("/a")], shown, pattern="n", tell=shown.news)
    async with living(tail):
        cloud.say(await cloud.sessions.get(), "n")
        await shown.until(lambda: len(shown) == 1)
        assert [state.doing for state in tail.states] == [Doing.MISSING, Doing.FOLLOWING]
        assert cloud.started == [
            {"logGroupIdentifiers": ["arn:aws:logs:r:1:log-group:/a"], "logEventFilterPattern": "n"}
        ]


async def test_a_group_of_a_class_that_it_does_not_follow_is_told_and_not_asked_for(shown: Shown) -> None:
    cloud = LiveCloud("/a", "/b")
    cloud.classes["/b"] = {"logGroupClass": "INFREQUENT_ACCESS"}
    tail = LiveTail(cloud.connect, [group("/a"), group("/b")], shown, tell=shown.news)
    async with living(tail):
        await shown.until(lambda: tail.states[0].doing is Doing.FOLLOWING)
        assert cloud.started[0]["logGroupIdentifiers"] == ["arn:aws:logs:r:1:log-group:/a"]
        assert tail.states[1].doing is Doing.UNREADABLE
        assert "only Logs Insights reads it" in str(tail.states[1].problem)


async def test_it_ends_where_no_group_is_of_a_class_that_it_follows(shown: Shown) -> None:
    cloud = LiveCloud("/a")
    cloud.classes["/a"] = {"logGroupClass": "DELIVERY"}
    tail = LiveTail(cloud.connect, [group("/a")], shown)
    async with asyncio.timeout(SOON):
        await tail.run()
    assert not cloud.started and "neither FilterLogEvents nor Logs Insights" in str(tail.states[0].problem)


async def test_it_waits_for_a_group_that_is_not_there_yet(shown: Shown) -> None:
    cloud = LiveCloud()
    tail = LiveTail(cloud.connect, [group("/a")], shown, tell=shown.news)
    async with living(tail):
        await shown.until(lambda: tail.states[0].problem)
        assert tail.states[0].doing is Doing.BACKING_OFF and "None of the log groups exists" in str(
            tail.states[0].problem
        )
        cloud.groups["/a"] = []
        cloud.say(await cloud.sessions.get(), "there")
        await shown.until(lambda: shown.texts == ["there"])


def test_its_limits_and_price_are_told() -> None:
    cloud, shown = LiveCloud("/a"), Shown
    with pytest.raises(ValueError, match="1 to 10 log groups of one region"):
        LiveTail(cloud.connect, [group(f"/{number}") for number in range(11)], shown)  # type: ignore[arg-type]
    with pytest.raises(PatternError):
        LiveTail(cloud.connect, [group("/a")], shown, pattern="{ $.")  # type: ignore[arg-type]
    assert all(words in TERMS for words in ("10 log groups", "500 lines a second", "$0.01 a minute", "3 hours"))


def test_of_equal_lines_as_many_are_passed_on_as_one_way_brought() -> None:
    line = LogEvent("", 1000, 0, Clean("same"))
    other = LogEvent("", 1000, 1, Clean("same"))
    twins = DedupeByText(kept_ms=20_000)
    assert twins.new([line, line, other], 0) == [line, line, other]
    assert twins.new([line, line, line], 1) == [line]
    assert twins.new([line, line], 0) == [line]
    twins.forget(15_000)
    assert twins.new([line], 1) == []
    twins.forget(60_000)
    assert twins.new([line], 1) == [line]


async def test_on_the_embedded_aws(demo: DemoServer, new_group: Callable[[str], Any], shown: Shown) -> None:
    record, client = demo.record, new_group("/test/live")
    target = Target(STACK, REGION, demo.url, record.config_file, record.credentials_file)
    aws = Aws(target, Meter(), limits=Unlimited())

    async def connect() -> Aws:
        return aws

    tail = LiveTail(connect, [group("/test/live")], shown, tell=shown.news)
    async with living(tail):
        await shown.until(lambda: tail.states[0].doing is Doing.FOLLOWING)
        events = [{"timestamp": now_ms(), "message": f"n{number}"} for number in range(20)]
        async with asyncio.timeout(SOON):
            await asyncio.to_thread(
                client.put_log_events, logGroupName="/test/live", logStreamName="s0", logEvents=events
            )
        await shown.until(lambda: len(shown) == 20)
    assert shown.texts == [f"n{number}" for number in range(20)]
    assert {shown.streams[line.stream] for line in shown.lines} == {shown.streams[0]}
    assert shown.streams[0].group == "/test/live" and aws.meter.dollars == PRICE
    await aws.close()
