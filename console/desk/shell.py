"""A shell in a task, an instance or on a host: the command to run while the console is suspended, or why there is none.

ExecuteCommand and StartSession are called here, through a client of their own, so that only AWS's
session-manager-plugin is needed and not the aws command line.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from console.problems import Failure, Problem, ProblemKind
from console.services.ec2.kinds import Instances
from console.services.ecs.kinds import EcsCluster
from console.services.elasticbeanstalk.kinds import BeanstalkEnvironment
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

PERMISSIONS: Final = ("ecs:DescribeTasks", "ecs:ExecuteCommand", "ssm:DescribeInstanceInformation", "ssm:StartSession")
"""The IAM actions that a shell needs, besides those of the sessions themselves."""

OFFERED: Final = (EcsCluster, Instances, BeanstalkEnvironment)
"""The parts of a stack in whose resources a shell can be opened."""

PLUGIN: Final = "session-manager-plugin"
INSTALL: Final = (
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"
)
_HANDOVER: Final = "AWS_SSM_START_SESSION_RESPONSE"
_OLDEST: Final = (1, 2, 498)
"""The first version of the plugin that takes the session's token from the environment. Older ones take it as an
argument, where every user of this machine could read it."""

Which = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class TaskShell:
    """A container of an ECS task; without `container` the first that can be entered."""

    cluster: str
    task: str
    container: str = ""
    command: str = "/bin/sh"
    region: str | None = None


@dataclass(frozen=True, slots=True)
class InstanceShell:
    """An instance that Systems Manager knows."""

    instance: str
    region: str | None = None


@dataclass(frozen=True, slots=True)
class HostShell:
    """A host that ssh reaches, as ssh's own config knows it."""

    host: str


Place = TaskShell | InstanceShell | HostShell


@dataclass(frozen=True, slots=True)
class ShellCommand:
    """What to run on the terminal, with `env` added to the environment; `explanation` says what it will be.

    The plugin handles the keys that would end it: ignore SIGINT, SIGQUIT and SIGTSTP while it runs.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)
    explanation: Clean


async def shell_command(place: Place, aws: Aws, which: Which = shutil.which) -> ShellCommand | Clean:
    """The command that opens a shell there, or a sentence that says why not and what to do.

    It begins a session in AWS, which ends by itself when nobody joins it. `aws` is for reading; what begins the
    session goes through a client of its own. Takes seconds; raises nothing of AWS.
    """
    if isinstance(place, HostShell):
        return _ssh(place, which)
    plugin = which(PLUGIN)
    if plugin is None:
        return Clean(f"A shell there needs AWS's {PLUGIN}, which is not installed. Install it: {INSTALL}")
    if (version := await asyncio.to_thread(_version, plugin)) < _OLDEST:
        found = ".".join(map(str, version)) or "of an unknown version"
        return Clean(f"The {PLUGIN} is {found}; {'.'.join(map(str, _OLDEST))} or newer is needed. Renew it: {INSTALL}")
    try:
        if isinstance(place, TaskShell):
            return await _task(place, aws, plugin)
        return await _instance(place, aws, plugin)
    except Failure as failure:
        return clean(failure.problem)


def _ssh(place: HostShell, which: Which) -> ShellCommand | Clean:
    ssh = which("ssh")
    if ssh is None:
        return Clean("A shell there needs ssh, which is not installed. Install OpenSSH's client.")
    return ShellCommand((ssh, "--", place.host), {}, clean(f"A shell on {place.host}, by ssh."))


async def _task(place: TaskShell, aws: Aws, plugin: str) -> ShellCommand | Clean:
    answer = await aws.call(
        "ecs", "describe_tasks", expect="tasks", region=place.region, cluster=place.cluster, tasks=[place.task]
    )
    if not answer["tasks"]:
        return clean(f"Task {_last(place.task)} is not there any more. Refresh, and choose another.")
    task = answer["tasks"][0]
    container = _container(place, task)
    if isinstance(container, str):
        return container
    session = await _begin(
        aws,
        "ecs",
        "execute_command",
        "session",
        place.region,
        cluster=place.cluster,
        task=place.task,
        container=container["name"],
        command=place.command,
        interactive=True,
    )
    target = f"ecs:{_last(place.cluster)}_{_last(place.task)}_{container['runtimeId']}"
    handed = {key[0].upper() + key[1:]: value for key, value in session["session"].items()}
    explanation = clean(f"{place.command} in container {container['name']} of task {_last(place.task)}, by ECS Exec.")
    return await _plugin(aws, plugin, place.region, target, handed, explanation)


def _container(place: TaskShell, task: dict[str, Any]) -> dict[str, Any] | Clean:
    """The container to enter, or a sentence that says why none can be."""
    name = _last(place.task)
    if task.get("lastStatus") != "RUNNING":
        return clean(f"Task {name} is {task.get('lastStatus', 'of unknown status')}: only a running task has a shell.")
    if not task.get("enableExecuteCommand"):
        service = task.get("group", "").removeprefix("service:") or "SERVICE"
        return clean(
            f"ECS Exec is off for task {name}. Turn it on for new tasks, and enter one of those: aws ecs update-service"
            f" --cluster {_last(place.cluster)} --service {service} --enable-execute-command --force-new-deployment"
        )
    there = [each for each in task.get("containers", ()) if not place.container or each["name"] == place.container]
    if not there:
        return clean(f"Task {name} has no container {place.container}.")
    ready = [each for each in there if each.get("runtimeId") and _agent(each) == "RUNNING"]
    if not ready:
        return clean(
            f"The agent of ECS Exec in container {there[0]['name']} is {_agent(there[0])}. Wait a minute; if it stays "
            "so, give the task role ssmmessages:CreateControlChannel, CreateDataChannel, OpenControlChannel and "
            "OpenDataChannel."
        )
    return dict(ready[0])


def _agent(container: dict[str, Any]) -> str:
    agents = container.get("managedAgents", ())
    return next((each["lastStatus"] for each in agents if each["name"] == "ExecuteCommandAgent"), "not there")


async def _instance(place: InstanceShell, aws: Aws, plugin: str) -> ShellCommand | Clean:
    wanted = [{"Key": "InstanceIds", "Values": [place.instance]}]
    service, operation, key = "ssm", "describe_instance_information", "InstanceInformationList"
    answer = await aws.call(service, operation, expect=key, region=place.region, Filters=wanted)
    known = next(iter(answer[key]), None)
    if known is None:
        return clean(
            f"Systems Manager does not know {place.instance}: it needs the SSM agent and a role with "
            "AmazonSSMManagedInstanceCore. Or name its host in the stack file, for ssh."
        )
    if known.get("PingStatus") != "Online":
        return clean(
            f"The SSM agent of {place.instance} is {known.get('PingStatus', 'silent')}. Is the instance running?"
        )
    session = await _begin(aws, service, "start_session", "SessionId", place.region, Target=place.instance)
    explanation = clean(f"A shell on {place.instance}, by Systems Manager.")
    return await _plugin(aws, plugin, place.region, place.instance, session, explanation)


async def _begin(
    aws: Aws, service: str, operation: str, expect: str, region: str | None, **params: Any
) -> dict[str, Any]:
    """Begin a session through a client that may: the one for reading refuses what is not a read.

    It reads the credentials anew, so it is asked whose they are: writing was armed for one account. Raises `Failure`.
    """
    from console.aws.call import Aws as Calls
    from console.aws.login.identity import who_am_i

    writer = Calls(aws.target, aws.meter, writes=True, account=aws.account)
    try:
        if aws.account and (now := (await who_am_i(writer)).account) != aws.account:
            what = clean(f"The credentials are now those of account {now}, and were those of {aws.account}.")
            hint = Clean("No shell was opened. Next: choose the profile anew (P), and look where you are.")
            raise Failure(Problem(ProblemKind.LOGIN, what, hint))
        return await writer.call(service, operation, expect=expect, region=region, **params)
    finally:
        await writer.close()


async def _plugin(
    aws: Aws, plugin: str, region: str | None, target: str, session: dict[str, Any], explanation: Clean
) -> ShellCommand:
    ssm = (await aws.client("ssm", region)).meta
    handed = {key: session[key] for key in ("SessionId", "TokenValue", "StreamUrl")}
    return ShellCommand(
        (
            *(plugin, _HANDOVER, ssm.region_name, "StartSession", aws.target.profile or ""),
            *(json.dumps({"Target": target}), ssm.endpoint_url),
        ),
        {_HANDOVER: json.dumps(handed)},
        explanation,
    )


def _version(plugin: str) -> tuple[int, ...]:
    """The plugin's version; empty where it does not say one."""
    command = [plugin, "--version"]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    told = done.stdout.strip()
    return tuple(int(part) for part in told.split(".")) if re.fullmatch(r"\d+(\.\d+)*", told, re.ASCII) else ()


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]
