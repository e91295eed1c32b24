"""What the contract tests share: the demo's stacks, and calls to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from console.aws.call import Aws
from console.aws.limits import Limits
from console.aws.meter import Meter
from console.aws.target import Target
from console.stack.stack import Stack
from console.stack_files.file import load
from tests.conftest import DemoServer


class Unlimited(Limits):
    """Token buckets keep AWS's quotas; the demo has none."""

    async def wait(self, api: str, account: str, region: str) -> None:
        return


@pytest.fixture(scope="module")
def stacks(demo: DemoServer) -> tuple[Stack, ...]:
    """The stacks of the demo, all of which stand."""
    for name in demo.record.stacks:
        demo.wait_ready(name)
    return tuple(load(path) for path in demo.record.stack_files)


def target_of(demo: DemoServer, stack: Stack, url: str = "") -> Target:
    """Where a stack of the demo is asked."""
    return Target(
        profile=stack.profile or stack.name,
        region=stack.region,
        endpoint_url=url or demo.url,
        config_file=demo.record.config_file,
        credentials_file=demo.record.credentials_file,
    )


@asynccontextmanager
async def connected(demo: DemoServer, stack: Stack, url: str = "") -> AsyncIterator[Aws]:
    """Calls to a stack of the demo as the console makes them."""
    aws = Aws(target_of(demo, stack, url), Meter(), limits=Unlimited())
    try:
        yield aws
    finally:
        await aws.close()
