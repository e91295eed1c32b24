"""Every exception that a call can raise, as a Problem: what kind, what went wrong, what to do next.

It knows the libraries' exceptions by name, so that it can be imported without them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from console.problems.codes import OPTIMISTIC_LOCKS, kind_of
from console.problems.credentials import LOGIN, SETTINGS, from_chain, lost_login
from console.problems.denials import NAMED_ACTION, remedy, why_denied
from console.problems.problem import ONCE, Failure, Problem, ProblemKind, Suspect, ended
from console.text import Clean, clean

_STS_OFF: Final = (
    "Next: let whoever keeps the account activate STS there (IAM, account settings), enable the region, or sign in in "
    "another region."
)
_QUOTA: Final = "A quota of the account is reached: ask AWS for more (Service Quotas), or remove what is not needed."
_OLDER: Final = "Shown values are older. It will be asked again."
_AGAIN: Final = ". It will be tried again."
_PERHAPS_THE_CLOCK: Final = frozenset({"AuthFailure", "RequestExpired"})
"""What EC2 says where the clock is wrong, as where the credentials are; its answer has AWS's time, too."""

_TOLERATED: Final = 300
"""Seconds by which a clock may differ before AWS refuses its signatures (IAM user guide, Signature Version 4)."""

_NETWORK: Final = frozenset(
    "EndpointConnectionError ConnectionClosedError ConnectTimeoutError ReadTimeoutError HTTPClientError "
    "ProxyConnectionError SSLError IncompleteReadError ResponseStreamingError ConnectionError TimeoutError "
    "ClientError_http ClientConnectorError ServerDisconnectedError ClientPayloadError".split()
)


def classify(
    error: BaseException,
    *,
    permission: str = "",
    profile: str = "",
    where: str = "",
    changing: bool = False,
    now: datetime | None = None,
) -> Problem:
    """Explain an exception. `permission` is the IAM action that the call needed, `where` its service and region.

    `changing` says that it was met on the way of a change: nothing tries that again by itself, as the panels do, and
    what is missing for it stands in the whole policy.
    """
    if isinstance(error, Failure):
        return error.problem
    names = {cls.__name__ for cls in type(error).__mro__}
    name = type(error).__name__
    place = f" ({where})" if where else ""
    response = getattr(error, "response", None)
    if isinstance(error, Suspect):
        hint = "What answered may not be AWS: look again." if changing or ONCE.get() else _OLDER
        return Problem(ProblemKind.SUSPECT, clean(f"{error}{place}"), Clean(hint))
    if known := next((cls.__name__ for cls in type(error).__mro__ if cls.__name__ in LOGIN), None):
        return from_chain(error, known, profile)
    if name == "RuntimeError" and "credential" in str(error).lower():
        return Problem(
            ProblemKind.LOGIN,
            Clean("The credentials that were given had already expired."),
            Clean("Renew them where they come from (credential_process, or the tool that wrote them)."),
        )
    if name in SETTINGS:
        what, hint = SETTINGS[name]
        return Problem(ProblemKind.INVALID, clean(what or _reason(error), limit=400), Clean(hint))
    if isinstance(response, dict) and response.keys() & {"Error", "ResponseMetadata"}:
        return _from_code(response, permission, profile, place, now or datetime.now(UTC), changing=changing)
    return _from_library(error, name, names, place, changing=changing)


def _from_library(error: BaseException, name: str, names: set[str], place: str, *, changing: bool) -> Problem:
    """What is neither of the credentials nor an answer of AWS: the line, a foreign answer, or a fault of ours."""
    if "ParamValidationError" in names:
        return Problem(
            ProblemKind.BUG,
            clean(f"A call was made with wrong parameters{place}: {' '.join(str(error).split())}", limit=400),
            Clean("Check the names in the stack file; where they are right it is a fault of the console: report it."),
        )
    if "PaginationError" in names:
        again = "Ask again." if changing or ONCE.get() else _OLDER
        what = "The list did not end: the token of its next page was that of the page before"
        return Problem(
            ProblemKind.SUSPECT, clean(f"{what}{place}."), Clean(f"What answers is not all of AWS's. {again}")
        )
    if "ResponseParserError" in names:
        return Problem(
            ProblemKind.SUSPECT,
            clean(f"The answer could not be read{place}."),
            Clean("Something between here and AWS answered instead."),
        )
    if "SSLError" in names or "ClientConnectorCertificateError" in names or "SSLCertVerificationError" in names:
        return Problem(
            ProblemKind.NETWORK,
            clean(f"The TLS certificate of who answers is not trusted{place}: {_distrust(error)}", limit=400),
            Clean(
                "Nothing was sent. Where a proxy of your own opens TLS, name its authority's file in AWS_CA_BUNDLE; "
                "else do not trust this network."
            ),
        )
    if names & _NETWORK or isinstance(error, OSError):
        return Problem(
            ProblemKind.NETWORK,
            clean(f"No answer{place}: {_reason(error)}", limit=300),
            Clean(
                f"Check the line, the proxy and the endpoint{', then try again.' if changing or ONCE.get() else _AGAIN}"
            ),
        )
    return Problem(
        ProblemKind.BUG,
        clean(f"{name}{place}: {error}", limit=400),
        Clean("Please report this: it is a fault of the console."),
    )


def _distrust(error: BaseException) -> str:
    """Why TLS was not agreed on, in the words of whoever verified."""
    told: dict[str, Any] = getattr(error, "kwargs", {})
    inner: Any = told.get("error", error)
    found = getattr(inner, "certificate_error", inner)
    return ended(str(getattr(found, "verify_message", "") or getattr(found, "reason", "") or inner))


def _reason(error: BaseException) -> str:
    return ended(str(error) or type(error).__name__)


def _from_code(
    response: dict[str, Any], permission: str, profile: str, place: str, now: datetime, *, changing: bool
) -> Problem:
    error, status = response.get("Error") or {}, response.get("ResponseMetadata", {}).get("HTTPStatusCode", "")
    code = str(error.get("Code") or status)
    message = str(error.get("Message") or code)
    if message.lstrip().startswith("<") or "head" in response:  # of XML, the parser makes members of the page's parts
        message = "an HTML page instead of an answer"
    message = ended(message)
    kind = kind_of(code, message, response)
    if code in _PERHAPS_THE_CLOCK and abs(_ahead(response, now) or 0) >= _TOLERATED:
        kind = ProblemKind.SKEW
    shown = Clean(clean(code, limit=80))
    if kind is ProblemKind.DENIED:
        named = NAMED_ACTION.search(message)
        action = named.group(1) if named else permission
        why = why_denied(message)
        what = clean(f"Access denied: {action or code}{place}{f': {why}' if why else '.'}", limit=500)
        return Problem(kind, what, clean(remedy(why, action, changing=changing)), shown, action)
    if kind is ProblemKind.LOGIN:
        return lost_login(message, profile, place, shown)
    if kind is ProblemKind.SKEW:
        return Problem(
            kind,
            _skew(response, now),
            Clean("Set the clock (timedatectl set-ntp true) and try again."),
            shown,
        )
    if code in OPTIMISTIC_LOCKS:
        what = clean(f"Someone else changed it at the same moment ({code}{place}): {message}", limit=400)
        return Problem(kind, what, Clean("Look again at what it is now."), shown)
    if code == "RegionDisabledException":
        return Problem(kind, clean(f"{code}{place}: {message}", limit=400), Clean(_STS_OFF), shown)
    if code == "LimitExceededException" and kind is ProblemKind.INVALID:
        return Problem(kind, clean(f"{code}{place}: {message}", limit=400), Clean(_QUOTA), shown)
    final = changing or ONCE.get()
    hints = {
        ProblemKind.THROTTLED: "Try again in a moment." if final else "Asked less often until it passes.",
        ProblemKind.NETWORK: "AWS's side; try again in a moment." if final else "AWS's side; it will be tried again.",
        ProblemKind.NOT_FOUND: "Check the name in the stack file, the region and the account.",
        ProblemKind.UNAVAILABLE: "This account, region or endpoint does not offer it.",
        ProblemKind.CONFLICT: "Something else is changing it; look again in a moment.",
    }
    return Problem(kind, clean(f"{code}{place}: {message}", limit=400), Clean(hints.get(kind, "")), shown)


def _ahead(response: dict[str, Any], now: datetime) -> int | None:
    """By how many seconds this machine's clock is ahead of the Date that AWS answered with; None where it has none."""
    date = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        return round((now - parsedate_to_datetime(date)).total_seconds())
    except (TypeError, ValueError):
        return None


def _skew(response: dict[str, Any], now: datetime) -> Clean:
    """Say by how many seconds this machine's clock differs from AWS's."""
    seconds = _ahead(response, now)
    if seconds is None:
        return Clean("AWS refused the signature; this machine's clock may be wrong.")
    if abs(seconds) < 60:
        return Clean("AWS refused the signature, though the clock is right: the secret access key may be wrong.")
    side = "ahead of" if seconds > 0 else "behind"
    return Clean(f"This machine's clock is {abs(seconds)} s {side} AWS's.")
