"""Changes take time, are refused where AWS refuses them, and cure what is wrong."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.conftest import DemoServer

DISTRIBUTION = "E2QWRUHAPOMQZL"


def test_an_invalidation_completes_after_a_while(demo: DemoServer) -> None:
    cloudfront = demo.client("cloudfront")
    batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": "test-1"}
    made = cloudfront.create_invalidation(DistributionId=DISTRIBUTION, InvalidationBatch=batch)["Invalidation"]
    assert made["Status"] == "InProgress"
    again = cloudfront.create_invalidation(DistributionId=DISTRIBUTION, InvalidationBatch=batch)["Invalidation"]
    assert again["Id"] == made["Id"]
    waiter = cloudfront.get_waiter("invalidation_completed")
    waiter.wait(DistributionId=DISTRIBUTION, Id=made["Id"], WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})


def test_an_etag_that_is_out_of_date_is_refused(demo: DemoServer) -> None:
    cloudfront = demo.client("cloudfront")
    found = cloudfront.get_distribution_config(Id=DISTRIBUTION)
    config = found["DistributionConfig"]
    with pytest.raises(ClientError, match="PreconditionFailed"):
        cloudfront.update_distribution(Id=DISTRIBUTION, DistributionConfig=config, IfMatch="E0OLDOLDOLD")
    done = cloudfront.update_distribution(Id=DISTRIBUTION, DistributionConfig=config, IfMatch=found["ETag"])
    assert done["ETag"] != found["ETag"]
    assert done["Distribution"]["Status"] == "InProgress"
    waiter = cloudfront.get_waiter("distribution_deployed")
    waiter.wait(Id=DISTRIBUTION, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})


@pytest.fixture
def table(demo: DemoServer) -> Any:
    """Names of tables that a test makes; gone afterwards."""
    dynamodb = demo.client("dynamodb")
    made = ["past-source", "past-target"]
    keys = [{"AttributeName": "id", "KeyType": "HASH"}]
    dynamodb.create_table(
        TableName=made[0],
        KeySchema=keys,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield made
    for name in made:
        dynamodb.delete_table(TableName=name)


def next_second(demo: DemoServer) -> datetime:
    """Wait for the next whole second: the API takes no finer times."""
    when = (demo.now() + timedelta(seconds=1)).replace(microsecond=0)
    time.sleep((when - demo.now()).total_seconds())
    return when


def test_a_restore_goes_back_in_time(demo: DemoServer, table: list[str]) -> None:
    dynamodb = demo.client("dynamodb")
    source, target = table
    when = demo.now()
    restore = {"SourceTableName": source, "TargetTableName": target, "RestoreDateTime": when}
    with pytest.raises(ClientError, match="PointInTimeRecoveryUnavailable"):
        dynamodb.restore_table_to_point_in_time(**restore)
    wish = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName=source, PointInTimeRecoverySpecification=wish)
    for number in range(3):
        dynamodb.put_item(TableName=source, Item={"id": {"S": str(number)}, "state": {"S": "good"}})
    restore["RestoreDateTime"] = next_second(demo)
    dynamodb.put_item(TableName=source, Item={"id": {"S": "0"}, "state": {"S": "corrupt"}})
    dynamodb.delete_item(TableName=source, Key={"id": {"S": "1"}})
    dynamodb.update_item(
        TableName=source,
        Key={"id": {"S": "2"}},
        UpdateExpression="SET #s = :s",
        ExpressionAttributeNames={"#s": "state"},
        ExpressionAttributeValues={":s": {"S": "corrupt"}},
    )
    made = dynamodb.restore_table_to_point_in_time(**restore)["TableDescription"]
    assert made["TableStatus"] == "CREATING" and made["RestoreSummary"]["RestoreInProgress"]
    dynamodb.get_waiter("table_exists").wait(TableName=target, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})
    items = dynamodb.scan(TableName=target)["Items"]
    assert sorted((item["id"]["S"], item["state"]["S"]) for item in items) == [(n, "good") for n in "012"]


def test_a_table_with_a_new_index_can_still_be_restored(demo: DemoServer, table: list[str]) -> None:
    dynamodb = demo.client("dynamodb")
    source, target = table
    index = {
        "IndexName": "ownerIndex",
        "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    changed = dynamodb.update_table(
        TableName=source,
        AttributeDefinitions=[{"AttributeName": "owner", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": index}],
    )["TableDescription"]
    assert changed["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    backup = dynamodb.create_backup(TableName=source, BackupName="before")["BackupDetails"]
    assert backup["BackupStatus"] == "CREATING"
    made = dynamodb.restore_table_from_backup(TargetTableName=target, BackupArn=backup["BackupArn"])
    assert made["TableDescription"]["TableStatus"] == "CREATING"


def test_a_function_is_updated_after_a_while(demo: DemoServer) -> None:
    functions = demo.client("lambda")
    name = "mra-mines-map-list-staging"
    answer = functions.update_function_configuration(FunctionName=name, MemorySize=512)
    assert answer["LastUpdateStatus"] == "InProgress"
    waiter = functions.get_waiter("function_updated")
    waiter.wait(FunctionName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 100})
    assert functions.get_function_configuration(FunctionName=name)["MemorySize"] == 512


def test_a_function_gets_no_more_than_aws_gives(demo: DemoServer) -> None:
    functions = demo.client("lambda")
    name = "mra-mines-map-list-staging"

    def refused(ask: str, **asked: Any) -> str:
        with pytest.raises(ClientError) as caught:
            getattr(functions, ask)(FunctionName=name, **asked)
        return f"{caught.value.response['Error']['Code']}: {caught.value.response['Error']['Message']}"

    too_much = refused("update_function_configuration", MemorySize=10_241)
    assert too_much.startswith("ValidationException: ")
    assert "at 'memorySize' failed to satisfy constraint" in too_much
    assert too_much.endswith("Member must have value less than or equal to 10240")
    assert "at 'timeout'" in refused("update_function_configuration", Timeout=901)
    assert "Call the GetFunction/GetAlias API" in refused("update_function_configuration", Timeout=9, RevisionId="r")
    limit = functions.get_account_settings()["AccountLimit"]
    most = limit["UnreservedConcurrentExecutions"] - 100
    few = refused("put_function_concurrency", ReservedConcurrentExecutions=most + 1)
    assert few.startswith("InvalidParameterValueException: ")
    assert "below its minimum value of [100]" in few
    for reserved in (most, most - 1, 0):
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)
        left = functions.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
        assert left == limit["UnreservedConcurrentExecutions"] - reserved
    functions.delete_function_concurrency(FunctionName=name)
