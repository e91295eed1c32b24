"""ECS: services, tasks and utilisation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.operations.ecs import Restart
from console.problems import Failure, Kind
from console.sources.base import Level
from console.sources.ecs import judge_service, services
from console.sources.ecs_tasks import judge_task, judge_tasks, tasks
from console.sources.ecs_utilisation import utilisation
from console.stack import EcsCluster, Stack

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW = NOON.timestamp()
ARN = "arn:aws:ecs:eu-west-1:123456789012:{}"
STACK = Stack(name="one", ecs=(EcsCluster(cluster="live", services=("web",)),))


def service(running: int, desired: int, rollout: str = "COMPLETED", pending: int = 0, **more: Any) -> dict[str, Any]:
    deployment = {"status": "PRIMARY", "rolloutState": rollout, "createdAt": NOON, "updatedAt": NOON} | more
    return {
        "serviceName": "web",
        "serviceArn": ARN.format("service/live/web"),
        "clusterArn": ARN.format("cluster/live"),
        "status": "ACTIVE",
        "runningCount": running,
        "desiredCount": desired,
        "pendingCount": pending,
        "deployments": [deployment],
        "taskDefinition": ARN.format("task-definition/web:7"),
    }


@pytest.mark.parametrize(
    ("answer", "verdicts"),
    [
        (service(2, 2), [(Level.OK, "Runs as many tasks as desired.")]),
        (service(0, 0), [(Level.OK, "Scaled to 0.")]),
        (service(2, 2, "IN_PROGRESS"), [(Level.OK, "A deployment is in progress.")]),
        (service(1, 2), [(Level.WARN, "Fewer tasks run than desired.")]),
        (service(1, 2, "IN_PROGRESS", 1), [(Level.WARN, "Fewer tasks run than desired. A deployment is in progress.")]),
        (service(0, 2), [(Level.CRIT, "No task is running.")]),
        (
            service(2, 2, "FAILED", rolloutStateReason="tasks failed to start"),
            [(Level.CRIT, "The newest deployment failed: tasks failed to start")],
        ),
        (
            service(1, 2, "FAILED"),
            [
                (Level.CRIT, "The newest deployment failed: no reason given"),
                (Level.WARN, "Fewer tasks run than desired."),
            ],
        ),
        (
            {"serviceName": "web", "status": "INACTIVE"},
            [(Level.CRIT, "The service does not exist in this cluster. Check its name in the stack file.")],
        ),
    ],
)
def test_service(answer: dict[str, Any], verdicts: list[tuple[Level, str]]) -> None:
    assert [(finding.level, finding.what) for finding in judge_service(answer)] == verdicts


@pytest.mark.parametrize(
    ("answer", "fix"),
    [
        (service(2, 2), None),
        (service(1, 2), Restart("web", "live")),
        (service(0, 2), Restart("web", "live")),
        (service(0, 2, "IN_PROGRESS"), None),
    ],
)
def test_a_service_that_lacks_tasks_can_be_restarted(answer: dict[str, Any], fix: Restart | None) -> None:
    assert [finding.fix for finding in judge_service(answer)] == [fix]


DEFINITION = {
    "taskDefinition": {
        "containerDefinitions": [
            {"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/web"}}},
            {"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/web"}}},
            {},
        ]
    }
}


async def test_services_know_their_log_groups_and_newest_events(canned: Callable[..., Any]) -> None:
    events = [{"createdAt": NOON, "message": f"(service web) was unable to place {at}"} for at in range(12)]
    aws = canned(
        {
            "describe_services": {"services": [service(2, 2) | {"events": events}]},
            "describe_task_definition": DEFINITION,
        }
    )
    report = await services.fetch(aws, STACK)
    (detail,) = report.details
    assert detail.logs == ("/ecs/web",)
    assert len(detail.events) == 10 and detail.events[0].level is Level.WARN
    assert ("Deployed", "2026-11-20 12:00:00 UTC") in detail.facts
    await services.fetch(aws, STACK)
    assert [name for name, _ in aws.asked].count("describe_task_definition") == 1, "a revision never changes"


async def test_asks_for_ten_services_a_call(canned: Callable[..., Any]) -> None:
    names = [f"s{at}" for at in range(23)]
    aws = canned(
        {
            "list_services": {"serviceArns": names},
            "describe_services": lambda params: {
                "services": [service(1, 1) | {"serviceName": name} for name in params["services"][:-1]],
                "failures": [{"arn": ARN.format(f"service/live/{params['services'][-1]}"), "reason": "MISSING"}],
            },
            "describe_task_definition": DEFINITION,
        }
    )
    report = await services.fetch(aws, Stack(name="one", ecs=(EcsCluster(cluster="live"),)))
    assert [len(params["services"]) for name, params in aws.asked if name == "describe_services"] == [10, 10, 3]
    assert {finding.resource for finding in report.findings} == set(names)
    assert {finding.resource for finding in report.findings if finding.level is Level.CRIT} == {"s9", "s19", "s22"}


async def test_a_cluster_without_services_is_told(canned: Callable[..., Any]) -> None:
    report = await services.fetch(
        canned({"list_services": {"serviceArns": []}}), Stack(name="x", ecs=(EcsCluster(cluster="live"),))
    )
    assert [(f.level, f.what) for f in report.findings] == [(Level.OK, "No service in this cluster.")]


def task(status: str, **more: Any) -> dict[str, Any]:
    return {
        "taskArn": ARN.format("task/live/0a1b"),
        "taskDefinitionArn": ARN.format("task-definition/web:7"),
        "group": "service:web",
        "lastStatus": status,
        "createdAt": NOON - timedelta(minutes=5),
        "containers": [],
    } | more


def ended(code: int | None, stop: str, reason: str = "", said: str = "") -> dict[str, Any]:
    container = {"name": "app", "reason": said} | ({} if code is None else {"exitCode": code})
    return task("STOPPED", stopCode=stop, stoppedReason=reason, stoppedAt=NOON, containers=[container])


SCALED = "Scaling activity initiated by deployment ecs-svc/1"


@pytest.mark.parametrize(
    ("answer", "level", "words"),
    [
        (task("RUNNING", healthStatus="HEALTHY"), Level.OK, "Runs."),
        (task("RUNNING", healthStatus="UNHEALTHY"), Level.WARN, "health check fails"),
        (task("PENDING"), Level.OK, "Is starting."),
        (task("PENDING", createdAt=NOON - timedelta(minutes=11)), Level.WARN, "starting for 11 min"),
        (task("DEPROVISIONING"), Level.OK, "Is stopping."),
        (ended(0, "EssentialContainerExited", "Essential container in task exited"), Level.OK, "Stopped"),
        (ended(143, "ServiceSchedulerInitiated", SCALED), Level.OK, SCALED),
        (ended(137, "UserInitiated", "Task stopped by user"), Level.OK, "by user"),
        (ended(1, "ServiceSchedulerInitiated", SCALED), Level.WARN, "app ended with exit code 1."),
        (ended(143, "EssentialContainerExited"), Level.WARN, "exit code 143"),
        (ended(137, "UserInitiated", "", "OutOfMemoryError: killed"), Level.WARN, "OutOfMemoryError"),
        (
            ended(143, "ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group x)"),
            Level.WARN,
            "failed ELB health checks",
        ),
        (ended(None, "TaskFailedToStart", "CannotPullContainerError: no such image"), Level.WARN, "CannotPull"),
    ],
)
def test_task(answer: dict[str, Any], level: Level, words: str) -> None:
    finding = judge_task(answer, NOW, 600)
    assert finding.level is level
    assert words in finding.what
    assert finding.resource == "web 0a1b"


@pytest.mark.parametrize(
    ("group", "name"),
    [("service:web", "web 0a1b2c3d"), ("family:batch", "batch 0a1b2c3d"), ("", "web 0a1b2c3d")],
)
def test_a_task_is_named_by_what_it_belongs_to_and_the_beginning_of_its_id(group: str, name: str) -> None:
    found = task("RUNNING", taskArn=ARN.format("task/live/0a1b2c3d4e5f"), group=group)
    assert judge_task(found, NOW, 600).resource == name


def test_tasks_that_stopped_with_one_fault_are_one_finding_of_the_newest() -> None:
    def stopped(number: int, code: int) -> dict[str, Any]:
        at = {"stoppedAt": NOON - timedelta(minutes=number), "taskArn": ARN.format(f"task/live/{number}")}
        return ended(code, "EssentialContainerExited") | at

    found = [stopped(3, 1), stopped(1, 1), stopped(2, 1), stopped(4, 139), task("RUNNING")]
    findings = judge_tasks(found, NOW, 600)
    assert [(f.resource, f.value) for f in findings] == [
        ("web 0a1b", "RUNNING"),
        ("web 1", "3 STOPPED"),
        ("web 4", "STOPPED"),
    ]
    assert findings[1].what.endswith("So ended 3 tasks within the last hour.")


async def test_tasks_have_the_public_name_of_their_interface(canned: Callable[..., Any]) -> None:
    attachment = {
        "type": "ElasticNetworkInterface",
        "details": [
            {"name": "networkInterfaceId", "value": "eni-1"},
            {"name": "privateIPv4Address", "value": "10.0.0.9"},
        ],
    }
    found = [
        task("RUNNING", attachments=[attachment]),
        ended(1, "EssentialContainerExited") | {"taskArn": ARN.format("task/live/old")},
    ]
    aws = canned(
        {
            "list_tasks": lambda params: {"taskArns": ["a"] if params["desiredStatus"] == "RUNNING" else ["b"]},
            "describe_tasks": {"tasks": found},
            "describe_task_definition": DEFINITION,
            "describe_network_interfaces": {
                "NetworkInterfaces": [
                    {"NetworkInterfaceId": "eni-1", "Association": {"PublicDnsName": "ec2-1.example"}}
                ]
            },
        }
    )
    report = await tasks.fetch(aws, STACK)
    facts = dict(report.details[0].facts)
    assert facts["Public DNS"] == "ec2-1.example" and facts["Private IP"] == "10.0.0.9"
    assert report.details[0].logs == ("/ecs/web",)
    assert dict(report.details[1].facts)["Container app"] == "exit code 1"
    assert [event.text for event in report.details[1].events] == ["stopped", "created"]
    assert [finding.level for finding in report.findings] == [Level.OK, Level.WARN]


async def test_no_task_is_a_finding_too(canned: Callable[..., Any]) -> None:
    report = await tasks.fetch(canned({"list_tasks": {"taskArns": []}}), STACK)
    assert [(finding.resource, finding.value) for finding in report.findings] == [("web", "0 tasks")]


@pytest.mark.parametrize(
    ("running", "values", "levels"),
    [
        (2, {"CPUUtilization": [50.0], "MemoryUtilization": [50.0]}, [Level.OK, Level.OK]),
        (2, {"CPUUtilization": [81.0], "MemoryUtilization": [91.0]}, [Level.WARN, Level.CRIT]),
        (2, {"CPUUtilization": [50.0]}, [Level.OK, Level.UNKNOWN]),
        (0, {}, [Level.OK]),
    ],
)
async def test_utilisation(
    canned: Callable[..., Any], running: int, values: dict[str, list[float]], levels: list[Level]
) -> None:
    aws = canned(
        {"describe_services": {"services": [service(running, 2)]}, "describe_clusters": {"clusters": [{}]}}, **values
    )
    report = await utilisation.fetch(aws, STACK)
    assert [finding.level for finding in report.findings] == levels
    assert "Container Insights is off" in dict(report.details[0].facts)["Running tasks from"]
    assert [line.label for line in report.details[0].series] == ["CPU", "Memory"]


async def test_counts_running_tasks_where_container_insights_is_on(canned: Callable[..., Any]) -> None:
    settings = [{"name": "containerInsights", "value": "enhanced"}]
    aws = canned(
        {
            "describe_services": {"services": [service(2, 2)]},
            "describe_clusters": {"clusters": [{"settings": settings}]},
        },
        RunningTaskCount=[2.0, 1.0],
    )
    report = await utilisation.fetch(aws, STACK)
    assert report.details[0].series[2].last == 1
    assert aws.metrics.asked[2].namespace == "ECS/ContainerInsights"


async def test_a_service_of_which_nothing_is_told_is_not_taken_for_gone(canned: Callable[..., Any]) -> None:
    for source in (services, utilisation):
        with pytest.raises(Failure, match="leaves out 1 of the services") as caught:
            await source.fetch(
                canned({"describe_services": {"services": []}, "describe_clusters": {"clusters": []}}), STACK
            )
        assert caught.value.problem.kind is Kind.SUSPECT


async def test_tasks_of_which_nothing_is_told_are_not_taken_for_none(canned: Callable[..., Any]) -> None:
    arns = [ARN.format(f"task/live/{name}") for name in "ab"]
    told = {"list_tasks": {"taskArns": arns}, "describe_tasks": {"tasks": [], "failures": [{"arn": arns[0]}]}}
    with pytest.raises(Failure, match="leaves out 1 of the tasks"):
        await tasks.fetch(canned(told), STACK)
    told["describe_tasks"]["failures"].append({"arn": arns[1]})
    assert (await tasks.fetch(canned(told), STACK)).findings == ()


async def test_a_service_whose_status_is_not_told_is_not_taken_for_gone(canned: Callable[..., Any]) -> None:
    answer = service(2, 2)
    del answer["status"]
    with pytest.raises(Failure, match="lacks 'status'"):
        await services.fetch(canned({"describe_services": {"services": [answer]}}), STACK)


def test_a_container_may_end_without_an_exit_code() -> None:
    container = {"name": "web", "reason": "OutOfMemoryError: killed"}
    stopped = {
        "taskArn": ARN.format("task/live/abc"), "taskDefinitionArn": ARN.format("task-definition/web:7"),
        "lastStatus": "STOPPED", "containers": [container],
    }  # fmt: skip
    finding = judge_task(stopped, NOW, 600)
    assert finding.level is Level.WARN
    assert finding.what == "Stopped: web ended without an exit code. OutOfMemoryError: killed"
