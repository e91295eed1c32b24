"""EC2 instances: state, status checks, load."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.aws.call import Aws
from console.readings.source import Level
from console.services.ec2 import cloudwatch_agent, instances
from console.services.ec2.kinds import Instances
from console.stack.stack import Stack
from console.stack_files.file import StackError, parse
from console.text import Clean

NAME = Clean("i-1")


@pytest.mark.parametrize(
    ("state", "level"),
    [
        ("running", Level.OK),
        ("pending", Level.WARN),
        ("stopping", Level.CRIT),
        ("stopped", Level.CRIT),
        ("terminated", Level.CRIT),
    ],
)
def test_state(state: str, level: Level) -> None:
    (finding,) = instances.judge_state(NAME, {"State": {"Name": state}, "StateReason": {"Message": "By user."}})
    assert (finding.level, finding.value) == (level, state)
    assert ("By user." in finding.what) is (level is Level.CRIT)


def status(system: str, instance: str, *events: dict[str, Any]) -> dict[str, Any]:
    return {"SystemStatus": {"Status": system}, "InstanceStatus": {"Status": instance}, "Events": list(events)}


@pytest.mark.parametrize(
    ("system", "instance", "level", "words"),
    [
        ("ok", "ok", Level.OK, "passes"),
        ("ok", "initializing", Level.WARN, "the instance's system says: initializing"),
        ("impaired", "ok", Level.CRIT, "AWS's host says: impaired"),
        ("ok", "impaired", Level.CRIT, "the instance's system says: impaired"),
        ("insufficient-data", "ok", Level.UNKNOWN, "insufficient-data"),
    ],
)
def test_status_checks(system: str, instance: str, level: Level, words: str) -> None:
    (finding,) = instances.judge_status(NAME, status(system, instance))
    assert finding.level is level
    assert words in finding.what


def test_the_checks_of_an_instance_that_does_not_run_are_no_finding() -> None:
    assert list(instances.judge_status(NAME, status("not-applicable", "not-applicable"))) == []


def test_what_is_scheduled_is_a_warning_and_what_is_done_is_not() -> None:
    coming = {"Code": "instance-retirement", "Description": "The instance runs on degraded hardware."}
    done = {"Code": "system-reboot", "Description": "[Completed] The instance is scheduled for a reboot."}
    _, finding = instances.judge_status(NAME, status("ok", "ok", coming, done))
    assert (finding.level, finding.value) == (Level.WARN, "instance-retirement")


@pytest.fixture
def ids(seed: Callable[[str], Any]) -> list[str]:
    """Two instances with the tag Project=expo."""
    tags = [
        {"ResourceType": "instance", "Tags": [{"Key": "Project", "Value": "expo"}, {"Key": "Name", "Value": "web"}]}
    ]
    made = seed("ec2").run_instances(
        ImageId="ami-12c6146b", MinCount=2, MaxCount=2, InstanceType="t3.small", TagSpecifications=tags
    )
    return [instance["InstanceId"] for instance in made["Instances"]]


def put(cloudwatch: Any, namespace: str, metric: str, values: list[float], **dimensions: str) -> None:
    newest = datetime.now(UTC) - timedelta(minutes=6)
    data = [
        {
            "MetricName": metric,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            "Timestamp": newest - timedelta(minutes=5 * (len(values) - 1 - at)),
            "Value": value,
        }
        for at, value in enumerate(values)
    ]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)


async def test_instances_by_tag_and_by_id(aws: Aws, ids: list[str], seed: Callable[[str], Any]) -> None:
    cloudwatch = seed("cloudwatch")
    first, second = ids
    put(cloudwatch, "AWS/EC2", "CPUUtilization", [50, 85, 90], InstanceId=first)
    put(cloudwatch, "AWS/EC2", "CPUUtilization", [20], InstanceId=second)
    put(cloudwatch, "CWAgent", "mem_used_percent", [75, 76, 77], InstanceId=first)
    put(cloudwatch, "CWAgent", "disk_used_percent", [96], InstanceId=first, path="/", fstype="xfs", device="nvme0n1p1")
    named = (Instances(tag="Project=expo"), Instances(instance="i-0123456789abcdef0"))
    report = await instances.instances.fetch(aws, Stack(name="s", parts=named))
    of_first = [(f.level, f.value) for f in report.findings if f.resource == first]
    assert of_first == [
        (Level.OK, "running"),
        (Level.OK, "ok"),
        (Level.CRIT, "85 %"),
        (Level.CRIT, "96 %"),
        (Level.WARN, "75 %"),
    ]
    of_second = [f for f in report.findings if f.resource == second]
    assert {finding.level for finding in of_second} == {Level.OK}
    assert of_second[-1].what == cloudwatch_agent.HOW
    gone = [(f.level, f.value) for f in report.findings if f.resource == "i-0123456789abcdef0"]
    assert gone == [(Level.CRIT, "MISSING")]
    assert len(report.details) == 2
    detail = next(detail for detail in report.details if detail.resource == first)
    assert dict(detail.facts)["Name"] == "web"
    assert {series.label for series in detail.series} == {"CPU", "Memory", "Disk /"}
    assert aws.called == set(instances.instances.permissions)


async def test_a_tag_that_no_instance_has_is_critical(aws: Aws, ids: list[str]) -> None:
    report = await instances.instances.fetch(aws, Stack(name="s", parts=(Instances(tag="Project=other"),)))
    assert [(f.resource, f.value) for f in report.findings] == [("Project=other", "MISSING")]


async def test_the_numbers_of_a_stopped_instance_are_not_judged(
    aws: Aws, ids: list[str], seed: Callable[[str], Any]
) -> None:
    seed("ec2").stop_instances(InstanceIds=ids)
    report = await instances.instances.fetch(aws, Stack(name="s", parts=(Instances(instance=ids[0]),)))
    assert [finding.value for finding in report.findings if finding.level] == ["stopped"]
    assert not any(finding.level is Level.UNKNOWN for finding in report.findings)


def test_a_host_for_ssh_alone_names_nothing_and_is_refused() -> None:
    with pytest.raises(StackError, match=r"ec2\[0\]: found .*bastion.*, but it must name an instance or a tag."):
        parse('name = "s"\n[[ec2]]\nhost = "bastion"', "s.toml")
