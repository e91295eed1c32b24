"""Amazon RDS Performance Insights, which moto does not know: load by statement, from the world's metrics."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from moto.core.responses import BaseResponse

from console.demo.services.shapes import Request, add, own_service, refuse
from console.demo.shapes import seed_of, unit_noise

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("pi: get_resource_metrics (the whole service)",)

STATEMENTS: Final = (
    ("SELECT * FROM orders WHERE customer_id = ? ORDER BY created_at DESC", 0.46),
    ("UPDATE user_sessions SET last_seen = ? WHERE id = ?", 0.27),
    ("SELECT count ( * ) FROM events WHERE created_at > ?", 0.18),
    ("INSERT INTO audit_log VALUES ( ... )", 0.09),
)
_PERIODS: Final = (1, 60, 300, 3600, 86_400)


class PiResponse(BaseResponse):
    """The Performance Insights API, version 2018-02-27."""

    def __init__(self) -> None:
        super().__init__(service_name="pi")
        self.automated_parameter_parsing = True


def install(world: World) -> None:
    """Answer for Performance Insights."""

    def get_resource_metrics(request: Request) -> dict[str, Any]:
        params, identity = request.params, request.params["Identifier"]
        databases = world.backend("rds", request.region, request.account).databases.values()
        if not any(identity == database.dbi_resource_id for database in databases):
            raise refuse("InvalidArgumentException", f"{identity} is not a database of this account.")
        period = next((p for p in _PERIODS if p >= int(params.get("PeriodInSeconds") or 60)), 60)
        start, end = (int(params[name].timestamp()) // period * period for name in ("StartTime", "EndTime"))
        metrics = []
        for query in params["MetricQueries"]:
            grouped = bool(query.get("GroupBy"))
            for text, share in ((None, 1.0), *(STATEMENTS if grouped else ())):
                key: dict[str, Any] = {"Metric": query["Metric"]}
                if text:
                    key["Dimensions"] = {"db.sql_tokenized.statement": text}
                points = [_point(identity, text, share, moment) for moment in range(start, end, period)]
                metrics.append({"Key": key, "DataPoints": points})
        aligned = {"AlignedStartTime": _at(start), "AlignedEndTime": _at(end)}
        return {"Identifier": identity, "MetricList": metrics, **aligned}

    add(PiResponse, "GetResourceMetrics", get_resource_metrics)
    own_service("pi", PiResponse)


def _point(identity: str, text: str | None, share: float, moment: int) -> dict[str, Any]:
    load = 1.7 * share * (0.8 + 0.4 * unit_noise(seed_of(identity + (text or "")), moment // 60))
    return {"Timestamp": _at(moment), "Value": round(load, 4)}


def _at(moment: int) -> datetime:
    return datetime.fromtimestamp(moment, UTC)
