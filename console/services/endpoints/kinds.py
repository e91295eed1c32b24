"""A stack's own URLs, and how a stack file names them."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta

from console.naming.resource_kind import ResourceKind
from console.stack.part import Name, Part, Url

URL: Final = ResourceKind("URL")


class Endpoint(Part, frozen=True):
    """A URL that is asked, and the status that it should answer."""

    section = "endpoints"

    url: Url
    name: Name | None = None
    expect: Annotated[int, Meta(ge=100, le=599)] = 200
