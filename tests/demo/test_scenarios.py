"""Emergencies of the demo befall a stack, and end when they are dealt with."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from console.demo import record
from console.demo.options import SCENARIOS, DemoError, ServerOptions
from tests.deadlines import until

if TYPE_CHECKING:
    from tests.conftest import DemoServer

Serving = Callable[[Path], AbstractContextManager[Any]]
CLUSTER, FRONTEND = "mra-mines-cluster-staging", "mra-mines-frontend-staging"


@pytest.fixture(scope="module")
def troubled(serving: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """A demo server of its own, in which everything goes wrong."""
    with serving(tmp_path_factory.mktemp("troubled")) as server:
        for name in SCENARIOS:
            record.get(server.url, f"/scenario/{name}", timeout=60)
        yield server


def until_cured(server: DemoServer, fault: str) -> None:
    """Wait until a fault of the world has gone."""
    until(lambda: fault not in json.loads(record.get(server.url, "/ping"))["faults"])


def test_every_scenario_has_begun_once(troubled: DemoServer) -> None:
    record.get(troubled.url, "/scenario/outage")
    assert json.loads(record.get(troubled.url, "/ping"))["scenarios"] == list(SCENARIOS)


def test_an_outage_ends_with_a_rollback_and_a_new_origin(troubled: DemoServer) -> None:
    ecs, cloudfront, ec2 = (troubled.client(service) for service in ("ecs", "cloudfront", "ec2"))
    (service,) = ecs.describe_services(cluster=CLUSTER, services=[FRONTEND])["services"]
    family, _, revision = service["taskDefinition"].rpartition(":")
    former = f"{family}:{int(revision) - 1}"
    ecs.update_service(cluster=CLUSTER, service=FRONTEND, taskDefinition=former)
    waiter = ecs.get_waiter("services_stable")
    waiter.wait(cluster=CLUSTER, services=[FRONTEND], WaiterConfig={"Delay": 0.1, "MaxAttempts": 200})
    until_cured(troubled, "mra-mines.frontend-crashing")
    (arn, *_) = ecs.list_tasks(cluster=CLUSTER, serviceName=FRONTEND)["taskArns"]
    (task,) = ecs.describe_tasks(cluster=CLUSTER, tasks=[arn])["tasks"]
    details = {item["name"]: item["value"] for item in task["attachments"][0]["details"]}
    (interface,) = ec2.describe_network_interfaces(NetworkInterfaceIds=[details["networkInterfaceId"]])[
        "NetworkInterfaces"
    ]
    found = cloudfront.get_distribution_config(Id="E2QWRUHAPOMQZL")
    found["DistributionConfig"]["Origins"]["Items"][0]["DomainName"] = interface["Association"]["PublicDnsName"]
    cloudfront.update_distribution(
        Id="E2QWRUHAPOMQZL", DistributionConfig=found["DistributionConfig"], IfMatch=found["ETag"]
    )
    until_cured(troubled, "mra-mines.origin-lost")


def test_corrupt_data_can_be_had_back(troubled: DemoServer) -> None:
    dynamodb = troubled.client("dynamodb")
    corrupt = {"FilterExpression": "minefields < :zero", "ExpressionAttributeValues": {":zero": {"N": "0"}}}
    assert dynamodb.scan(TableName="maps", **corrupt)["Count"] > 100
    dynamodb.restore_table_to_point_in_time(
        SourceTableName="maps", TargetTableName="maps-restored", UseLatestRestorableTime=True
    )
    waiter = dynamodb.get_waiter("table_exists")
    waiter.wait(TableName="maps-restored", WaiterConfig={"Delay": 0.1, "MaxAttempts": 200})
    assert dynamodb.scan(TableName="maps-restored", **corrupt)["Count"] == 0
    assert dynamodb.describe_table(TableName="maps-restored")["Table"]["ItemCount"] == 620


def test_a_breach_leaves_traces(troubled: DemoServer) -> None:
    by_user = [{"AttributeKey": "Username", "AttributeValue": "mra-mines-deploy-staging"}]
    events = troubled.client("cloudtrail").lookup_events(LookupAttributes=by_user)["Events"]
    assert {"CreateAccessKey", "DeletePublicAccessBlock", "AdminCreateUser"} <= {event["EventName"] for event in events}
    assert all('"198.51.100.23"' in event["CloudTrailEvent"] for event in events)
    keys = troubled.client("iam").list_access_keys(UserName="mra-mines-deploy-staging")["AccessKeyMetadata"]
    assert len(keys) == 2


def test_a_full_database_is_cured_by_storage(troubled: DemoServer) -> None:
    rds = troubled.client("rds", "expo")
    (found,) = rds.describe_db_instances(DBInstanceIdentifier="expo-project-prod-db")["DBInstances"]
    assert found["DBInstanceStatus"] == "storage-full"
    rds.modify_db_instance(DBInstanceIdentifier="expo-project-prod-db", AllocatedStorage=40, ApplyImmediately=True)
    until_cured(troubled, "expo.connections-taken")


def test_new_code_cures_the_function(troubled: DemoServer) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.js", "exports.handler = async () => ({ statusCode: 200 });\n")
    function = troubled.client("lambda", "gift-tracker")
    function.get_waiter("function_updated").wait(FunctionName="gift-tracker-gifts", WaiterConfig={"Delay": 1})
    function.update_function_code(FunctionName="gift-tracker-gifts", ZipFile=buffer.getvalue())
    until_cured(troubled, "gift-tracker.gifts-failing")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (ServerOptions(scenario="flood"), "has no scenario 'flood'. It has: outage"),
        (ServerOptions(scenario="outage", stacks=("expo",)), "befalls the stack mra-mines"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused(options: ServerOptions, message: str) -> None:
    with pytest.raises(DemoError, match=message):
        options.checked()
