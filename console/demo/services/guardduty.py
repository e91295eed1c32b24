"""Amazon GuardDuty: findings, with the criteria by which they are chosen, and archiving them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from moto.guardduty.responses import GuardDutyResponse

from console.demo.services.shapes import Request, add, refuse

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = (
    "guardduty: list_findings, get_findings, archive_findings, unarchive_findings",
    "guardduty: create, get, list and delete threat intel sets",
)

KIND: Final = "guardduty.findings"
SETS: Final = "guardduty.threat-intel-sets"
_NOT_OWNED: Final = "The request is rejected because the input detectorId is not owned by the current account."
_NUMBERS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "GreaterThanOrEqual": operator.ge,
    "Gte": operator.ge,
    "GreaterThan": operator.gt,
    "Gt": operator.gt,
    "LessThanOrEqual": operator.le,
    "Lte": operator.le,
    "LessThan": operator.lt,
    "Lt": operator.lt,
}


def install(world: World) -> None:
    """Add findings."""

    def findings(request: Request) -> list[dict[str, Any]]:
        detectors = world.backend("guardduty", request.region, request.account).detectors
        if request.params["DetectorId"] not in detectors:
            raise refuse("BadRequestException", _NOT_OWNED)
        return world.things[KIND, request.account, request.region]

    def list_findings(request: Request) -> dict[str, Any]:
        criterion = (request.params.get("FindingCriteria") or {}).get("Criterion") or {}
        found = [f for f in findings(request) if all(_meets(_at(f, path), c) for path, c in criterion.items())]
        sort = request.params.get("SortCriteria") or {}
        path = sort.get("AttributeName") or "updatedAt"
        found.sort(key=lambda finding: _order(_at(finding, path)), reverse=sort.get("OrderBy", "DESC") == "DESC")
        begin, most = int(request.params.get("NextToken") or 0), int(request.params.get("MaxResults") or 50)
        end = begin + most
        more = str(end) if end < len(found) else ""  # where there is no more GuardDuty gives an empty token
        return {"FindingIds": [finding["Id"] for finding in found[begin:end]], "NextToken": more}

    def get_findings(request: Request) -> dict[str, Any]:
        asked = request.params["FindingIds"]
        return {"Findings": [finding for finding in findings(request) if finding["Id"] in asked]}

    def archiving(value: bool) -> Callable[[Request], dict[str, Any]]:
        def change(request: Request) -> dict[str, Any]:
            for finding in findings(request):
                if finding["Id"] in request.params["FindingIds"]:
                    finding["Service"]["Archived"] = value
            return {}

        return change

    add(GuardDutyResponse, "ListFindings", list_findings)
    add(GuardDutyResponse, "GetFindings", get_findings)
    add(GuardDutyResponse, "ArchiveFindings", archiving(True))  # noqa: FBT003
    add(GuardDutyResponse, "UnarchiveFindings", archiving(False))  # noqa: FBT003

    _add_sets(world)


def _add_sets(world: World) -> None:
    def sets(request: Request) -> list[dict[str, Any]]:
        return world.things[SETS, request.account, request.region]

    def named(request: Request) -> dict[str, Any]:
        for one in sets(request):
            if one["id"] == request.params["ThreatIntelSetId"]:
                return one
        raise refuse("BadRequestException", "The request is rejected because the threat intel set does not exist.")

    def create(request: Request) -> dict[str, Any]:
        identity = f"{world.random.getrandbits(128):032x}"
        status = "ACTIVE" if request.params["Activate"] else "INACTIVE"
        told = {name: request.params[name] for name in ("Name", "Format", "Location")} | {"Status": status}
        sets(request).append({"id": identity, "told": told})
        return {"ThreatIntelSetId": identity}

    def delete(request: Request) -> dict[str, Any]:
        sets(request).remove(named(request))
        return {}

    add(GuardDutyResponse, "CreateThreatIntelSet", create)
    add(GuardDutyResponse, "GetThreatIntelSet", lambda request: named(request)["told"])
    add(
        GuardDutyResponse,
        "ListThreatIntelSets",
        lambda request: {"ThreatIntelSetIds": [one["id"] for one in sets(request)]},
    )
    add(GuardDutyResponse, "DeleteThreatIntelSet", delete)


def _at(finding: Any, path: str) -> Any:
    """The value at a path as criteria write it: ``service.archived``."""
    for part in path.split("."):
        finding = finding.get(part[:1].upper() + part[1:]) if isinstance(finding, dict) else None
    return finding


def _order(value: Any) -> tuple[float, str]:
    return (float(value), "") if isinstance(value, (int, float)) else (0.0, str(value))


def _meets(value: Any, condition: Mapping[str, Any]) -> bool:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    equal = condition.get("Equals") or condition.get("Eq")
    other = condition.get("NotEquals") or condition.get("Neq")
    if (equal and text not in equal) or (other and text in other):
        return False
    limits = [(test, condition[name]) for name, test in _NUMBERS.items() if condition.get(name) is not None]
    return all(isinstance(value, (int, float)) and test(value, limit) for test, limit in limits)
