"""Amazon EC2: instances, their status checks and their load."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from console.aws.metrics import Metric
from console.problems import Failure, Problem, ProblemKind
from console.readings.concurrently import concurrently
from console.readings.each import chunks, each, joined, once
from console.readings.gauge import Gauge, judge_all, newest, read, series_of
from console.readings.numbers import stamp
from console.readings.source import Detail, Event, Finding, Level, Report, check
from console.services.ec2 import cloudwatch_agent
from console.services.ec2.kinds import INSTANCE, Instances
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

Answer = Mapping[str, Any]

STATUSES_A_CALL: Final = 100
"""DescribeInstanceStatus takes at most 100 instance ids (EC2 API reference)."""

_STATES: Final = ("pending", "running", "stopping", "stopped")
"""All but what is being terminated: its name stays listed for an hour."""

_CHECKS: Final = {
    "SystemStatus": "AWS's host",
    "InstanceStatus": "the instance's system",
    "AttachedEbsStatus": "its EBS volumes",
}
_CHECK_LEVELS: Final = {"ok": Level.OK, "initializing": Level.WARN, "impaired": Level.CRIT}


@check(
    "ec2.instances",
    period=60,
    permissions=(
        "cloudwatch:GetMetricData",
        "cloudwatch:ListMetrics",
        "ec2:DescribeInstanceStatus",
        "ec2:DescribeInstances",
    ),
    wants=lambda stack: stack.of(Instances),
    thresholds={"cpu_crit": 80, "memory_warn": 70, "disk_warn": 80, "disk_crit": 95},
    price=0.04,
)
async def instances(aws: Aws, stack: Stack) -> Report:
    """EC2 instances run, pass their status checks, and are not overloaded.

    Critical: an instance that does not run, a failed status check, over 80 % CPU for 10 minutes, a disk over
    95 %. Warnings: over 70 % memory for 15 minutes, a disk over 80 %, and what AWS has scheduled. Memory and
    disks need the CloudWatch agent. The price is that of one instance with one disk.
    """
    limits = instances.limits(stack)
    named = stack.of(Instances)
    return await each(instances.name, named, _label, lambda one: _chosen(aws, one, limits))


async def _chosen(aws: Aws, named: Instances, limits: Mapping[str, float]) -> Report:
    found, whole = await _described(aws, named)
    ids = [instance["InstanceId"] for instance in found if "InstanceId" in instance]
    statuses, agent = await concurrently(
        _statuses(aws, ids, named.region), cloudwatch_agent.metrics_of(aws, ids, named.region)
    )
    read = await each(
        instances.name,
        found,
        lambda instance: str(instance.get("InstanceId", "an instance whose id was not told")),
        lambda instance: _instance(
            aws,
            instance,
            statuses.get(instance["InstanceId"], {}),
            gauges_of(instance["InstanceId"], agent[instance["InstanceId"]], limits, named.region),
        ),
    )
    if whole:
        return read
    what = Clean("Of a reservation it was not told which instances are in it.")
    return joined((read, Report((Finding(instances.name, clean(_label(named)), Level.UNKNOWN, what),))))


async def _described(aws: Aws, named: Instances) -> tuple[list[Answer], bool]:
    """The instances that are meant, and whether these are all. Raises `Failure` where there is none."""
    asked: dict[str, Any] = {"InstanceIds": [named.instance]}
    if not named.instance:
        key, _, value = (named.tag or "").partition("=")
        asked = {
            "Filters": [
                {"Name": f"tag:{key}", "Values": [value]},
                {"Name": "instance-state-name", "Values": list(_STATES)},
            ]
        }
    reservations = await aws.items("ec2", "describe_instances", "Reservations", region=named.region, **asked)
    found = [instance for reservation in reservations for instance in reservation.get("Instances", ())]
    found = once(found, lambda instance: instance.get("InstanceId"))
    whole = all("Instances" in reservation for reservation in reservations)
    if not found and whole:
        hint = Clean("Check the tag in the stack file, the region and the account.")
        raise Failure(Problem(ProblemKind.NOT_FOUND, clean(f"No instance has the tag {named.tag}."), hint))
    return found, whole


async def _statuses(aws: Aws, ids: Sequence[str], region: str | None) -> dict[str, Answer]:
    answers = await concurrently(
        *(
            aws.items(
                "ec2",
                "describe_instance_status",
                "InstanceStatuses",
                region=region,
                InstanceIds=chunk,
                IncludeAllInstances=True,
            )
            for chunk in chunks(ids, STATUSES_A_CALL)
        )
    )
    return {status["InstanceId"]: status for answer in answers for status in answer if "InstanceId" in status}


def gauges_of(
    instance: str, agent: Sequence[Metric], limits: Mapping[str, float], region: str | None = None
) -> list[Gauge]:
    """The numbers of an instance, given the CloudWatch agent's metrics of it."""
    cpu = Metric("AWS/EC2", "CPUUtilization", (("InstanceId", instance),), region=region)
    disk = (limits["disk_warn"], limits["disk_crit"])
    return [
        Gauge(cpu, "CPU", "%", crit=limits["cpu_crit"], need=2, over=2),
        *cloudwatch_agent.gauges_of(agent, limits["memory_warn"], disk),
    ]


async def _instance(aws: Aws, instance: Answer, status: Answer, gauges: Sequence[Gauge]) -> Report:
    points = await read(aws, gauges)
    name, now = clean(instance["InstanceId"]), time.time()
    findings = [*judge_state(name, instance), *judge_status(name, status)]
    if _state(instance) in ("running", "unknown"):
        if not _checks(status):
            what = Clean("EC2 did not tell its status checks.")
            findings.append(Finding(instances.name, name, Level.UNKNOWN, what, Clean("unknown"), Clean("ok")))
        findings += judge_all(instances.name, name, gauges, points, now)
        if len(gauges) == 1:
            findings.append(
                Finding(
                    instances.name, name, Level.OK, Clean(cloudwatch_agent.HOW), Clean("no memory and disk metrics")
                )
            )
    detail = Detail(
        resource=name,
        kind=INSTANCE,
        facts=(*_facts(instance, status), *newest(gauges, points, now)),
        events=tuple(_events(status)),
        series=series_of(gauges, points),
        related=tuple(_related(instance)),
    )
    return Report(tuple(findings), (detail,))


def judge_state(name: Clean, instance: Answer) -> Iterator[Finding]:
    """The verdict on whether an instance runs."""
    state = clean(_state(instance))
    levels = {"running": Level.OK, "pending": Level.WARN, "unknown": Level.UNKNOWN}
    level = levels.get(state, Level.CRIT)
    reason = instance.get("StateReason", {}).get("Message", "") if level is Level.CRIT else ""
    what = "The instance runs." if level is Level.OK else f"The instance is {state}. {reason}".strip()
    what = "Whether it runs was not told." if level is Level.UNKNOWN else what
    yield Finding(instances.name, name, level, clean(what, limit=300), state, Clean("running"))


def judge_status(name: Clean, status: Answer) -> Iterator[Finding]:
    """The verdicts on an instance's status checks, and on what AWS has scheduled for it."""
    if asked := _checks(status):
        label, worst = max(asked.items(), key=lambda item: _CHECK_LEVELS.get(item[1], Level.UNKNOWN))
        level = _CHECK_LEVELS.get(worst, Level.UNKNOWN)
        what = "It passes its status checks." if level is Level.OK else f"The check of {label} says: {worst}."
        yield Finding(instances.name, name, level, clean(what), clean(worst), Clean("ok"))
    for event in _scheduled(status):
        what = clean(f"AWS has scheduled: {event.get('Description', '')}", limit=300)
        yield Finding(instances.name, name, Level.WARN, what, clean(event.get("Code", "")), Clean("nothing scheduled"))


def _checks(status: Answer) -> dict[str, str]:
    """What each of an instance's status checks says, by what it is of."""
    results = {label: status[key].get("Status", "unknown") for key, label in _CHECKS.items() if key in status}
    return {label: result for label, result in results.items() if result != "not-applicable"}


def _state(instance: Answer) -> str:
    return str(instance.get("State", {}).get("Name", "unknown"))


def _scheduled(status: Answer) -> list[Answer]:
    done = ("[Completed]", "[Canceled]")
    return [event for event in status.get("Events", ()) if not event.get("Description", "").startswith(done)]


def _events(status: Answer) -> Iterator[Event]:
    for event in _scheduled(status):
        if event.get("NotBefore"):
            yield Event(event["NotBefore"], clean(f"Scheduled: {event.get('Description', '')}"), Level.WARN)


def _facts(instance: Answer, status: Answer) -> Iterator[tuple[str, Clean]]:
    tags = {tag.get("Key"): tag.get("Value", "") for tag in instance.get("Tags", ())}
    yield "Name", clean(tags.get("Name", "none"))
    yield "State", clean(_state(instance))
    for key, label in _CHECKS.items():
        if key in status:
            yield f"Check of {label}", clean(status[key].get("Status", "unknown"))
    yield "Type", clean(instance.get("InstanceType", "unknown"))
    yield "Image", clean(instance.get("ImageId", "unknown"))
    yield "Availability zone", clean(instance.get("Placement", {}).get("AvailabilityZone", "unknown"))
    yield "Private address", clean(instance.get("PrivateIpAddress", "none"))
    yield "Public address", clean(instance.get("PublicIpAddress", "none"))
    yield "Role", clean(instance.get("IamInstanceProfile", {}).get("Arn", "none"))
    if instance.get("LaunchTime"):
        yield "Launched", stamp(instance["LaunchTime"])
    if group := tags.get("aws:autoscaling:groupName"):
        yield "Auto Scaling group", clean(group)


def _related(instance: Answer) -> Iterator[Clean]:
    for group in instance.get("SecurityGroups", ()):
        yield clean(group.get("GroupId", ""))
    for key in ("SubnetId", "VpcId"):
        if key in instance:
            yield clean(instance[key])


def _label(named: Instances) -> str:
    return named.instance or named.tag or ""
