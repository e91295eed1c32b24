"""Which requests may change something, told without the console's own list of what is a read.

Services that speak REST tell it by the HTTP method, but for reads that are POSTed. The others POST everything and name
the operation: what is not in `READS`, which is written here by hand, is taken for a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.faults import Seen

READS: Final[Mapping[str, frozenset[str]]] = {
    service: frozenset(names.split())
    for service, names in {
        "application-autoscaling": "DescribeScalableTargets",
        "cognito-idp": "DescribeUserPool ListUserPools ListUsers",
        "dynamodb": "DescribeContinuousBackups DescribeTable ListBackups ListTables",
        "ec2": "DescribeInstances DescribeInstanceStatus DescribeNetworkInterfaces",
        "ecr": "DescribeRepositories",
        "ecs": "DescribeClusters DescribeServices DescribeTaskDefinition DescribeTasks ListClusters ListServices "
        "ListTasks",
        "elasticbeanstalk": "DescribeConfigurationSettings DescribeEnvironmentHealth DescribeEnvironmentResources "
        "DescribeEnvironments DescribeEvents DescribeInstancesHealth RequestEnvironmentInfo RetrieveEnvironmentInfo",
        "elasticloadbalancing": "DescribeLoadBalancers DescribeTargetGroups DescribeTargetHealth",
        "guardduty": "GetFindings ListFindings",
        "health": "DescribeAffectedEntities DescribeEventDetails DescribeEvents",
        "logs": "DescribeExportTasks DescribeLogGroups DescribeLogStreams FilterLogEvents GetLogEvents GetQueryResults "
        "StartLiveTail StartQuery StopQuery",
        "monitoring": "DescribeAlarmHistory DescribeAlarms GetMetricData ListMetrics",
        "rds": "DescribeDBClusters DescribeDBClusterSnapshots DescribeDBInstances DescribeDBParameters "
        "DescribeDBSnapshots DescribeEvents",
        "sns": "ListTopics",
        "ssm": "DescribeInstanceInformation",
        "sts": "GetCallerIdentity",
        "tagging": "GetResources",
    }.items()
}
"""Operations that only read, by the name that their service signs for. Two start and one stops a query of Logs
Insights, which changes nothing; RequestEnvironmentInfo lets Elastic Beanstalk collect logs, which are only shown."""

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def changes(seen: Seen) -> bool:
    """Whether a request may change something."""
    if seen.protocol == "rest" and seen.method in _SAFE:
        return False
    return seen.operation not in READS.get(seen.service, ())
