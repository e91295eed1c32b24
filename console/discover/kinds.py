"""Which kinds of resource are listed, how, and how many of each are judged one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from console.discover.found import Parts
from console.stack import (
    BeanstalkEnvironment,
    Bucket,
    DbCluster,
    DbInstance,
    Distribution,
    EcsCluster,
    EksCluster,
    Function,
    Instances,
    LoadBalancer,
    LogGroup,
    Part,
    Repository,
    RestApi,
    Table,
    Topic,
    UserPool,
)

if TYPE_CHECKING:
    from console.aws.call import Aws

MOST: Final = 10_000
"""Resources of one kind after which listing ends."""

JUDGED: Final = 50
"""Resources of one kind that are judged one by one. At five metrics each, asked once a minute, 50 functions cost
$0.15 an hour and 5,000 would cost $15 (CloudWatch pricing, us-east-1: $0.01 per 1,000 metrics)."""

_AT_ONCE: Final = 5
"""Calls of one listing that run side by side, where it takes a call for each item."""

_NOT_RDS: Final = frozenset({"docdb", "neptune"})


@dataclass(frozen=True, slots=True)
class Listing:
    """A kind of resource: the field of a stack that names it, what people call it, and how it is listed.

    Above `judged` of them they are only listed. Where `size` counts what the parts hold, the parts stay, and the
    checks in `skips`, which ask about each, are left out.
    """

    field: str
    title: str
    parts: Callable[[Aws], Awaitable[Parts]]
    judged: int = JUDGED
    size: Callable[[Aws, Parts], Awaitable[int]] | None = None
    skips: tuple[str, ...] = ()


async def listed(aws: Aws, service: str, operation: str, key: str, **params: Any) -> list[Any]:
    """The items under `key` of every page, `MOST` at most. Raises `Failure`."""
    found: list[Any] = []
    async for page in aws.pages(service, operation, expect=key, **params):
        found += page[key]
        if len(found) >= MOST:
            break
    return found[:MOST]


async def _clusters(aws: Aws) -> Parts:
    return [EcsCluster(cluster=_last(arn)) for arn in await listed(aws, "ecs", "list_clusters", "clusterArns")]


async def _services(aws: Aws, clusters: Parts) -> int:
    async def count(part: Part) -> int:
        return len(await listed(aws, "ecs", "list_services", "serviceArns", cluster=name_of(part)))

    return sum(await gently([partial(count, part) for part in clusters]))


async def _functions(aws: Aws) -> Parts:
    found = await listed(aws, "lambda", "list_functions", "Functions")
    return [Function(function=each["FunctionName"]) for each in found]


async def _tables(aws: Aws) -> Parts:
    return [Table(table=name) for name in await listed(aws, "dynamodb", "list_tables", "TableNames")]


async def _databases(aws: Aws) -> Parts:
    found = await listed(aws, "rds", "describe_db_instances", "DBInstances")
    return [DbInstance(instance=each["DBInstanceIdentifier"]) for each in found if each["Engine"] not in _NOT_RDS]


async def _documents(aws: Aws) -> Parts:
    engine = [{"Name": "engine", "Values": ["docdb"]}]
    found = await listed(aws, "rds", "describe_db_clusters", "DBClusters", Filters=engine)
    return [DbCluster(cluster=each["DBClusterIdentifier"]) for each in found if each["Engine"] == "docdb"]


async def _buckets(aws: Aws) -> Parts:
    """The buckets of the region; what only resembles S3 may name all and leave their regions out."""
    region = await aws.region("s3")
    found = await listed(aws, "s3", "list_buckets", "Buckets", BucketRegion=region, MaxBuckets=1000)
    return [Bucket(bucket=each["Name"]) for each in found if each.get("BucketRegion", region) == region]


async def _environments(aws: Aws) -> Parts:
    found = await listed(aws, "elasticbeanstalk", "describe_environments", "Environments", IncludeDeleted=False)
    return [
        BeanstalkEnvironment(application=each["ApplicationName"], environment=each["EnvironmentName"])
        for each in found
        if each.get("Status") != "Terminated"
    ]


async def _apis(aws: Aws) -> Parts:
    found = await listed(aws, "apigateway", "get_rest_apis", "items")

    async def stages(api: str) -> Parts:
        answer = await aws.call("apigateway", "get_stages", expect="item", restApiId=api)
        return [RestApi(api=api, stage=stage["stageName"]) for stage in answer["item"]]

    if len(found) > JUDGED:
        return [RestApi(api=each["id"]) for each in found]
    return [part for parts in await gently([partial(stages, each["id"]) for each in found]) for part in parts]


async def _distributions(aws: Aws) -> Parts:
    parts: Parts = []
    async for page in aws.pages("cloudfront", "list_distributions", expect="DistributionList"):
        for each in page["DistributionList"].get("Items", ()):
            aliases = each.get("Aliases", {}).get("Items", ())
            parts.append(Distribution(id=each["Id"], name=next(iter(aliases), None)))
    return parts


async def _pools(aws: Aws) -> Parts:
    found = await listed(aws, "cognito-idp", "list_user_pools", "UserPools", MaxResults=60)
    return [UserPool(user_pool=each["Id"]) for each in found]


async def _log_groups(aws: Aws) -> Parts:
    found = await listed(aws, "logs", "describe_log_groups", "logGroups")
    return [LogGroup(group=each["logGroupName"]) for each in found]


async def _load_balancers(aws: Aws) -> Parts:
    found = await listed(aws, "elbv2", "describe_load_balancers", "LoadBalancers")
    return [LoadBalancer(load_balancer=each["LoadBalancerName"]) for each in found if each["Type"] == "application"]


async def _eks(aws: Aws) -> Parts:
    return [EksCluster(cluster=name) for name in await listed(aws, "eks", "list_clusters", "clusters")]


async def _repositories(aws: Aws) -> Parts:
    found = await listed(aws, "ecr", "describe_repositories", "repositories")
    return [Repository(repository=each["repositoryName"]) for each in found]


async def _topics(aws: Aws) -> Parts:
    return [Topic(topic=each["TopicArn"]) for each in await listed(aws, "sns", "list_topics", "Topics")]


async def _instances(aws: Aws) -> Parts:
    there = [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]
    found = await listed(aws, "ec2", "describe_instances", "Reservations", Filters=there)
    return [Instances(instance=each["InstanceId"]) for reservation in found for each in reservation["Instances"]]


KINDS: Final = (
    Listing("ecs", "ECS services", _clusters, size=_services, skips=("ecs.tasks", "ecs.utilisation")),
    Listing("functions", "Lambda functions", _functions),
    Listing("dynamodb", "DynamoDB tables", _tables),
    Listing("rds", "RDS instances", _databases),
    Listing("docdb", "DocumentDB clusters", _documents),
    Listing("s3", "S3 buckets", _buckets),
    Listing("beanstalk", "Elastic Beanstalk environments", _environments),
    Listing("apigateway", "API Gateway stages", _apis),
    Listing("cloudfront", "CloudFront distributions", _distributions),
    Listing("cognito", "Cognito user pools", _pools),
    # FilterLogEvents is asked once a second: 20 groups take 20 s.
    Listing("logs", "log groups", _log_groups, judged=20),
    Listing("alb", "load balancers", _load_balancers),
    Listing("eks", "EKS clusters", _eks),
    Listing("ecr", "ECR repositories", _repositories),
    Listing("sns", "SNS topics", _topics),
    Listing("ec2", "EC2 instances", _instances),
)
"""Every kind that is listed, in the order of a stack file."""


PERMISSIONS: Final = (
    "apigateway:GET",
    "cloudfront:ListDistributions",
    "cloudwatch:DescribeAlarms",
    "cognito-idp:ListUserPools",
    "dynamodb:ListTables",
    "ec2:DescribeInstances",
    "ecr:DescribeRepositories",
    "ecs:ListClusters",
    "ecs:ListServices",
    "eks:ListClusters",
    "elasticbeanstalk:DescribeEnvironments",
    "elasticloadbalancing:DescribeLoadBalancers",
    "lambda:ListFunctions",
    "logs:DescribeLogGroups",
    "rds:DescribeDBClusters",
    "rds:DescribeDBInstances",
    "s3:ListAllMyBuckets",
    "sns:ListTopics",
)
"""The IAM actions that listing them all needs."""


async def gently(calls: list[Callable[[], Awaitable[Any]]]) -> list[Any]:
    """What each call gives, a few of them at a time. Raises the first failure."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(call: Callable[[], Awaitable[Any]]) -> Any:
        async with room:
            return await call()

    return list(await asyncio.gather(*(one(call) for call in calls)))


def name_of(part: Part) -> str:
    """The name by which people know a resource: the first of its fields that says one."""
    if isinstance(part, BeanstalkEnvironment):
        return part.environment
    if isinstance(part, Distribution) and part.name:
        return part.name
    if isinstance(part, Topic):
        return part.topic.rpartition(":")[2]
    return str(next(value for field in part.__struct_fields__ if (value := getattr(part, field))))


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]
