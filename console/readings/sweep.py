"""Every check once, as the command line asks for it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from console.aws.connections import Connections
from console.problems import Failure, Problem, classify
from console.readings.source import AnySource, Reading
from console.stack.stack import Stack


async def sweep(
    connections: Connections, stack: Stack, sources: tuple[AnySource, ...]
) -> dict[AnySource, Reading[Any]]:
    """Read Sources all at once. Never raises: a failure is a problem."""
    readings = await asyncio.gather(*(_read(connections, stack, source) for source in sources))
    return dict(zip(sources, readings, strict=True))


async def _read(connections: Connections, stack: Stack, source: AnySource) -> Reading[Any]:
    try:
        value = await source.fetch(await connections.aws(stack), stack)
    except Exception as error:  # noqa: BLE001 - a fault in one Source must not hide the others
        return Reading(problem=classify(error, where=source.name))
    return Reading(value, datetime.now(UTC))


async def connect_problem(connections: Connections, stack: Stack) -> Problem | None:
    """What keeps the stack from being asked at all: credentials, region, another account; None when nothing does."""
    try:
        await connections.get(stack)
    except Failure as failure:
        return failure.problem
    except Exception as error:  # noqa: BLE001 - whatever the credential chain raises is explained here
        return classify(error, profile=connections.target(stack).profile or "")
    return None
