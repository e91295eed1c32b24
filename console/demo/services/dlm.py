"""Amazon Data Lifecycle Manager, which moto does not know: policies for snapshots of volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.core.responses import BaseResponse

from console.demo.services.shapes import Request, add, own_service, refuse

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("dlm: create, get, list, update and delete lifecycle policies (the whole service)",)

KIND: Final = "dlm.policies"
_FIELDS: Final = ("ExecutionRoleArn", "Description", "State", "PolicyDetails", "Tags")


class DlmResponse(BaseResponse):
    """The Data Lifecycle Manager API, version 2018-01-12."""

    def __init__(self) -> None:
        super().__init__(service_name="dlm")
        self.automated_parameter_parsing = True


def install(world: World) -> None:
    """Answer for Data Lifecycle Manager."""

    def policies(request: Request) -> list[dict[str, Any]]:
        return world.things[KIND, request.account, request.region]

    def named(request: Request) -> dict[str, Any]:
        for policy in policies(request):
            if policy["PolicyId"] == request.params["PolicyId"]:
                return policy
        raise refuse("ResourceNotFoundException", f"There is no policy {request.params['PolicyId']}.")

    def create(request: Request) -> dict[str, Any]:
        identity = f"policy-{world.random.getrandbits(64):017x}"
        arn = f"arn:aws:dlm:{request.region}:{request.account}:policy/{identity}"
        given = {name: request.params[name] for name in _FIELDS if request.params.get(name) is not None}
        times = dict.fromkeys(("DateCreated", "DateModified"), world.now())
        policies(request).append({"PolicyId": identity, "PolicyArn": arn, **times, **given})
        return {"PolicyId": identity}

    def update(request: Request) -> dict[str, Any]:
        given = {name: request.params[name] for name in _FIELDS if request.params.get(name) is not None}
        named(request).update(given | {"DateModified": world.now()})
        return {}

    def listing(request: Request) -> dict[str, Any]:
        fields = ("PolicyId", "Description", "State", "Tags")
        return {"Policies": [{name: one[name] for name in fields if name in one} for one in policies(request)]}

    def delete(request: Request) -> dict[str, Any]:
        policies(request).remove(named(request))
        return {}

    add(DlmResponse, "CreateLifecyclePolicy", create)
    add(DlmResponse, "GetLifecyclePolicy", lambda request: {"Policy": named(request)})
    add(DlmResponse, "GetLifecyclePolicies", listing)
    add(DlmResponse, "UpdateLifecyclePolicy", update)
    add(DlmResponse, "DeleteLifecyclePolicy", delete)
    own_service("dlm", DlmResponse)
