"""Application Load Balancers: errors, response time, targets."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from console.aws.metrics import Metric
from console.problems import Failure, Problem, ProblemKind
from console.readings.concurrently import concurrently
from console.readings.each import each, once
from console.readings.gauge import Gauge, judge_all, newest, read, series_of
from console.readings.numbers import stamp
from console.readings.source import Detail, Finding, Level, Report, check
from console.services.elbv2.kinds import LOAD_BALANCER, LoadBalancer
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

Answer = Mapping[str, Any]
Health = tuple[Answer, Sequence[Answer] | None]
"""A target group, and the health of each of its targets, if it is known."""

NOT_ASKED: Final = frozenset({"draining", "unused", "unhealthy.draining"})
"""States of targets that get no new requests by intent (ELB API reference, TargetHealth)."""


@check(
    "alb.traffic",
    period=60,
    permissions=(
        "cloudwatch:GetMetricData",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
    ),
    wants=lambda stack: stack.of(LoadBalancer),
    thresholds={"elb_5xx_crit": 5, "response_warn_s": 1},
    price=0.05,
)
async def load_balancers(aws: Aws, stack: Stack) -> Report:
    """Load balancers answer without errors, fast, and from healthy targets.

    More than `elb_5xx_crit` errors of the load balancer itself in one of the last five minutes are critical,
    as is a target group without a healthy target; an unhealthy target is a warning, and so is a mean response
    time over `response_warn_s` seconds for three minutes. The price is that of one load balancer.
    """
    limits = load_balancers.limits(stack)
    return await each(
        load_balancers.name,
        stack.of(LoadBalancer),
        lambda named: named.load_balancer,
        lambda named: _read(aws, named, limits),
    )


def gauges_of(arn: str, limits: Mapping[str, float], region: str | None = None) -> tuple[Gauge, ...]:
    """The numbers of a load balancer, a point a minute."""
    dimensions = (("LoadBalancer", arn.partition("loadbalancer/")[2]),)

    def metric(name: str, stat: str = "Sum") -> Metric:
        return Metric("AWS/ApplicationELB", name, dimensions, stat, period=60, region=region)

    seconds = limits["response_warn_s"]
    return (
        Gauge(metric("HTTPCode_ELB_5XX_Count"), "ELB 5XX", "/min", crit=limits["elb_5xx_crit"], over=5, quiet=True),
        Gauge(metric("HTTPCode_ELB_4XX_Count"), "ELB 4XX", "/min"),
        Gauge(metric("HTTPCode_Target_5XX_Count"), "Target 5XX", "/min"),
        Gauge(
            metric("TargetResponseTime", "Average"), "Response time", "s", seconds, need=3, over=3, idle="no request."
        ),
        Gauge(metric("RequestCount"), "Requests", "/min"),
    )


async def _read(aws: Aws, named: LoadBalancer, limits: Mapping[str, float]) -> Report:
    answer = await aws.call(
        "elbv2",
        "describe_load_balancers",
        expect="LoadBalancers",
        region=named.region,
        Names=[named.load_balancer],
    )
    balancer = answer["LoadBalancers"][0]
    arn = balancer.get("LoadBalancerArn") or ""
    if not arn:
        raise Failure(
            Problem(ProblemKind.SUSPECT, Clean("Its ARN was not told, without which nothing can be asked of it."))
        )
    gauges = gauges_of(arn, limits, named.region)
    groups, points = await concurrently(_target_groups(aws, arn, named.region), read(aws, gauges))
    name, now = clean(named.load_balancer), time.time()
    findings = (
        judge_state(name, balancer),
        *(judge_targets(name, group, targets) for group, targets in groups),
        *judge_all(load_balancers.name, name, gauges, points, now),
    )
    detail = Detail(
        resource=name,
        kind=LOAD_BALANCER,
        arn=clean(arn),
        facts=(*_facts(balancer, groups), *newest(gauges, points, now)),
        series=series_of(gauges, points),
        related=tuple(_group(group) for group, _ in groups),
    )
    return Report(findings, (detail,))


async def _target_groups(aws: Aws, arn: str, region: str | None) -> list[Health]:
    groups = await aws.items("elbv2", "describe_target_groups", "TargetGroups", region=region, LoadBalancerArn=arn)
    groups = once(groups, lambda group: group.get("TargetGroupArn"))
    answers = await concurrently(*(_targets(aws, group, region) for group in groups))
    return list(zip(groups, answers, strict=True))


async def _targets(aws: Aws, group: Answer, region: str | None) -> Sequence[Answer] | None:
    """The health of each target of a group; None where it cannot be asked, for want of the group's ARN."""
    if not (arn := group.get("TargetGroupArn")):
        return None
    answer = await aws.call(
        "elbv2", "describe_target_health", expect="TargetHealthDescriptions", region=region, TargetGroupArn=arn
    )
    return once(answer["TargetHealthDescriptions"], _target)


def _target(health: Answer) -> object:
    """What tells a target from others: where it is, and the port; several ports of one address are as many targets."""
    told = health.get("Target", {})
    return (told["Id"], told.get("Port"), told.get("AvailabilityZone")) if "Id" in told else None


def judge_state(name: Clean, balancer: Answer) -> Finding:
    """The verdict on the state of the load balancer itself."""
    state = balancer.get("State", {})
    code = clean(state.get("Code", "unknown"))
    levels = {"active": Level.OK, "provisioning": Level.WARN, "active_impaired": Level.WARN, "unknown": Level.UNKNOWN}
    level = levels.get(code, Level.CRIT)
    what = "It is active." if level is Level.OK else f"It is {code}. {state.get('Reason', '')}"
    return Finding(load_balancers.name, name, level, clean(what.strip(), limit=300), code, Clean("active"))


def judge_targets(name: Clean, group: Answer, targets: Sequence[Answer] | None) -> Finding:
    """The verdict on one target group by the health of its targets."""
    told = [target.get("TargetHealth", {}) for target in targets or ()]
    asked = [health for health in told if _state(health) not in NOT_ASKED]
    healthy = sum(_state(health) == "healthy" for health in asked)
    value = Clean(f"{healthy} of {len(asked)} healthy")
    bad = next((health for health in asked if _state(health) not in ("healthy", "initial")), None)
    if targets is None or any(_state(health) == "unknown" for health in asked):
        level, what, bad = Level.UNKNOWN, "has targets whose health was not told", None
    elif not asked:
        level, what = Level.WARN, "has no target that gets requests"
    elif healthy == len(asked):
        level, what = Level.OK, "has only healthy targets"
    elif healthy == 0 and bad:
        level, what = Level.CRIT, "has no healthy target"
    else:
        level, what = Level.WARN, "has targets that are not healthy" if bad else "waits for new targets"
    reason = f" {bad.get('Description', _state(bad))}" if bad else ""
    text = clean(f"Target group {_group(group)} {what}.{reason}", limit=300)
    return Finding(load_balancers.name, name, level, text, value, Clean("all healthy"))


def _state(health: Answer) -> str:
    return str(health.get("State", "unknown"))


def _group(group: Answer) -> Clean:
    return clean(group.get("TargetGroupName") or group.get("TargetGroupArn", "unknown"))


def _facts(balancer: Answer, groups: Sequence[Health]) -> Iterator[tuple[str, Clean]]:
    yield "State", clean(balancer.get("State", {}).get("Code", "unknown"))
    yield "DNS name", clean(balancer.get("DNSName", ""))
    yield "Scheme", clean(balancer.get("Scheme", ""))
    yield (
        "Availability zones",
        clean(", ".join(zone.get("ZoneName", "unknown") for zone in balancer.get("AvailabilityZones", ()))),
    )
    for group, targets in groups:
        label = clean(f"Targets of {_group(group)}")
        yield label, judge_targets(Clean(""), group, targets).value
        for target in targets or ():
            place = target.get("Target", {})
            yield (
                clean(f"{place.get('Id', 'a target')}:{place.get('Port', '')}"),
                clean(_state(target.get("TargetHealth", {}))),
            )
        yield clean(f"Health check of {_group(group)}"), clean(_health_check(group))
    if balancer.get("CreatedTime"):
        yield "Created", stamp(balancer["CreatedTime"])


def _health_check(group: Answer) -> str:
    how = f"{group.get('HealthCheckProtocol', '')} {group.get('HealthCheckPath', '')}".strip()
    return f"{how} each {group.get('HealthCheckIntervalSeconds', '?')} s"
