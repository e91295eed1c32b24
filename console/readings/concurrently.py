"""Several calls at once, all of which have ended when the first failure is raised."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar, overload

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
T = TypeVar("T")


@overload
async def concurrently(a: Awaitable[A], b: Awaitable[B], /) -> tuple[A, B]: ...
@overload
async def concurrently(a: Awaitable[A], b: Awaitable[B], c: Awaitable[C], /) -> tuple[A, B, C]: ...
@overload
async def concurrently(*awaitables: Awaitable[T]) -> tuple[T, ...]: ...
async def concurrently(*awaitables: Awaitable[Any]) -> tuple[Any, ...]:
    """Wait for all and give their results in order; raises the first failure, once none is under way any more.

    `asyncio.gather` raises while the others go on: they would overlap the next fetch.
    """
    outcomes = await asyncio.gather(*awaitables, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return tuple(outcomes)
