"""What the stack files of the demo name exists in the embedded AWS, and is as wrong as it is meant to be."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest

from console.demo.options import STACKS
from console.logs.kinds import LogGroup
from console.services.apigateway.kinds import RestApi
from console.services.awslambda.kinds import Function
from console.services.cloudfront.kinds import Distribution
from console.services.cloudwatch.kinds import prefixes_of
from console.services.cognitoidp.kinds import UserPool
from console.services.docdb.kinds import DbCluster
from console.services.dynamodb.kinds import Table
from console.services.ec2.kinds import Instances
from console.services.ecr.kinds import Repository
from console.services.ecs.kinds import EcsCluster
from console.services.eks.kinds import EksCluster
from console.services.elasticbeanstalk.kinds import BeanstalkEnvironment
from console.services.elbv2.kinds import LoadBalancer
from console.services.endpoints.kinds import Endpoint
from console.services.rds.kinds import DbInstance
from console.services.s3.kinds import Bucket
from console.services.sns.kinds import Topic
from console.stack.stack import Stack
from console.stack_files.file import parse

if TYPE_CHECKING:
    from tests.conftest import DemoServer

Client = Callable[..., Any]


def stack_of(name: str) -> Stack:
    text = (resources.files("console.demo.stacks") / f"{name}.toml").read_text(encoding="utf-8")
    return parse(text, name)


def look(client: Client, stack: Stack) -> None:
    """Ask for every resource that a stack file names; what does not exist raises."""
    for cluster in stack.of(EcsCluster):
        found = client("ecs").describe_services(cluster=cluster.cluster, services=list(cluster.services))
        assert not found["failures"]
    for distribution in stack.of(Distribution):
        found = client("cloudfront").get_distribution(Id=distribution.id)["Distribution"]
        assert found["DomainName"] == distribution.name
        assert found["Status"] == "Deployed"
    for function in stack.of(Function):
        client("lambda").get_function(FunctionName=function.function)
    for table in stack.of(Table):
        assert client("dynamodb").describe_table(TableName=table.table)["Table"]["TableSizeBytes"] > 0
    for bucket in stack.of(Bucket):
        assert client("s3").list_objects_v2(Bucket=bucket.bucket)["KeyCount"] > 0
    for pool in stack.of(UserPool):
        client("cognito-idp").describe_user_pool(UserPoolId=pool.user_pool)
    for repository in stack.of(Repository):
        assert client("ecr").describe_images(repositoryName=repository.repository)["imageDetails"]
    for group in stack.of(LogGroup):
        (first, *_) = client("logs").describe_log_groups(logGroupNamePrefix=group.group)["logGroups"]
        assert first["logGroupName"] == group.group
    for balancer in stack.of(LoadBalancer):
        (found,) = client("elbv2").describe_load_balancers(Names=[balancer.load_balancer])["LoadBalancers"]
        groups = client("elbv2").describe_target_groups(LoadBalancerArn=found["LoadBalancerArn"])["TargetGroups"]
        for group in groups:
            health = client("elbv2").describe_target_health(TargetGroupArn=group["TargetGroupArn"])
            assert health["TargetHealthDescriptions"]
    for api in stack.of(RestApi):
        client("apigateway").get_stage(restApiId=api.api, stageName=api.stage)
    for instance in stack.of(DbInstance):
        (found,) = client("rds").describe_db_instances(DBInstanceIdentifier=instance.instance)["DBInstances"]
        assert found["DBInstanceStatus"] == "available"
    for cluster in stack.of(DbCluster):
        (found,) = client("docdb").describe_db_clusters(DBClusterIdentifier=cluster.cluster)["DBClusters"]
        assert (found["Engine"], found["Status"], len(found["DBClusterMembers"])) == ("docdb", "available", 2)
    for named in stack.of(BeanstalkEnvironment):
        found = client("elasticbeanstalk").describe_environments(EnvironmentNames=[named.environment])
        assert found["Environments"][0]["Status"] == "Ready"
    for cluster in stack.of(EksCluster):
        assert client("eks").list_nodegroups(clusterName=cluster.cluster)["nodegroups"]
    for instances in stack.of(Instances):
        key, _, value = (instances.tag or "").partition("=")
        tag = [{"Name": f"tag:{key}", "Values": [value]}]
        assert client("ec2").describe_instances(Filters=tag)["Reservations"]
    for topic in stack.of(Topic):
        client("sns").get_topic_attributes(TopicArn=topic.topic)
    for prefix in prefixes_of(stack):
        assert client("cloudwatch").describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"]


@pytest.mark.parametrize("name", STACKS)
def test_every_name_of_a_stack_file_resolves(demo: DemoServer, name: str) -> None:
    stack = stack_of(name)
    assert stack.name == stack.profile == name
    assert demo.client("sts", name).get_caller_identity()["Account"] == stack.account
    look(lambda service: demo.client(service, name), stack)


@pytest.mark.parametrize("name", STACKS)
def test_the_servers_copy_of_a_stack_file_has_real_addresses(demo: DemoServer, name: str) -> None:
    path = next(path for path in demo.record.stack_files if path.stem == name)
    copy = parse(path.read_text(), name)
    assert all(not endpoint.url.startswith("http://demo.invalid") for endpoint in copy.of(Endpoint))
    assert len(copy.of(Endpoint)) == len(stack_of(name).of(Endpoint))


def test_mra_mines_begins_with_its_troubles(demo: DemoServer) -> None:
    dynamodb, cloudwatch = demo.client("dynamodb"), demo.client("cloudwatch")
    recovery = dynamodb.describe_continuous_backups(TableName="map-jobs")["ContinuousBackupsDescription"]
    assert recovery["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"
    newest = max(b["BackupCreationDateTime"] for b in dynamodb.list_backups(TableName="map-jobs")["BackupSummaries"])
    assert 8 < (demo.now() - newest).days < 10
    runtime = demo.client("lambda").get_function_configuration(FunctionName="mra-mines-notify-staging")["Runtime"]
    assert runtime == "nodejs16.x"
    alarms = {a["AlarmName"]: a["StateValue"] for a in cloudwatch.describe_alarms()["MetricAlarms"]}
    assert alarms["mra-mines-lambda-errors-staging"] == "ALARM"
    assert alarms["mra-mines-export-failures-staging"] == "INSUFFICIENT_DATA"
    assert alarms["mra-mines-high-cpu-staging"] == "OK"


def test_the_distribution_leads_to_a_task_of_the_frontend(demo: DemoServer) -> None:
    config = demo.client("cloudfront").get_distribution_config(Id="E2QWRUHAPOMQZL")["DistributionConfig"]
    assert config["Origins"]["Items"][0]["DomainName"].endswith(".eu-west-1.compute.amazonaws.com")


def test_users_of_every_status(demo: DemoServer) -> None:
    pages = demo.client("cognito-idp").get_paginator("list_users").paginate(UserPoolId="eu-west-1_Xk4mRa7Qz")
    users = [user for page in pages for user in page["Users"]]
    assert len(users) == 150
    statuses = {user["UserStatus"] for user in users}
    assert statuses == {"CONFIRMED", "FORCE_CHANGE_PASSWORD", "UNCONFIRMED", "RESET_REQUIRED"}
    assert {user["Enabled"] for user in users} == {True, False}


def test_what_moto_lacks_is_a_proper_error(demo: DemoServer) -> None:
    from botocore.exceptions import ClientError

    for service, operation, arguments in (
        ("evidently", "list_projects", {}),
        ("ssm", "describe_effective_instance_associations", {"InstanceId": "i-0123456789abcdef0"}),
        ("iam", "list_policies_granting_service_access", {"Arn": "x" * 20, "ServiceNamespaces": ["s3"]}),
    ):
        with pytest.raises(ClientError) as caught:
            getattr(demo.client(service), operation)(**arguments)
        assert caught.value.response["Error"]["Code"] == "NotImplemented", service
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
