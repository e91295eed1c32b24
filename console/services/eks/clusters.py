"""Amazon EKS: clusters, their Kubernetes version, their node groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from console.readings.concurrently import concurrently
from console.readings.each import each, joined, once
from console.readings.source import Detail, Finding, Level, Report, check
from console.services.eks.kinds import CLUSTER, NODE_GROUP, EksCluster
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

Answer = Mapping[str, Any]

SUPPORT_ENDS: Final[dict[str, tuple[date, date]]] = {
    "1.29": (date(2025, 3, 23), date(2026, 3, 23)),
    "1.30": (date(2025, 7, 23), date(2026, 7, 23)),
    "1.31": (date(2025, 11, 26), date(2026, 11, 26)),
    "1.32": (date(2026, 3, 23), date(2027, 3, 23)),
    "1.33": (date(2026, 7, 29), date(2027, 7, 29)),
    "1.34": (date(2026, 12, 2), date(2027, 12, 2)),
    "1.35": (date(2027, 3, 27), date(2028, 3, 27)),
}
"""When standard and extended support end (EKS user guide, "Amazon EKS Kubernetes release calendar", 2026-04)."""

CALENDAR: Final = "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html"


@check(
    "eks.cluster",
    period=60,
    permissions=("eks:DescribeCluster", "eks:DescribeNodegroup", "eks:ListNodegroups"),
    wants=lambda stack: stack.of(EksCluster),
    thresholds={"support_warn_days": 60},
    overview=True,
)
async def clusters(aws: Aws, stack: Stack) -> Report:
    """EKS clusters and their node groups are active, and their Kubernetes version is supported.

    A cluster or node group that failed or is degraded is critical, one that is being changed or reports a
    health issue a warning. A version is a warning from `support_warn_days` before its standard support ends,
    and critical after the support that its upgrade policy allows, when AWS upgrades the cluster by itself.
    """
    days = clusters.limits(stack)["support_warn_days"]
    return await each(
        clusters.name, stack.of(EksCluster), lambda named: named.cluster, lambda named: _read(aws, named, days)
    )


async def _read(aws: Aws, named: EksCluster, warn_days: float) -> Report:
    answer, names = await concurrently(
        aws.call("eks", "describe_cluster", expect="cluster", region=named.region, name=named.cluster),
        aws.items("eks", "list_nodegroups", "nodegroups", region=named.region, clusterName=named.cluster),
    )
    cluster = {"name": named.cluster} | answer["cluster"]

    async def read_group(name: str) -> Report:
        found = await aws.call(
            "eks",
            "describe_nodegroup",
            expect="nodegroup",
            region=named.region,
            clusterName=named.cluster,
            nodegroupName=name,
        )
        group = {"nodegroupName": name} | found["nodegroup"]
        return Report(tuple(judge_nodegroup(group, cluster.get("version", ""))), (_nodegroup_detail(group),))

    findings = tuple(judge_cluster(cluster, warn_days, datetime.now(UTC).date()))
    groups = await each(clusters.name, once(names, str), str, read_group)
    return joined((Report(findings, (_cluster_detail(cluster, names),)), groups))


def judge_cluster(cluster: Answer, warn_days: float, today: date) -> Iterator[Finding]:
    """The verdicts on one cluster: its status, its health issues, its version."""
    name, status = clean(cluster["name"]), clean(cluster.get("status", "unknown"))
    levels = {"ACTIVE": Level.OK, "FAILED": Level.CRIT, "DELETING": Level.CRIT, "unknown": Level.UNKNOWN}
    level = levels.get(status, Level.WARN)
    what = "The cluster is active." if level is Level.OK else f"The cluster is {status.lower()}."
    yield Finding(clusters.name, name, level, Clean(what), status, Clean("ACTIVE"))
    yield from _issues(name, cluster)
    policy = cluster.get("upgradePolicy", {}).get("supportType", "")
    yield _judge_version(name, cluster.get("version", ""), policy, warn_days, today)


def _judge_version(name: Clean, version: str, policy: str, warn_days: float, today: date) -> Finding:
    value = clean(f"Kubernetes {version or 'unknown'}")
    if not version:
        what = "Its version was not told."
        return Finding(clusters.name, name, Level.UNKNOWN, Clean(what), value, Clean("supported"))
    if version not in SUPPORT_ENDS:
        first = min(SUPPORT_ENDS, key=_order)
        if _order(version) < _order(first):
            what = "The version is no longer supported. Upgrade the cluster."
            return Finding(clusters.name, name, Level.CRIT, Clean(what), value, Clean(f"{first} or newer"))
        what = f"When its support ends is not known here: see {CALENDAR}"
        return Finding(clusters.name, name, Level.OK, Clean(what), value, Clean("supported"))
    standard, extended = SUPPORT_ENDS[version]
    threshold = Clean(f"standard support until {standard}")
    end = standard if policy == "STANDARD" else extended
    if not policy and standard < today <= extended:
        what = f"Standard support ended on {standard}; whether it has extended support was not told."
        return Finding(clusters.name, name, Level.UNKNOWN, Clean(what), value, threshold)
    if today > end:
        what = f"Its support ended on {end}: AWS upgrades the cluster by itself. Upgrade it now."
        return Finding(clusters.name, name, Level.CRIT, Clean(what), value, threshold)
    if today > standard:
        what = f"Standard support ended on {standard}; extended support costs more and ends on {extended}. Upgrade."
        return Finding(clusters.name, name, Level.WARN, Clean(what), value, threshold)
    left = (standard - today).days
    if left < warn_days:
        what = f"Standard support ends on {standard}, in {left} days. Plan the upgrade."
        return Finding(clusters.name, name, Level.WARN, Clean(what), value, threshold)
    return Finding(clusters.name, name, Level.OK, Clean("The version is supported."), value, threshold)


def judge_nodegroup(group: Answer, version: str) -> Iterator[Finding]:
    """The verdicts on one node group of a cluster of this Kubernetes version."""
    name, status = clean(group["nodegroupName"]), clean(group.get("status", "unknown"))
    bad = {"DEGRADED", "CREATE_FAILED", "DELETE_FAILED", "DELETING"}
    level = Level.OK if status == "ACTIVE" else Level.CRIT if status in bad else Level.WARN
    level = Level.UNKNOWN if status == "unknown" else level
    what = "The node group is active." if level is Level.OK else f"The node group is {status.lower()}."
    value = Clean(f"{status}, {_scaling(group)}")
    yield Finding(clusters.name, name, level, Clean(what), value, Clean("ACTIVE"))
    yield from _issues(name, group)
    behind = group.get("version", "")
    if not behind or not version:
        what = "Whether its nodes run the cluster's version is not known: one of the two was not told."
        yield Finding(clusters.name, name, Level.UNKNOWN, clean(what), clean("unknown"), clean(version))
    elif behind != version:
        what = f"Its nodes run another version than the cluster's {version}. Update the node group."
        yield Finding(clusters.name, name, Level.WARN, clean(what), clean(f"Kubernetes {behind}"), clean(version))


def _issues(name: Clean, resource: Answer) -> Iterator[Finding]:
    issues = resource.get("health", {}).get("issues")
    if issues is None:
        what = Clean("Its health issues were not told.")
        yield Finding(clusters.name, name, Level.UNKNOWN, what, Clean("unknown"), Clean("no health issue"))
    for issue in issues or ():
        what = clean(issue.get("message") or "AWS reports a health issue.", limit=300)
        yield Finding(
            clusters.name, name, Level.WARN, what, clean(issue.get("code", "issue")), Clean("no health issue")
        )


def _cluster_detail(cluster: Answer, groups: Sequence[str]) -> Detail:
    name = cluster["name"]
    logging = cluster.get("logging", {}).get("clusterLogging", ())
    kinds = [kind for setup in logging if setup.get("enabled") for kind in setup.get("types", ())]
    facts = [
        ("Status", cluster.get("status", "unknown")),
        ("Version", f"{cluster.get('version', 'unknown')}, platform {cluster.get('platformVersion', 'unknown')}"),
        ("Support policy", cluster.get("upgradePolicy", {}).get("supportType", "not told")),
        ("Endpoint", cluster.get("endpoint", "none")),
        ("Node groups", len(groups)),
        ("Control plane logs", ", ".join(kinds) or "off"),
    ]
    return Detail(
        resource=clean(name),
        kind=CLUSTER,
        arn=clean(cluster.get("arn", "")),
        facts=tuple((label, clean(value)) for label, value in facts),
        related=tuple(clean(group) for group in groups),
        logs=(clean(f"/aws/eks/{name}/cluster"),) if kinds else (),
    )


def _nodegroup_detail(group: Answer) -> Detail:
    facts = [
        ("Status", group.get("status", "unknown")),
        ("Nodes", _scaling(group)),
        ("Version", f"{group.get('version', 'unknown')}, AMI {group.get('releaseVersion', 'unknown')}"),
        ("Instance types", ", ".join(group.get("instanceTypes", ())) or "by launch template"),
        ("Capacity", group.get("capacityType", "unknown")),
        ("AMI type", group.get("amiType", "unknown")),
    ]
    scaling_groups = group.get("resources", {}).get("autoScalingGroups", ())
    return Detail(
        resource=clean(group["nodegroupName"]),
        kind=NODE_GROUP,
        arn=clean(group.get("nodegroupArn", "")),
        facts=tuple((label, clean(value)) for label, value in facts),
        related=(clean(group.get("clusterName", "")), *(clean(one.get("name", "")) for one in scaling_groups)),
    )


def _scaling(group: Answer) -> str:
    sizes = group.get("scalingConfig", {})
    wanted, least, most = (sizes.get(key, "?") for key in ("desiredSize", "minSize", "maxSize"))
    return f"{wanted} desired, {least} to {most}"


def _order(version: str) -> tuple[int, ...]:
    """What a version sorts by; empty, and so before all others, where it is no number."""
    parts = version.split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()
