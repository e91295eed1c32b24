"""Signing in to SSO (IAM Identity Center) from inside the console: a code and an address, as text.

The token goes where botocore and the aws command line keep theirs, so that every tool is signed in at once.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from console.aws.background import in_thread, undisturbed
from console.aws.login.profile_faults import profile_name, sources
from console.aws.target import Target
from console.files.settings import make_folder
from console.problems import Failure, Problem, ProblemKind, Suspect, classify
from console.text import Clean, clean

_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
_SCOPES: Final = "sso:account:access"
_SLOWER: Final = 5
"""Seconds more between two polls after each slow_down (RFC 8628, 3.5)."""

_AGAIN: Final = frozenset({ProblemKind.NETWORK, ProblemKind.THROTTLED})

Sleep = Callable[[float], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class SsoProfile:
    """Where a profile signs in; `session` is None for the form without an sso-session."""

    start_url: str
    region: str
    session: str | None = None
    scopes: tuple[str, ...] = ()

    @property
    def file_name(self) -> str:
        """The file of the token in botocore's cache."""
        name = self.session or self.start_url
        return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest() + ".json"


@dataclass(frozen=True, slots=True)
class DeviceAuthorization:
    """What the operator does: open `url` on any device and type `user_code`, or open `complete_url`.

    `expires` is when the code ends, `interval` the seconds between two questions whether it was used.
    """

    url: Clean
    user_code: Clean
    complete_url: Clean
    expires: datetime
    interval: int
    profile: SsoProfile
    target: Target
    device_code: str = field(repr=False)
    client: dict[str, str] = field(repr=False)


async def begin(target: Target) -> DeviceAuthorization:
    """Ask for a code with which the target's profile can be signed in. Raises `Failure`."""
    return await in_thread(lambda: _guarded(_begin(target)))


async def finish(
    authorization: DeviceAuthorization, *, folder: Path | None = None, sleep: Sleep = asyncio.sleep
) -> datetime:
    """Wait until the code was used, keep the token, and say when it ends.

    `folder` is botocore's cache. Raises `Failure` when the code expired or was denied; cancelling it leaves nothing.
    """
    interval = authorization.interval
    while datetime.now(UTC) < authorization.expires:
        await sleep(interval)
        try:
            answer = await in_thread(lambda: _guarded(_create_token(authorization)))
        except Failure as failure:
            if failure.problem.code == "SlowDownException":
                interval += _SLOWER
            elif failure.problem.code != "AuthorizationPendingException" and failure.problem.kind not in _AGAIN:
                raise _explained(failure) from failure
            continue
        expires = datetime.now(UTC) + timedelta(seconds=answer["expiresIn"])
        await asyncio.to_thread(_keep, authorization, answer, expires, folder or Path.home() / ".aws/sso/cache")
        return expires
    raise Failure(_EXPIRED)


def sso_profile(config: dict[str, Any], name: str) -> SsoProfile:
    """Where a profile signs in, or the profile that its role comes from. Raises `Failure` where it uses no SSO.

    `config` is botocore's full config.
    """
    for _, profile in sources(config, name):
        session = profile.get("sso_session")
        found = config.get("sso_sessions", {}).get(session, {}) if session else profile
        if "sso_start_url" in found and "sso_region" in found:
            scopes = found.get("sso_registration_scopes", _SCOPES) if session else ""
            split = tuple(scope.strip() for scope in scopes.split(",") if scope.strip())
            return SsoProfile(found["sso_start_url"], found["sso_region"], session, split)
    what = clean(f"Profile {name} does not sign in with SSO.")
    hint = Clean("Set it up with: aws configure sso.")
    raise Failure(Problem(ProblemKind.INVALID, what, hint))


_EXPIRED: Final = Problem(
    ProblemKind.LOGIN, Clean("The sign-in code has expired."), Clean("Begin again for a new one.")
)
_DENIED: Final = Problem(
    ProblemKind.LOGIN, Clean("The sign-in was denied in the browser."), Clean("Begin again, and allow.")
)


def _explained(failure: Failure) -> Failure:
    known = {"ExpiredTokenException": _EXPIRED, "AccessDeniedException": _DENIED}
    return Failure(known.get(failure.problem.code, failure.problem))


async def _guarded(work: Awaitable[Any]) -> Any:
    from console.aws.call import RAISED

    try:
        return await work
    except KeyError as error:
        raise Failure(classify(Suspect(f"The answer lacks {error}."), where="sso-oidc")) from error
    except RAISED as error:
        raise Failure(classify(error, where="sso-oidc")) from error


async def _begin(target: Target) -> DeviceAuthorization:
    core = _core(target)
    profile = sso_profile(core.full_config, target.profile or profile_name(core))
    scopes = {"scopes": list(profile.scopes)} if profile.scopes else {}
    async with _client(core, profile) as oidc:
        client = await oidc.register_client(clientName="groundskeeper", clientType="public", **scopes)
        secrets = {"clientId": client["clientId"], "clientSecret": client["clientSecret"]}
        answer = await oidc.start_device_authorization(**secrets, startUrl=profile.start_url)
    ends = datetime.fromtimestamp(client["clientSecretExpiresAt"], UTC)
    return DeviceAuthorization(
        url=clean(answer["verificationUri"], limit=500),
        user_code=clean(answer["userCode"], limit=100),
        complete_url=clean(answer.get("verificationUriComplete", answer["verificationUri"]), limit=500),
        expires=datetime.now(UTC) + timedelta(seconds=answer["expiresIn"]),
        interval=answer.get("interval", _SLOWER),
        profile=profile,
        target=target,
        device_code=answer["deviceCode"],
        client={**secrets, "registrationExpiresAt": _stamp(ends)},
    )


async def _create_token(authorization: DeviceAuthorization) -> dict[str, Any]:
    client = authorization.client
    async with _client(_core(authorization.target), authorization.profile) as oidc:
        answer: dict[str, Any] = await oidc.create_token(
            clientId=client["clientId"],
            clientSecret=client["clientSecret"],
            grantType=_GRANT,
            deviceCode=authorization.device_code,
        )
    return answer


def _core(target: Target) -> Any:
    from console.aws.session import make_core

    with undisturbed():
        return make_core(target)


def _client(core: Any, profile: SsoProfile) -> Any:
    from aiobotocore.config import AioConfig
    from botocore import UNSIGNED

    config = AioConfig(signature_version=UNSIGNED)
    return core.create_client("sso-oidc", region_name=profile.region, config=config)


def _keep(authorization: DeviceAuthorization, answer: dict[str, Any], expires: datetime, folder: Path) -> None:
    """Write the token as botocore does, for its owner alone, and whole or not at all."""
    refresh = {"refreshToken": answer["refreshToken"]} if "refreshToken" in answer else {}
    token = {
        "startUrl": authorization.profile.start_url,
        "region": authorization.profile.region,
        "accessToken": answer["accessToken"],
        "expiresAt": _stamp(expires),
        **authorization.client,
        **refresh,
    }
    make_folder(folder)
    handle, path = tempfile.mkstemp(dir=folder)  # which only its owner can read
    with os.fdopen(handle, "w") as file:
        json.dump(token, file)
    Path(path).replace(folder / authorization.profile.file_name)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
