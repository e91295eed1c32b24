"""A shell is a command to run, or a sentence that says why not; its token is in no argument."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from console.aws.call import Aws
from console.aws.meter import Meter
from console.aws.target import Target
from console.desk.shell import HostShell, InstanceShell, ShellCommand, TaskShell, shell_command
from console.text import Clean

REGION = "eu-west-1"
SECRET = "sentinel-session-token"
TASK = "arn:aws:ecs:eu-west-1:123456789012:task/shop/abc"
CALLER = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::{account}:user/ops</Arn><UserId>ops</UserId><Account>{account}</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""
WEB = TaskShell("arn:aws:ecs:eu-west-1:123456789012:cluster/shop", TASK)


def container(name: str, agent: str = "RUNNING") -> dict[str, Any]:
    agents = [{"name": "ExecuteCommandAgent", "lastStatus": agent}]
    return {"name": name, "runtimeId": f"abc-{name}", "managedAgents": agents}


def task(**changes: Any) -> dict[str, Any]:
    running = {"lastStatus": "RUNNING", "enableExecuteCommand": True, "group": "service:web"}
    return {**running, "containers": [container("init", "STOPPED"), container("web")], **changes}


@dataclass
class Emulated:
    """ECS and SSM, as far as a shell needs them."""

    tasks: list[dict[str, Any]] = field(default_factory=lambda: [task()])
    instances: list[dict[str, Any]] = field(default_factory=lambda: [{"InstanceId": "i-1", "PingStatus": "Online"}])
    denied: str = ""
    account: str = "123456789012"
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        if "X-Amz-Target" not in request.headers:
            return web.Response(text=CALLER.format(account=self.account), content_type="text/xml")
        api = request.headers["X-Amz-Target"].partition(".")[2]
        self.asked.append((api, await request.json()))
        session = {"SessionId": "s-1", "TokenValue": SECRET, "StreamUrl": "wss://ssmmessages/s-1"}
        answers: dict[str, Any] = {
            "DescribeTasks": {"tasks": self.tasks},
            "ExecuteCommand": {"session": {key[0].lower() + key[1:]: value for key, value in session.items()}},
            "DescribeInstanceInformation": {"InstanceInformationList": self.instances},
            "StartSession": session,
        }
        if api == self.denied:
            return web.json_response({"__type": "AccessDeniedException", "message": "no"}, status=400)
        return web.json_response(answers[api], headers={"x-amzn-RequestId": "r"})


@pytest.fixture
async def emulated(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Emulated]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    made = Emulated()
    app = web.Application()
    app.router.add_route("*", "/", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def aws(emulated: Emulated) -> AsyncIterator[Aws]:
    calls = Aws(Target(region=REGION, endpoint_url=emulated.url), Meter())
    yield calls
    await calls.close()


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    return installed(tmp_path, "echo 1.2.650.0")


def installed(folder: Path, script: str) -> Path:
    path = folder / "session-manager-plugin"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def at(path: Path) -> Any:
    return lambda name: str(path) if name == path.name else None


async def test_a_shell_in_a_task_is_begun_here_and_joined_by_the_plugin(
    aws: Aws, emulated: Emulated, plugin: Path
) -> None:
    found = await shell_command(WEB, aws, at(plugin))
    assert isinstance(found, ShellCommand)
    target = json.dumps({"Target": "ecs:shop_abc_abc-web"})
    name = "AWS_SSM_START_SESSION_RESPONSE"
    assert found.argv == (str(plugin), name, REGION, "StartSession", "", target, emulated.url)
    assert json.loads(found.env[name]) == {
        "SessionId": "s-1",
        "TokenValue": SECRET,
        "StreamUrl": "wss://ssmmessages/s-1",
    }
    assert SECRET not in repr(found)
    assert found.explanation == "/bin/sh in container web of task abc, by ECS Exec."
    _, asked = emulated.asked[-1]
    assert (asked["container"], asked["command"], asked["interactive"]) == ("web", "/bin/sh", True)


async def test_a_shell_on_an_instance_is_begun_by_systems_manager(aws: Aws, emulated: Emulated, plugin: Path) -> None:
    found = await shell_command(InstanceShell("i-1"), aws, at(plugin))
    assert isinstance(found, ShellCommand)
    assert found.argv[5] == json.dumps({"Target": "i-1"})
    assert emulated.asked[-1] == ("StartSession", {"Target": "i-1"})


async def test_a_shell_on_a_host_is_ssh_and_a_host_is_never_an_option(aws: Aws) -> None:
    found = await shell_command(HostShell("-oProxyCommand=x"), aws, at(Path("/usr/bin/ssh")))
    assert isinstance(found, ShellCommand)
    assert found.argv == ("/usr/bin/ssh", "--", "-oProxyCommand=x")


CANNOT = [
    ([], "is not there any more"),
    ([task(lastStatus="STOPPED")], "is STOPPED"),
    ([task(enableExecuteCommand=False)], "--cluster shop --service web --enable-execute-command"),
    ([task(containers=[container("web", "STOPPED")])], "ssmmessages:CreateControlChannel"),
    ([task(containers=[])], "has no container"),
]


@pytest.mark.parametrize(("tasks", "says"), CANNOT, ids=[case[1] for case in CANNOT])
async def test_a_task_without_a_shell_says_why_and_begins_nothing(
    aws: Aws, emulated: Emulated, plugin: Path, tasks: list[dict[str, Any]], says: str
) -> None:
    emulated.tasks = tasks
    found = await shell_command(WEB, aws, at(plugin))
    assert isinstance(found, str) and says in found
    assert [api for api, _ in emulated.asked] == ["DescribeTasks"]


@pytest.mark.parametrize(
    ("instances", "says"),
    [([], "AmazonSSMManagedInstanceCore"), ([{"InstanceId": "i-1", "PingStatus": "ConnectionLost"}], "ConnectionLost")],
)
async def test_an_instance_without_a_shell_says_why(
    aws: Aws, emulated: Emulated, plugin: Path, instances: list[dict[str, Any]], says: str
) -> None:
    emulated.instances = instances
    found = await shell_command(InstanceShell("i-1"), aws, at(plugin))
    assert isinstance(found, str) and says in found


@pytest.mark.parametrize("place", [WEB, InstanceShell("i-1")], ids=["task", "instance"])
async def test_no_session_is_begun_in_another_account_than_writing_was_armed_for(
    aws: Aws, emulated: Emulated, plugin: Path, place: TaskShell | InstanceShell
) -> None:
    """The client that begins it reads the credentials anew, and they may have been replaced."""
    aws.account = "123456789012"
    assert isinstance(await shell_command(place, aws, at(plugin)), ShellCommand)
    emulated.asked.clear()
    emulated.account = "999988887777"
    found = await shell_command(place, aws, at(plugin))
    assert isinstance(found, str) and "now those of account 999988887777, and were those of 123456789012" in found
    assert not {"ExecuteCommand", "StartSession"} & {api for api, _ in emulated.asked}


async def test_a_missing_permission_is_a_sentence(aws: Aws, emulated: Emulated, plugin: Path) -> None:
    emulated.denied = "ExecuteCommand"
    found = await shell_command(WEB, aws, at(plugin))
    assert isinstance(found, str) and "ecs:ExecuteCommand" in found


@pytest.mark.parametrize("script", ["echo 1.2.497.0", "echo what", "exit 1"])
async def test_a_plugin_that_would_show_the_token_to_others_is_refused(
    aws: Aws, emulated: Emulated, tmp_path: Path, script: str
) -> None:
    found = await shell_command(WEB, aws, at(installed(tmp_path, script)))
    assert isinstance(found, str) and "or newer is needed" in found
    assert not emulated.asked


async def test_what_is_not_installed_is_said_with_how_to_install_it(aws: Aws, emulated: Emulated) -> None:
    for place in (WEB, InstanceShell("i-1"), HostShell("web")):
        found: ShellCommand | Clean = await shell_command(place, aws, lambda name: None)
        assert isinstance(found, str) and "Install" in found
    assert not emulated.asked
