"""AWS Health: what AWS itself says is wrong, or will change, where the stack runs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from console.aws.service_regions import NOT_THERE
from console.problems import Failure, Problem, ProblemKind
from console.readings.concurrently import concurrently
from console.readings.each import chunks, once
from console.readings.numbers import DAY, epoch, stamp
from console.readings.source import Detail, Event, Finding, Level, Report, check
from console.services.health.kinds import EVENT
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

STATUS_PAGE: Final = "https://health.aws.amazon.com/health/status"
"""What AWS tells everybody, without an account or a support plan."""

AT_ONCE: Final = 10
"""Services in one filter, and events in one question for details (AWS Health API reference)."""

_ALWAYS: Final = ("ABUSE", "IAM", "RISK")
"""What concerns every account: complaints about it, its identities, keys that became known."""


@check(
    "health.aws-events",
    period=300,
    permissions=("health:DescribeAffectedEntities", "health:DescribeEventDetails", "health:DescribeEvents"),
    wants=lambda stack: services_of(stack) != sorted(_ALWAYS),
    thresholds={"change_warn_days": 14},
)
async def aws_events(aws: Aws, stack: Stack) -> Report:
    """AWS reports no problem and plans no change that touches the stack.

    An open issue of this account's resources is critical, one of a whole region a warning; a scheduled change
    is a warning from `change_warn_days` before it begins. AWS answers only accounts with a Business or a
    higher support plan; others are pointed to the public status page.
    """
    try:
        events = await _events(aws, stack)
        texts, touched = await concurrently(_texts(aws, events), _touched(aws, events))
    except Failure as failure:
        if failure.problem.kind is ProblemKind.UNAVAILABLE:
            return Report((_not_available(failure.problem),))
        raise
    if not events:
        what = Clean(f"AWS reports nothing. What it tells everybody: {STATUS_PAGE}")
        return Report((Finding(aws_events.name, Clean("AWS"), Level.OK, what, Clean("0 events"), Clean("none open")),))
    days, now = aws_events.limits(stack)["change_warn_days"], time.time()
    return Report(
        tuple(judge_event(event, texts.get(_arn(event), ""), days, now) for event in events),
        tuple(_detail(event, texts.get(_arn(event), ""), touched.get(_arn(event), ())) for event in events),
    )


def services_of(stack: Stack) -> list[str]:
    """The names that AWS Health has for the services that a stack uses."""
    return sorted({*_ALWAYS, *(part.health_service for part in stack.parts if part.health_service)})


def judge_event(event: Mapping[str, Any], text: str, warn_days: float, now: float) -> Finding:
    """The verdict on one event at `now`, in epoch seconds; `text` is AWS's description of it."""
    level = _level_of(event, warn_days, now)
    category = event.get("eventTypeCategory", "")
    value = f"{event.get('statusCode', 'unknown')} {category}"
    what = text or f"{event.get('service', 'AWS')}: AWS gives no description. See {STATUS_PAGE}"
    return Finding(aws_events.name, _resource(event), level, clean(what, limit=300), clean(value), Clean("none open"))


def _level_of(event: Mapping[str, Any], warn_days: float, now: float) -> Level:
    """How bad an event is; unknown where AWS leaves out what that rests on."""
    category, begins = event.get("eventTypeCategory"), event.get("startTime")
    if category in ("issue", "investigation"):
        status, scope = event.get("statusCode"), event.get("eventScopeCode")
        if status is None or (status == "open" and scope is None):
            return Level.UNKNOWN
        bad = Level.CRIT if scope == "ACCOUNT_SPECIFIC" else Level.WARN
        return bad if status == "open" else Level.OK
    if category is None or (category == "scheduledChange" and begins is None):
        return Level.UNKNOWN
    soon = begins is not None and epoch(begins) - now < warn_days * DAY
    return Level.WARN if category == "scheduledChange" and soon else Level.OK


async def _events(aws: Aws, stack: Stack) -> list[Mapping[str, Any]]:
    services, regions = services_of(stack), _regions(aws, stack)
    answers = await concurrently(
        *(
            aws.items(
                "health",
                "describe_events",
                "events",
                filter={"eventStatusCodes": ["open", "upcoming"], "regions": regions, "services": chunk},
            )
            for chunk in chunks(services, AT_ONCE)
        )
    )
    found = once((event for answer in answers for event in answer), _arn)
    return sorted(found, key=lambda event: (event.get("eventTypeCategory", ""), _arn(event)))


def _arn(event: Mapping[str, Any]) -> str:
    return str(event.get("arn", ""))


def _arns(events: Sequence[Mapping[str, Any]]) -> list[str]:
    """The ARNs of the events, of those whose was told."""
    return [_arn(event) for event in events if "arn" in event]


def _regions(aws: Aws, stack: Stack) -> list[str]:
    """Where the stack has something; "global" is where AWS Health puts CloudFront and IAM."""
    own = (getattr(part, "region", None) for part in stack.parts if part.health_service)
    named = {*own, stack.region or aws.target.region}
    return ["global", *sorted(region for region in named if region)][:AT_ONCE]


async def _texts(aws: Aws, events: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    answers = await concurrently(
        *(
            aws.call("health", "describe_event_details", expect="successfulSet", eventArns=chunk)
            for chunk in chunks(_arns(events), AT_ONCE)
        )
    )
    told = [detail for answer in answers for detail in answer["successfulSet"]]
    pairs = ((one.get("event", {}).get("arn"), one.get("eventDescription", {})) for one in told)
    return {arn: description.get("latestDescription", "") for arn, description in pairs if arn}


async def _touched(aws: Aws, events: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Clean, ...]]:
    """The affected resources by the ARN of their event."""
    answers = await concurrently(
        *(
            aws.items("health", "describe_affected_entities", "entities", filter={"eventArns": chunk})
            for chunk in chunks(_arns(events), AT_ONCE)
        )
    )
    found: dict[str, tuple[Clean, ...]] = {}
    for entity in (entity for answer in answers for entity in answer):
        if event := entity.get("eventArn"):
            found[event] = (*found.get(event, ()), clean(entity.get("entityValue", "")))
    return found


def _detail(event: Mapping[str, Any], text: str, touched: Sequence[Clean]) -> Detail:
    facts = [
        ("Service", clean(event.get("service", ""))),
        ("Category", clean(event.get("eventTypeCategory", ""))),
        ("Status", clean(event.get("statusCode", ""))),
        ("Region", clean(event.get("region", ""))),
        ("Scope", clean(event.get("eventScopeCode", ""))),
    ]
    times = (("Begins", "startTime"), ("Ends", "endTime"), ("Updated", "lastUpdatedTime"))
    facts += [(label, stamp(event[key])) for label, key in times if event.get(key)]
    updated = event.get("lastUpdatedTime") or event.get("startTime")
    return Detail(
        resource=_resource(event),
        kind=EVENT,
        arn=clean(_arn(event)),
        facts=(*facts, ("Status page", Clean(STATUS_PAGE))),
        events=(Event(updated, clean(text)),) if updated and text else (),
        related=tuple(touched),
    )


def _resource(event: Mapping[str, Any]) -> Clean:
    return clean(f"{event.get('eventTypeCode', 'AWS')} {event.get('region', '')}".strip())


def _not_available(problem: Problem) -> Finding:
    what = f"AWS Health needs a Business or a higher support plan. What AWS tells everybody: {STATUS_PAGE}"
    if problem.code == NOT_THERE:
        what = problem.what
    return Finding(aws_events.name, Clean("AWS"), Level.OK, Clean(what), Clean("not available"))
