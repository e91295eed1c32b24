"""AWS Cost Explorer: costs by day and month, grouped and filtered; forecasts, anomalies, recommendations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from moto.ce.responses import CostExplorerResponse
from moto.core.responses import ActionResult

from console.demo.services.ce.costs import GROUPS, RISE_DAYS, BillLine, lines, total
from console.demo.services.shapes import Request, add, refuse, replace

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("ce: costs of the stacks by day and month, grouped and filtered; forecasts, an anomaly, recommendations",)

_UNITS: Final = {"UsageQuantity": "N/A"}


def install(world: World) -> None:
    """Answer with the bill of the demo."""

    def get_cost_and_usage(self: CostExplorerResponse) -> ActionResult:
        self.parse_parameters(self.normalized_request)
        return ActionResult(cost_and_usage(self.current_account, self.params, world.now().date()))

    def get_forecast(request: Request) -> dict[str, Any]:
        today = world.now().date()
        days = [today - timedelta(days=back) for back in range(1, 15)]
        mean = sum(total(request.account, day, today) for day in days) / len(days)
        spans = list(_spans(request.params))
        each = [mean * (end - start).days for start, end in spans]
        return {
            "Total": {"Amount": f"{sum(each):.4f}", "Unit": "USD"},
            "ForecastResultsByTime": [
                {"TimePeriod": _period(start, end), "MeanValue": f"{amount:.4f}"}
                for (start, end), amount in zip(spans, each, strict=True)
            ],
        }

    def get_anomalies(request: Request) -> dict[str, Any]:
        today = world.now().date()
        extra = sum(
            line.dollars * 0.75
            for back in range(RISE_DAYS)
            for line in lines(request.account, today - timedelta(days=back), today)
            if line.service == "Amazon CloudFront"
        )
        return {"Anomalies": [_anomaly(today, extra, request.account)] if extra else []}

    replace(CostExplorerResponse, "get_cost_and_usage", get_cost_and_usage)
    add(CostExplorerResponse, "GetCostForecast", get_forecast)
    add(CostExplorerResponse, "GetUsageForecast", get_forecast)
    add(CostExplorerResponse, "GetAnomalies", get_anomalies)
    add(CostExplorerResponse, "GetRightsizingRecommendation", lambda request: _rightsizing(world, request))
    add(CostExplorerResponse, "GetReservationPurchaseRecommendation", _reservation)


def cost_and_usage(account: str, params: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The answer of GetCostAndUsage."""
    groups = params.get("GroupBy") or []
    for group in groups:
        kind, key = group.get("Type"), group.get("Key")
        if kind != "TAG" and (kind != "DIMENSION" or key not in GROUPS):
            raise refuse("ValidationException", f"Group Definition of type {kind} and key {key} is invalid.")
    results = []
    for start, end in _spans(params):
        found = [
            line
            for offset in range((end - start).days)
            for line in lines(account, start + timedelta(days=offset), today)
            if _passes(line, params.get("Filter") or {})
        ]
        result: dict[str, Any] = {"TimePeriod": _period(start, end), "Estimated": end > today, "Groups": []}
        if groups:
            keys = sorted({tuple(_key(line, group) for group in groups) for line in found})
            result["Groups"] = [
                {"Keys": list(key), "Metrics": _sums([line for line in found if _keys(line, groups) == key], params)}
                for key in keys
            ]
            result["Total"] = {}
        else:
            result["Total"] = _sums(found, params)
        results.append(result)
    return {"ResultsByTime": results, "GroupDefinitions": groups, "DimensionValueAttributes": []}


def _spans(params: Mapping[str, Any]) -> Iterator[tuple[date, date]]:
    """The periods asked for: days, or months as far as they lie in the whole."""
    start, end = (date.fromisoformat(params["TimePeriod"][name][:10]) for name in ("Start", "End"))
    if start >= end:
        raise refuse("ValidationException", "Start date (and hour) should be before end date (and hour).")
    while start < end:
        after = start + timedelta(days=1)
        if params.get("Granularity") == "MONTHLY":
            after = min(end, (start.replace(day=28) + timedelta(days=4)).replace(day=1))
        yield start, after
        start = after


def _period(start: date, end: date) -> dict[str, str]:
    return {"Start": start.isoformat(), "End": end.isoformat()}


def _keys(line: BillLine, groups: list[dict[str, str]]) -> tuple[str, ...]:
    return tuple(_key(line, group) for group in groups)


def _key(line: BillLine, group: Mapping[str, str]) -> str:
    if group["Type"] == "TAG":
        return f"{group['Key']}${line.project if group['Key'] == 'Project' else ''}"
    return GROUPS[group["Key"]](line)


def _passes(line: BillLine, condition: Mapping[str, Any]) -> bool:
    if parts := condition.get("And"):
        return all(_passes(line, part) for part in parts)
    if parts := condition.get("Or"):
        return any(_passes(line, part) for part in parts)
    if part := condition.get("Not"):
        return not _passes(line, part)
    if tags := condition.get("Tags"):
        return tags["Key"] == "Project" and line.project in tags["Values"]
    if dimension := condition.get("Dimensions"):
        return dimension["Key"] in GROUPS and GROUPS[dimension["Key"]](line) in dimension["Values"]
    return True


def _sums(found: list[BillLine], params: Mapping[str, Any]) -> dict[str, Any]:
    return {
        metric: {
            "Amount": f"{sum(line.amount if metric == 'UsageQuantity' else line.dollars for line in found):.10f}",
            "Unit": _UNITS.get(metric, "USD"),
        }
        for metric in params.get("Metrics") or ["UnblendedCost"]
    }


def _anomaly(today: date, extra: float, account: str) -> dict[str, Any]:
    return {
        "AnomalyId": f"anomaly-{account}",
        "AnomalyStartDate": (today - timedelta(days=RISE_DAYS - 1)).isoformat(),
        "DimensionValue": "Amazon CloudFront",
        "RootCauses": [{"Service": "Amazon CloudFront", "UsageType": "EU-DataTransfer-Out-Bytes", "Region": "global"}],
        "AnomalyScore": {"MaxScore": 0.91, "CurrentScore": 0.88},
        "Impact": {"MaxImpact": round(extra / RISE_DAYS, 2), "TotalImpact": round(extra, 2)},
        "MonitorArn": f"arn:aws:ce::{account}:anomalymonitor/services",
    }


def _rightsizing(world: World, request: Request) -> dict[str, Any]:
    """The less busy of two hosts could be half as big."""
    reservations = world.backend("ec2", "us-east-1", request.account).reservations.values()
    hosts = [one for reservation in reservations for one in reservation.instances if one.instance_type == "m5.large"]
    found = [
        {
            "AccountId": request.account,
            "RightsizingType": "Modify",
            "CurrentInstance": {"ResourceId": host.id, "MonthlyCost": "70.08", "CurrencyCode": "USD"},
            "ModifyRecommendationDetail": {
                "TargetInstances": [
                    {"EstimatedMonthlyCost": "30.37", "EstimatedMonthlySavings": "39.71", "CurrencyCode": "USD",
                     "ResourceDetails": {"EC2ResourceDetails": {"InstanceType": "t3.medium"}}}
                ]
            },
            "FindingReasonCodes": ["CPU_OVER_PROVISIONED"],
        }
        for host in hosts[1:]
    ]  # fmt: skip
    savings = f"{39.71 * len(found):.2f}"
    summary = {"TotalRecommendationCount": str(len(found)), "EstimatedTotalMonthlySavingsAmount": savings}
    return {"RightsizingRecommendations": found, "Summary": summary | {"SavingsCurrencyCode": "USD"}}


def _reservation(request: Request) -> dict[str, Any]:
    detail = {
        "AccountId": request.account,
        "InstanceDetails": {"EC2InstanceDetails": {"InstanceType": "m5.large", "Region": "us-east-1", "Family": "m5"}},
        "RecommendedNumberOfInstancesToPurchase": "6",
        "EstimatedMonthlySavingsAmount": "158.20",
        "EstimatedMonthlySavingsPercentage": "28",
        "CurrencyCode": "USD",
    }
    summary = {"TotalEstimatedMonthlySavingsAmount": "158.20", "CurrencyCode": "USD"}
    asked = {name: request.params[name] for name in ("TermInYears", "PaymentOption") if request.params.get(name)}
    return {"Recommendations": [asked | {"RecommendationDetails": [detail], "RecommendationSummary": summary}]}
