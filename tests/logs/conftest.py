"""The demo's CloudWatch Logs behind a proxy that spoils answers, and a hand that writes into it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from console.aws.call import Aws
from console.aws.limits import Limits
from console.aws.meter import Meter
from console.aws.target import Target
from tests.conftest import DemoServer
from tests.faults import FaultProxy

STACK = "mra-mines"
REGION = "eu-west-1"


class Unlimited(Limits):
    """Token buckets keep AWS's quotas; the demo has none."""

    async def wait(self, api: str, account: str, region: str) -> None:
        return


@pytest.fixture
def proxy(demo: DemoServer) -> Iterator[FaultProxy]:
    """The way to the demo, which a test may spoil."""
    demo.wait_ready(STACK)
    with FaultProxy(demo.url) as found:
        yield found


@pytest.fixture
async def aws(demo: DemoServer, proxy: FaultProxy) -> AsyncIterator[Aws]:
    """Calls to the demo through the proxy."""
    record = demo.record
    target = Target(STACK, REGION, proxy.url, record.config_file, record.credentials_file)
    calls = Aws(target, Meter(), limits=Unlimited())
    yield calls
    await calls.close()


@pytest.fixture
def new_group(demo: DemoServer) -> Iterator[Callable[[str], Any]]:
    """Make a log group with streams s0 to s3 for this test: gives the client to write with."""
    client = demo.client("logs", STACK, REGION)
    made: list[str] = []

    def make(name: str) -> Any:
        client.create_log_group(logGroupName=name)
        made.append(name)
        for number in range(4):
            client.create_log_stream(logGroupName=name, logStreamName=f"s{number}")
        return client

    yield make
    for name in made:
        client.delete_log_group(logGroupName=name)
    client.close()
