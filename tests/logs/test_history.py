"""Searching back in time: all of a range, once, newest first or in order."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from console.filter_pattern import PatternError
from console.logs.event import LogEvent
from console.logs.reading import history
from console.logs.reading.history import AT_ONCE, Search
from console.problems import Failure, Problem, ProblemKind
from console.text import Clean
from tests.deadlines import SOON
from tests.logs.cloud import Cloud, Shown, failure, group

MINUTE = 60_000
START = 1_795_165_200_000


@pytest.fixture
def cloud() -> Cloud:
    """A day of events in two groups, most of them in one busy hour."""
    cloud, chance = Cloud({"/a": [], "/b": []}, page=50), random.Random(3)
    for number in range(900):
        at = START + chance.choice((chance.randrange(24 * 60 * MINUTE), 600 * MINUTE + chance.randrange(60 * MINUTE)))
        cloud.write(chance.choice(("/a", "/b")), [f"n{number}"], at, f"s{number % 3}")
    # On the borders of slices.
    for at in range(0, 24 * 60 * MINUTE, 90 * MINUTE):
        cloud.write("/a", [f"border {at}"], START + at)
        cloud.write("/a", [f"before {at}"], START + at - 1)
    return cloud


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be waited for long."""
    monkeypatch.setattr(history, "_WAITS", (0.0,))


def expected(cloud: Cloud, start: int, end: int, *names: str) -> list[str]:
    events = [event for name in names for event in cloud.groups[name] if start <= event.at_ms < end]
    return sorted(event.message for event in events)


def searching(cloud: Cloud, shown: Shown, hours: float = 24, **options: Any) -> Search:
    end = START + int(hours * 60 * MINUTE)
    return Search(cloud.connect, [group("/a"), group("/b")], shown, START, end, **options)


@pytest.mark.parametrize("hours", [1, 24])
async def test_all_of_a_range_is_found_once(cloud: Cloud, hours: int) -> None:
    shown = Shown()
    search = searching(cloud, shown, hours)
    await search.run()
    assert sorted(shown.texts) == expected(cloud, START, START + hours * 60 * MINUTE, "/a", "/b")
    progress = search.progress
    assert (progress.covered, progress.events, progress.done) == (1.0, len(shown), True)
    assert progress.calls == len(cloud.asked)


async def test_the_newest_are_found_first(cloud: Cloud) -> None:
    shown = Shown()
    await searching(cloud, shown).run()
    starts = [params["startTime"] for params in cloud.asked if params["logGroupName"] == "/a"]
    assert starts[0] == max(starts) and starts[-1] == min(starts) == START


async def test_in_order_they_come_oldest_first(cloud: Cloud) -> None:
    taken: list[LogEvent] = []

    class Taking(Shown):
        def append(self, events: Any) -> None:
            taken.extend(events)

    await searching(cloud, Taking(), in_order=True).run()
    assert [event.at_ms for event in taken] == sorted(event.at_ms for event in taken)
    assert sorted(event.text for event in taken) == expected(cloud, START, START + 1440 * MINUTE, "/a", "/b")


async def test_quiet_times_take_few_calls(cloud: Cloud) -> None:
    cloud.groups = {"/a": [], "/b": []}
    await searching(cloud, Shown(), hours=7 * 24).run()
    assert len(cloud.asked) <= 2 * 12


async def test_only_what_matches_is_asked_for_and_a_wrong_pattern_is_told_at_once(cloud: Cloud) -> None:
    shown = Shown()
    await searching(cloud, shown, pattern="border").run()
    assert len(shown) == 16 and all(text.startswith("border") for text in shown.texts)
    with pytest.raises(PatternError, match=r"At character 1: found '\{'|never closed|allowed"):
        searching(cloud, shown, pattern="{ $.level = ")


async def test_what_passes_is_waited_out_and_nothing_comes_twice(cloud: Cloud, soon: None) -> None:
    chance, told, raised = random.Random(1), [], set()
    cloud.page, cloud.empty_pages = 20, True

    def spoil(params: dict[str, Any]) -> None:
        if chance.random() < 0.3:
            passing = (
                ProblemKind.THROTTLED,
                ProblemKind.NETWORK,
                ProblemKind.SUSPECT,
                *([ProblemKind.INVALID] if "nextToken" in params else []),
            )
            raised.add(kind := chance.choice(passing))
            raise failure(kind)

    cloud.spoil, shown = spoil, Shown()
    search = searching(cloud, shown, tell=lambda: told.append(search.progress))
    await search.run()
    assert sorted(shown.texts) == expected(cloud, START, START + 1440 * MINUTE, "/a", "/b")
    assert ProblemKind.INVALID in raised, "a token never expired"
    assert any(progress.waiting for progress in told) and not told[-1].waiting
    assert [progress.covered for progress in told] == sorted(progress.covered for progress in told)


@pytest.mark.parametrize("kind", [ProblemKind.NOT_FOUND, ProblemKind.DENIED, ProblemKind.INVALID])
async def test_a_group_that_cannot_be_searched_is_told_and_the_others_go_on(cloud: Cloud, kind: ProblemKind) -> None:
    def spoil(params: dict[str, Any]) -> None:
        if params["logGroupName"] == "/a":
            raise failure(kind)

    cloud.spoil, shown = spoil, Shown()
    search = searching(cloud, shown)
    await search.run()
    assert sorted(shown.texts) == expected(cloud, START, START + 1440 * MINUTE, "/b")
    ((name, problem),) = search.progress.failed
    assert (name, problem.kind) == ("/a", kind)


async def test_one_that_is_asked_so_often_and_no_more_ends(cloud: Cloud, soon: None) -> None:
    asked: list[str] = []

    def spoil(params: dict[str, Any]) -> None:
        if params["logGroupName"] == "/a":
            asked.append("/a")
            raise failure(ProblemKind.NETWORK)

    cloud.spoil, shown = spoil, Shown()
    waits: list[Problem | None] = []
    search = searching(cloud, shown, in_order=True, tries=3, tell=lambda: waits.append(search.progress.waiting))
    async with asyncio.timeout(SOON):
        await search.run()
    assert sorted(shown.texts) == expected(cloud, START, START + 1440 * MINUTE, "/b")
    assert [name for name, _ in search.progress.failed] == ["/a"]
    assert 3 <= len(asked) <= 3 * AT_ONCE and any(waits)


async def test_failures_that_do_not_come_in_a_row_give_no_group_up(cloud: Cloud, soon: None) -> None:
    failed: dict[str, int] = {}

    def spoil(params: dict[str, Any]) -> None:
        page = repr(params)
        failed[page] = failed.get(page, 0) + 1
        if failed[page] < 3:
            raise failure(ProblemKind.NETWORK)

    cloud.spoil, shown = spoil, Shown()
    search = searching(cloud, shown, tries=3)
    async with asyncio.timeout(SOON):
        await search.run()
    assert sorted(shown.texts) == expected(cloud, START, START + 1440 * MINUTE, "/a", "/b")
    assert len(failed) > 8 and not search.progress.failed


async def test_a_group_with_a_region_of_its_own_is_searched_there_within_the_budget_of_that_region(
    cloud: Cloud,
) -> None:
    home, abroad = [await cloud.bucket("logs:FilterLogEvents", region) for region in (None, "us-east-1")]
    assert home is not None and abroad is not None
    rates = set()
    search = Search(
        cloud.connect, [group("/a"), group("/b", "us-east-1")], Shown(), START, START + MINUTE,
        tell=lambda: rates.add((home._rate.per_second, abroad._rate.per_second)),
    )  # fmt: skip
    await search.run()
    calls = zip(cloud.asked, cloud.regions, strict=True)
    assert {(params["logGroupName"], region) for params, region in calls} == {("/a", None), ("/b", "us-east-1")}
    assert rates == {(4.0, 4.0)} and not home.wanted_besides("others") and not abroad.wanted_besides("others")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("The log group /a is of log-group-class INFREQUENT_ACCESS. FilterLogEvents is not supported.", "only Logs In"),
        ("Log group class Delivery does not support FilterLogEvents.", "neither FilterLogEvents nor Logs Insights"),
        ("This is not supported for this log group class.", "Logs Insights may"),
        (
            "The log group /app/delivery is of log-group-class INFREQUENT_ACCESS. FilterLogEvents is not s",
            "only Logs In",
        ),
        (
            "The log group /app/delivery is of log-group-class ESSENTIALS. FilterLogEvents is not supp",
            "class ESSENTIALS",
        ),
    ],
)
async def test_a_group_of_a_class_that_is_not_read_so_is_told_with_what_reads_it(
    cloud: Cloud, words: str, told: str
) -> None:
    """The first words are CloudWatch Logs' own (karpenter-provider-aws, "support INFREQUENT_ACCESS CloudWatch log
    groups"); ESSENTIALS is the newest of the four classes (CreateLogGroup in the API reference).
    """

    def spoil(params: dict[str, Any]) -> None:
        raise Failure(Problem(ProblemKind.INVALID, Clean(words), code=Clean("InvalidOperationException")))

    cloud.spoil = spoil
    search = Search(cloud.connect, [group("/a")], Shown(), START, START + MINUTE)
    async with asyncio.timeout(SOON):
        await search.run()
    ((_, problem),) = search.progress.failed
    assert told in str(problem) and "Next:" in str(problem) and len(cloud.asked) == 1


async def test_cancelled_it_leaves_nothing_behind_and_gives_the_budget_back(cloud: Cloud) -> None:
    bucket = await cloud.bucket("logs:FilterLogEvents")
    asked, never = asyncio.Event(), asyncio.Event()

    async def stuck(*args: Any, **params: Any) -> Any:
        asked.set()
        await never.wait()

    cloud.call = stuck  # type: ignore[method-assign]
    task = asyncio.create_task(searching(cloud, Shown()).run())
    await asked.wait()
    assert bucket is not None and bucket._rate.per_second == 4.0
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert bucket._rate.per_second == 1.0
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize("date", ["", "noon", "Fri, 20 Nov 99999 10:45:00 GMT", "Fri, 20 Nov 2026 10:45:00 +9999999"])
async def test_a_date_that_cannot_be_read_keeps_no_page_from_being_shown(
    cloud: Cloud, date: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = cloud.call

    async def dated(*args: Any, **params: Any) -> Any:
        return await call(*args, **params) | {"ResponseMetadata": {"RequestId": "r", "HTTPHeaders": {"date": date}}}

    monkeypatch.setattr(cloud, "call", dated)
    shown = Shown()
    await searching(cloud, shown, 1).run()
    assert sorted(shown.texts) == expected(cloud, START, START + 60 * MINUTE, "/a", "/b")
