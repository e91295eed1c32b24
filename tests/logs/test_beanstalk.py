"""The logs of Elastic Beanstalk environments, on the embedded AWS."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator

import pytest

from console.aws.call import Aws
from console.aws.meter import Meter
from console.aws.target import Target
from console.logs.lines.buffer import LogBuffer
from console.problems import Failure, ProblemKind
from console.services.elasticbeanstalk import instance_logs
from console.services.elasticbeanstalk.instance_logs import fetch, pour
from console.services.elasticbeanstalk.kinds import BeanstalkEnvironment
from console.stack.stack import Stack
from console.stack_files.file import load
from tests.conftest import DemoServer

STACK = "expo"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance_logs, "_PAUSES", (0.05,))


@pytest.fixture
def stack(demo: DemoServer) -> Stack:
    demo.wait_ready(STACK)
    return load(next(path for path in demo.record.stack_files if path.stem == STACK))


@pytest.fixture
async def aws(demo: DemoServer, stack: Stack) -> AsyncIterator[Aws]:
    record = demo.record
    calls = Aws(Target(STACK, stack.region, record.url, record.config_file, record.credentials_file), Meter())
    yield calls
    await calls.close()


async def test_the_last_lines_of_every_instance(aws: Aws, stack: Stack) -> None:
    told: list[str] = []
    found = await fetch(aws, stack.of(BeanstalkEnvironment)[0], "tail", told.append)
    assert found and all(one.data.startswith(b"-------- /var/log/nodejs/nodejs.log\n") for one in found)
    assert f"{len(found)} instances answered" in told[-1]
    assert aws.called == {"elasticbeanstalk:RequestEnvironmentInfo", "elasticbeanstalk:RetrieveEnvironmentInfo"}


async def test_asked_again_at_once_they_are_not_those_of_before(aws: Aws, stack: Stack) -> None:
    first = await fetch(aws, stack.of(BeanstalkEnvironment)[0], "tail")
    second = await fetch(aws, stack.of(BeanstalkEnvironment)[0], "tail")
    assert [one.instance for one in first] == [one.instance for one in second]
    assert all(new.at_ms > old.at_ms for new, old in zip(second, first, strict=True))


async def test_they_are_poured_into_a_buffer_a_stream_for_each_file(aws: Aws, stack: Stack) -> None:
    buffer = LogBuffer()
    pour(await fetch(aws, stack.of(BeanstalkEnvironment)[0], "tail"), buffer)
    assert len(buffer) > 50
    assert {stream.name for stream in buffer.streams} == {"/var/log/nodejs/nodejs.log"}


async def test_a_bundle_is_a_whole_zip_file(aws: Aws, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    for sample in await fetch(aws, stack.of(BeanstalkEnvironment)[0], "bundle"):
        with zipfile.ZipFile(io.BytesIO(sample.data)) as bundle:
            assert bundle.namelist() == ["var/log/nodejs/nodejs.log"]
    monkeypatch.setattr(instance_logs, "_MOST_BYTES", 100)
    with pytest.raises(Failure, match="could not be fetched from S3: more than 0 MB"):
        await fetch(aws, stack.of(BeanstalkEnvironment)[0], "bundle")


async def test_an_environment_that_does_not_answer(aws: Aws, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance_logs, "PATIENCE", 0.0)
    with pytest.raises(Failure, match="gave its logs within 0 s") as caught:
        await fetch(aws, stack.of(BeanstalkEnvironment)[0], "tail")
    assert caught.value.problem.kind is ProblemKind.UNAVAILABLE
    with pytest.raises(Failure) as caught:
        await fetch(aws, BeanstalkEnvironment(application="x", environment="gone"), "tail")
    assert caught.value.problem.kind in (ProblemKind.NOT_FOUND, ProblemKind.INVALID)
