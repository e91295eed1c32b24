"""The logs of Elastic Beanstalk environments, on the embedded AWS."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.aws.call import Aws
from console.aws.meter import Meter
from console.aws.target import Target
from console.logs import beanstalk
from console.logs.beanstalk import last_lines, log_groups, save_bundles
from console.problems import Failure, Kind
from console.stack import BeanstalkEnvironment, Stack
from console.stack_file import load
from tests.conftest import DemoServer

STACK = "expo"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beanstalk, "_PAUSES", (0.05,))


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
    found = await last_lines(aws, stack.beanstalk[0], told.append)
    assert found and all(len(one.lines) > 50 and one.at for one in found)
    assert found[0].lines[0] == "-------- /var/log/nodejs/nodejs.log"
    assert told[-1] == f"{len(found)} instances have answered."
    again = await last_lines(aws, stack.beanstalk[0])
    assert all(new.at > old.at for new, old in zip(again, found, strict=True) if new.at and old.at)
    assert aws.called <= {
        "elasticbeanstalk:RequestEnvironmentInfo",
        "elasticbeanstalk:RetrieveEnvironmentInfo",
    }


async def test_bundles_are_saved_for_nobody_else_to_read(aws: Aws, stack: Stack, tmp_path: Path) -> None:
    saved = await save_bundles(aws, stack.beanstalk[0], tmp_path)
    assert saved
    for path in saved:
        assert path.name.startswith("expo-project-prod-env-i-") and path.suffix == ".zip"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with zipfile.ZipFile(path) as bundle:
            assert bundle.namelist() == ["var/log/nodejs/nodejs.log"]


async def test_a_long_text_is_cut_and_made_safe(aws: Aws, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beanstalk, "LARGEST", 1000)
    found = await last_lines(aws, stack.beanstalk[0])
    assert all(sum(map(len, one.lines)) <= 1000 for one in found)


async def test_an_environment_that_does_not_answer(aws: Aws, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beanstalk, "_PATIENCE", 0.01)
    monkeypatch.setattr(beanstalk, "_PAUSES", (0.01,))
    with pytest.raises(Failure, match="has given its logs within") as caught:
        await last_lines(aws, stack.beanstalk[0])
    assert caught.value.problem.kind is Kind.UNAVAILABLE
    with pytest.raises(Failure) as caught:
        await last_lines(aws, BeanstalkEnvironment(application="x", environment="gone"))
    assert caught.value.problem.kind in (Kind.NOT_FOUND, Kind.INVALID)


def test_the_groups_that_it_streams_to(stack: Stack) -> None:
    groups = log_groups(stack, "expo-project-prod-env")
    assert [group.group.rpartition("/")[2] for group in groups] == ["nodejs.log", "access.log"]
    assert log_groups(stack, "expo-project") == ()
