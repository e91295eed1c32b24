"""Amazon ECS: services, their deployments and events."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from console.readings.concurrently import concurrently
from console.readings.each import chunks, each, once
from console.readings.numbers import DAY, stamp
from console.readings.source import Detail, Event, Finding, Level, Report, check
from console.services.ecs.judge import NAME, is_missing, judge_service, last, name_of
from console.services.ecs.kinds import SERVICE, EcsCluster
from console.services.ecs.rollout import BY_OTHERS, controller, primary, strategy, task_sets
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

SERVICES_A_CALL: Final = 10
"""DescribeServices takes at most 10 services (ECS API reference)."""

EVENTS: Final = 10
"""How many of a service's newest events a Detail keeps."""

_BAD_EVENT: Final = ("unable to", "unhealthy", "failed", "rolling back")

_log_groups: Final[WeakKeyDictionary[Aws, dict[str, tuple[Clean, ...]]]] = WeakKeyDictionary()


@check(
    NAME,
    period=15,
    permissions=("ecs:DescribeServices", "ecs:ListServices", "ecs:DescribeTaskDefinition"),
    thresholds={"rollback_warn": DAY},
    wants=lambda stack: stack.of(EcsCluster),
    overview=True,
)
async def services(aws: Aws, stack: Stack) -> Report:
    """ECS services run the tasks that they should.

    A service that runs fewer tasks than desired is a warning, one that runs none of those desired is
    critical; so is a deployment that has failed, also while it is rolled back. Afterwards that is a warning for
    `rollback_warn` seconds. Another warning is a deployment whose tasks fail in a row.
    """
    recent = services.limits(stack)["rollback_warn"]
    return await each(
        services.name,
        stack.of(EcsCluster),
        lambda cluster: cluster.cluster,
        lambda cluster: _cluster(aws, cluster, recent),
    )


async def _cluster(aws: Aws, cluster: EcsCluster, recent: float) -> Report:
    answers = await read_services(aws, cluster)
    if not answers:
        what = Clean("No service in this cluster.")
        return Report((Finding(services.name, clean(cluster.cluster), Level.OK, what),))
    present, now = [answer for answer in answers if "reason" not in answer and not is_missing(answer)], time.time()
    logs = await concurrently(*(log_groups(aws, a.get("taskDefinition", ""), cluster.region) for a in present))
    return Report(
        tuple(finding for answer in answers for finding in judge_service(answer, now, recent)),
        tuple(_detail(answer, groups) for answer, groups in zip(present, logs, strict=True)),
    )


async def read_services(aws: Aws, cluster: EcsCluster) -> list[dict[str, Any]]:
    """The services of a cluster that belong to the stack, as DescribeServices tells of them. Raises `Failure`.

    One that does not exist is there all the same, as `is_missing` tells; one of which ECS could not tell has a
    `reason` in its place.
    """
    names: Sequence[str] = cluster.services
    if not names:
        names = await aws.items("ecs", "list_services", "serviceArns", cluster=cluster.cluster, region=cluster.region)
    names = once(names, last)
    answers = await described(aws, cluster, "services", names, SERVICES_A_CALL)
    untold = [one for answer, asked in answers for one in _untold(answer, asked)]
    return once([service for answer, _ in answers for service in answer["services"]], _arn) + untold


async def described(
    aws: Aws, cluster: EcsCluster, kind: str, names: Sequence[str], most: int
) -> list[tuple[dict[str, Any], Sequence[str]]]:
    """What ECS tells of ``services`` or ``tasks``, `most` a call: each answer with what it was asked for.

    Raises `Failure`.
    """

    def asked(part: Sequence[str]) -> dict[str, Any]:
        return {"cluster": cluster.cluster, kind: part}

    parts = list(chunks(names, most))
    answers = await concurrently(
        *(aws.call("ecs", f"describe_{kind}", expect=kind, region=cluster.region, **asked(part)) for part in parts)
    )
    return list(zip(answers, parts, strict=True))


def _arn(service: dict[str, Any]) -> object:
    return service.get("serviceArn")


def _untold(answer: dict[str, Any], asked: Sequence[str]) -> list[dict[str, Any]]:
    """The services of which DescribeServices tells only why it does not tell more, or not even that."""
    failed = [_failed(failure) for failure in answer.get("failures", ())]
    told = {str(name_of(one)) for one in (*answer["services"], *failed)}
    left_out = [
        {"serviceName": name, "reason": "left out of the answer"} for name in map(last, asked) if name not in told
    ]
    return failed + (left_out if len(asked) > len(answer["services"]) + len(failed) else [])


def _failed(failure: dict[str, Any]) -> dict[str, Any]:
    reason = failure.get("reason", "no reason given")
    name = {"serviceName": last(failure["arn"])} if "arn" in failure else {}
    return name | ({"status": reason} if reason == "MISSING" else {"reason": failure.get("detail", reason)})


async def log_groups(aws: Aws, task_definition: str, region: str | None) -> tuple[Clean, ...]:
    """The log groups to which a task definition's containers write with awslogs. Raises `Failure`.

    A revision never changes, so it is read once.
    """
    known = _log_groups.setdefault(aws, {})
    if task_definition and task_definition not in known:
        answer = await aws.call(
            "ecs",
            "describe_task_definition",
            expect="taskDefinition",
            region=region,
            taskDefinition=task_definition,
        )
        containers = answer["taskDefinition"].get("containerDefinitions", ())
        groups = (c.get("logConfiguration", {}).get("options", {}).get("awslogs-group") for c in containers)
        known[task_definition] = tuple(dict.fromkeys(clean(group) for group in groups if group))
    return known.get(task_definition, ())


def _detail(service: dict[str, Any], logs: tuple[Clean, ...]) -> Detail:
    return Detail(
        resource=name_of(service),
        kind=SERVICE,
        arn=clean(service.get("serviceArn", "")),
        facts=tuple(fact for fact in _facts(service, primary(service)) if fact[1]),
        events=tuple(
            Event(event["createdAt"], clean(event["message"]), _event_level(event["message"]))
            for event in service.get("events", ())[:EVENTS]
            if "createdAt" in event and "message" in event
        ),
        related=(clean(last(service.get("taskDefinition", ""))), clean(last(service.get("clusterArn", "")))),
        logs=logs,
    )


def _facts(service: dict[str, Any], newest: dict[str, Any]) -> Iterable[tuple[str, Clean]]:
    yield "Status", clean(service.get("status", "unknown"))
    for name in ("Desired", "Running", "Pending"):
        yield name, clean(service.get(f"{name.lower()}Count", "unknown"))
    yield "Task definition", clean(last(service.get("taskDefinition", "")))
    yield "Launch type", clean(service.get("launchType", "") or _providers(service))
    yield "Scheduling", clean(service.get("schedulingStrategy", ""))
    yield "Cluster", clean(last(service.get("clusterArn", "")))
    if controller(service) in BY_OTHERS:
        yield "Deployments by", clean(f"{controller(service)}: {BY_OTHERS[controller(service)]}")
        yield from (("Task set", _task_set(one)) for one in task_sets(service))
    else:
        yield "Strategy", clean(strategy(service))
    if newest:
        yield "Rollout", clean(newest.get("rolloutState", "unknown"))
        yield "Rollout reason", clean(newest.get("rolloutStateReason", ""))
        yield "Deployment", clean(newest.get("id", ""))
        yield "Deployed", stamp(newest["createdAt"]) if "createdAt" in newest else Clean("")
        yield "Failed tasks", clean(newest.get("failedTasks", "unknown"))


def _providers(service: dict[str, Any]) -> str:
    """The capacity providers in whose proportion tasks are placed; unknown where neither they nor a type is told."""
    told = service.get("capacityProviderStrategy", ())
    shares = [f"{one.get('capacityProvider', 'unknown')} (weight {one.get('weight', 0)})" for one in told]
    return f"capacity providers {', '.join(shares)}" if shares else "unknown"


def _task_set(told: dict[str, Any]) -> Clean:
    scale = told.get("scale", {}).get("value")
    return clean(
        f"{told.get('id', 'unknown')}: {told.get('status', 'unknown')}, {told.get('runningCount', 'unknown')} of "
        f"{told.get('computedDesiredCount', 'unknown')} running"
        f"{'' if scale is None else f' at {scale:g} %'}, {told.get('stabilityStatus', 'unknown')}"
    )


def _event_level(message: str) -> Level:
    return Level.WARN if any(word in message for word in _BAD_EVENT) else Level.OK
