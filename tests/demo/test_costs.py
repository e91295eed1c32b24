"""Costs of the demo: grouped, filtered, and consistent with each other."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.conftest import DemoServer


def asked(demo: DemoServer, days: int = 10, **more: Any) -> dict[str, Any]:
    today = demo.now().date()
    span = {"Start": (today - timedelta(days=days)).isoformat(), "End": today.isoformat()}
    return {"TimePeriod": span, "Granularity": "DAILY", "Metrics": ["UnblendedCost"], **more}


def dollars(result: dict[str, Any]) -> float:
    return float(result["UnblendedCost"]["Amount"])


def test_groups_add_up_to_the_whole(demo: DemoServer) -> None:
    costs = demo.client("ce")
    whole = costs.get_cost_and_usage(**asked(demo))["ResultsByTime"]
    by_service = [{"Type": "DIMENSION", "Key": "SERVICE"}]
    parts = costs.get_cost_and_usage(**asked(demo, GroupBy=by_service))["ResultsByTime"]
    assert len(whole) == len(parts) == 10
    for day, grouped in zip(whole, parts, strict=True):
        assert dollars(day["Total"]) == pytest.approx(sum(dollars(group["Metrics"]) for group in grouped["Groups"]))
        assert dollars(day["Total"]) > 10


def test_a_project_can_be_filtered_by_its_tag(demo: DemoServer) -> None:
    costs = demo.client("ce")
    only = {"Tags": {"Key": "Project", "Values": ["mra-mines"]}}
    some = costs.get_cost_and_usage(**asked(demo, Filter=only))["ResultsByTime"][0]
    grouped = costs.get_cost_and_usage(**asked(demo, GroupBy=[{"Type": "TAG", "Key": "Project"}]))["ResultsByTime"][0]
    named = {group["Keys"][0]: dollars(group["Metrics"]) for group in grouped["Groups"]}
    assert named["Project$mra-mines"] == pytest.approx(dollars(some["Total"]))


def test_data_transfer_has_risen_and_is_an_anomaly(demo: DemoServer) -> None:
    costs = demo.client("ce")
    only = {"Dimensions": {"Key": "SERVICE", "Values": ["Amazon CloudFront"]}}
    days = [dollars(day["Total"]) for day in costs.get_cost_and_usage(**asked(demo, Filter=only))["ResultsByTime"]]
    assert days[-1] > 3 * days[0]
    (anomaly,) = costs.get_anomalies(DateInterval={"StartDate": "2026-01-01"})["Anomalies"]
    assert anomaly["DimensionValue"] == "Amazon CloudFront"


def test_the_guides_own_mistake_is_refused(demo: DemoServer) -> None:
    """``--group-by Type=SERVICE`` needs a key; AWS says so."""
    with pytest.raises(ClientError, match="Group Definition"):
        demo.client("ce").get_cost_and_usage(**asked(demo, GroupBy=[{"Type": "SERVICE", "Key": ""}]))
