"""The tail against the embedded AWS, behind a proxy that spoils what it answers."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any

import pytest

from console.aws.call import Aws
from console.logs.tailing.tail import Tail
from tests.faults import Fault, FaultProxy, Seen
from tests.logs.cloud import HURRY, Shown, group, now_ms

GROUPS = ("/test/one", "/test/two", "/test/three")
FAULTS = [fault for fault in Fault if fault not in (Fault.NONE, Fault.STALL)]


def write_numbers(client: Any, chance: random.Random, seconds: float) -> list[str]:
    """Write numbered events for a while, steadily, with bursts, late ones and many of one moment; gives all."""
    written: list[str] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        count = chance.choice((1, 5, 20, 300))
        at = now_ms() - chance.choice((0, 0, 0, 100, 700))
        events = [{"timestamp": at, "message": f"n{len(written) + number}"} for number in range(count)]
        client.put_log_events(
            logGroupName=chance.choice(GROUPS), logStreamName=f"s{chance.randrange(4)}", logEvents=events
        )
        written += [event["message"] for event in events]
        time.sleep(0.01)
    return written


@pytest.mark.parametrize("seconds", [3.0, pytest.param(60.0, marks=pytest.mark.scorecard)])
async def test_every_number_is_there_once_though_answers_are_spoilt(
    aws: Aws, proxy: FaultProxy, new_group: Callable[[str], Any], seconds: float
) -> None:
    chance, spoiling, shown = random.Random(11), True, Shown()
    clients = [new_group(name) for name in GROUPS]

    def plan(seen: Seen) -> Fault:
        spoilt = spoiling and seen.operation == "FilterLogEvents" and chance.random() < 0.3
        return chance.choice(FAULTS) if spoilt else Fault.NONE

    proxy.plan = plan

    async def connect() -> Aws:
        return aws

    tail = Tail(connect, [group(name) for name in GROUPS], shown, pace=HURRY)
    tail.listen(shown.news)
    tail.start()
    written = await asyncio.to_thread(write_numbers, clients[0], random.Random(5), seconds)
    spoiling = False
    await shown.until(lambda: len(shown) >= len(written) and not shown.tally.gaps, 120)
    await tail.stop()
    assert sorted(shown.texts) == sorted(written)
    assert len(written) > 1000 and shown.tally.dropped == 0
