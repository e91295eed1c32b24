"""Several calls at once."""

from __future__ import annotations

import asyncio

import pytest

from console.readings.concurrently import concurrently


async def test_raises_only_when_nothing_is_under_way_any_more() -> None:
    failed, ended = asyncio.Event(), False

    async def fails() -> None:
        failed.set()
        raise ValueError("first")

    async def goes_on() -> None:
        nonlocal ended
        await failed.wait()
        for _ in range(5):
            await asyncio.sleep(0)
        ended = True

    with pytest.raises(ValueError, match="first"):
        await concurrently(goes_on(), fails())
    assert ended


async def test_gives_results_in_order() -> None:
    async def give(value: int) -> int:
        return value

    assert await concurrently(*(give(value) for value in range(3))) == (0, 1, 2)
