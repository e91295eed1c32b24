"""Amazon API Gateway: REST APIs and their stages, and how a stack names them."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final

from console.inventory.found import FoundResource, item
from console.inventory.listing import JUDGED, gently, listed, listing
from console.naming.resource_kind import ResourceKind
from console.stack.part import Name, Part, Region

if TYPE_CHECKING:
    from console.aws.call import Aws

REST_API: Final = ResourceKind(
    "REST API",
    "apigateway",
    r"/restapis/(?P<name>[A-Za-z0-9]+)(?:/stages/(?P<stage>[A-Za-z0-9_-]+))?",
    "/restapis/ID",
    r"[^\s](.*[^\s])?",
    owned=False,
    opaque=True,
)
STAGE: Final = ResourceKind("API Gateway stage", hint="api|gateway")

_ADDRESS: Final = re.compile(r"([a-z0-9]+)\.execute-api\.[^/]*(?:/([^/]+).*)?")


class RestApi(Part, frozen=True):
    """An API Gateway REST API by id or name, and its stage."""

    section = "apigateway"
    health_service = "APIGATEWAY"
    apart = ("stage",)

    api: Annotated[Name, REST_API]
    stage: Name = "prod"
    region: Region | None = None


def at_address(address: str) -> str | None:
    """The stage, or the API, that answers at an address of API Gateway's own."""
    if not (found := _ADDRESS.match(address)):
        return None
    key = f"apigateway:/restapis/{found[1]}"
    return f"{key}/stages/{found[2]}" if found[2] else key


@listing(STAGE, RestApi, "apigateway:GET", address=at_address)
async def stages(aws: Aws) -> list[FoundResource]:
    """Each stage of each REST API of the region."""
    found = await listed(aws, "apigateway", "get_rest_apis", "items")

    async def of_api(api: dict[str, Any]) -> list[FoundResource]:
        answer = await aws.call("apigateway", "get_stages", expect="item", restApiId=api["id"])
        key = f"apigateway:/restapis/{api['id']}"
        return [
            item(RestApi(api=api["id"], stage=name), api["name"], api["id"], key, f"{key}/stages/{name}")
            for stage in answer["item"]
            if (name := stage["stageName"])
        ]

    if len(found) > JUDGED:  # asking for the stages of each would take too long, and they will not be judged
        return [item(RestApi(api=each["id"]), each["name"], each["id"]) for each in found]
    return [each for some in await gently([partial(of_api, api) for api in found]) for each in some]
