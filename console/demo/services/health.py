"""AWS Health, which moto does not know: two open events of the accounts of the demo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.responses import BaseResponse

from console.demo.services.shapes import Request, add, own_service

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("health: describe_events, describe_event_details, describe_affected_entities (the whole service)",)

_TEXTS = {
    "issue": (
        "[RESOLVING] We are investigating increased error rates and latencies for Lambda invocations in the "
        "{region} Region. Other AWS services that use Lambda may be affected."
    ),
    "scheduledChange": (
        "Node.js 16 has reached its end of life. From the start time of this event you can no longer create "
        "functions with the nodejs16.x runtime. Update the affected functions to nodejs22.x."
    ),
}


class HealthResponse(BaseResponse):
    """The AWS Health API, version 2016-08-04."""

    def __init__(self) -> None:
        super().__init__(service_name="health")
        self.automated_parameter_parsing = True


def install(world: World) -> None:
    """Answer for AWS Health."""

    def describe_events(request: Request) -> dict[str, Any]:
        asked = request.params.get("filter") or {}
        return {"events": [event for event in _events(world) if _passes(event, asked)]}

    def describe_event_details(request: Request) -> dict[str, Any]:
        events = {event["arn"]: event for event in _events(world)}
        found = [events[arn] for arn in request.params["eventArns"] if arn in events]
        gone = [arn for arn in request.params["eventArns"] if arn not in events]
        return {
            "successfulSet": [{"event": event, "eventDescription": _text(event)} for event in found],
            "failedSet": [
                {"eventArn": arn, "errorName": "InvalidArn", "errorMessage": "no such event"} for arn in gone
            ],
        }

    def describe_affected_entities(request: Request) -> dict[str, Any]:
        asked = set(request.params["filter"]["eventArns"])
        functions = world.backend("lambda", "eu-west-1", request.account).list_functions("ALL")
        old = [function for function in functions if function.run_time == "nodejs16.x"]
        events = [event for event in _events(world) if event["arn"] in asked]
        return {
            "entities": [
                {
                    "entityArn": f"arn:aws:health:eu-west-1:{request.account}:entity/{function.function_name}",
                    "eventArn": event["arn"],
                    "entityValue": function.function_arn,
                    "awsAccountId": request.account,
                    "statusCode": "IMPAIRED" if event["eventTypeCategory"] == "issue" else "PENDING",
                    "lastUpdatedTime": event["lastUpdatedTime"],
                }
                for event in events
                for function in old
            ]
        }

    add(HealthResponse, "DescribeEvents", describe_events)
    add(HealthResponse, "DescribeEventDetails", describe_event_details)
    add(HealthResponse, "DescribeAffectedEntities", describe_affected_entities)
    own_service("health", HealthResponse)


def _events(world: World) -> list[dict[str, Any]]:
    began = world.started
    return [
        _event("LAMBDA", "OPERATIONAL_ISSUE", "issue", "open", began, -0.05, None),
        _event("LAMBDA", "PLANNED_LIFECYCLE_EVENT", "scheduledChange", "upcoming", began, 21, 51),
    ]


def _event(service: str, code: str, category: str, status: str, began: Any, start: float, end: float | None) -> Any:
    from datetime import timedelta

    name = f"AWS_{service}_{code}"
    event = {
        "arn": f"arn:aws:health:eu-west-1::event/{service}/{name}/{name}_{abs(hash(start)) % 10**8:08d}",
        "service": service,
        "eventTypeCode": name,
        "eventTypeCategory": category,
        "eventScopeCode": "PUBLIC" if category == "issue" else "ACCOUNT_SPECIFIC",
        "region": "eu-west-1",
        "startTime": began + timedelta(days=start),
        "lastUpdatedTime": began,
        "statusCode": status,
    }
    if end is not None:
        event["endTime"] = began + timedelta(days=end)
    return event


def _text(event: dict[str, Any]) -> dict[str, str]:
    return {"latestDescription": _TEXTS[event["eventTypeCategory"]].format(region=event["region"])}


_FIELDS = {
    "eventTypeCategories": "eventTypeCategory",
    "eventStatusCodes": "statusCode",
    "services": "service",
    "regions": "region",
    "eventTypeCodes": "eventTypeCode",
    "eventArns": "arn",
}


def _passes(event: dict[str, Any], asked: dict[str, Any]) -> bool:
    return all(event[field] in asked[name] for name, field in _FIELDS.items() if asked.get(name))
