"""ECS of the embedded AWS behaves as ECS does: tasks take time, deployments roll out, events tell of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from console.demo import record
from console.readings.source import Level
from console.services.ecs.judge import judge_service
from tests.deadlines import until

if TYPE_CHECKING:
    from tests.conftest import DemoServer

CLUSTER = "mra-mines-cluster-staging"
FRONTEND = "mra-mines-frontend-staging"
PROCESSOR = "mra-mines-processor-staging"


@pytest.fixture(scope="module")
def ecs(demo: DemoServer) -> Any:
    return demo.client("ecs")


@pytest.fixture
def service(ecs: Any) -> Iterator[str]:
    """The frontend, put back to two tasks and steady afterwards."""
    yield FRONTEND
    ecs.update_service(cluster=CLUSTER, service=FRONTEND, desiredCount=2)
    wait_stable(ecs)


def wait_stable(ecs: Any) -> None:
    ecs.get_waiter("services_stable").wait(
        cluster=CLUSTER, services=[FRONTEND], WaiterConfig={"Delay": 0.05, "MaxAttempts": 200}
    )


def describe(ecs: Any, name: str = FRONTEND) -> dict[str, Any]:
    (found,) = ecs.describe_services(cluster=CLUSTER, services=[name])["services"]
    return found


def messages(ecs: Any, since: int) -> list[str]:
    """The newest events, those that were not among the first `since`."""
    events = describe(ecs)["events"]
    return [event["message"] for event in events[: len(events) - since]]


def tasks(ecs: Any, status: str = "RUNNING", name: str = FRONTEND) -> list[dict[str, Any]]:
    arns = ecs.list_tasks(cluster=CLUSTER, serviceName=name, desiredStatus=status)["taskArns"]
    return ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"] if arns else []


def test_scaling_up_starts_tasks_that_take_time(ecs: Any, service: str) -> None:
    seen = len(describe(ecs)["events"])
    answer = ecs.update_service(cluster=CLUSTER, service=service, desiredCount=3)["service"]
    assert (answer["runningCount"], answer["pendingCount"], answer["desiredCount"]) == (2, 1, 3)
    for _ in range(5):
        describe(ecs)
    wait_stable(ecs)
    assert describe(ecs)["runningCount"] == 3
    assert {task["lastStatus"] for task in tasks(ecs)} == {"RUNNING"}
    newest, started = messages(ecs, seen)
    assert newest == f"(service {service}) has reached a steady state."
    assert started.startswith(f"(service {service}) has started 1 tasks: (task ")


def test_a_task_is_not_moved_on_by_being_described(ecs: Any) -> None:
    for _ in range(8):
        found = tasks(ecs)
    assert {task["lastStatus"] for task in found} == {"RUNNING"}


def test_scaling_down_stops_tasks_with_a_reason(ecs: Any, service: str) -> None:
    ecs.update_service(cluster=CLUSTER, service=service, desiredCount=1)
    wait_stable(ecs)
    stopped = tasks(ecs, "STOPPED")
    assert stopped and len(tasks(ecs)) == 1
    assert stopped[-1]["stoppedReason"].startswith("Scaling activity initiated by (deployment ecs-svc/")
    assert stopped[-1]["stopCode"] == "ServiceSchedulerInitiated"


def test_forcing_a_deployment_replaces_every_task(ecs: Any, service: str) -> None:
    before = {task["taskArn"] for task in tasks(ecs)}
    old = describe(ecs)["deployments"][0]["id"]
    answer = ecs.update_service(cluster=CLUSTER, service=service, forceNewDeployment=True)["service"]
    fresh, draining = answer["deployments"]
    assert (fresh["status"], fresh["rolloutState"], draining["status"]) == ("PRIMARY", "IN_PROGRESS", "ACTIVE")
    assert draining["id"] == old
    wait_stable(ecs)
    (only,) = describe(ecs)["deployments"]
    assert (only["id"], only["rolloutState"]) == (fresh["id"], "COMPLETED")
    assert not before & {task["taskArn"] for task in tasks(ecs)}
    assert f"(service {service}) (deployment {fresh['id']}) deployment completed." in messages(ecs, 0)


def test_an_older_task_definition_can_be_deployed(ecs: Any, service: str) -> None:
    newest = describe(ecs)["taskDefinition"]
    family = newest.rpartition(":")[0].rpartition("/")[2]
    ecs.update_service(cluster=CLUSTER, service=service, taskDefinition=f"{family}:1")
    wait_stable(ecs)
    assert {task["taskDefinitionArn"] for task in tasks(ecs)} == {newest.rpartition(":")[0] + ":1"}
    ecs.update_service(cluster=CLUSTER, service=service, taskDefinition=newest)


@pytest.mark.parametrize("name", [f"{FRONTEND}:latest", f"{FRONTEND}:99", "no-such-family"])
def test_an_unknown_task_definition_is_refused(ecs: Any, name: str) -> None:
    with pytest.raises(ClientError, match="Unable to describe task definition"):
        ecs.update_service(cluster=CLUSTER, service=FRONTEND, taskDefinition=name)


def test_a_task_has_a_public_address(demo: DemoServer, ecs: Any) -> None:
    details = {item["name"]: item["value"] for item in tasks(ecs)[0]["attachments"][0]["details"]}
    found = demo.client("ec2").describe_network_interfaces(NetworkInterfaceIds=[details["networkInterfaceId"]])
    name = found["NetworkInterfaces"][0]["Association"]["PublicDnsName"]
    assert name.startswith("ec2-") and name.endswith(".eu-west-1.compute.amazonaws.com")


def test_the_cluster_counts_its_tasks(ecs: Any) -> None:
    (cluster,) = ecs.describe_clusters(clusters=[CLUSTER])["clusters"]
    assert cluster["activeServicesCount"] == 2
    assert cluster["runningTasksCount"] >= 3


def test_what_does_not_exist_is_said_to_be_missing(ecs: Any) -> None:
    failures = ecs.describe_tasks(cluster=CLUSTER, tasks=["0" * 32])["failures"]
    assert [failure["reason"] for failure in failures] == ["MISSING"]


def test_the_processor_runs_out_of_memory(
    serving: Callable[[Path], AbstractContextManager[DemoServer]], tmp_path: Path
) -> None:
    with serving(tmp_path) as untouched:
        ecs = untouched.client("ecs")
        stopped = [task for task in tasks(ecs, "STOPPED", PROCESSOR) if task["lastStatus"] == "STOPPED"]
        assert stopped[0]["stopCode"] == "EssentialContainerExited"
        assert stopped[0]["containers"][0]["exitCode"] == 137
        assert stopped[0]["containers"][0]["reason"].startswith("OutOfMemoryError")
        events = [event["message"] for event in describe(ecs, PROCESSOR)["events"]]
        assert any("unable to consistently start tasks" in message for message in events)


@pytest.mark.parametrize("rollback", [True, False])
def test_the_circuit_breaker_fails_a_deployment(
    serving: Callable[..., AbstractContextManager[DemoServer]], tmp_path: Path, rollback: bool
) -> None:
    with serving(tmp_path, stacks=["mra-mines"]) as server:
        ecs = server.client("ecs")
        breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": rollback}}
        # With room for one task at a time it is not complete before its tasks end.
        narrow = {**breaker, "maximumPercent": 50, "minimumHealthyPercent": 0}
        ecs.update_service(cluster=CLUSTER, service=FRONTEND, deploymentConfiguration=narrow)
        before = describe(ecs)
        (former,) = before["deployments"]
        record.get(server.url, "/scenario/outage", timeout=60)
        until(lambda: any("deployment failed: " in text for text in messages(ecs, len(before["events"]))))
        if rollback:
            wide = {**breaker, "maximumPercent": 200, "minimumHealthyPercent": 100}
            ecs.update_service(cluster=CLUSTER, service=FRONTEND, deploymentConfiguration=wide)
            until(lambda: describe(ecs)["deployments"][0]["rolloutState"] == "COMPLETED")
        found = describe(ecs)
        texts = messages(ecs, len(before["events"]))
        verdicts = list(judge_service(found, time.time()))
    newest = found["deployments"][0]
    assert (f"(service {FRONTEND}) rolling back to deployment {former['id']}." in texts) is rollback
    assert (newest["id"] == former["id"]) is rollback
    assert (found["taskDefinition"] == before["taskDefinition"]) is rollback
    first = verdicts[0]
    if rollback:
        assert (first.level, first.what) == (
            Level.WARN,
            "The last deployment failed and was rolled back: tasks failed to start.",
        )
    else:
        assert first.level is Level.CRIT and "circuit breaker: tasks failed to start. It was not rolled" in first.what
