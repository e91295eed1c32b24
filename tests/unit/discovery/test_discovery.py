"""What an account holds is found without a stack file, however much it is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import boto3
import pytest

from console.aws.call import Aws
from console.aws.login.identity import Identity
from console.discovery.account import account_stack
from console.inventory import listing
from console.logs.kinds import LogGroup
from console.problems import Failure, Problem, ProblemKind
from console.readings.source import Level
from console.services.account.discovered import discovered
from console.services.apigateway.kinds import RestApi
from console.services.awslambda.kinds import Function
from console.services.cloudwatch.kinds import Alarms
from console.services.cognitoidp.kinds import UserPool
from console.services.dynamodb.kinds import Table
from console.services.ecr.kinds import Repository
from console.services.ecs.kinds import EcsCluster
from console.services.elasticbeanstalk.kinds import BeanstalkEnvironment
from console.services.kinds import LISTING_PERMISSIONS, LISTINGS
from console.services.rds.kinds import DbInstance
from console.services.s3.kinds import Bucket
from console.services.sns.kinds import Topic
from console.services.sources import wanted_by
from console.stack.found_account import Account, Crowd, Unlisted
from console.text import Clean

REGION = "eu-west-1"
WHO = Identity(Clean("123456789012"), Clean("arn:aws:iam::123456789012:user/ana"))
Seed = Callable[[str], Any]


def fill(seed: Seed) -> None:
    """One of each of the things that moto can make without much ado."""
    ecs = seed("ecs")
    ecs.create_cluster(clusterName="shop")
    ecs.register_task_definition(family="web", containerDefinitions=[{"name": "web", "image": "web", "memory": 128}])
    ecs.create_service(cluster="shop", serviceName="web", taskDefinition="web", desiredCount=0)
    seed("dynamodb").create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for name in ("shop-db", "graph"):
        seed("rds").create_db_instance(
            DBInstanceIdentifier=name,
            Engine="neptune" if name == "graph" else "postgres",
            DBInstanceClass="db.t3.small",
            AllocatedStorage=20,
            MasterUsername="admin",
            MasterUserPassword="not-a-secret",
        )
    seed("s3").create_bucket(Bucket="shop-site", CreateBucketConfiguration={"LocationConstraint": REGION})
    with closing(boto3.client("s3", region_name="us-east-1", endpoint_url=seed("s3").meta.endpoint_url)) as abroad:
        abroad.create_bucket(Bucket="elsewhere")
    seed("logs").create_log_group(logGroupName="/shop/web")
    seed("sns").create_topic(Name="shop-alarms")
    seed("ecr").create_repository(repositoryName="shop/web")
    seed("cognito-idp").create_user_pool(PoolName="shop")
    beanstalk = seed("elasticbeanstalk")
    beanstalk.create_application(ApplicationName="shop")
    beanstalk.create_environment(ApplicationName="shop", EnvironmentName="shop-prod", SolutionStackName="x")
    api = seed("apigateway").create_rest_api(name="shop")["id"]
    root = seed("apigateway").get_resources(restApiId=api)["items"][0]["id"]
    seed("apigateway").put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    seed("apigateway").put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    seed("apigateway").create_deployment(restApiId=api, stageName="live")
    seed("cloudwatch").put_metric_alarm(
        AlarmName="shop-cpu",
        Namespace="AWS/ECS",
        MetricName="CPUUtilization",
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=80,
        ComparisonOperator="GreaterThanThreshold",
    )


async def test_an_unknown_account_becomes_a_stack_with_what_it_holds(aws: Aws, seed: Seed) -> None:
    fill(seed)
    told: list[str] = []
    stack = await account_stack(aws, WHO, REGION, told.append)
    assert (stack.name, stack.account, stack.region) == ("account-123456789012", "123456789012", REGION)
    assert stack.of(EcsCluster) == (EcsCluster(cluster="shop"),)
    assert stack.of(Table) == (Table(table="orders"),)
    assert stack.of(DbInstance) == (DbInstance(instance="shop-db"),), "Neptune is not RDS"
    assert stack.of(Bucket) == (Bucket(bucket="shop-site"),), "of this region"
    assert stack.of(LogGroup) == (LogGroup(group="/shop/web"),)
    assert stack.of(Topic) == (Topic(topic=f"arn:aws:sns:{REGION}:123456789012:shop-alarms"),)
    assert stack.of(Repository) == (Repository(repository="shop/web"),)
    assert [type(pool) for pool in stack.of(UserPool)] == [UserPool]
    assert stack.of(BeanstalkEnvironment) == (BeanstalkEnvironment(application="shop", environment="shop-prod"),)
    assert [api.stage for api in stack.of(RestApi)] == ["live"]
    assert stack.of(Alarms) == (Alarms(prefixes=("",)),)
    assert (stack.crowds, stack.unlisted, stack.skip) == ((), (), ())
    assert aws.called <= set(LISTING_PERMISSIONS)
    assert told[-1].endswith(f"{len(LISTINGS)} of {len(LISTINGS)} kinds ...")
    assert {source.name for source in wanted_by(stack)} >= {"ecs.services", "dynamodb.tables", "alarms.firing"}


async def test_an_empty_account_is_a_stack_without_anything(aws: Aws) -> None:
    stack = await account_stack(aws, WHO, REGION)
    assert wanted_by(stack) == ()
    assert stack.of(Alarms) == (), "no alarm is no warning"


class Scripted:
    """An AWS that answers listings from a table: items by operation, or a failure; a page holds 1,000."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.pages_read = 0

    async def region(self, service: str = "sts") -> str:
        del service
        return REGION

    async def call(self, service: str, operation: str, *, expect: str, **params: Any) -> dict[str, Any]:
        del service, params
        found = self.answers.get(operation, [])
        if isinstance(found, Problem):
            raise Failure(found)
        return {expect: found}

    async def pages(self, service: str, operation: str, *, expect: str, **params: Any) -> Any:
        found = (await self.call(service, operation, expect=expect, **params))[expect]
        if expect == "DistributionList":
            yield {expect: {"Items": found}}
            return
        for at in range(0, max(len(found), 1), 1000):
            self.pages_read += 1
            yield {expect: found[at : at + 1000]}


async def found_in(scripted: Scripted) -> Account:
    return await account_stack(scripted, WHO, REGION)  # type: ignore[arg-type]


DENIED = Problem(ProblemKind.DENIED, Clean("Access denied: lambda:ListFunctions."), permission="lambda:ListFunctions")


async def test_what_may_not_be_listed_is_said_and_hides_nothing_else() -> None:
    stack = await found_in(Scripted(list_functions=DENIED, list_tables=["orders"]))
    assert stack.of(Table) == (Table(table="orders"),)
    assert stack.unlisted == (Unlisted("Lambda functions", DENIED),)
    report = await discovered.fetch(None, stack)  # type: ignore[arg-type]
    (finding,) = report.findings
    assert (finding.resource, finding.level) == ("Lambda functions", Level.UNKNOWN)
    assert "lambda:ListFunctions" in finding.what


async def test_what_an_account_does_not_offer_is_no_fault() -> None:
    absent = Problem(ProblemKind.UNAVAILABLE, Clean("OptInRequired"))
    report = await discovered.fetch(None, await found_in(Scripted(list_clusters=absent)))  # type: ignore[arg-type]
    assert {finding.level for finding in report.findings} == {Level.OK}


@pytest.mark.parametrize("kind", [ProblemKind.LOGIN, ProblemKind.NETWORK])
async def test_an_account_that_cannot_be_asked_at_all_is_a_failure_not_an_empty_stack(kind: ProblemKind) -> None:
    problem = Problem(kind, Clean("No."))

    class Dead(Scripted):
        async def call(self, service: str, operation: str, *, expect: str, **params: Any) -> dict[str, Any]:
            raise Failure(problem)

    with pytest.raises(Failure) as failed:
        await found_in(Dead())
    assert failed.value.problem is problem


async def test_credentials_that_end_meanwhile_are_told_at_once() -> None:
    with pytest.raises(Failure):
        await found_in(Scripted(list_tables=["orders"], list_functions=Problem(ProblemKind.LOGIN, Clean("Expired."))))


async def test_of_thousands_all_are_listed_but_not_each_is_judged() -> None:
    names = [f"f{number:04}" for number in range(5000)]
    functions = [{"FunctionName": name, "FunctionArn": f"arn:aws:lambda:x:1:function:{name}"} for name in names]
    stack = await found_in(Scripted(list_functions=functions, list_clusters=["arn:aws:ecs:x:1:cluster/shop"]))
    assert stack.of(Function) == ()
    (crowd,) = stack.crowds
    assert (crowd.kind, crowd.count, crowd.cut) == ("Lambda functions", "5,000", False)
    assert "lambda.functions" not in {source.name for source in wanted_by(stack)}
    report = await discovered.fetch(None, stack)  # type: ignore[arg-type]
    assert "judged by their alarms alone" in report.findings[0].what
    assert report.findings[0].value == "0 of 5,000 judged one by one"
    assert [finding.resource for finding in report.findings[1:]] == names


async def test_services_of_big_clusters_are_described_but_their_metrics_are_not_asked() -> None:
    stack = await found_in(
        Scripted(
            list_clusters=["arn:aws:ecs:x:1:cluster/shop"],
            list_services=[f"arn:aws:ecs:x:1:service/shop/s{n}" for n in range(1000)],
        )
    )
    assert stack.of(EcsCluster) == (EcsCluster(cluster="shop"),)
    assert stack.crowds == (Crowd("ECS services", 1000, skipped=("ecs.tasks", "ecs.utilisation")),)
    asked = {source.name for source in wanted_by(stack)}
    assert "ecs.services" in asked and not asked & {"ecs.tasks", "ecs.utilisation"}
    report = await discovered.fetch(None, stack)  # type: ignore[arg-type]
    assert "without ecs.tasks, ecs.utilisation" in report.findings[0].what


async def test_what_is_listed_twice_is_one() -> None:
    names = [f"f{number:03}" for number in range(listing.JUDGED + 20)]
    functions = [{"FunctionName": name, "FunctionArn": f"arn:aws:lambda:x:1:function:{name}"} for name in names]
    (crowd,) = (await found_in(Scripted(list_functions=[*functions, functions[0]]))).crowds
    assert crowd.count == str(len(names)) and len(crowd.names) == len(names)


async def test_listing_ends_somewhere_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST", 3000)
    monkeypatch.setattr("console.discovery.account.MOST", 3000)
    scripted = Scripted(list_tables=[f"t{number}" for number in range(9000)])
    (crowd,) = (await found_in(scripted)).crowds
    assert crowd.count == "3,000 and more"
