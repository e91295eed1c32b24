"""Application Auto Scaling: what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

from console.demo.services.shapes import Request, add

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("application-autoscaling: describe_scaling_activities",)

KIND: Final = "application-autoscaling.activities"


def install(world: World) -> None:
    """Add the activities."""

    def describe_scaling_activities(request: Request) -> dict[str, Any]:
        params = request.params
        found = [
            activity
            for activity in reversed(world.things[KIND, request.account, request.region])
            if activity["ServiceNamespace"] == params["ServiceNamespace"]
            and params.get("ResourceId") in (None, activity["ResourceId"])
        ]
        return {"ScalingActivities": found[: int(params.get("MaxResults") or 50)]}

    add(ApplicationAutoScalingResponse, "DescribeScalingActivities", describe_scaling_activities)
