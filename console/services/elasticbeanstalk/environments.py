"""AWS Elastic Beanstalk: the health of environments and what causes it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from console.aws.metrics import Metric
from console.logs.kinds import LogGroup
from console.readings.each import each
from console.readings.gauge import Gauge, judge_all, newest, read, series_of, shown
from console.readings.numbers import stamp
from console.readings.source import Detail, Event, Finding, Level, Report, check
from console.services.ec2 import cloudwatch_agent
from console.services.elasticbeanstalk.environment_state import Answer, EnvironmentState, state_of
from console.services.elasticbeanstalk.kinds import ENVIRONMENT, BeanstalkEnvironment
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

_COLOURS: Final = {"Green": Level.OK, "Yellow": Level.WARN, "Red": Level.CRIT}
_HEALTH: Final = {
    "Ok": Level.OK,
    "Info": Level.OK,
    "Pending": Level.WARN,
    "Warning": Level.WARN,
    "Degraded": Level.CRIT,
    "Severe": Level.CRIT,
}
_SEVERITY: Final = {"WARN": Level.WARN, "ERROR": Level.CRIT, "FATAL": Level.CRIT}


@check(
    "beanstalk.environment",
    period=60,
    permissions=(
        "cloudwatch:GetMetricData",
        "cloudwatch:ListMetrics",
        "elasticbeanstalk:DescribeEnvironmentHealth",
        "elasticbeanstalk:DescribeEnvironmentResources",
        "elasticbeanstalk:DescribeEnvironments",
        "elasticbeanstalk:DescribeEvents",
        "elasticbeanstalk:DescribeInstancesHealth",
    ),
    wants=lambda stack: stack.of(BeanstalkEnvironment),
    thresholds={
        "response_warn_ms": 1000,
        "errors_5xx_warn": 0,
        "errors_5xx_crit": 5,
        "cpu_warn": 70,
        "memory_warn": 70,
    },
    price=0.03,
)
async def environments(aws: Aws, stack: Stack) -> Report:
    """Elastic Beanstalk environments are healthy, answer without errors, and are not overloaded.

    Degraded or red health is critical, with its causes, and so are over 5 % of answers with 5xx; any 5xx, a
    95th-percentile response time over a second, over 70 % CPU for 10 minutes and over 70 % memory for 15 are
    warnings. Causes, response times and errors need enhanced health, memory the CloudWatch agent. The
    price is that of one instance.
    """
    limits = environments.limits(stack)
    return await each(
        environments.name,
        stack.of(BeanstalkEnvironment),
        lambda named: named.environment,
        lambda named: _environment(aws, stack, named, limits),
    )


async def _environment(aws: Aws, stack: Stack, named: BeanstalkEnvironment, limits: Mapping[str, float]) -> Report:
    state = await state_of(aws, named)
    ids = [instance["InstanceId"] for instance in state.instances if "InstanceId" in instance]
    agent = await cloudwatch_agent.metrics_of(aws, ids, named.region)
    gauges = gauges_of(named, agent, limits)
    points = await read(aws, gauges)
    name, now = clean(named.environment), time.time()
    findings = (
        *judge_environment(name, state, limits),
        *judge_all(environments.name, name, gauges, points, now),
        *_notes(name, state, agent),
    )
    prefix = ENVIRONMENT.log_group.format(named.environment)
    detail = Detail(
        resource=name,
        kind=ENVIRONMENT,
        arn=clean(state.environment.get("EnvironmentArn", "")),
        facts=(*_facts(state), *newest(gauges, points, now)),
        events=tuple(_event(event) for event in state.events if "EventDate" in event),
        series=series_of(gauges, points),
        related=tuple(clean(instance) for instance in ids),
        logs=tuple(clean(log.group) for log in stack.of(LogGroup) if log.group.startswith(prefix)),
    )
    return Report(findings, (detail,))


def gauges_of(
    named: BeanstalkEnvironment, agent: Mapping[str, Sequence[Metric]], limits: Mapping[str, float]
) -> list[Gauge]:
    """The numbers of an environment's instances, given the CloudWatch agent's metrics by instance."""
    gauges = []
    for instance, metrics in agent.items():
        cpu = Metric("AWS/EC2", "CPUUtilization", (("InstanceId", instance),), region=named.region)
        gauges.append(Gauge(cpu, f"CPU of {instance}", "%", limits["cpu_warn"], need=2, over=2))
        gauges += cloudwatch_agent.gauges_of(metrics, limits["memory_warn"], of=f" of {instance}")
    return gauges


def judge_environment(name: Clean, state: EnvironmentState, limits: Mapping[str, float]) -> Iterator[Finding]:
    """The verdicts on status, health, response time and errors."""
    source, status = environments.name, clean(state.environment.get("Status", "unknown"))
    gone = status in ("Terminating", "Terminated")
    level = Level.OK if status == "Ready" else Level.CRIT if gone else Level.WARN
    level = Level.UNKNOWN if status == "unknown" else level
    what = "The environment is ready." if level is Level.OK else f"The environment is {status.lower()}."
    yield Finding(source, name, level, Clean(what), status, Clean("Ready"))
    colour = state.health.get("Color") or state.environment.get("Health", "Grey")
    word = state.health.get("HealthStatus")
    level = _HEALTH.get(word, Level.UNKNOWN) if word else _COLOURS.get(colour, Level.UNKNOWN)
    causes = " ".join(state.health.get("Causes", ()))
    plain = {Level.OK: "Healthy.", Level.UNKNOWN: "Its health is not known: no data from its instances."}
    what = causes or plain.get(level, "Not healthy.")
    value = clean(f"{colour}, {word}" if word else colour)
    yield Finding(source, name, level, clean(what, limit=500), value, Clean("Green"))
    if state.health:
        yield from _judge_requests(name, state.health.get("ApplicationMetrics", {}), limits)
    if any("InstanceId" not in instance for instance in state.instances):
        what = "The id of an instance was not told, so its load is not known."
        yield Finding(source, name, Level.UNKNOWN, Clean(what), Clean("unknown"))


def _judge_requests(name: Clean, metrics: Answer, limits: Mapping[str, float]) -> Iterator[Finding]:
    """The verdicts on the last ten seconds, for which enhanced health counts requests."""
    count, seconds = metrics.get("RequestCount"), metrics.get("Duration", 10)
    warn, crit, slow = limits["errors_5xx_warn"], limits["errors_5xx_crit"], limits["response_warn_ms"]
    errors = Clean(f"warn > {warn:g} %, crit > {crit:g} %")
    if count is None:
        what = Clean("How many requests it answered was not told.")
        yield Finding(environments.name, name, Level.UNKNOWN, what, Clean("unknown"), errors)
        return
    if not count:
        what = Clean(f"No request in the last {seconds} s, so there is nothing to judge.")
        yield Finding(environments.name, name, Level.OK, what, Clean("0 requests"), errors)
        return
    rate = shares(metrics).get("5xx")
    if rate is None:
        what = Clean(f"How many of {count} answers were 5xx was not told.")
        yield Finding(environments.name, name, Level.UNKNOWN, what, Clean("unknown"), errors)
    else:
        level = Level.CRIT if rate > crit else Level.WARN if rate > warn else Level.OK
        what = Clean(f"Answers with 5xx of {count} requests in the last {seconds} s.")
        yield Finding(environments.name, name, level, what, shown(rate, "%"), errors)
    latency = metrics.get("Latency", {}).get("P95")
    if latency is None:
        what = Clean("How fast it answers was not told.")
        yield Finding(environments.name, name, Level.UNKNOWN, what, Clean("unknown"), Clean(f"warn > {slow:g} ms"))
    else:
        level = Level.WARN if latency * 1000 > slow else Level.OK
        what = Clean("It answers slowly." if level else "It answers fast enough.")
        value, limit = Clean(f"{shown(latency * 1000, 'ms')}, p95"), Clean(f"warn > {slow:g} ms")
        yield Finding(environments.name, name, level, what, value, limit)


def shares(metrics: Answer) -> dict[str, float]:
    """The percentage of each class of status code.

    AWS's reference calls the numbers percentages, its examples show counts: their sum serves for both.
    """
    codes = metrics.get("StatusCodes", {})
    whole = sum(codes.values())
    return {code.removeprefix("Status"): 100 * codes[code] / whole for code in sorted(codes) if whole}


def _notes(name: Clean, state: EnvironmentState, agent: Mapping[str, Sequence[Metric]]) -> Iterator[Finding]:
    if not state.health:
        what = "Enhanced health is off: turn it on (option SystemType of healthreporting) to see causes and errors."
        yield Finding(environments.name, name, Level.OK, Clean(what), Clean("basic health"))
    if agent and not any(agent.values()):
        yield Finding(environments.name, name, Level.OK, Clean(cloudwatch_agent.HOW), Clean("no memory metric"))


def _event(event: Answer) -> Event:
    return Event(
        event["EventDate"], clean(event.get("Message", "")), _SEVERITY.get(event.get("Severity", ""), Level.OK)
    )


def _facts(state: EnvironmentState) -> Iterator[tuple[str, Clean]]:
    environment = state.environment
    yield "Status", clean(environment.get("Status", "unknown"))
    yield "Health", clean(state.health.get("HealthStatus") or environment.get("Health", "unknown"))
    yield "Version", clean(environment.get("VersionLabel") or "none")
    yield "Platform", clean(environment.get("SolutionStackName") or environment.get("PlatformArn", "unknown"))
    yield "Address", clean(environment.get("CNAME") or environment.get("EndpointURL", "none"))
    yield "Application", clean(environment.get("ApplicationName", ""))
    yield "Instances", clean(len(state.instances))
    if environment.get("DateUpdated"):
        yield "Updated", stamp(environment["DateUpdated"])
    metrics = state.health.get("ApplicationMetrics", {})
    if "RequestCount" in metrics:
        told = ", ".join(f"{shown(share, '%')} {code}" for code, share in shares(metrics).items() if share)
        yield "Requests", clean(f"{metrics['RequestCount']} in {metrics.get('Duration', 10)} s")
        yield "Status codes", clean(told or "none")
        for percentile, seconds in metrics.get("Latency", {}).items():
            yield f"Response time, {percentile.lower()}", shown(seconds * 1000, "ms")
    for instance in state.instances:
        if "HealthStatus" in instance and "InstanceId" in instance:
            yield clean(instance["InstanceId"]), clean(_of_instance(instance))


def _of_instance(instance: Answer) -> str:
    system = instance.get("System", {})
    load = system.get("LoadAverage", ())
    busy = f", CPU {100 - system['CPUUtilization']['Idle']:.0f} %" if "Idle" in system.get("CPUUtilization", {}) else ""
    parts = (instance["HealthStatus"], instance.get("InstanceType", ""), instance.get("AvailabilityZone", ""))
    causes = " ".join(instance.get("Causes", ()))
    return f"{', '.join(part for part in parts if part)}{busy}{f', load {load[0]:g}' if load else ''} {causes}".strip()
