"""Amazon CloudWatch RUM, which moto does not know: app monitors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.core.responses import BaseResponse

from console.demo.services.shapes import Request, add, own_service, refuse

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("rum: create, get, list and delete app monitors (the whole service)",)

KIND: Final = "rum.monitors"


class RumResponse(BaseResponse):
    """The CloudWatch RUM API, version 2018-05-10."""

    def __init__(self) -> None:
        super().__init__(service_name="rum")
        self.automated_parameter_parsing = True


def install(world: World) -> None:
    """Answer for CloudWatch RUM."""

    def monitors(request: Request) -> list[dict[str, Any]]:
        return world.things[KIND, request.account, request.region]

    def named(request: Request) -> dict[str, Any]:
        for monitor in monitors(request):
            if monitor["Name"] == request.params["Name"]:
                return monitor
        raise refuse("ResourceNotFoundException", f"There is no app monitor {request.params['Name']}.")

    def create(request: Request) -> dict[str, Any]:
        if any(monitor["Name"] == request.params["Name"] for monitor in monitors(request)):
            raise refuse("ConflictException", f"The app monitor {request.params['Name']} exists already.")
        now = f"{world.now():%Y-%m-%dT%H:%M:%SZ}"
        given = {k: request.params[k] for k in ("Name", "Domain", "AppMonitorConfiguration") if request.params.get(k)}
        made = given | {"Id": world.uuid(), "State": "CREATED"}
        monitors(request).append(made | {"Created": now, "LastModified": now})
        return {"Id": made["Id"]}

    def listing(request: Request) -> dict[str, Any]:
        fields = ("Created", "Id", "LastModified", "Name", "State")
        return {"AppMonitorSummaries": [{name: one[name] for name in fields} for one in monitors(request)]}

    def delete(request: Request) -> dict[str, Any]:
        monitors(request).remove(named(request))
        return {}

    add(RumResponse, "CreateAppMonitor", create)
    add(RumResponse, "GetAppMonitor", lambda request: {"AppMonitor": named(request)})
    add(RumResponse, "ListAppMonitors", listing)
    add(RumResponse, "DeleteAppMonitor", delete)
    own_service("rum", RumResponse)
