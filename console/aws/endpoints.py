"""The endpoints of one's own that environment and AWS config name for services, in AWS's own order.

A service's variable goes before the one of all services, both before the profile's ``services`` section, and that
before the profile's own ``endpoint_url`` (AWS SDKs and tools reference guide, "Service-specific endpoints").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aiobotocore.session import AioSession

FOR_ALL: Final = "AWS_ENDPOINT_URL"
IGNORED: Final = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
"""The variable that says, and where it is ``false`` denies, that only endpoints given outright are used."""

Variables = tuple[tuple[str, str], ...]
"""Names and values of variables of the environment that name endpoints, the one for all services first."""


def of_environment(environ: Mapping[str, str]) -> Variables:
    """The variables that name endpoints, unless the environment says that they are to be ignored."""
    if environ.get(IGNORED, "").lower() == "true":
        return ()
    return tuple(sorted((name, value) for name, value in environ.items() if name.startswith(FOR_ALL) and value))


def named_in(variables: Variables, service: str) -> str | None:
    """The endpoint of a service that variables name, if they do."""
    if not variables:
        return None
    from botocore.configprovider import ConfiguredEndpointProvider

    found = ConfiguredEndpointProvider({}, {}, service, dict(variables)).provide()
    return str(found) if found else None


def configured(core: AioSession, environ: Mapping[str, str]) -> Variables:
    """What environment and AWS config name for a session, written as variables that lead to the same endpoints."""
    if core.get_config_variable("ignore_configured_endpoint_urls"):
        return ()
    named = dict(of_environment(environ))
    if FOR_ALL in named:
        return tuple(sorted(named.items()))
    profile = core.get_scoped_config()
    services = core.full_config.get("services", {}).get(profile.get("services"), {})
    found = {FOR_ALL: profile["endpoint_url"]} if profile.get("endpoint_url") else {}
    for service, section in services.items():
        if isinstance(section, dict) and section.get("endpoint_url"):
            found[f"{FOR_ALL}_{service.upper()}"] = section["endpoint_url"]
    return tuple(sorted({**found, **named}.items()))
