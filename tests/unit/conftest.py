"""An emulated AWS without the demo's additions, for the Sources that plain moto can answer."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import boto3
import pytest

from console.aws.call import Aws
from console.aws.meter import Meter
from console.aws.metrics import Metric, Points
from console.aws.target import Target
from console.naming.partitions import partition_of
from console.problems import Failure
from tests.children import child

REGION = "eu-west-1"

# A process of its own: tests of the demo change moto's classes in theirs. It ends when its stdin closes.
_SERVER = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """The address of a moto server on a free loopback port."""
    command = [sys.executable, "-c", _SERVER]
    with child(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        server.communicate()


@pytest.fixture
def seed(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Clients with which a test fills an empty emulator: ``seed("rds").create_db_instance(...)``."""
    for name, value in (("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing")):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    urllib.request.urlopen(f"{moto_url}/moto-api/reset", data=b"").close()
    made: list[Any] = []

    def client(service: str) -> Any:
        made.append(boto3.client(service, region_name=REGION, endpoint_url=moto_url))
        return made[-1]

    yield client
    for one in made:
        one.close()


@pytest.fixture
async def aws(moto_url: str, seed: Callable[[str], Any]) -> AsyncIterator[Aws]:
    """Calls to the emulator as the console makes them."""
    calls = Aws(Target(region=REGION, endpoint_url=moto_url), Meter())
    yield calls
    await calls.close()


class Numbers:
    """Stands in for CloudWatch: answers each metric by its name and statistic, at whole periods before now.

    Plain moto answers percentiles with an error, and has no past.
    """

    def __init__(self, values: dict[str, Sequence[float]]) -> None:
        self._values = values
        self.asked: list[Metric] = []

    async def points(self, metrics: Sequence[Metric]) -> list[Points]:
        self.asked += metrics
        return [self._of(metric) for metric in metrics]

    def _of(self, metric: Metric) -> Points:
        values = self._values.get(f"{metric.name} {metric.stat}", self._values.get(metric.name, ()))
        newest = (time.time() // metric.period - 1) * metric.period
        return tuple((newest - metric.period * (len(values) - 1 - at), value) for at, value in enumerate(values))


@pytest.fixture
def numbers(aws: Aws) -> Callable[..., Numbers]:
    """Make CloudWatch answer: ``numbers(CPUUtilization=[20, 85])``, or ``numbers(**{"Latency p95": [900]})``."""

    def answer(**values: Sequence[float]) -> Numbers:
        stand_in = Numbers(values)
        aws.metrics = stand_in
        return stand_in

    return answer


class Canned:
    """Stands in for `Aws` where plain moto has no answer: an answer, a list of pages, or a `Failure`, by operation."""

    def __init__(self, answers: dict[str, Any], values: dict[str, Sequence[float]]) -> None:
        self.target = Target(region=REGION)
        self.partition = partition_of(REGION)
        self.account = "123456789012"
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.metrics = Numbers(values)
        self._answers = answers

    async def call(self, service: str, operation: str, *, expect: str | None, **params: Any) -> Any:
        self.asked.append((operation, params))
        answer = self._answers[operation]
        answer = answer(params) if callable(answer) else answer
        if isinstance(answer, Failure):
            raise answer
        assert expect is None or expect in answer
        return answer

    async def pages(self, service: str, operation: str, *, expect: str, **params: Any) -> Any:
        answers = self._answers[operation]
        for answer in answers if isinstance(answers, list) else [answers]:
            self.asked.append((operation, params))
            if isinstance(answer, Failure):
                raise answer
            assert expect in answer
            yield answer

    async def region(self, service: str = "sts", region: str | None = None) -> str:
        return self.target.region_of(service, region) or ""

    async def items(self, service: str, operation: str, key: str, **params: Any) -> Any:
        return (await self.call(service, operation, expect=key, **params))[key]


@pytest.fixture
def canned() -> Callable[..., Canned]:
    """Make an AWS of canned answers: ``canned({"describe_events": {"events": []}}, CPUUtilization=[20])``."""
    return lambda answers, **values: Canned(answers, values)
