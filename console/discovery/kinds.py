"""Which kinds of resource are listed, how, and how many of each are judged one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from console.discovery.items import FoundResource, item
from console.stack.stack import (
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
    """A kind of resource: what people call it, how it is listed, and how many of it are judged one by one.

    Above `judged` of them they are only listed. Where there are checks in `skips`, which ask about each, only those
    are left out, and the others go on.
    """

    field: str
    title: str
    items: Callable[[Aws], Awaitable[list[FoundResource]]]
    judged: int = JUDGED
    skips: tuple[str, ...] = ()


async def listed(aws: Aws, service: str, operation: str, key: str, **params: Any) -> list[Any]:
    """The items under `key` of every page, `MOST` at most. Raises `Failure`."""
    found: list[Any] = []
    async for page in aws.pages(service, operation, expect=key, **params):
        found += page[key]
        if len(found) >= MOST:
            break
    return found[:MOST]


async def _ecs(aws: Aws) -> list[FoundResource]:
    """Each cluster as a whole, and each service of it."""
    clusters = await listed(aws, "ecs", "list_clusters", "clusterArns")

    async def services(cluster: str) -> list[FoundResource]:
        found = await listed(aws, "ecs", "list_services", "serviceArns", cluster=cluster, maxResults=100)
        return [
            item("ecs", EcsCluster(cluster=_last(cluster), services=(_last(arn),)), _last(arn), arn) for arn in found
        ]

    whole = [item("ecs", EcsCluster(cluster=_last(arn)), _last(arn), arn) for arn in clusters]
    return whole + [found for some in await gently([partial(services, arn) for arn in clusters]) for found in some]


async def _functions(aws: Aws) -> list[FoundResource]:
    found = await listed(aws, "lambda", "list_functions", "Functions")
    return [
        item("functions", Function(function=each["FunctionName"]), each["FunctionName"], each["FunctionArn"])
        for each in found
    ]


async def _tables(aws: Aws) -> list[FoundResource]:
    found = await listed(aws, "dynamodb", "list_tables", "TableNames")
    return [item("dynamodb", Table(table=name), name, f"dynamodb:table/{name}") for name in found]


async def _databases(aws: Aws) -> list[FoundResource]:
    found = await listed(aws, "rds", "describe_db_instances", "DBInstances")
    return [
        item("rds", DbInstance(instance=name), name, f"rds:db:{name}", each.get("Endpoint", {}).get("Address"))
        for each in found
        if each["Engine"] not in _NOT_RDS and (name := each["DBInstanceIdentifier"])
    ]


async def _documents(aws: Aws) -> list[FoundResource]:
    engine = [{"Name": "engine", "Values": ["docdb"]}]
    found = await listed(aws, "rds", "describe_db_clusters", "DBClusters", Filters=engine)
    return [
        item("docdb", DbCluster(cluster=name), name, f"rds:cluster:{name}", each.get("Endpoint"))
        for each in found
        if each["Engine"] == "docdb" and (name := each["DBClusterIdentifier"])
    ]


async def _buckets(aws: Aws) -> list[FoundResource]:
    """The buckets of the region; what only resembles S3 may name all and leave their regions out."""
    region = await aws.region("s3")
    found = await listed(aws, "s3", "list_buckets", "Buckets", BucketRegion=region, MaxBuckets=1000)
    return [
        item("s3", Bucket(bucket=name), name, f"s3:{name}")
        for each in found
        if each.get("BucketRegion", region) == region and (name := each["Name"])
    ]


async def _environments(aws: Aws) -> list[FoundResource]:
    found = await listed(aws, "elasticbeanstalk", "describe_environments", "Environments", IncludeDeleted=False)
    return [
        item(
            "beanstalk",
            BeanstalkEnvironment(application=each["ApplicationName"], environment=name),
            *(name, f"elasticbeanstalk:environment/{each['ApplicationName']}/{name}"),
            *(each.get("CNAME"), each.get("EndpointURL"), each.get("EnvironmentId")),
        )
        for each in found
        if each.get("Status") != "Terminated" and (name := each["EnvironmentName"])
    ]


async def _apis(aws: Aws) -> list[FoundResource]:
    found = await listed(aws, "apigateway", "get_rest_apis", "items")

    async def stages(api: dict[str, Any]) -> list[FoundResource]:
        answer = await aws.call("apigateway", "get_stages", expect="item", restApiId=api["id"])
        key = f"apigateway:/restapis/{api['id']}"
        return [
            item("apigateway", RestApi(api=api["id"], stage=name), api["name"], api["id"], key, f"{key}/stages/{name}")
            for stage in answer["item"]
            if (name := stage["stageName"])
        ]

    if len(found) > JUDGED:  # asking for the stages of each would take too long, and they will not be judged
        return [item("apigateway", RestApi(api=each["id"]), each["name"], each["id"]) for each in found]
    return [each for some in await gently([partial(stages, api) for api in found]) for each in some]


async def _distributions(aws: Aws) -> list[FoundResource]:
    found: list[FoundResource] = []
    async for page in aws.pages("cloudfront", "list_distributions", expect="DistributionList"):
        for each in page["DistributionList"].get("Items", ()):
            aliases = each.get("Aliases", {}).get("Items", ())
            part = Distribution(id=each["Id"], name=next(iter(aliases), None))
            key = f"cloudfront:distribution/{each['Id']}"
            found.append(item("cloudfront", part, *aliases, each["Id"], key, each["DomainName"], each.get("Comment")))
    return found


async def _pools(aws: Aws) -> list[FoundResource]:
    found = await listed(aws, "cognito-idp", "list_user_pools", "UserPools", MaxResults=60)
    return [
        item("cognito", UserPool(user_pool=each["Id"]), each["Name"], each["Id"], f"cognito-idp:userpool/{each['Id']}")
        for each in found
    ]


async def _log_groups(aws: Aws) -> list[FoundResource]:
    found = await listed(aws, "logs", "describe_log_groups", "logGroups")
    return [item("logs", LogGroup(group=each["logGroupName"]), each["logGroupName"], each["arn"]) for each in found]


async def _load_balancers(aws: Aws) -> list[FoundResource]:
    found = await listed(aws, "elbv2", "describe_load_balancers", "LoadBalancers")
    return [
        item("alb", LoadBalancer(load_balancer=name), name, each["LoadBalancerArn"], each.get("DNSName"))
        for each in found
        if each["Type"] == "application" and (name := each["LoadBalancerName"])
    ]


async def _eks(aws: Aws) -> list[FoundResource]:
    found = await listed(aws, "eks", "list_clusters", "clusters")
    return [item("eks", EksCluster(cluster=name), name, f"eks:cluster/{name}") for name in found]


async def _repositories(aws: Aws) -> list[FoundResource]:
    found = await listed(aws, "ecr", "describe_repositories", "repositories")
    return [
        item("ecr", Repository(repository=name), name, f"ecr:repository/{name}", each["repositoryUri"])
        for each in found
        if (name := each["repositoryName"])
    ]


async def _topics(aws: Aws) -> list[FoundResource]:
    found = [each["TopicArn"] for each in await listed(aws, "sns", "list_topics", "Topics")]
    return [item("sns", Topic(topic=arn), arn.rpartition(":")[2], arn) for arn in found]


async def _instances(aws: Aws) -> list[FoundResource]:
    there = [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]
    found = await listed(aws, "ec2", "describe_instances", "Reservations", Filters=there)
    return [
        item("ec2", Instances(instance=name), _tag(each, "Name"), name, f"ec2:instance/{name}")
        for reservation in found
        for each in reservation["Instances"]
        if (name := each["InstanceId"])
    ]


KINDS: Final = (
    Listing("ecs", "ECS services", _ecs, skips=("ecs.tasks", "ecs.utilisation")),
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
    "elasticbeanstalk:DescribeConfigurationSettings",
    "elasticbeanstalk:DescribeEnvironmentResources",
    "elasticbeanstalk:DescribeEnvironments",
    "elasticloadbalancing:DescribeLoadBalancers",
    "lambda:ListFunctions",
    "logs:DescribeLogGroups",
    "rds:DescribeDBClusters",
    "rds:DescribeDBInstances",
    "s3:ListAllMyBuckets",
    "sns:ListTopics",
    "tag:GetResources",
)
"""The IAM actions that it takes to list them all, and to choose by tag or by Elastic Beanstalk environment."""


async def gently(calls: list[Callable[[], Awaitable[Any]]]) -> list[Any]:
    """What each call gives, a few of them at a time. Raises the first failure."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(call: Callable[[], Awaitable[Any]]) -> Any:
        async with room:
            return await call()

    return list(await asyncio.gather(*(one(call) for call in calls)))


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]


def _tag(thing: dict[str, Any], key: str) -> str:
    return next((str(tag["Value"]) for tag in thing.get("Tags", ()) if tag["Key"] == key), "")
