"""Amazon ECS: services, their deployments and events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from console.operations.ecs import Restart
from console.sources.base import Detail, Event, Finding, Level, Report, check
from console.sources.each import all_told, chunks, each
from console.sources.numbers import stamp
from console.sources.together import together
from console.stack import EcsCluster, Stack
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
    "ecs.services",
    period=15,
    permissions=("ecs:DescribeServices", "ecs:ListServices", "ecs:DescribeTaskDefinition"),
    wants=lambda stack: stack.ecs,
    overview=True,
)
async def services(aws: Aws, stack: Stack) -> Report:
    """ECS services run the tasks that they should.

    A service that runs fewer tasks than desired is a warning, one that runs none of those desired is
    critical; so is a deployment that has failed.
    """
    return await each(services.name, stack.ecs, lambda cluster: cluster.cluster, lambda cluster: _cluster(aws, cluster))


async def _cluster(aws: Aws, cluster: EcsCluster) -> Report:
    answers = await read_services(aws, cluster)
    if not answers:
        what = Clean("No service in this cluster.")
        return Report((Finding(services.name, clean(cluster.cluster), Level.OK, what),))
    present = [answer for answer in answers if not is_missing(answer)]
    logs = await together(*(log_groups(aws, a.get("taskDefinition", ""), cluster.region) for a in present))
    return Report(
        tuple(finding for answer in answers for finding in judge_service(answer)),
        tuple(_detail(answer, groups) for answer, groups in zip(present, logs, strict=True)),
    )


async def read_services(aws: Aws, cluster: EcsCluster) -> list[dict[str, Any]]:
    """The services of a cluster that belong to the stack, as DescribeServices tells of them. Raises `Failure`.

    One that does not exist is there all the same, as `is_missing` tells.
    """
    names: Sequence[str] = cluster.services
    if not names:
        names = await aws.items("ecs", "list_services", "serviceArns", cluster=cluster.cluster, region=cluster.region)
    asked = list(chunks(names, SERVICES_A_CALL))
    answers = await together(
        *(
            aws.call(
                "ecs",
                "describe_services",
                expect="services",
                region=cluster.region,
                cluster=cluster.cluster,
                services=some,
            )
            for some in asked
        )
    )
    found = [one for answer, some in zip(answers, asked, strict=True) for one in all_told(answer, "services", some)]
    gone = [
        {"serviceName": last(failure["arn"]), "status": "INACTIVE"}
        for answer in answers
        for failure in answer.get("failures", ())
    ]
    return found + gone


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


def is_missing(service: dict[str, Any]) -> bool:
    """Whether a service does not exist: never, or no more."""
    return bool(service["status"] == "INACTIVE")


def judge_service(service: dict[str, Any]) -> Iterator[Finding]:
    """The verdicts on one service as DescribeServices tells of it."""
    name = clean(service["serviceName"])
    if is_missing(service):
        what = Clean("The service does not exist in this cluster. Check its name in the stack file.")
        yield Finding(services.name, name, Level.CRIT, what, Clean("MISSING"), Clean("ACTIVE"))
        return
    desired, running, pending = service["desiredCount"], service["runningCount"], service["pendingCount"]
    value = Clean(f"{running} of {desired} running" + (f", {pending} pending" if pending else ""))
    newest = _newest(service)
    rollout = newest.get("rolloutState", "")
    if rollout == "FAILED":
        what = clean(f"The newest deployment failed: {newest.get('rolloutStateReason', 'no reason given')}")
        since = newest.get("updatedAt")
        yield Finding(services.name, name, Level.CRIT, what, value, Clean("COMPLETED"), since=since)
    threshold = Clean("running >= desired")
    if running < desired:
        level = Level.CRIT if running == 0 else Level.WARN
        text = "No task is running." if running == 0 else "Fewer tasks run than desired."
        text += " A deployment is in progress." if rollout == "IN_PROGRESS" else ""
        fix = None if rollout == "IN_PROGRESS" else Restart(service["serviceName"], last(service["clusterArn"]))
        yield Finding(services.name, name, level, Clean(text), value, threshold, fix)
    elif rollout != "FAILED":
        text = "A deployment is in progress." if rollout == "IN_PROGRESS" else "Runs as many tasks as desired."
        text = "Scaled to 0." if desired == 0 else text
        yield Finding(services.name, name, Level.OK, Clean(text), value, threshold)


def _detail(service: dict[str, Any], logs: tuple[Clean, ...]) -> Detail:
    return Detail(
        resource=clean(service["serviceName"]),
        kind="ECS service",
        arn=clean(service.get("serviceArn", "")),
        facts=tuple(fact for fact in _facts(service, _newest(service)) if fact[1]),
        events=tuple(
            Event(event["createdAt"], clean(event["message"]), _event_level(event["message"]))
            for event in service.get("events", ())[:EVENTS]
        ),
        related=(clean(last(service.get("taskDefinition", ""))), clean(last(service.get("clusterArn", "")))),
        logs=logs,
    )


def _facts(service: dict[str, Any], newest: dict[str, Any]) -> Iterable[tuple[str, Clean]]:
    yield "Status", clean(service["status"])
    yield "Desired", clean(service["desiredCount"])
    yield "Running", clean(service["runningCount"])
    yield "Pending", clean(service["pendingCount"])
    yield "Task definition", clean(last(service.get("taskDefinition", "")))
    yield "Launch type", clean(service.get("launchType", "") or "capacity providers")
    yield "Cluster", clean(last(service.get("clusterArn", "")))
    if newest:
        yield "Rollout", clean(newest.get("rolloutState", "unknown"))
        yield "Rollout reason", clean(newest.get("rolloutStateReason", ""))
        yield "Deployment", clean(newest.get("id", ""))
        yield "Deployed", stamp(newest["createdAt"]) if "createdAt" in newest else Clean("")
        yield "Failed tasks", clean(newest.get("failedTasks", 0))
    yield "Deployments", clean(len(service.get("deployments", ())))


def _newest(service: dict[str, Any]) -> dict[str, Any]:
    """The deployment that is to replace all others; empty where the service has none."""
    return next((d for d in service.get("deployments", ()) if d.get("status") == "PRIMARY"), {})


def _event_level(message: str) -> Level:
    return Level.WARN if any(word in message for word in _BAD_EVENT) else Level.OK


def last(arn: str) -> str:
    """The name at the end of an ARN."""
    return arn.rpartition("/")[2]
