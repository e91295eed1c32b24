"""EKS clusters: status, version, node groups."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from console.aws.call import Aws
from console.readings.source import Level
from console.services.eks import clusters
from console.services.eks.kinds import EksCluster
from console.stack.stack import Stack

TODAY = date(2026, 11, 20)


def cluster(**changes: Any) -> dict[str, Any]:
    told = {"upgradePolicy": {"supportType": "EXTENDED"}, "health": {"issues": []}}
    return {"name": "prod", "status": "ACTIVE", "version": "1.35", **told} | changes


def group(**changes: Any) -> dict[str, Any]:
    sizes = {"desiredSize": 3, "minSize": 1, "maxSize": 10}
    return (
        {"nodegroupName": "workers", "status": "ACTIVE", "version": "1.35", "scalingConfig": sizes}
        | {"health": {"issues": []}}
        | changes
    )


@pytest.mark.parametrize(
    ("status", "level"),
    [
        ("ACTIVE", Level.OK),
        ("UPDATING", Level.WARN),
        ("CREATING", Level.WARN),
        ("FAILED", Level.CRIT),
        ("DELETING", Level.CRIT),
    ],
)
def test_cluster_status(status: str, level: Level) -> None:
    first = next(clusters.judge_cluster(cluster(status=status), 60, TODAY))
    assert (first.level, first.value) == (level, status)


@pytest.mark.parametrize(
    ("version", "level", "words"),
    [
        ("1.35", Level.OK, "supported"),
        ("1.34", Level.WARN, "in 12 days"),
        ("1.33", Level.WARN, "extended support costs more and ends on 2027-07-29"),
        ("1.31", Level.WARN, "ended on 2025-11-26"),
        ("1.30", Level.CRIT, "AWS upgrades the cluster by itself"),
        ("1.9", Level.CRIT, "no longer supported"),
        ("1.36", Level.OK, "not known here"),
        ("", Level.UNKNOWN, "not told"),
    ],
)
def test_version(version: str, level: Level, words: str) -> None:
    *_, last = clusters.judge_cluster(cluster(version=version), 60, TODAY)
    assert last.level is level
    assert words in last.what


def test_a_cluster_without_extended_support_is_upgraded_by_aws_a_year_earlier() -> None:
    *_, last = clusters.judge_cluster(cluster(version="1.33", upgradePolicy={"supportType": "STANDARD"}), 60, TODAY)
    assert last.level is Level.CRIT
    assert "ended on 2026-07-29" in last.what


def test_the_last_day_of_support_still_counts() -> None:
    *_, last = clusters.judge_cluster(cluster(version="1.34"), 0, date(2026, 12, 2))
    assert last.level is Level.OK
    *_, last = clusters.judge_cluster(cluster(version="1.34"), 0, date(2027, 12, 2))
    assert last.level is Level.WARN


def test_health_issues_are_told() -> None:
    issues = [{"code": "IamLimitExceeded", "message": "Role \x1b[31mlimit", "resourceIds": ["a"]}]
    found = list(clusters.judge_cluster(cluster(health={"issues": issues}), 60, TODAY))
    assert (found[1].level, found[1].value, found[1].what) == (Level.WARN, "IamLimitExceeded", "Role ␛[31mlimit")


@pytest.mark.parametrize(
    ("status", "level"),
    [
        ("ACTIVE", Level.OK),
        ("UPDATING", Level.WARN),
        ("DEGRADED", Level.CRIT),
        ("CREATE_FAILED", Level.CRIT),
    ],
)
def test_nodegroup_status(status: str, level: Level) -> None:
    (finding,) = clusters.judge_nodegroup(group(status=status), "1.35")
    assert (finding.level, finding.value) == (level, f"{status}, 3 desired, 1 to 10")


def test_nodes_behind_their_cluster_are_a_warning() -> None:
    _, behind = clusters.judge_nodegroup(group(version="1.33"), "1.35")
    assert (behind.level, behind.value, behind.threshold) == (Level.WARN, "Kubernetes 1.33", "1.35")


async def test_a_cluster_with_a_node_group_and_one_that_does_not_exist(aws: Aws, seed: Callable[[str], Any]) -> None:
    client = seed("eks")
    client.create_cluster(
        name="prod",
        version="1.34",
        roleArn="arn:aws:iam::123456789012:role/eks",
        resourcesVpcConfig={"subnetIds": []},
        logging={"clusterLogging": [{"types": ["api", "audit"], "enabled": True}]},
    )
    client.create_nodegroup(
        clusterName="prod",
        nodegroupName="workers",
        subnets=["subnet-1"],
        nodeRole="arn:aws:iam::123456789012:role/nodes",
        scalingConfig={"minSize": 2, "maxSize": 6, "desiredSize": 3},
    )
    stack = Stack(
        name="s",
        parts=(
            EksCluster(cluster="gone"),
            EksCluster(cluster="prod"),
        ),
    )
    report = await clusters.clusters.fetch(aws, stack)
    assert [(f.resource, f.value) for f in report.findings[:2]] == [("gone", "MISSING"), ("prod", "ACTIVE")]
    of_cluster, of_nodes = report.details
    assert (of_cluster.related, of_cluster.logs) == (("workers",), ("/aws/eks/prod/cluster",))
    assert dict(of_cluster.facts)["Control plane logs"] == "api, audit"
    assert dict(of_nodes.facts)["Nodes"] == "3 desired, 2 to 6"
    assert of_nodes.related[0] == "prod"
    assert aws.called == set(clusters.clusters.permissions)
