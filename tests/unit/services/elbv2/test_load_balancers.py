"""Load balancers: errors, response time, targets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.aws.call import Aws
from console.readings.source import Level
from console.services.elbv2 import load_balancers
from console.services.elbv2.kinds import LoadBalancer
from console.stack.stack import Stack
from console.text import Clean

GROUP = {"TargetGroupName": "api"}


def target(state: str, description: str = "") -> dict[str, Any]:
    health = {"State": state} | ({"Description": description} if description else {})
    return {"Target": {"Id": "i-1", "Port": 80}, "TargetHealth": health}


@pytest.mark.parametrize(
    ("states", "level", "value"),
    [
        (["healthy", "healthy"], Level.OK, "2 of 2 healthy"),
        (["healthy", "draining", "unused"], Level.OK, "1 of 1 healthy"),
        (["healthy", "unhealthy"], Level.WARN, "1 of 2 healthy"),
        (["healthy", "initial"], Level.WARN, "1 of 2 healthy"),
        (["initial"], Level.WARN, "0 of 1 healthy"),
        (["unhealthy", "unhealthy"], Level.CRIT, "0 of 2 healthy"),
        (["unhealthy", "initial"], Level.CRIT, "0 of 2 healthy"),
        (["draining"], Level.WARN, "0 of 0 healthy"),
        ([], Level.WARN, "0 of 0 healthy"),
    ],
)
def test_targets(states: list[str], level: Level, value: str) -> None:
    finding = load_balancers.judge_targets(Clean("lb"), GROUP, [target(state) for state in states])
    assert (finding.level, finding.value) == (level, value)


async def test_a_target_that_is_listed_twice_is_one_and_two_ports_are_two(canned: Callable[..., Any]) -> None:
    other = {"Target": {"Id": "i-1", "Port": 81}, "TargetHealth": {"State": "healthy"}}
    aws = canned(
        {
            "describe_load_balancers": {"LoadBalancers": [{"LoadBalancerArn": "arn:lb"}]},
            "describe_target_groups": {"TargetGroups": [{"TargetGroupArn": "arn:g"}] * 2},
            "describe_target_health": {"TargetHealthDescriptions": [target("healthy"), target("healthy"), other]},
        }
    )
    report = await load_balancers.load_balancers.fetch(aws, Stack(name="s", parts=(LoadBalancer(load_balancer="lb"),)))
    assert [f.value for f in report.findings if "healthy" in f.value] == ["2 of 2 healthy"]


def test_the_reason_of_an_unhealthy_target_is_told() -> None:
    targets = [target("healthy"), target("unhealthy", "Health checks failed with these codes: [502]")]
    assert load_balancers.judge_targets(Clean("lb"), GROUP, targets).what == (
        "Target group api has targets that are not healthy. Health checks failed with these codes: [502]"
    )


@pytest.mark.parametrize(
    ("state", "level"),
    [
        ({"Code": "active"}, Level.OK),
        ({"Code": "provisioning"}, Level.WARN),
        ({"Code": "active_impaired"}, Level.WARN),
        ({"Code": "failed", "Reason": "No subnet."}, Level.CRIT),
        ({}, Level.UNKNOWN),
    ],
)
def test_state(state: dict[str, str], level: Level) -> None:
    assert load_balancers.judge_state(Clean("lb"), {"State": state}).level is level


@pytest.fixture
def journal(seed: Callable[[str], Any]) -> str:
    """A load balancer with one target; gives its ARN."""
    ec2, elb = seed("ec2"), seed("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{at}.0/24", AvailabilityZone=f"eu-west-1{zone}")["Subnet"]
        for at, zone in enumerate("ab")
    ]
    made = elb.create_load_balancer(Name="journal", Subnets=[subnet["SubnetId"] for subnet in subnets])
    arn: str = made["LoadBalancers"][0]["LoadBalancerArn"]
    groups = elb.create_target_group(Name="api", Protocol="HTTP", Port=80, VpcId=vpc, TargetType="ip")
    group = groups["TargetGroups"][0]["TargetGroupArn"]
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": "10.0.0.9", "Port": 80}])
    actions = [{"Type": "forward", "TargetGroupArn": group}]
    elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=actions)
    return arn


def put(cloudwatch: Any, arn: str, metric: str, *values: float) -> None:
    """Put one point a minute, the last of them two minutes ago."""
    newest = datetime.now(UTC) - timedelta(minutes=2)
    data = [
        {
            "MetricName": metric,
            "Dimensions": [{"Name": "LoadBalancer", "Value": arn.partition("loadbalancer/")[2]}],
            "Timestamp": newest - timedelta(minutes=len(values) - 1 - at),
            "Value": value,
        }
        for at, value in enumerate(values)
    ]
    cloudwatch.put_metric_data(Namespace="AWS/ApplicationELB", MetricData=data)


STACK = Stack(
    name="s",
    parts=(
        LoadBalancer(load_balancer="journal"),
        LoadBalancer(load_balancer="gone"),
    ),
)


async def test_a_quiet_load_balancer_is_ok_and_says_that_it_is_quiet(aws: Aws, journal: str) -> None:
    report = await load_balancers.load_balancers.fetch(aws, STACK)
    *of_journal, gone = report.findings
    assert [finding.level for finding in of_journal] == [Level.OK] * 4
    assert [finding.value for finding in of_journal] == ["active", "1 of 1 healthy", "0 /min", "nothing"]
    assert "no request" in of_journal[3].what
    assert (gone.resource, gone.level) == ("gone", Level.CRIT)
    (detail,) = report.details
    assert dict(detail.facts)["10.0.0.9:80"] == "healthy"
    assert (detail.arn, detail.related) == (journal, ("api",))
    assert aws.called == set(load_balancers.load_balancers.permissions)


async def test_errors_in_one_minute_and_slow_answers_are_seen(
    aws: Aws, journal: str, seed: Callable[[str], Any]
) -> None:
    cloudwatch = seed("cloudwatch")
    put(cloudwatch, journal, "HTTPCode_ELB_5XX_Count", 9, 1)
    put(cloudwatch, journal, "TargetResponseTime", 0.1, 1.5, 2.5, 1.25)
    put(cloudwatch, journal, "RequestCount", 100, 100, 100, 100)
    report = await load_balancers.load_balancers.fetch(aws, STACK)
    errors, response = report.findings[2:4]
    assert (errors.level, errors.value, errors.threshold) == (Level.CRIT, "9 /min", "crit > 5 /min in 1 of 5")
    assert (response.level, response.value) == (Level.WARN, "1.25 s")
    assert dict(report.details[0].facts)["Requests"] == "100 /min"
    series = {one.label: one for one in report.details[0].series}
    assert set(series) == {"ELB 5XX", "Response time", "Requests"}
    assert (series["ELB 5XX"].period, series["ELB 5XX"].crit) == (60, 5)
