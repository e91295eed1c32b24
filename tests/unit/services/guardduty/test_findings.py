"""GuardDuty: levels by severity, the worst first, regions that are not watched, and what is left out of an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from console.problems import Failure, Problem, ProblemKind
from console.readings.source import Level, Report
from console.services.ecs.kinds import EcsCluster
from console.services.guardduty import findings
from console.services.guardduty.kinds import DETECTOR, FINDING
from console.stack.stack import Stack
from console.text import Clean

STACK = Stack(name="s", region="eu-west-1", parts=(EcsCluster(cluster="c"),))
LIMITS = findings.findings.thresholds
ask: Any = findings.findings.fetch


def found(number: int = 1, severity: float = 5.0, updated: str = "2026-11-20T10:00:00.000Z") -> dict[str, Any]:
    return {
        "Id": f"{number:032x}",
        "Type": "Recon:EC2/PortProbe",
        "Title": "Somebody\x1b[2J knocks.",
        "Severity": severity,
        "UpdatedAt": updated,
        "Resource": {"ResourceType": "Instance", "InstanceDetails": {"InstanceId": "i-1"}},
        "Service": {"Count": 1200, "EventFirstSeen": updated, "EventLastSeen": updated},
    }


def answers(*there: dict[str, Any], status: str = "ENABLED") -> dict[str, Any]:
    """What GuardDuty answers when it has these findings, 50 ids a page."""
    ids = [one["Id"] for one in there]
    pages = [{"FindingIds": ids[at : at + 50]} for at in range(0, max(len(ids), 1), 50)]
    return {
        "list_detectors": {"DetectorIds": ["d1"]},
        "get_detector": {"Status": status},
        "list_findings": pages,
        "get_findings": lambda asked: {"Findings": [one for one in there if one["Id"] in asked["FindingIds"]]},
    }


def levels(report: Report) -> list[Level]:
    return [finding.level for finding in report.findings]


@pytest.mark.parametrize(
    ("severity", "level", "word"),
    [
        (9.0, Level.CRIT, "critical"),
        (8.9, Level.CRIT, "high"),
        (7.0, Level.CRIT, "high"),
        (6.9, Level.WARN, "medium"),
        (4.0, Level.WARN, "medium"),
        (3.9, Level.OK, "low"),
        (0.5, Level.OK, "info"),
    ],
)
def test_the_severity_makes_the_level(severity: float, level: Level, word: str) -> None:
    verdict = findings.judge(found(severity=severity), LIMITS)
    assert (verdict.level, verdict.value) == (level, f"{severity:g} {word}, 1,200 times")


async def test_the_most_severe_and_of_those_the_newest_come_first(canned: Callable[..., Any]) -> None:
    old, new = "2026-11-01T10:00:00.000Z", "2026-11-20T10:00:00.000Z"
    there = found(1, 2.0), found(2, 8.0, old), found(3, 8.0, new), found(4, 5.0)
    report = await ask(canned(answers(*there)), STACK)
    assert [finding.value.split()[0] for finding in report.findings[1:]] == ["8", "8", "5", "2"]
    assert [detail.events[0].at.day for detail in report.details[1:3]] == [20, 1]
    assert report.findings[0].value == "4 not archived"
    assert "\x1b" not in str(report)
    assert [detail.kind for detail in report.details[:2]] == [DETECTOR, FINDING]
    assert report.details[1].related == ("i-1",)


async def test_two_findings_of_one_type_are_two_resources(canned: Callable[..., Any]) -> None:
    report = await ask(canned(answers(found(0x11111111 << 96), found(0x22222222 << 96))), STACK)
    assert len({finding.resource for finding in report.findings}) == 3


async def test_only_what_is_not_archived_and_the_account_s_own_is_asked_for_the_most_severe_first(
    canned: Callable[..., Any],
) -> None:
    guard = canned(answers())
    await ask(guard, STACK)
    asked = dict(guard.asked)["list_findings"]
    own = {"accountId": {"Equals": ["123456789012"]}}
    assert asked["FindingCriteria"] == {"Criterion": {"service.archived": {"Equals": ["false"]}, **own}}
    assert asked["SortCriteria"] == {"AttributeName": "severity", "OrderBy": "DESC"}


async def test_of_many_the_worst_are_read_and_all_are_counted(canned: Callable[..., Any]) -> None:
    guard = canned(answers(*(found(number) for number in range(320))))
    report = await ask(guard, STACK)
    assert len(report.findings) == 1 + findings.MOST_READ
    assert [len(asked["FindingIds"]) for name, asked in guard.asked if name == "get_findings"] == [50] * 4
    assert (report.findings[0].value, report.findings[0].what) == (
        "320 not archived",
        "It watches. The 200 most severe are shown.",
    )
    more = await ask(canned(answers(*(found(number) for number in range(1200)))), STACK)
    assert more.findings[0].value == "1,000 and more not archived"


async def test_a_region_without_detector_or_with_a_suspended_one_is_a_warning(canned: Callable[..., Any]) -> None:
    off = await ask(canned({"list_detectors": {"DetectorIds": []}}), STACK)
    assert (levels(off), off.findings[0].resource) == ([Level.WARN], "GuardDuty eu-west-1")
    suspended = await ask(canned(answers(found(severity=8.0), status="DISABLED")), STACK)
    assert levels(suspended) == [Level.WARN, Level.CRIT], "what was found before is still told"
    assert "suspended" in suspended.findings[0].what


async def test_each_region_of_the_stack_is_asked_once(canned: Callable[..., Any]) -> None:
    parts = EcsCluster(cluster="a", region="us-east-1"), EcsCluster(cluster="b", region="eu-west-1")
    guard = canned({"list_detectors": {"DetectorIds": []}})
    report = await ask(guard, Stack(name="s", region="eu-west-1", parts=parts))
    assert len(guard.asked) == 2
    assert {finding.resource for finding in report.findings} == {"GuardDuty eu-west-1", "GuardDuty us-east-1"}


async def test_what_is_not_told_is_unknown(canned: Callable[..., Any]) -> None:
    report = await ask(canned(answers({"Id": "1"})), STACK)
    assert levels(report) == [Level.OK, Level.UNKNOWN]
    assert report.findings[1].value == "severity unknown"
    assert ("Seen", "unknown") in report.details[1].facts


async def test_a_denial_is_told(canned: Callable[..., Any]) -> None:
    denied = Failure(Problem(ProblemKind.DENIED, Clean("No.")))
    with pytest.raises(Failure, match="No"):
        await ask(canned(answers() | {"list_findings": denied}), STACK)


def test_where_it_came_from_is_told() -> None:
    action = {
        "ActionType": "AWS_API_CALL",
        "AwsApiCallAction": {
            "Api": "GetObject",
            "ServiceName": "s3.amazonaws.com",
            "RemoteIpDetails": {
                "IpAddressV4": "198.51.100.23",
                "Country": {"CountryName": "Elsewhere"},
                "Organization": {"Org": "Host\x1b Ltd"},
            },
        },
    }
    facts = dict(findings.detail_of({"Service": {"Action": action}}).facts)
    assert facts["Call"] == "s3.amazonaws.com GetObject"
    assert facts["From"] == "198.51.100.23, Elsewhere, Host␛ Ltd"


def test_each_address_of_a_port_probe_is_told_up_to_a_few() -> None:
    """PortProbeAction has its addresses in a list, the other actions theirs in themselves."""
    probes = [{"RemoteIpDetails": {"IpAddressV4": f"198.51.100.{number}"}} for number in range(30)]
    action = {"ActionType": "PORT_PROBE", "PortProbeAction": {"Blocked": False, "PortProbeDetails": [{}, *probes]}}
    told = [value for name, value in findings.detail_of({"Service": {"Action": action}}).facts if name == "From"]
    assert told == [f"198.51.100.{number}" for number in range(9)]


def test_a_call_to_kubernetes_is_told() -> None:
    action = {"KubernetesApiCallAction": {"Verb": "create", "RequestUri": "/api/v1/namespaces/default/pods"}}
    facts = dict(findings.detail_of({"Service": {"Action": action}}).facts)
    assert facts["Call"] == "create /api/v1/namespaces/default/pods"


def test_what_an_attack_sequence_touched_stands_in_the_sequence() -> None:
    """The most severe findings there are: of their resource GuardDuty tells only that it is an AttackSequence."""
    sequence = {
        "Resources": [
            {"Uid": "1", "ResourceType": "S3_BUCKET", "Name": "shop\x1b"},
            {"Uid": "2", "ResourceType": "ACCESS_KEY"},
        ],
        "Actors": [{"Id": "a", "User": {"Name": "mallory", "Uid": "u", "Type": "IAMUser"}}, {"Id": "b"}],
        "Endpoints": [{"Id": "e", "Ip": "198.51.100.23"}, {"Id": "f"}],
        "Signals": [{"Name": "CloudTrail:GetObject", "Count": 1200}, {"Name": "Discovery:S3/AnomalousBehavior"}],
    }
    told = {"Resource": {"ResourceType": "AttackSequence"}, "Service": {"Detection": {"Sequence": sequence}}}
    detail = findings.detail_of(told)
    assert detail.related == ("shop␛", "mallory")
    assert dict(detail.facts)["From"] == "198.51.100.23"
    assert [value for name, value in detail.facts if name == "Signal"] == [
        "CloudTrail:GetObject, 1,200 times",
        "Discovery:S3/AnomalousBehavior, unknown how often",
    ]
