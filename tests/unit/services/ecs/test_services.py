"""ECS: services, tasks and utilisation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.problems import Failure
from console.readings.source import Level
from console.services.ecs.judge import judge_service
from console.services.ecs.kinds import EcsCluster
from console.services.ecs.operations import Restart
from console.services.ecs.services import services
from console.services.ecs.tasks import judge_task, judge_tasks, tasks
from console.services.ecs.utilisation import utilisation
from console.stack.stack import Stack

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NOW = NOON.timestamp()
ARN = "arn:aws:ecs:eu-west-1:123456789012:{}"
STACK = Stack(name="one", parts=(EcsCluster(cluster="live", services=("web",)),))


def service(running: int, desired: int, rollout: str = "COMPLETED", pending: int = 0, **more: Any) -> dict[str, Any]:
    told = {"rolloutState": rollout, "createdAt": NOON, "updatedAt": NOON}
    deployment = {"id": "ecs-svc/2", "status": "PRIMARY"} | told | more
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


STAYS = "It was not rolled back, and starts no more tasks."


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
            [(Level.CRIT, f"Deployment ecs-svc/2 failed: tasks failed to start. {STAYS}")],
        ),
        (
            service(1, 2, "FAILED"),
            [
                (Level.CRIT, f"Deployment ecs-svc/2 failed: AWS gave no reason. {STAYS}"),
                (Level.WARN, "Fewer tasks run than desired."),
            ],
        ),
        (
            {"serviceName": "web", "status": "MISSING"},
            [(Level.CRIT, "The service does not exist in this cluster. Check its name in the stack file.")],
        ),
        (
            {"serviceName": "web", "status": "INACTIVE"},
            [(Level.CRIT, "The service was deleted. Take it out of the stack file, or create it again.")],
        ),
        (
            service(1, 0) | {"status": "DRAINING"},
            [(Level.WARN, "The service is being deleted; its tasks are stopping.")],
        ),
        ({"serviceName": "web", "reason": "slow"}, [(Level.UNKNOWN, "ECS did not tell of it.")]),
    ],
)
def test_service(answer: dict[str, Any], verdicts: list[tuple[Level, str]]) -> None:
    assert [(finding.level, finding.what) for finding in judge_service(answer, NOW)] == verdicts


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
    assert [finding.fix for finding in judge_service(answer, NOW)] == [fix]


OLD = {"id": "ecs-svc/1", "status": "ACTIVE", "rolloutState": "COMPLETED"}
BACK = {"id": "ecs-svc/1", "status": "PRIMARY", "rolloutState": "IN_PROGRESS"}
BACK |= {"rolloutStateReason": "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1."}
LOST = {"id": "ecs-svc/2", "status": "ACTIVE", "rolloutState": "FAILED", "rolloutStateReason": "tasks failed to start."}


def events(*texts: str, at: datetime = NOON) -> dict[str, Any]:
    """Newest first, as ECS tells them."""
    return {"events": [{"createdAt": at, "message": f"(service web) {text}"} for text in texts]}


DEPLOYED = ("(deployment ecs-svc/2) deployment completed.",)
TAKEN_BACK = (
    "has reached a steady state.",
    "(deployment ecs-svc/2) deployment completed.",
    "rolling back to deployment ecs-svc/2.",
    "(deployment ecs-svc/3) deployment failed: tasks failed to start.",
)
AFTERWARDS = ("(deployment ecs-svc/4) deployment completed.", *TAKEN_BACK)


@pytest.mark.parametrize(
    ("answer", "verdicts"),
    [
        # Old deployments linger while their tasks end.
        (service(2, 2) | {"deployments": [{**OLD, "id": "ecs-svc/2", "status": "PRIMARY"}, OLD]}, [(Level.OK, "Runs")]),
        (
            service(2, 2) | {"deployments": [BACK, LOST]},
            [(Level.CRIT, "Deployment ecs-svc/2 failed: tasks failed to start. ecs-svc/1 is in its place.")],
        ),
        # One that is being taken back is told before it is FAILED.
        (
            service(2, 2) | {"deployments": [BACK, {**LOST, "rolloutState": "IN_PROGRESS"}]},
            [(Level.CRIT, "Deployment ecs-svc/2 failed: ECS deployment circuit breaker: rolling back")],
        ),
        # Whoever deployed anew after a failure has no failure any more.
        (service(2, 2) | {"deployments": [{**OLD, "id": "c", "status": "PRIMARY"}, LOST]}, [(Level.OK, "Runs")]),
        (
            service(2, 2, "IN_PROGRESS", failedTasks=3),
            [(Level.WARN, "3 tasks of the deployment in progress failed in a row. No circuit"), (Level.OK, "A deploy")],
        ),
        (service(2, 2) | events(*DEPLOYED), [(Level.OK, "Runs")]),
        (
            service(2, 2) | events(*TAKEN_BACK),
            [
                (Level.WARN, "The last deployment failed and was rolled back: tasks failed to start."),
                (Level.OK, "Runs"),
            ],
        ),
        (service(2, 2) | events(*TAKEN_BACK, at=NOON - timedelta(days=2)), [(Level.OK, "Runs")]),
        (service(2, 2) | events(*DEPLOYED, *TAKEN_BACK[3:]), [(Level.OK, "Runs")]),
        (service(2, 2, id="ecs-svc/4") | events(*AFTERWARDS), [(Level.OK, "Runs")]),
    ],
)
def test_a_deployment_that_failed_is_told_with_its_cause(
    answer: dict[str, Any], verdicts: list[tuple[Level, str]]
) -> None:
    found = list(judge_service(answer, NOW))
    assert [finding.level for finding in found] == [level for level, _ in verdicts], found
    assert all(finding.what.startswith(words) for finding, (_, words) in zip(found, verdicts, strict=True)), found


def test_a_circuit_breaker_that_is_on_is_not_said_to_be_off() -> None:
    breaks = {"deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}}
    first, _ = judge_service(service(2, 2, "IN_PROGRESS", failedTasks=3) | breaks, NOW)
    assert first.level is Level.WARN and "circuit" not in first.what


def test_behind_a_classic_load_balancer_no_rollout_state_is_told() -> None:
    plain = service(2, 2)
    del plain["deployments"][0]["rolloutState"]
    assert [finding.level for finding in judge_service(plain, NOW)] == [Level.UNKNOWN, Level.OK]
    classic = plain | {"loadBalancers": [{"loadBalancerName": "web", "containerName": "app", "containerPort": 80}]}
    assert [finding.level for finding in judge_service(classic, NOW)] == [Level.OK]


def by_others(controller: str, running: int, *sets: dict[str, Any], desired: int = 4) -> dict[str, Any]:
    told = service(running, desired) | {"deployments": [], "taskSets": list(sets)}
    return told | {"deploymentController": {"type": controller}}


def task_set(status: str = "PRIMARY", scale: float = 100.0, steady: bool = True) -> dict[str, Any]:
    stability = "STEADY_STATE" if steady else "STABILIZING"
    return {"id": "ecs-svc/9", "status": status, "scale": {"value": scale}, "stabilityStatus": stability}


@pytest.mark.parametrize(
    ("controller", "name"), [("CODE_DEPLOY", "CodeDeploy"), ("EXTERNAL", "an external controller")]
)
@pytest.mark.parametrize(
    ("running", "sets", "level", "words"),
    [
        (4, [task_set()], Level.OK, "Runs as many tasks as desired."),
        (2, [task_set(scale=50.0)], Level.OK, "Runs as many tasks as desired."),
        (8, [task_set(), task_set("ACTIVE")], Level.OK, "A deployment by {} is in progress."),
        (4, [task_set(steady=False)], Level.OK, "A deployment by {} is in progress."),
        (4, [task_set(), task_set("DRAINING")], Level.OK, "Runs as many tasks as desired."),
        (3, [task_set()], Level.WARN, "Fewer tasks run than desired."),
        (0, [task_set()], Level.CRIT, "No task is running."),
        (0, [], Level.WARN, "It has no task set: nothing runs until {} makes one."),
    ],
)
def test_a_service_with_task_sets_is_judged_by_them(
    controller: str, name: str, running: int, sets: list[dict[str, Any]], level: Level, words: str
) -> None:
    (finding,) = judge_service(by_others(controller, running, *sets), NOW)
    assert (finding.level, finding.what) == (level, words.format(name))
    assert finding.fix is None, "ecs.restart refuses it"


def test_task_sets_that_were_not_told_are_not_none() -> None:
    untold = by_others("CODE_DEPLOY", 4)
    del untold["taskSets"]
    assert [finding.level for finding in judge_service(untold, NOW)] == [Level.UNKNOWN]
    (scaled,) = judge_service(by_others("EXTERNAL", 0, desired=0), NOW)
    assert (scaled.level, scaled.what) == (Level.OK, "Scaled to 0.")


@pytest.mark.parametrize(
    ("running", "desired", "words"),
    [(3, 3, "Runs on every instance that it may use."), (0, 0, "No instance is there to run on.")],
)
def test_a_daemon_runs_on_every_instance(running: int, desired: int, words: str) -> None:
    (finding,) = judge_service(service(running, desired) | {"schedulingStrategy": "DAEMON"}, NOW)
    assert (finding.level, finding.what) == (Level.OK, words)


@pytest.mark.parametrize(
    ("strategy", "kind"), [("BLUE_GREEN", "blue/green"), ("LINEAR", "linear"), ("CANARY", "canary")]
)
def test_a_gradual_deployment_is_called_so(strategy: str, kind: str) -> None:
    gradual = service(4, 2, "IN_PROGRESS") | {"deploymentConfiguration": {"strategy": strategy}}
    (finding,) = judge_service(gradual, NOW)
    assert (finding.level, finding.what) == (Level.OK, f"A {kind} deployment is in progress.")


async def test_the_facts_are_in_the_words_of_what_makes_the_deployments(canned: Callable[..., Any]) -> None:
    providers = [{"capacityProvider": "FARGATE_SPOT", "weight": 3}, {"capacityProvider": "FARGATE", "weight": 1}]
    told = [
        service(2, 2) | {"serviceName": "a", "serviceArn": "a", "launchType": "FARGATE"},
        service(2, 2) | {"serviceName": "b", "serviceArn": "b", "capacityProviderStrategy": providers},
        service(2, 2) | {"serviceName": "c", "serviceArn": "c"},
        by_others("CODE_DEPLOY", 4, task_set()) | {"serviceName": "d", "serviceArn": "d"},
    ]
    aws = canned({"describe_services": {"services": told}, "describe_task_definition": DEFINITION})
    report = await services.fetch(aws, STACK)
    rolled, spread, untold, other = [dict(detail.facts) for detail in report.details]
    assert (rolled["Launch type"], rolled["Strategy"]) == ("FARGATE", "ROLLING")
    assert spread["Launch type"] == "capacity providers FARGATE_SPOT (weight 3), FARGATE (weight 1)"
    assert untold["Launch type"] == "unknown"
    assert other["Deployments by"] == "CODE_DEPLOY: CodeDeploy" and "Strategy" not in other
    assert other["Task set"] == "ecs-svc/9: PRIMARY, unknown of unknown running at 100 %, STEADY_STATE"


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
    told = events(*(f"was unable to place {at}" for at in range(12)))
    aws = canned(
        {
            "describe_services": {"services": [service(2, 2) | told]},
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
    listed = [*names, ARN.format("service/live/s0")]
    aws = canned(
        {
            "list_services": {"serviceArns": listed},
            "describe_services": lambda params: {
                "services": [
                    service(1, 1) | {"serviceName": name, "serviceArn": ARN.format(f"service/live/{name}")}
                    for name in params["services"][:-1]
                ],
                "failures": [{"arn": ARN.format(f"service/live/{params['services'][-1]}"), "reason": "MISSING"}],
            },
            "describe_task_definition": DEFINITION,
        }
    )
    report = await services.fetch(aws, Stack(name="one", parts=(EcsCluster(cluster="live"),)))
    assert [len(params["services"]) for name, params in aws.asked if name == "describe_services"] == [10, 10, 3]
    assert sorted(finding.resource for finding in report.findings) == sorted(names), "listed twice, it is one"
    assert {finding.resource for finding in report.findings if finding.level is Level.CRIT} == {"s9", "s19", "s22"}


async def test_a_cluster_without_services_is_told(canned: Callable[..., Any]) -> None:
    report = await services.fetch(
        canned({"list_services": {"serviceArns": []}}), Stack(name="x", parts=(EcsCluster(cluster="live"),))
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
        task("RUNNING", attachments=[attachment], healthStatus="HEALTHY"),
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
    (found,) = (await services.fetch(canned({"describe_services": {"services": []}}), STACK)).findings
    assert (found.resource, found.level, found.what) == ("web", Level.UNKNOWN, "ECS did not tell of it.")
    assert found.value == "left out of the answer"


async def test_tasks_of_which_nothing_is_told_are_not_taken_for_none(canned: Callable[..., Any]) -> None:
    arns = [ARN.format(f"task/live/{name}") for name in "ab"]
    told = {"list_tasks": {"taskArns": arns}, "describe_tasks": {"tasks": [], "failures": [{"arn": arns[0]}]}}
    with pytest.raises(Failure, match="leaves out 1 of the tasks"):
        await tasks.fetch(canned(told), STACK)
    told["describe_tasks"]["failures"].append({"arn": arns[1]})
    assert (await tasks.fetch(canned(told), STACK)).findings == ()


def test_a_container_may_end_without_an_exit_code() -> None:
    container = {"name": "web", "reason": "OutOfMemoryError: killed"}
    stopped = {
        "taskArn": ARN.format("task/live/abc"), "taskDefinitionArn": ARN.format("task-definition/web:7"),
        "lastStatus": "STOPPED", "containers": [container],
    }  # fmt: skip
    finding = judge_task(stopped, NOW, 600)
    assert finding.level is Level.WARN
    assert finding.what == "Stopped: web ended without an exit code. OutOfMemoryError: killed"


async def test_a_service_goes_by_the_name_in_its_arn_where_no_other_is_told(canned: Callable[..., Any]) -> None:
    nameless = {key: value for key, value in service(1, 2).items() if key != "serviceName"}
    aws = canned(
        {
            "describe_services": {"services": [nameless]},
            "describe_clusters": {"clusters": [{}]},
            "describe_task_definition": DEFINITION,
        },
        CPUUtilization=[50.0],
        MemoryUtilization=[50.0],
    )
    assert {finding.resource for finding in (await utilisation.fetch(aws, STACK)).findings} == {"web"}
    (lacking,) = (await services.fetch(aws, STACK)).findings
    assert (lacking.resource, lacking.fix) == ("web", Restart("web", "live"))
