"""AWS Config: what complies with its rules."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from moto.config.responses import ConfigResponse

from console.demo.services.shapes import Request, add, refuse

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("config: compliance by rule, in summary and in detail",)

KIND: Final = "config.results"
"""Things of this kind: rule, resource type, resource id, compliance type."""

_MOST: Final = 25


def install(world: World) -> None:
    """Add compliance."""

    def results(request: Request) -> list[dict[str, Any]]:
        return world.things[KIND, request.account, request.region]

    def rules(request: Request) -> dict[str, str]:
        """Each rule with its compliance."""
        known = world.backend("config", request.region, request.account).config_rules
        bad = {result["rule"] for result in results(request) if result["compliance"] == "NON_COMPLIANT"}
        return {name: "NON_COMPLIANT" if name in bad else "COMPLIANT" for name in known}

    def get_summary(request: Request) -> dict[str, Any]:
        counts = Counter(rules(request).values())
        return {
            "ComplianceSummary": {
                "CompliantResourceCount": _capped(counts["COMPLIANT"]),
                "NonCompliantResourceCount": _capped(counts["NON_COMPLIANT"]),
                "ComplianceSummaryTimestamp": world.now(),
            }
        }

    def get_details(request: Request) -> dict[str, Any]:
        name, kinds = request.params["ConfigRuleName"], request.params.get("ComplianceTypes")
        if name not in rules(request):
            raise refuse("NoSuchConfigRuleException", f"The ConfigRule '{name}' provided in the request is invalid.")
        found = [result for result in results(request) if result["rule"] == name]
        return {
            "EvaluationResults": [
                {
                    "EvaluationResultIdentifier": {
                        "EvaluationResultQualifier": {
                            "ConfigRuleName": name,
                            "ResourceType": result["type"],
                            "ResourceId": result["id"],
                        },
                        "OrderingTimestamp": world.started,
                    },
                    "ComplianceType": result["compliance"],
                    "ResultRecordedTime": world.started,
                    "ConfigRuleInvokedTime": world.started,
                }
                for result in found
                if not kinds or result["compliance"] in kinds
            ]
        }

    def describe_compliance(request: Request) -> dict[str, Any]:
        asked = request.params.get("ConfigRuleNames")
        found = {name: kind for name, kind in rules(request).items() if not asked or name in asked}
        return {
            "ComplianceByConfigRules": [
                {"ConfigRuleName": name, "Compliance": {"ComplianceType": kind}} for name, kind in found.items()
            ]
        }

    add(ConfigResponse, "GetComplianceSummaryByConfigRule", get_summary)
    add(ConfigResponse, "GetComplianceDetailsByConfigRule", get_details)
    add(ConfigResponse, "DescribeComplianceByConfigRule", describe_compliance)


def _capped(count: int) -> dict[str, Any]:
    return {"CappedCount": min(count, _MOST), "CapExceeded": count > _MOST}
