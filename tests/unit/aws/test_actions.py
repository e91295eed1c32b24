"""Which IAM action an API operation needs, and which operations only read."""

import botocore.session
import pytest

from console.aws.actions import iam_action, is_read


@pytest.mark.parametrize(
    ("service", "operation", "action"),
    [
        ("ecs", "DescribeServices", "ecs:DescribeServices"),
        ("s3", "ListObjectsV2", "s3:ListBucket"),
        ("s3", "ListBuckets", "s3:ListAllMyBuckets"),
        ("elbv2", "DescribeTargetHealth", "elasticloadbalancing:DescribeTargetHealth"),
        ("docdb", "DescribeDBClusters", "rds:DescribeDBClusters"),
        ("apigateway", "GetStages", "apigateway:GET"),
        ("apigateway", "UpdateStage", "apigateway:PATCH"),
        ("apigateway", "CreateDeployment", "apigateway:POST"),
    ],
)
def test_action(service: str, operation: str, action: str) -> None:
    assert iam_action(service, operation) == action


@pytest.mark.parametrize(
    "service", ["ecs", "dynamodb", "cognito-idp", "s3", "lambda", "rds", "logs", "elasticbeanstalk"]
)
def test_nothing_that_changes_something_is_taken_for_a_read(service: str) -> None:
    changing = ("Create", "Delete", "Update", "Put", "Modify", "Start", "Stop", "Restart", "Admin", "Register", "Tag")
    allowed = {"StartQuery", "StopQuery", "StartLiveTail", "AdminGetUser", "AdminListGroupsForUser",
               "AdminListUserAuthEvents", "AdminGetDevice", "AdminListDevices"}  # fmt: skip
    names = botocore.session.get_session().get_service_model(service).operation_names
    taken = {name for name in names if name.startswith(changing) and is_read(service, name)}
    assert taken <= allowed


@pytest.mark.parametrize("operation", ["AdminGetUser", "AdminListGroupsForUser", "AdminListUserAuthEvents"])
def test_the_admin_reads_of_cognito_are_reads(operation: str) -> None:
    assert is_read("cognito-idp", operation)
