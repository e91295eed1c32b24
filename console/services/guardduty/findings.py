"""Amazon GuardDuty: what it found in the regions of a stack, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from console.readings.concurrently import concurrently
from console.readings.each import chunks, each, once
from console.readings.source import Detail, Event, Finding, Level, Report, check
from console.services.guardduty.kinds import DETECTOR, FINDING
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

MOST_COUNTED: Final = 1000
"""Findings of a region that are counted: twenty calls of ListFindings, which gives 50 at once."""

MOST_READ: Final = 200
"""Findings of a region that are read, the most severe: GetFindings takes 50 at once."""

AT_ONCE: Final = 50
"""Findings that one call lists or describes (GuardDuty API reference)."""

MOST_TOLD: Final = 10
"""Signals of an attack, and sources of probes, that are told of one finding; GuardDuty keeps up to 100 of them."""

_SEVERITIES: Final = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"), (1.0, "low"))
"""The least severity of each word (GuardDuty user guide, severity levels of findings)."""


@check(
    "guardduty.findings",
    screen="security",
    period=300,
    permissions=(
        "guardduty:GetDetector",
        "guardduty:GetFindings",
        "guardduty:ListDetectors",
        "guardduty:ListFindings",
    ),
    wants=lambda stack: any(part.health_service for part in stack.parts),
    thresholds={"severity_warn": 4, "severity_crit": 7},
)
async def findings(aws: Aws, stack: Stack) -> Report:
    """GuardDuty watches the regions of the stack, and found nothing that is severe.

    A finding that is not archived is critical from severity 7 on (high), and a warning from 4 on (medium); the most
    severe come first, and of those the newest. They are of the whole account and region, whichever stack they touch,
    and stay for 90 days; where the account administers GuardDuty for others, theirs are left out. A region in which
    GuardDuty is off or suspended is a warning: nothing is looked for there.
    """
    limits = findings.limits(stack)
    regions = dict.fromkeys((None, *(getattr(part, "region", None) for part in stack.parts)))
    named = {region or stack.region or aws.target.region: region for region in regions}
    return await each(findings.name, named, _where, lambda region: _region(aws, region, named[region], limits))


async def _region(aws: Aws, label: str | None, region: str | None, limits: Mapping[str, float]) -> Report:
    detectors = once(await aws.items("guardduty", "list_detectors", "DetectorIds", region=region), str)
    if not detectors:
        what = "It is not enabled: nobody looks for intruders here. Next: enable GuardDuty in this region."
        return _report(label, Level.WARN, what, "off", ())
    found = await concurrently(*(_detector(aws, detector, region, limits) for detector in detectors))
    suspended = any(status != "ENABLED" for status, _, _ in found)
    total = sum(count for _, count, _ in found)
    told = tuple(one for _, _, some in found for one in some)
    if suspended:
        what = "It is suspended: nothing new is found. Next: resume GuardDuty in this region."
        return _report(label, Level.WARN, what, "suspended", told)
    many = f"{total:,}{' and more' if total >= MOST_COUNTED else ''} not archived"
    what = "It watches." + (f" The {len(told)} most severe are shown." if total > len(told) else "")
    return _report(label, Level.OK, what, many, told)


def _report(label: str | None, level: Level, what: str, value: str, told: tuple[tuple[Finding, Detail], ...]) -> Report:
    own = Finding(findings.name, _where(label), level, Clean(what), Clean(value), Clean("enabled"))
    facts = (("GuardDuty", Clean(value)),)
    return Report(
        (own, *(finding for finding, _ in told)),
        (Detail(_where(label), DETECTOR, facts=facts), *(detail for _, detail in told)),
    )


async def _detector(
    aws: Aws, detector: str, region: str | None, limits: Mapping[str, float]
) -> tuple[str, int, list[tuple[Finding, Detail]]]:
    """Whether a detector looks, how many findings it has, and the most severe of them."""
    status, ids = await concurrently(
        aws.call("guardduty", "get_detector", expect="Status", region=region, DetectorId=detector),
        _ids(aws, detector, region),
    )
    answers = await concurrently(
        *(
            aws.call(
                "guardduty", "get_findings", expect="Findings", region=region, DetectorId=detector, FindingIds=part
            )
            for part in chunks(ids[:MOST_READ], AT_ONCE)
        )
    )
    told = once((found for answer in answers for found in answer["Findings"]), lambda found: found.get("Id"))
    told.sort(key=lambda found: (found.get("Severity", 0.0), found.get("UpdatedAt", "")), reverse=True)
    return str(status["Status"]), len(ids), [(judge(found, limits), detail_of(found)) for found in told]


async def _ids(aws: Aws, detector: str, region: str | None) -> list[str]:
    """The ids of what is not archived, the most severe first; `MOST_COUNTED` at most."""
    found: list[str] = []
    async for page in aws.pages(
        "guardduty",
        "list_findings",
        expect="FindingIds",
        region=region,
        DetectorId=detector,
        FindingCriteria={"Criterion": _wanted(aws.account)},
        SortCriteria={"AttributeName": "severity", "OrderBy": "DESC"},
        MaxResults=AT_ONCE,
    ):
        found += page["FindingIds"]
        if len(found) >= MOST_COUNTED:
            break
    return once(found, str)[:MOST_COUNTED]


def _wanted(account: str) -> dict[str, Any]:
    """Which findings to list: an administrator's detector has those of all its member accounts, too."""
    own = {"accountId": {"Equals": [account]}} if account else {}
    return {"service.archived": {"Equals": ["false"]}, **own}


def judge(found: Mapping[str, Any], limits: Mapping[str, float]) -> Finding:
    """The verdict on one finding of GuardDuty, by its severity; unknown where that is not told."""
    severity, service = found.get("Severity"), found.get("Service", {})
    threshold = Clean(f"severity < {limits['severity_warn']:g}")
    what = clean(found.get("Title") or found.get("Type") or "GuardDuty gives it no title.", limit=300)
    if severity is None:
        return Finding(findings.name, _name(found), Level.UNKNOWN, what, Clean("severity unknown"), threshold)
    level = Level.OK
    if severity >= limits["severity_warn"]:
        level = Level.CRIT if severity >= limits["severity_crit"] else Level.WARN
    count = service.get("Count")
    value = clean(f"{severity:g} {word_of(severity)}{f', {count:,} times' if count and count > 1 else ''}")
    return Finding(findings.name, _name(found), level, what, value, threshold, since=_moment(service, "EventFirstSeen"))


def word_of(severity: float) -> str:
    """AWS's word for a severity."""
    return next((word for least, word in _SEVERITIES if severity >= least), "info")


def _where(region: str | None) -> Clean:
    return clean(f"GuardDuty {region or ''}".strip())


def _name(found: Mapping[str, Any]) -> Clean:
    """The type, which says what it is about, and as much of the id as tells two of them apart."""
    return clean(f"{found.get('Type', 'unknown type')} {str(found.get('Id', ''))[:8]}".strip())


def detail_of(found: Mapping[str, Any]) -> Detail:
    """All that GuardDuty tells of one finding."""
    service = found.get("Service", {})
    at = _moment(service, "EventLastSeen")
    title = clean(found.get("Title", ""))
    return Detail(
        resource=_name(found),
        kind=FINDING,
        arn=clean(found.get("Arn", "")),
        facts=tuple(_facts(found, service)),
        events=(Event(at, title),) if at and title else (),
        related=tuple(dict.fromkeys(touched(found.get("Resource", {}), _sequence(service)))),
    )


def _facts(found: Mapping[str, Any], service: Mapping[str, Any]) -> Iterator[tuple[str, Clean]]:
    yield "Description", clean(found.get("Description", ""))
    yield "Severity", clean(found.get("Severity", "unknown"))
    yield "Seen", clean(f"{service['Count']:,} times" if "Count" in service else "unknown")
    for label, key in (("First seen", "EventFirstSeen"), ("Last seen", "EventLastSeen")):
        yield label, clean(service.get(key, "unknown"))
    yield "Updated", clean(found.get("UpdatedAt", "unknown"))
    yield "Role of the resource", clean(service.get("ResourceRole", "unknown"))
    yield "Kind of resource", clean(found.get("Resource", {}).get("ResourceType", "unknown"))
    yield from _action(service.get("Action", {}))
    for signal in _sequence(service).get("Signals", ())[:MOST_TOLD]:
        times = f"{signal['Count']:,} times" if "Count" in signal else "unknown how often"
        yield "Signal", clean(f"{signal.get('Name', 'unknown')}, {times}")
    for endpoint in _sequence(service).get("Endpoints", ())[:MOST_TOLD]:
        if address := endpoint.get("Ip") or endpoint.get("Domain"):
            yield "From", clean(address)
    yield "Account", clean(found.get("AccountId", "unknown"))
    yield "Region", clean(found.get("Region", "unknown"))
    yield "Id", clean(found.get("Id", "unknown"))


def _action(action: Mapping[str, Any]) -> Iterator[tuple[str, Clean]]:
    """What was done, and from where, as far as GuardDuty tells."""
    if not action:
        return
    yield "Action", clean(action.get("ActionType", "unknown"))
    for told in action.values():
        if isinstance(told, Mapping):
            if "Api" in told:
                yield "Call", clean(f"{told.get('ServiceName', '')} {told['Api']}".strip())
            if "RequestUri" in told:
                yield "Call", clean(f"{told.get('Verb', '')} {told['RequestUri']}".strip())
            if "Domain" in told:
                yield "Domain", clean(told["Domain"])
            for one in (told, *told.get("PortProbeDetails", ())[:MOST_TOLD]):
                if remote := one.get("RemoteIpDetails"):
                    yield "From", _address(remote)


def _address(remote: Mapping[str, Any]) -> Clean:
    country = remote.get("Country", {}).get("CountryName")
    owner = remote.get("Organization", {}).get("Org")
    address = remote.get("IpAddressV4") or remote.get("IpAddressV6") or "unknown"
    return clean(", ".join(part for part in (address, country, owner) if part))


def _sequence(service: Mapping[str, Any]) -> Mapping[str, Any]:
    """The attack that a finding puts together of many signals; it alone names what was touched."""
    found: Mapping[str, Any] = service.get("Detection", {}).get("Sequence", {})
    return found


def touched(resource: Mapping[str, Any], sequence: Mapping[str, Any]) -> Iterator[Clean]:
    """The names of what a finding is about, as the rest of the console knows them."""
    names = (
        resource.get("InstanceDetails", {}).get("InstanceId"),
        resource.get("AccessKeyDetails", {}).get("UserName"),
        *(bucket.get("Name") for bucket in resource.get("S3BucketDetails", ())),
        resource.get("EksClusterDetails", {}).get("Name"),
        resource.get("EcsClusterDetails", {}).get("Name"),
        resource.get("RdsDbInstanceDetails", {}).get("DbInstanceIdentifier"),
        resource.get("RdsLimitlessDbDetails", {}).get("DbClusterIdentifier"),
        resource.get("LambdaDetails", {}).get("FunctionName"),
        *(one.get("Name") for one in sequence.get("Resources", ())),
        *(one.get("User", {}).get("Name") for one in sequence.get("Actors", ())),
    )
    yield from (clean(name) for name in names if name)


def _moment(service: Mapping[str, Any], key: str) -> datetime | None:
    """When something was seen, which GuardDuty gives as text; None where it does not."""
    try:
        found = datetime.fromisoformat(service.get(key, ""))
    except ValueError:
        return None
    return found if found.tzinfo else None
