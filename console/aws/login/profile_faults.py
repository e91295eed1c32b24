"""What is amiss with the profile that the credentials should come from, where botocore does not say it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from console.files.bounded import read_text, reason_of

if TYPE_CHECKING:
    from aiobotocore.session import AioSession
    from botocore.exceptions import ClientError

_ROLE: Final = ("sso_account_id", "sso_role_name")
_NOT_ASSIGNED: Final = frozenset({"ForbiddenException", "AccessDeniedException", "ResourceNotFoundException"})

OPERATIONS: Final = frozenset({"AssumeRole", "AssumeRoleWithWebIdentity", "CreateToken", "GetRoleCredentials"})
"""What the credential chain asks by itself, whatever service is about to be asked."""


class LoginSessionUnsupported(RuntimeError):
    """A profile was made by ``aws login``, whose sessions the libraries here cannot use."""

    def __init__(self, profile: str) -> None:
        self.profile = profile
        super().__init__(f"Profile {profile} was made by `aws login`, whose sessions this botocore cannot use.")


class SsoRoleMissing(RuntimeError):
    """A profile signs in with SSO and does not say as which role of which account."""

    def __init__(self, profile: str, missing: list[str]) -> None:
        self.profile = profile
        super().__init__(f"Profile {profile} signs in with SSO, but does not say {' and '.join(missing)}.")


class SsoRoleRefused(RuntimeError):
    """IAM Identity Center gives no credentials for the role of a profile to who signed in."""

    def __init__(self, profile: str, account: str, role: str, reason: str) -> None:
        self.profile = profile
        super().__init__(
            f"The SSO role {role} of account {account} (profile {profile}) is not assigned to who signed in: {reason}."
        )


class TokenFileUnreadable(RuntimeError):
    """The file with the web identity's token cannot be read."""


class TokenFile:
    """Reads a token at each use, since it is renewed there. Raises `TokenFileUnreadable`, which names the file."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __call__(self) -> str:
        try:
            return read_text(Path(self._path))
        except OSError as error:
            reason = reason_of(error)
            raise TokenFileUnreadable(f"The web identity token file {self._path} cannot be read: {reason}.") from error


def sources(config: dict[str, Any], name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A profile, the one that its role is assumed from, and so on; each once. `config` is botocore's full config."""
    profiles, seen = config.get("profiles", {}), set[str]()
    at: str | None = name
    while at is not None and at not in seen:
        seen.add(at)
        profile: dict[str, Any] = profiles.get(at, {})
        yield at, profile
        at = profile.get("source_profile")


def profile_name(core: AioSession) -> str:
    """The profile that a session uses."""
    return str(core.get_config_variable("profile") or "default")


def lack(core: AioSession) -> Exception | None:
    """Why a profile gives no credentials, where it is one of a kind that botocore passes over; None where it is not."""
    for name, profile in sources(core.full_config, profile_name(core)):
        if "login_session" in profile:
            return LoginSessionUnsupported(name)
        missing = [key for key in _ROLE if key not in profile]
        if missing and any(key in profile for key in ("sso_session", "sso_start_url")):
            return SsoRoleMissing(name, missing)
    return None


def refused_role(core: AioSession, error: ClientError) -> Exception | None:
    """What it means that SSO refused the credentials of a role; None for any other error."""
    told = error.response.get("Error", {})
    if error.operation_name != "GetRoleCredentials" or told.get("Code") not in _NOT_ASSIGNED:
        return None
    reason = str(told.get("Message") or told["Code"]).rstrip(".")
    for name, profile in sources(core.full_config, profile_name(core)):
        if "sso_role_name" in profile:
            return SsoRoleRefused(name, profile.get("sso_account_id", ""), profile["sso_role_name"], reason)
    return None
