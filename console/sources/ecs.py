"""Amazon ECS: services and tasks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from console.sources.base import Detail, Event, Finding, Level, Report, check
from console.stack import EcsCluster, Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

SERVICES_A_CALL = 10
"""DescribeServices takes at most 10 services (ECS API reference)."""


@check(
    "ecs.services",
    period=15,
    permissions=("ecs:DescribeServices", "ecs:ListServices"),
    wants=lambda stack: stack.ecs,
    overview=True,
)
async def services(aws: Aws, stack: Stack) -> Report:
    """ECS services run the tasks that they should.

    A service that runs fewer tasks than desired is a warning, one that runs none of those desired is
    critical; so is a deployment that has failed.
    """
    found = await asyncio.gather(*(_services_of(aws, cluster) for cluster in stack.ecs))
    answers = [answer for group in found for answer in group]
    return Report(
        tuple(finding for answer in answers for finding in judge_service(answer)),
        tuple(_detail(answer) for answer in answers if answer.get("status")),
    )


async def _services_of(aws: Aws, cluster: EcsCluster) -> list[dict[str, Any]]:
    names: list[str] = list(cluster.services)
    if not names:
        names = await aws.items("ecs", "list_services", "serviceArns", cluster=cluster.cluster, region=cluster.region)
    chunks = [names[at : at + SERVICES_A_CALL] for at in range(0, len(names), SERVICES_A_CALL)]
    answers = await asyncio.gather(
        *(
            aws.call(
                "ecs",
                "describe_services",
                expect="services",
                region=cluster.region,
                cluster=cluster.cluster,
                services=chunk,
            )
            for chunk in chunks
        )
    )
    missing = [{"serviceName": _last(gone["arn"]), "missing": True} for a in answers for gone in a.get("failures", ())]
    return [service for answer in answers for service in answer["services"]] + missing


def judge_service(service: dict[str, Any]) -> Iterator[Finding]:
    """The verdicts on one service as DescribeServices tells of it."""
    name = clean(service["serviceName"])
    if service.get("missing") or service.get("status") == "INACTIVE":
        yield Finding(
            "ecs.services",
            name,
            Level.CRIT,
            Clean("The service does not exist in this cluster."),
            Clean("MISSING"),
            Clean("ACTIVE"),
        )
        return
    desired, running, pending = service["desiredCount"], service["runningCount"], service["pendingCount"]
    value = Clean(f"{running} of {desired} running" + (f", {pending} pending" if pending else ""))
    newest: dict[str, Any] = next((d for d in service.get("deployments", ()) if d.get("status") == "PRIMARY"), {})
    rollout = newest.get("rolloutState", "")
    if rollout == "FAILED":
        reason = clean(newest.get("rolloutStateReason", "no reason given"))
        yield Finding(
            "ecs.services",
            name,
            Level.CRIT,
            Clean(f"The newest deployment failed: {reason}"),
            value,
            Clean("COMPLETED"),
        )
    threshold = Clean("running >= desired")
    if running < desired:
        level = Level.CRIT if running == 0 else Level.WARN
        what = "No task is running." if running == 0 else "Fewer tasks run than desired."
        if rollout == "IN_PROGRESS" and pending:
            what += " A deployment is in progress."
        yield Finding("ecs.services", name, level, Clean(what), value, threshold)
    elif rollout != "FAILED":
        what = "A deployment is in progress." if rollout == "IN_PROGRESS" else "Runs as many tasks as desired."
        if desired == 0:
            what = "Scaled to 0."
        yield Finding("ecs.services", name, Level.OK, Clean(what), value, threshold)


def _detail(service: dict[str, Any]) -> Detail:
    newest: dict[str, Any] = next((d for d in service.get("deployments", ()) if d.get("status") == "PRIMARY"), {})
    return Detail(
        resource=clean(service["serviceName"]),
        kind="ECS service",
        arn=clean(service.get("serviceArn", "")),
        facts=tuple(_facts(service, newest)),
        events=tuple(
            Event(event["createdAt"], clean(event["message"]), _event_level(event["message"]))
            for event in service.get("events", ())[:10]
        ),
        related=(clean(_last(service.get("taskDefinition", ""))), clean(_last(service.get("clusterArn", "")))),
    )


def _facts(service: dict[str, Any], newest: dict[str, Any]) -> Iterable[tuple[str, Clean]]:
    yield "Status", clean(service.get("status", ""))
    yield "Desired", clean(service["desiredCount"])
    yield "Running", clean(service["runningCount"])
    yield "Pending", clean(service["pendingCount"])
    yield "Task definition", clean(_last(service.get("taskDefinition", "")))
    yield "Launch type", clean(service.get("launchType", "") or "capacity providers")
    yield "Cluster", clean(_last(service.get("clusterArn", "")))
    if newest:
        yield "Rollout", clean(newest.get("rolloutState", "unknown"))
        if newest.get("createdAt"):
            yield "Deployed", clean(f"{newest['createdAt']:%Y-%m-%d %H:%M:%S %Z}")
        if newest.get("failedTasks"):
            yield "Failed tasks", clean(newest["failedTasks"])


def _event_level(message: str) -> Level:
    bad = ("unable to", "unhealthy", "failed", "stopped", "was unable")
    return Level.WARN if any(word in message for word in bad) else Level.OK


def _last(arn: str) -> str:
    """The name at the end of an ARN."""
    return arn.rpartition("/")[2]
