"""AWS CloudTrail: what was changed, by whom; also what is changed in the demo itself, as it happens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.model import OperationNotFoundError
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.responses import BaseResponse

from console.demo.services.shapes import Request, add, refuse, replace

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("cloudtrail: lookup_events, with every change that is made in the demo",)

KIND: Final = "cloudtrail.events"
KEPT: Final = 5000
PAGE: Final = 50
"""Events in one answer at most (LookupEvents in the CloudTrail API reference)."""

_READS: Final = (
    "BatchGet Describe Filter Get Head List Lookup Poll Preview Query Receive Scan Search Select Simulate Start"
    "LiveTail StartQuery StopQuery Test Verify"
).split()
_FIELDS: Final = {
    "EventId": "EventId",
    "EventName": "EventName",
    "ReadOnly": "ReadOnly",
    "Username": "Username",
    "EventSource": "EventSource",
    "AccessKeyId": "AccessKeyId",
}


def install(world: World) -> None:
    """Add the lookup, and write down each change."""

    def lookup_events(request: Request) -> dict[str, Any]:
        params = request.params
        wanted = params.get("LookupAttributes") or []
        if len(wanted) > 1:
            raise refuse("InvalidLookupAttributesException", "You can specify only one lookup attribute.")
        found = [event for event in reversed(world.things[KIND, request.account, request.region]) if _in(event, params)]
        found = [event for event in found if all(_has(event, one) for one in wanted)]
        start = int(params.get("NextToken") or 0)
        size = min(int(params.get("MaxResults") or PAGE), PAGE)
        answer: dict[str, Any] = {"Events": found[start : start + size]}
        return answer | ({"NextToken": str(start + size)} if len(found) > start + size else {})

    def call_action(self: BaseResponse) -> Any:
        answer = call(self)
        name = self._get_action() or ""
        if name and answer[0] < 400 and not name.startswith(tuple(_READS)):
            source, who = self.boto3_service_name, self.access_key
            note(world, self.current_account, self.region, source, name, who, _resources(self))
        return answer

    call = replace(BaseResponse, "call_action", call_action)
    add(CloudTrailResponse, "LookupEvents", lookup_events)


def note(
    world: World,
    account: str,
    region: str,
    source: str,
    name: str,
    access_key: str,
    resources: Mapping[str, str],
    at: datetime | None = None,
    user: str | None = None,
    address: str = "127.0.0.1",
) -> None:
    """Write down that something was changed; `resources` are parameters that name what."""
    who = user or _user(world, account, access_key)
    when = at or world.now()
    identity = {"type": "IAMUser", "accountId": account, "userName": who, "accessKeyId": access_key}
    event = {
        "EventId": f"{world.random.getrandbits(128):032x}",
        "EventName": name,
        "ReadOnly": "false",
        "AccessKeyId": access_key,
        "EventTime": when,
        "EventSource": f"{source}.amazonaws.com",
        "Username": who,
        "Resources": [{"ResourceType": kind, "ResourceName": value} for kind, value in resources.items()],
        "CloudTrailEvent": json.dumps(
            {
                "eventVersion": "1.11",
                "userIdentity": identity,
                "eventTime": f"{when:%Y-%m-%dT%H:%M:%SZ}",
                "eventSource": f"{source}.amazonaws.com",
                "eventName": name,
                "awsRegion": region,
                "sourceIPAddress": address,
                "requestParameters": dict(resources),
            }
        ),
    }
    events = world.things[KIND, account, region]
    events.append(event)
    del events[:-KEPT]


def _user(world: World, account: str, access_key: str) -> str:
    user = world.backend("iam", "aws", account).get_user_from_access_key_id(access_key)
    return str(user.name) if user else "operator"


def _resources(asked: BaseResponse) -> dict[str, str]:
    """What a request names; nothing of one that moto knows by its path only, as it does those of Batch."""
    try:
        if not asked.automated_parameter_parsing:
            asked.parse_parameters(asked.normalized_request)
    except OperationNotFoundError:
        return {}
    return _names(asked.params)


def _names(params: Mapping[str, Any]) -> dict[str, str]:
    """The parameters that name a resource; never a value that could be a secret."""
    ends = ("name", "arn", "identifier", "cluster", "service", "username", "userpoolid", "bucket")
    return {
        key: str(value)
        for key, value in params.items()
        if isinstance(value, str) and key.lower().replace("_", "").endswith(ends)
    }


def _in(event: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    time = event["EventTime"].timestamp()
    start, end = params.get("StartTime"), params.get("EndTime")
    return (not start or time >= _seconds(start)) and (not end or time <= _seconds(end))


def _seconds(moment: Any) -> float:
    return float(moment.timestamp()) if isinstance(moment, datetime) else float(moment)


def _has(event: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    key, value = wanted["AttributeKey"], wanted["AttributeValue"]
    if key in ("ResourceName", "ResourceType"):
        return any(resource[key] == value for resource in event["Resources"])
    return bool(event.get(_FIELDS.get(key, "")) == value)
