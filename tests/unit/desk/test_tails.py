"""Tails of several stacks: closed while others are opened, and opened while they are closed."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from console.desk.tails import KEPT, Tails
from console.logs.event import LogEvent
from console.logs.kinds import LogGroup
from console.logs.tailing.panes import Panes, ReadRequest
from console.logs.tailing.tail import BACK
from console.stack.stack import Stack
from console.text import Clean
from tests.logs.cloud import Cloud, group

STACKS = [Stack(name=f"s{number}", parts=(group(f"/{number}"),)) for number in range(KEPT + 4)]


@pytest.fixture
def cloud() -> Cloud:
    return Cloud({f"/{number}": [] for number in range(len(STACKS))})


@pytest.fixture
def tails(cloud: Cloud) -> Tails:
    async def connect(stack: Stack) -> Any:
        return cloud

    return Tails(connect, lambda: 0.0)


def tailing() -> list[str]:
    """The tasks that follow a group."""
    return [str(task) for task in asyncio.all_tasks() if "Tail._follow" in str(task)]


async def opened(tails: Tails, stack: Stack) -> None:
    panes = await tails.enter(stack)
    await panes.open(stack.of(LogGroup))


async def test_stacks_may_be_entered_all_at_once(tails: Tails) -> None:
    await asyncio.gather(*(opened(tails, stack) for stack in STACKS))
    await asyncio.gather(*(tails.enter(stack) for stack in STACKS[::-1]))
    assert len(tails._panes) <= KEPT
    await tails.close()
    assert not tailing()


async def test_tails_may_be_closed_while_others_are_opened(tails: Tails) -> None:
    for stack in STACKS[:KEPT]:
        await opened(tails, stack)
    closing = asyncio.create_task(tails.close())
    await asyncio.sleep(0)
    for stack in STACKS[::-1]:
        tails.of(stack)  # as a screen does, four times a second
        await asyncio.sleep(0)
    await closing


async def test_of_several_that_open_at_once_the_last_is_followed_and_no_other(cloud: Cloud) -> None:
    async def connect() -> Any:
        return cloud

    panes = Panes(connect)
    await panes.open([group("/0")])
    wanted = [ReadRequest(start_ms=int(time.time() * 1000) - 10**7), ReadRequest()]
    await asyncio.gather(*(panes.open([group(f"/{number}")], wanted[number % 2]) for number in range(1, 5)))
    assert [name for pane in panes.panes for name in pane.names] == ["/4"]
    assert len(tailing()) == 1
    await asyncio.gather(panes.close(), panes.pause(), panes.close(), return_exceptions=False)
    assert not tailing()


async def test_an_opening_that_is_cut_short_leaves_nothing_behind(cloud: Cloud) -> None:
    async def connect() -> Any:
        return cloud

    panes = Panes(connect)
    await panes.open([group("/0")])
    for turns in range(6):
        task = asyncio.create_task(panes.open([group("/1")]))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await panes.open([group("/2")])
    await panes.close()
    assert not tailing()


async def test_lines_of_a_group_that_is_read_no_more_end_nothing(cloud: Cloud) -> None:
    async def connect() -> Any:
        return cloud

    panes = Panes(connect)
    event = LogEvent("", 1, 0, Clean("x"))
    panes.append([event])  # before anything is open
    await panes.open([LogGroup(group="/1"), LogGroup(group="/2")])
    await panes.arrange(split=True)
    panes.append([event._replace(stream=panes.streams.index(Clean("/gone"), Clean("s")))])
    await panes.close()


async def test_one_goes_to_a_moment_only_where_all_from_before_it_on_is_read(cloud: Cloud) -> None:
    async def connect() -> Any:
        return cloud

    panes, groups, now = Panes(connect), [group("/0"), group("/1")], int(time.time() * 1000)
    assert not panes.go_to(groups, now)
    await panes.open(groups)
    began = panes.began_ms - int(1000 * BACK)
    assert panes.go_to(groups[::-1], began) and panes.take_jump() == began
    assert not panes.go_to(groups, began - 1), "that was not read"
    assert not panes.go_to(groups[:1], began)
    assert panes.take_jump() is None
    await panes.open(groups, ReadRequest(pattern="ERROR"))
    assert not panes.go_to(groups, now), "not all lines"
    await panes.open(groups, ReadRequest(start_ms=now - 1000, end_ms=now))
    assert not panes.go_to(groups, now - 500), "nothing after the end"
    await panes.close()


async def test_what_is_missing_of_a_group_is_told_in_its_own_pane_though_its_name_begins_with_anothers(
    cloud: Cloud,
) -> None:
    """A name may hold what stands after it in the row."""
    names = ("/0", "/0: lines", "/0: lines: of", "/1")

    async def connect() -> Any:
        return cloud

    panes = Panes(connect)
    for order in (names, names[::-1]):
        await panes.open([group(name) for name in order])
        await panes.arrange(split=True)
        for name in names:
            panes.add_gap(1, Clean(f"{name}: lines from here on are missing"), Clean(name))
        rows = {pane.names[0]: [pane.buffer.chunks[0].texts()] for pane in panes.panes}
        assert rows == {name: [[f"{name}: lines from here on are missing"]] for name in names}
    await panes.close()
