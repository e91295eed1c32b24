"""The console against an AWS that fails in real ways: it says what is wrong and what to do, and recovers by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from console.app import ConsoleApp
from console.desk.desk import Desk
from console.options import Options
from tests.conftest import DemoServer
from tests.faults import Fault, FaultProxy, Seen
from tests.pilot.scripted import hides, lines, shows, text, until

STACK = """
name = "mines"
environment = "staging"
{head}
[[ecs]]
cluster = "mra-mines-cluster-staging"
services = ["mra-mines-frontend-staging"]
[[dynamodb]]
table = "maps"
"""
HEAD = 'region = "eu-west-1"\nprofile = "mra-mines"'
FOUND = "Runs as many tasks as desired."


@pytest.fixture
def proxy(demo: DemoServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultProxy]:
    """A proxy in front of the demo server, and the credentials of its first stack as the environment's own."""
    demo.wait_ready("mra-mines")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(demo.record.config_file))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(demo.record.credentials_file))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    with FaultProxy(demo.url) as proxy:
        yield proxy


@asynccontextmanager
async def console(
    folder: Path, endpoint: str, head: str = HEAD, *, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Pilot[int]]:
    """The console on a stack file of its own, as an operator would start it."""
    file = folder / "mines.toml"
    file.write_text(STACK.format(head=head))
    app = ConsoleApp(lambda: Desk(Options(stack=str(file), endpoint_url=endpoint)))
    async with app.run_test(size=size, notifications=True) as pilot:
        yield pilot


async def test_a_server_that_dies_leaves_the_last_values_with_their_age_and_is_back_by_itself(
    proxy: FaultProxy, tmp_path: Path
) -> None:
    async with console(tmp_path, proxy.url) as pilot:
        await shows(pilot, FOUND, "maps")
        proxy.always(Fault.CLOSE)
        await pilot.press("r")
        await shows(pilot, "checks", "network")
        assert FOUND in text(pilot) and "Nothing is wrong." not in text(pilot)
        proxy.always(Fault.NONE)
        await pilot.press("r")
        await hides(pilot, "network")
        await shows(pilot, FOUND)


async def test_access_denied_on_one_call_is_told_by_that_check_alone(proxy: FaultProxy, tmp_path: Path) -> None:
    def plan(seen: Seen) -> Fault:
        return Fault.DENIED if seen.operation == "ListTasks" else Fault.NONE

    proxy.plan = plan
    async with console(tmp_path, proxy.url, size=(120, 30)) as pilot:
        await shows(pilot, FOUND, "denied")
        (row,) = [line for line in lines(pilot) if "? unknown" in line and "denied" in line]
        assert "ecs.tasks" in row
        await pilot.press("exclamation_mark")
        await shows(pilot, "ecs:ListTasks")


async def test_expired_credentials_are_a_banner_until_they_are_renewed(proxy: FaultProxy, tmp_path: Path) -> None:
    async with console(tmp_path, proxy.url, size=(80, 24)) as pilot:
        await shows(pilot, FOUND[:20])
        proxy.always(Fault.EXPIRED)
        await pilot.press("r")
        await shows(pilot, "expired", "login")
        proxy.always(Fault.NONE)
        await until(pilot, lambda: "xpired" not in text(pilot))


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ('region = "eu-west-1"\nprofile = "nobody"', "nobody"),
        ('region = "eu-west-1"\nprofile = "mra-mines"\naccount = "999988887777"', "the stack file names 999988887777"),
        ('profile = "none"', "none"),
    ],
)
async def test_what_keeps_a_stack_from_being_asked_is_a_banner(
    head: str, says: str, proxy: FaultProxy, tmp_path: Path
) -> None:
    async with console(tmp_path, proxy.url, head) as pilot:
        await until(pilot, lambda: says in " ".join(lines(pilot)[2:5]) and "✗" in lines(pilot)[2])
        assert "Nothing is wrong." not in text(pilot)


async def test_no_credentials_at_all_say_what_to_do(
    proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    async with console(tmp_path, proxy.url, 'region = "eu-west-1"') as pilot:
        await shows(pilot, "No AWS credentials were found.", "--demo")


async def test_no_region_is_told(proxy: FaultProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "aws"
    config.write_text("[default]\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    async with console(tmp_path, proxy.url, "") as pilot:
        await shows(pilot, "No AWS region is set.", "--region")


async def test_an_endpoint_where_nobody_answers_is_told(proxy: FaultProxy, tmp_path: Path) -> None:
    async with console(tmp_path, "http://127.0.0.1:9") as pilot:
        await shows(pilot, "No answer", "the endpoint")


async def test_a_stack_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    app = ConsoleApp(lambda: Desk(Options(stack="nosuch")))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "There is no stack 'nosuch'")


async def test_where_nobody_can_be_asked_nothing_is_called_healthy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    app = ConsoleApp(lambda: Desk(Options()))
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "No AWS credentials were found.", "No stack is open: S lists them.")
        await pilot.press("S")
        await shows(pilot, "[S Stacks]", "No stack is known yet.")
        assert "Nothing is wrong." not in text(pilot)
        await pilot.press("exclamation_mark")
        await shows(pilot, "Problems at present  ✗ 1 crit", "login")
