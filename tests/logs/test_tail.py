"""The tail: every line once, whatever happens."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from console.logs.event import LATE
from console.logs.tailing.following import Doing
from console.logs.tailing.tail import Tail
from console.problems import Failure, Problem, ProblemKind
from console.text import Clean
from tests.logs.cloud import HURRY, Cloud, Shown, failure, group, now_ms


@pytest.fixture
def cloud() -> Cloud:
    return Cloud({"/a": [], "/b": []})


@pytest.fixture
async def shown() -> Shown:
    return Shown()


@asynccontextmanager
async def following(cloud: Cloud, shown: Shown, *names: str, **options: Any) -> AsyncIterator[Tail]:
    tail = Tail(cloud.connect, [group(name) for name in names], shown, pace=HURRY, **options)
    tail.listen(shown.news)
    tail.start()
    yield tail
    await tail.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_lines_of_many_groups_stand_in_the_order_of_their_times(cloud: Cloud, shown: Shown) -> None:
    now = now_ms()
    for number in range(6):
        cloud.write("/b" if number % 2 else "/a", [f"line {number}"], now - 600 + 100 * number, stream=f"s{number % 3}")
    async with following(cloud, shown, "/a", "/b"):
        await shown.until(lambda: len(shown) == 6)
    assert shown.texts == [f"line {number}" for number in range(6)]
    assert {shown.streams[line.stream].group for line in shown.lines} == {"/a", "/b"}
    assert not any(line.flags & LATE for line in shown.lines)


FAULTS = (
    ProblemKind.THROTTLED,
    ProblemKind.NETWORK,
    ProblemKind.SUSPECT,
    ProblemKind.INVALID,
    ProblemKind.LOGIN,
    ProblemKind.DENIED,
)


async def write_numbers(cloud: Cloud, chance: random.Random, most: int) -> None:
    """Write numbered events at a steady rate, with bursts, late ones and many of the same moment."""
    number = 0
    while number < most:
        count = chance.choice((1, 3, 40))
        late = chance.choice((0, 0, 0, 200, 900))
        stream = f"s{chance.randrange(4)}"
        messages = [f"n{number + at}" for at in range(count)]
        cloud.write(chance.choice(("/a", "/b")), messages, now_ms() - late, stream)
        number += count
        await asyncio.sleep(0.01)
    cloud.write("/a", ["the end"])


@pytest.mark.parametrize("seed", range(4))
async def test_every_number_is_there_once_whatever_fails(cloud: Cloud, shown: Shown, seed: int) -> None:
    chance = random.Random(seed)
    cloud.page, cloud.empty_pages = 7, True

    def spoil(params: dict[str, Any]) -> None:
        if chance.random() < 0.2:
            raise failure(chance.choice(FAULTS))

    cloud.spoil = spoil
    async with following(cloud, shown, "/a", "/b", "/missing") as tail:
        await write_numbers(cloud, random.Random(seed), 1500)
        cloud.spoil = lambda params: None
        written = sorted(event.message for events in cloud.groups.values() for event in events)
        await shown.until(lambda: len(shown.texts) >= len(written) and not shown.missing)
        assert sorted(shown.texts) == written
        assert [state.doing for state in tail.states][2] is Doing.MISSING
    times = [line.at_ms for line in shown.lines]
    assert times == sorted(times)


async def test_a_late_line_is_put_in_its_place_and_marked(cloud: Cloud, shown: Shown) -> None:
    now = now_ms()
    cloud.write("/a", ["first"], now - 300)
    cloud.write("/a", ["third"], now - 100)
    async with following(cloud, shown, "/a"):
        await shown.until(lambda: len(shown) == 2)
        cloud.write("/a", ["second"], now - 200)
        await shown.until(lambda: len(shown) == 3)
    assert shown.texts == ["first", "second", "third"]
    assert [bool(line.flags & LATE) for line in shown.lines] == [False, True, False]
    assert shown.tally.late == 1


async def test_what_comes_later_than_the_overlap_is_found_when_the_span_is_read_again(
    cloud: Cloud, shown: Shown
) -> None:
    start = now_ms()
    cloud.write("/a", ["on time"])
    async with following(cloud, shown, "/a"):
        await shown.until(lambda: len(shown) == 1 and now_ms() - start > 1500)
        cloud.write("/a", ["late by 1.5 s"], start - 1)
        await shown.until(lambda: len(shown) == 2)
    assert shown.texts == ["late by 1.5 s", "on time"]
    assert shown.tally.late == 1


async def test_a_stream_whose_clock_is_wrong_is_read_on_its_own(cloud: Cloud, shown: Shown) -> None:
    cloud.write("/a", ["right"], stream="right")
    async with following(cloud, shown, "/a"):
        await shown.until(lambda: len(shown) == 1)
        for number in range(5):
            cloud.write("/a", [f"slow {number}"], now_ms() - 1200, stream="slow")
            cloud.write("/a", [f"fast {number}"], now_ms() + 3_600_000, stream="fast")
            count = 2 * number + 3
            await shown.until(lambda count=count: len(shown) == count)  # type: ignore[misc]
    alone = [tuple(params["logStreamNames"]) for params in cloud.asked if "logStreamNames" in params]
    assert ("slow", "fast") in alone or ("fast", "slow") in alone


async def test_a_failure_says_what_is_missing_until_it_is_read_from_where_it_was(cloud: Cloud, shown: Shown) -> None:
    cloud.page = 2
    cloud.write("/a", ["1", "2", "3", "4", "5"], now_ms() - 100)
    broken = True

    def spoil(params: dict[str, Any]) -> None:
        if broken and "nextToken" in params:
            raise failure(ProblemKind.THROTTLED, "AWS asks for fewer calls.")

    cloud.spoil = spoil
    async with following(cloud, shown, "/a") as tail:
        await shown.until(lambda: shown.missing)
        assert shown.texts == ["1", "2"]
        assert "are missing: AWS asks for fewer calls. It is tried again." in shown.missing[0]
        (state,) = tail.states
        assert state.doing is Doing.BACKING_OFF and state.again_at and state.missing == tuple(shown.missing)
        begun = sum("nextToken" not in params for params in cloud.asked)
        broken = False
        await shown.until(lambda: not shown.missing)
        assert shown.texts == ["1", "2", "3", "4", "5"]
        assert cloud.asked[-1]["startTime"] and begun == 1, "it went on with the token that it had"


async def test_after_a_long_outage_the_newest_come_first_and_the_hole_is_filled(cloud: Cloud, shown: Shown) -> None:
    cloud.write("/a", ["before"])
    down, slow = True, True

    def spoil(params: dict[str, Any]) -> None:
        if down or (slow and "after" not in shown.texts and params["startTime"] < outage):
            raise failure(ProblemKind.NETWORK)

    async with following(cloud, shown, "/a") as tail:
        await shown.until(lambda: shown.texts == ["before"])
        outage = now_ms()
        cloud.spoil = spoil
        cloud.write("/a", [f"during {number}" for number in range(5)])
        await shown.until(lambda: shown.missing and now_ms() - outage > 1000 * HURRY.jump + 500)
        cloud.write("/a", ["after"])
        down = False
        await shown.until(lambda: "after" in shown.texts)
        assert "during 0" not in shown.texts and "read as soon as there is time" in shown.missing[0]
        slow = False
        await shown.until(lambda: not shown.missing)
        assert shown.texts == ["before", *(f"during {number}" for number in range(5)), "after"]
        assert tail.states[0].missing == ()


async def test_an_outage_that_goes_on_is_one_row(cloud: Cloud, shown: Shown) -> None:
    cloud.write("/a", ["before"])
    down = True

    def spoil(params: dict[str, Any]) -> None:
        if down:
            raise failure(ProblemKind.THROTTLED)

    async with following(cloud, shown, "/a"):
        await shown.until(lambda: shown.texts == ["before"])
        cloud.spoil = spoil
        for number in range(12):
            cloud.write("/a", [f"during {number}"])
            until = now_ms() + 1000 * HURRY.jump // 4
            await shown.until(lambda until=until: now_ms() > until)  # type: ignore[misc]
        rows = shown.missing
        assert len(rows) <= 2 and rows[0].startswith("/a: lines from ")
        assert sum("as soon as there is time" in row for row in rows) == 1
        down = False
        await shown.until(lambda: not shown.missing)
    assert shown.texts == ["before", *(f"during {number}" for number in range(12))]


async def test_a_group_that_is_missing_takes_nothing_of_the_budget(cloud: Cloud, shown: Shown) -> None:
    bucket = await cloud.bucket("logs:FilterLogEvents")
    assert bucket is not None
    async with following(cloud, shown, "/gone") as tail:
        await shown.until(lambda: tail.states[0].doing is Doing.MISSING and tail.states[0].again_at)
        tail.wake()
        await shown.until(lambda: len(cloud.asked) > 3)
        assert not any(state.missing for state in tail.states)
        assert [tail.busy for tail in tail._tails] == [False]


async def test_a_group_of_another_class_is_told_and_asked_for_no_more(cloud: Cloud, shown: Shown) -> None:
    def spoil(params: dict[str, Any]) -> None:
        if params["logGroupName"] == "/a":
            what = Clean("The log group /a is of log-group-class INFREQUENT_ACCESS.")
            raise Failure(Problem(ProblemKind.INVALID, what, code=Clean("InvalidOperationException")))

    cloud.spoil = spoil
    cloud.write("/b", ["one"])
    async with following(cloud, shown, "/a", "/b") as tail:
        await shown.until(lambda: tail.states[0].doing is Doing.UNREADABLE)
        await shown.until(lambda: len(cloud.asked) > 6)
        assert "only Logs Insights reads it" in str(tail.states[0].problem)
        assert not tail.states[0].missing and tail.states[1].doing is Doing.FOLLOWING
        assert sum(params["logGroupName"] == "/a" for params in cloud.asked) == 1
        assert tail.behind < 10


async def test_a_group_that_goes_and_comes_again(cloud: Cloud, shown: Shown) -> None:
    cloud.write("/a", ["one"])
    async with following(cloud, shown, "/a", "/b") as tail:
        await shown.until(lambda: len(shown) == 1)
        gone = cloud.groups.pop("/a")
        await shown.until(lambda: tail.states[0].doing is Doing.MISSING)
        cloud.write("/b", ["other"])
        await shown.until(lambda: len(shown) == 2)
        assert shown.missing == []
        cloud.groups["/a"] = gone
        cloud.write("/a", ["two"])
        await shown.until(lambda: len(shown) == 3)
        await shown.until(lambda: tail.states[0].doing is Doing.FOLLOWING)
    assert sorted(shown.texts) == ["one", "other", "two"]


async def test_a_lagging_tail_asks_for_more_and_gives_it_back(cloud: Cloud, shown: Shown) -> None:
    bucket = await cloud.bucket("logs:FilterLogEvents")
    assert bucket is not None
    cloud.page = 1
    cloud.write("/a", [str(number) for number in range(60)], now_ms() - 100)
    held = asyncio.Event()
    call = cloud.call

    async def slow(*args: Any, **params: Any) -> Any:
        if not held.is_set():
            await asyncio.sleep(0.05)
        return await call(*args, **params)

    cloud.call = slow  # type: ignore[method-assign]
    rates = []
    async with following(cloud, shown, "/a") as tail:
        tail.listen(lambda: rates.append((tail.states[0].doing, bucket._rate.per_second)))
        await shown.until(lambda: tail.states[0].doing is Doing.LAGGING and len(shown) > 10)
        assert tail.states[0].behind > HURRY.lagging
        held.set()
        await shown.until(lambda: tail.states[0].doing is Doing.FOLLOWING and len(shown) == 60)
        assert tail.states[0].behind < 10
    assert (Doing.LAGGING, 4.0) in rates
    assert bucket._rate.per_second == 1.0


async def test_a_throttled_tail_asks_for_no_more_than_is_ordinary(cloud: Cloud, shown: Shown) -> None:
    bucket = await cloud.bucket("logs:FilterLogEvents")
    assert bucket is not None

    def spoil(params: dict[str, Any]) -> None:
        raise failure(ProblemKind.THROTTLED)

    cloud.spoil = spoil
    async with following(cloud, shown, "/a") as tail:
        await shown.until(lambda: tail.states[0].problem)
        assert bucket._rate.per_second == 1.0


async def test_it_slows_down_when_nobody_has_touched_a_key_and_wakes_up(cloud: Cloud, shown: Shown) -> None:
    idle = 0.0
    async with following(cloud, shown, "/a", idle=lambda: idle) as tail:
        await shown.until(lambda: tail.states[0].doing is Doing.FOLLOWING)
        idle = HURRY.rare_after + 1
        await shown.until(lambda: tail.states[0].rare)
        idle = 0.0
        tail.wake()
        await shown.until(lambda: not tail.states[0].rare)


async def test_while_others_need_the_budget_it_reads_at_the_pace_for_that(cloud: Cloud, shown: Shown) -> None:
    bucket = await cloud.bucket("logs:FilterLogEvents")
    assert bucket is not None
    tail = Tail(cloud.connect, [group("/a")], shown, pace=replace(HURRY, every=3600.0, shared=0.02))
    tail.listen(shown.news)
    tail.start()
    await shown.until(lambda: tail.states[0].doing is Doing.FOLLOWING)
    assert len(cloud.asked) == 1
    bucket.want("a search", 4.0)
    tail.wake()
    await shown.until(lambda: len(cloud.asked) > 5)
    bucket.want("a search", 0.0)
    assert not bucket.wanted_besides(tail)
    await tail.stop()


async def test_a_quiet_group_leaves_the_budget_to_one_of_many_lines(cloud: Cloud, shown: Shown) -> None:
    cloud.page = 5

    def more(params: dict[str, Any]) -> None:
        if params["logGroupName"] == "/a" and "nextToken" not in params:
            cloud.write("/a", ["x"] * 8)

    def asked(name: str) -> int:
        return sum(params["logGroupName"] == name for params in cloud.asked)

    cloud.spoil = more
    pace = replace(HURRY, shared=3600.0)
    tail = Tail(cloud.connect, [group("/a"), group("/b")], shown, pace=pace)
    tail.listen(shown.news)
    tail.start()
    await shown.until(lambda: asked("/a") > 100)
    await tail.stop()
    assert asked("/b") < 10


async def test_a_group_with_a_region_of_its_own_is_followed_there_within_the_budget_of_that_region(
    cloud: Cloud, shown: Shown
) -> None:
    home, abroad = [await cloud.bucket("logs:FilterLogEvents", region) for region in (None, "us-east-1")]
    assert home is not None and abroad is not None
    cloud.page = 5
    cloud.write("/a", ["x"] * 2000, now_ms() - 100)

    def asked(name: str) -> list[str | None]:
        calls = zip(cloud.asked, cloud.regions, strict=True)
        return [region for params, region in calls if params["logGroupName"] == name]

    # A quiet group would be read again and again, if the one of many lines were of its region.
    pace = replace(HURRY, every=3600.0, shared=0.0, lagging=3600.0, jump=3600.0)
    tail = Tail(cloud.connect, [group("/a"), group("/b", "us-east-1")], shown, pace=pace)
    tail.listen(shown.news)
    tail.start()
    await shown.until(lambda: len(shown) > 20 and tail.states[1].doing is Doing.FOLLOWING)
    tail.wake()
    await shown.until(lambda: len(shown) == 2000)
    assert set(asked("/a")) == {None} and asked("/b") == ["us-east-1"] * 2
    assert home.wanted_besides("others") and abroad.wanted_besides("others")
    assert (home._rate.per_second, abroad._rate.per_second) == (4.0, 1.0)
    await tail.stop()
    assert not home.wanted_besides("others") and not abroad.wanted_besides("others")


async def test_odd_text_is_made_safe_and_large_lines_are_cut(cloud: Cloud, shown: Shown) -> None:
    cloud.write("/a", ["\x1b]0;title\x07[link=x]", "x" * 1_000_000, "one\n  two\r\n", "\ud800\u202e", "plain\n"])
    async with following(cloud, shown, "/a"):
        await shown.until(lambda: len(shown) == 6)
    assert shown.texts[0] == "␛]0;title␇[link=x]"
    assert len(shown.texts[1]) <= 16_384 and shown.texts[1].endswith("chars]")
    assert shown.texts[2:] == ["one", "  two", "�·", "plain"]


async def test_it_never_reads_before_where_it_began(cloud: Cloud, shown: Shown) -> None:
    now = now_ms()
    cloud.write("/a", ["old"], now - 201)
    cloud.write("/a", ["new"], now - 200)
    async with following(cloud, shown, "/a", since_ms=now - 200) as tail:
        await shown.until(lambda: len(cloud.asked) > 10 and tail.states[0].doing is Doing.FOLLOWING)
        cloud.write("/a", ["newer"])
        await shown.until(lambda: len(shown) == 2)
    assert shown.texts == ["new", "newer"]


async def test_stopped_between_two_slices_of_a_page_it_goes_on_where_it_was(cloud: Cloud, shown: Shown) -> None:
    cloud.page = 10_000
    cloud.write("/a", [f"n{number}" for number in range(7000)], now_ms() - 20_000)
    async with following(cloud, shown, "/a") as tail:
        await shown.until(lambda: shown.texts)
        assert len(shown) < 7000
        await tail.stop()
        assert 0 < len(shown) < 7000
        cloud.write("/a", ["meanwhile"])
        tail.start()
        await shown.until(lambda: len(shown) == 7001)
    assert max(shown.counted().values()) == 1 and "meanwhile" in shown.texts


async def test_stopped_and_started_at_once_it_is_followed_by_one(cloud: Cloud, shown: Shown) -> None:
    cloud.write("/a", ["one"])
    async with following(cloud, shown, "/a") as tail:
        await shown.until(lambda: len(shown) == 1)
        stopping = asyncio.create_task(tail.stop())
        await asyncio.sleep(0)
        tail.start()
        tail.start()
        await stopping
        cloud.write("/a", ["two"])
        await shown.until(lambda: len(shown) == 2)
        followers = [task for task in asyncio.all_tasks() if "Tail._follow" in repr(task)]
        assert len(followers) == 1
    assert shown.texts == ["one", "two"]
