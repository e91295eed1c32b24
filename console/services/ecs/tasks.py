"""Amazon ECS: tasks, those that run and those that stopped within the last hour."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from console.problems import Failure, Suspect, classify
from console.readings.concurrently import concurrently
from console.readings.each import each, once
from console.readings.numbers import epoch, span, stamp
from console.readings.source import Detail, Event, Finding, Level, Report, check
from console.services.ecs.judge import last
from console.services.ecs.kinds import TASK, EcsCluster
from console.services.ecs.services import described, log_groups
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

TASKS_A_CALL: Final = 100
"""DescribeTasks takes at most 100 tasks (ECS API reference)."""

INTERFACES_A_CALL: Final = 200
"""A filter of EC2 takes at most 200 values (EC2 API reference)."""

ID_SHOWN: Final = 8
"""Characters of a task's id in its name; the whole id is in its ARN and among its facts."""

_STARTING: Final = frozenset({"PROVISIONING", "PENDING", "ACTIVATING"})
_ENDED_ON_REQUEST: Final = frozenset({"ServiceSchedulerInitiated", "UserInitiated", "SpotInterruption"})
# SIGTERM, and the SIGKILL of a container that did not end within its stopTimeout.
_SIGNALLED: Final = frozenset({0, 143, 137})
_BAD_REASON: Final = ("OutOfMemory", "failed ELB health checks", "failed container health checks")


@check(
    "ecs.tasks",
    period=30,
    permissions=(
        "ecs:ListTasks",
        "ecs:DescribeTasks",
        "ecs:DescribeTaskDefinition",
        "ec2:DescribeNetworkInterfaces",
    ),
    thresholds={"start_warn": 600},
    wants=lambda stack: stack.of(EcsCluster),
)
async def tasks(aws: Aws, stack: Stack) -> Report:
    """ECS tasks start, stay healthy, and stop only when asked to.

    A warning for a task that is unhealthy, that takes longer than `start_warn` seconds to start, or that
    stopped in the last hour with a bad exit code, out of memory or by failed health checks. ECS forgets
    stopped tasks after an hour.
    """
    scopes = [(cluster, service) for cluster in stack.of(EcsCluster) for service in cluster.services or (None,)]
    slow = tasks.limits(stack)["start_warn"]
    return await each(
        tasks.name,
        scopes,
        lambda scope: scope[1] or scope[0].cluster,
        lambda scope: _tasks_of(aws, *scope, slow),
    )


async def _tasks_of(aws: Aws, cluster: EcsCluster, service: str | None, slow: float) -> Report:
    scope = {"cluster": cluster.cluster} | ({"serviceName": service} if service else {})
    lists = await concurrently(
        *(
            aws.items("ecs", "list_tasks", "taskArns", region=cluster.region, desiredStatus=status, **scope)
            for status in ("RUNNING", "STOPPED")
        )
    )
    arns = list(dict.fromkeys(arn for listed in lists for arn in listed))
    if not arns:
        what = Clean("No task runs, and none stopped in the last hour. ecs.services says whether some should.")
        return Report((Finding(tasks.name, clean(service or cluster.cluster), Level.OK, what, Clean("0 tasks")),))
    found = await _described(aws, cluster, arns)
    names, groups = await concurrently(_public_names(aws, cluster, found), _groups(aws, cluster, found))
    findings = judge_tasks(found, time.time(), slow)
    judged = {finding.resource for finding in findings}
    shown = [task for task in found if name_of(task) in judged]
    logs = [groups.get(task.get("taskDefinitionArn", ""), ()) for task in shown]
    return Report(tuple(findings), tuple(_detail(task, names, some) for task, some in zip(shown, logs, strict=True)))


async def _described(aws: Aws, cluster: EcsCluster, arns: list[str]) -> list[dict[str, Any]]:
    answers = await described(aws, cluster, "tasks", arns, TASKS_A_CALL)
    found = [task for answer, asked in answers for task in _all_told(answer, asked)]
    return once(found, lambda task: task.get("taskArn"))


def _all_told(answer: dict[str, Any], asked: Sequence[str]) -> list[dict[str, Any]]:
    """The tasks of an answer, which names all that was asked for: there, or among its failures.

    Raises `Failure` where one is in neither: it is not known, and would be taken for gone.
    """
    found: list[dict[str, Any]] = answer["tasks"]
    left_out = len(set(asked)) - len(found) - len(answer.get("failures", ()))
    if left_out > 0:
        raise Failure(classify(Suspect(f"The answer leaves out {left_out} of the tasks that were asked for.")))
    return found


async def _groups(aws: Aws, cluster: EcsCluster, found: list[dict[str, Any]]) -> dict[str, tuple[Clean, ...]]:
    revisions = list(dict.fromkeys(task["taskDefinitionArn"] for task in found if "taskDefinitionArn" in task))
    groups = await concurrently(*(log_groups(aws, revision, cluster.region) for revision in revisions))
    return dict(zip(revisions, groups, strict=True))


async def _public_names(aws: Aws, cluster: EcsCluster, found: list[dict[str, Any]]) -> dict[str, Clean]:
    """The public DNS names of the tasks' network interfaces, by interface."""
    wanted = [interface for task in found if (interface := _attachment(task).get("networkInterfaceId"))]
    answers = await concurrently(
        *(
            aws.items(
                "ec2",
                "describe_network_interfaces",
                "NetworkInterfaces",
                region=cluster.region,
                # A filter, since naming one that is gone would fail the whole call.
                Filters=[{"Name": "network-interface-id", "Values": wanted[at : at + INTERFACES_A_CALL]}],
            )
            for at in range(0, len(wanted), INTERFACES_A_CALL)
        )
    )
    return {
        interface["NetworkInterfaceId"]: clean(interface.get("Association", {}).get("PublicDnsName", ""))
        for answer in answers
        for interface in answer
        if "NetworkInterfaceId" in interface
    }


def judge_tasks(found: list[dict[str, Any]], now: float, slow: float) -> list[Finding]:
    """The verdicts on all tasks of a service; of those that stopped with one fault the newest speaks for all."""
    kept: list[Finding] = []
    alike: dict[str, list[Finding]] = {}
    for task in found:
        finding, fault = judge_task(task, now, slow), _fault(task) if task.get("lastStatus") == "STOPPED" else ""
        (alike.setdefault(f"{task.get('group')} {fault}", []) if fault else kept).append(finding)
    for stopped in alike.values():
        newest = max(stopped, key=lambda finding: finding.since or datetime.min.replace(tzinfo=UTC))
        if len(stopped) > 1:
            more = f"{newest.what} So ended {len(stopped)} tasks within the last hour."
            newest = replace(newest, what=clean(more), value=clean(f"{len(stopped)} STOPPED"))
        kept.append(newest)
    return kept


def judge_task(task: dict[str, Any], now: float, slow: float) -> Finding:
    """The verdict on one task as DescribeTasks tells of it, at `now` in epoch seconds."""
    status, health = task.get("lastStatus", "unknown"), task.get("healthStatus", "UNKNOWN")
    name = name_of(task)
    value = clean(status if health == "UNKNOWN" else f"{status}, {health}")
    if status == "STOPPED":
        fault, unsure = _fault(task), _unsure(task)
        what = clean(f"Stopped: {unsure or fault or task.get('stoppedReason') or 'as asked.'}")
        level = Level.UNKNOWN if unsure else Level.WARN if fault else Level.OK
        return Finding(tasks.name, name, level, what, value, Clean("exit 0"), since=task.get("stoppedAt"))
    if untold := _untold(task):
        return Finding(tasks.name, name, Level.UNKNOWN, Clean(untold), value, Clean("RUNNING"))
    waiting = now - epoch(task["createdAt"]) if "createdAt" in task else 0.0
    if status in _STARTING and waiting > slow:
        what = clean(f"Has been starting for {span(waiting)}. Its events in ecs.services may say why.")
        return Finding(tasks.name, name, Level.WARN, what, value, Clean(f"RUNNING within {span(slow)}"))
    if health == "UNHEALTHY":
        what = Clean("Its health check fails.")
        return Finding(tasks.name, name, Level.WARN, what, value, Clean("HEALTHY"))
    word = "Is starting." if status in _STARTING else "Runs." if status == "RUNNING" else "Is stopping."
    return Finding(tasks.name, name, Level.OK, Clean(word), value, Clean("RUNNING"))


def _untold(task: dict[str, Any]) -> str:
    """What was not told of a task that has not stopped, and without which it cannot be judged; empty where all was."""
    if "lastStatus" not in task:
        return "Whether it runs was not told."
    if task["lastStatus"] in _STARTING and "createdAt" not in task:
        return "It is starting; since when was not told."
    if task["lastStatus"] == "RUNNING" and "healthStatus" not in task:
        return "Whether it is healthy was not told."
    return ""


def _unsure(task: dict[str, Any]) -> str:
    """What was not told of a stopped task, and without which nobody knows whether it stopped well; empty otherwise."""
    codes = [container.get("exitCode") for container in task.get("containers", ())]
    if "stopCode" not in task and all(code in _SIGNALLED for code in codes):
        return "who or what stopped it was not told."
    if task.get("stopCode") == "EssentialContainerExited" and all(code is None for code in codes):
        return "with which exit code was not told."
    return ""


def name_of(task: dict[str, Any]) -> Clean:
    """How a task is named for people: by its service, else its family, and the beginning of its id."""
    group = task.get("group", "").removeprefix("service:").removeprefix("family:")
    owner = group or last(task.get("taskDefinitionArn", "")).partition(":")[0] or "a task"
    return clean(f"{owner} {last(task.get('taskArn', ''))[:ID_SHOWN] or 'whose id was not told'}")


def _fault(task: dict[str, Any]) -> str:
    """Why a stopped task did not stop well; empty where it did."""
    reason = task.get("stoppedReason", "")
    wanted = task.get("stopCode") in _ENDED_ON_REQUEST
    for container in task.get("containers", ()):
        code, said = container.get("exitCode"), container.get("reason", "")
        if any(bad in said for bad in _BAD_REASON) or (code and not (wanted and code in _SIGNALLED)):
            name = container.get("name", "a container")
            how = "without an exit code" if code is None else f"with exit code {code}"
            return f"{name} ended {how}. {said} {reason}".strip()
    if task.get("stopCode") == "TaskFailedToStart" or any(bad in reason for bad in _BAD_REASON):
        return reason or "it failed to start."
    return ""


def _attachment(task: dict[str, Any]) -> dict[str, str]:
    """What is known of a task's own network interface, by name."""
    details = (
        detail
        for attachment in task.get("attachments", ())
        if attachment.get("type") in ("ElasticNetworkInterface", "eni")
        for detail in attachment.get("details", ())
    )
    return {detail["name"]: detail["value"] for detail in details if "name" in detail and "value" in detail}


def _detail(task: dict[str, Any], names: dict[str, Clean], logs: tuple[Clean, ...]) -> Detail:
    return Detail(
        resource=name_of(task),
        kind=TASK,
        arn=clean(task.get("taskArn", "")),
        facts=tuple((name, value) for name, value in _facts(task, names) if value),
        events=tuple(sorted(_events(task), key=lambda event: event.at, reverse=True)),
        related=(
            clean(task.get("group", "").removeprefix("service:")),
            clean(last(task.get("taskDefinitionArn", ""))),
            clean(last(task.get("clusterArn", ""))),
        ),
        logs=logs,
    )


def _facts(task: dict[str, Any], names: dict[str, Clean]) -> Iterator[tuple[str, Clean]]:
    interface = _attachment(task)
    yield "Task", clean(last(task.get("taskArn", "")))
    yield "Service", clean(task.get("group", "").removeprefix("service:"))
    yield "Last status", clean(task.get("lastStatus", "unknown"))
    yield "Desired status", clean(task.get("desiredStatus", ""))
    yield "Health", clean(task.get("healthStatus", ""))
    for name, key in (("Created at", "createdAt"), ("Started at", "startedAt"), ("Stopped at", "stoppedAt")):
        yield name, stamp(task[key]) if key in task else Clean("")
    yield "Stop code", clean(task.get("stopCode", ""))
    yield "Stopped reason", clean(task.get("stoppedReason", ""))
    yield "Public DNS", names.get(interface.get("networkInterfaceId", ""), Clean(""))
    yield "Private IP", clean(interface.get("privateIPv4Address", ""))
    yield "Network interface", clean(interface.get("networkInterfaceId", ""))
    yield "Task definition", clean(last(task.get("taskDefinitionArn", "")))
    yield "Launch type", clean(task.get("launchType", ""))
    yield "Availability Zone", clean(task.get("availabilityZone", ""))
    yield "CPU units", clean(task.get("cpu", ""))
    yield "Memory, MiB", clean(task.get("memory", ""))
    for container in task.get("containers", ()):
        ended = f"exit code {container['exitCode']} {container.get('reason', '')}" if "exitCode" in container else ""
        yield (
            f"Container {clean(container.get('name', 'unknown'))}",
            clean(ended.strip() or container.get("lastStatus", "")),
        )


def _events(task: dict[str, Any]) -> Iterator[Event]:
    """The moments of a task's life."""
    moments = (
        ("stoppedAt", f"stopped: {task.get('stoppedReason', '')}"),
        ("stoppingAt", "stopping"),
        ("startedAt", "started"),
        ("pullStoppedAt", "image pulled"),
        ("createdAt", "created"),
    )
    for key, text in moments:
        if key in task:
            bad = key == "stoppedAt" and bool(_fault(task))
            yield Event(task[key], clean(text.removesuffix(": ")), Level.WARN if bad else Level.OK)
