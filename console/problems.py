"""Every exception that a call can raise, as a Problem: what kind, what went wrong, what to do next.

The one module that reads AWS's error codes. It knows the libraries' exceptions by name, so that it can be
imported without them.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any, Final

from console.iam import statement_of
from console.text import Clean, clean

READING: Final = "groundskeeper policy --read-only"
CHANGING: Final = "groundskeeper policy"
"""The commands that print what must be allowed for looking, and for changing something, too."""


OTHER_ACCOUNT: Final = Clean("OtherAccount")
OTHER_REGION: Final = Clean("OtherRegion")
"""The codes of the problems that credentials or calls lead elsewhere than the stack is."""

EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
"""What AWS says of credentials that have ended, or of a request of which it thinks so."""


class Kind(StrEnum):
    """What sort of problem it is; a banner, a panel and an exit code follow from it."""

    LOGIN = "login"
    REFUSED = "refused"
    """One service or region does not accept credentials that hold elsewhere."""
    DENIED = "denied"
    THROTTLED = "throttled"
    NETWORK = "network"
    SKEW = "skew"
    NOT_FOUND = "not found"
    CONFLICT = "conflict"
    SUSPECT = "suspect"
    UNAVAILABLE = "unavailable"
    INVALID = "invalid"
    BUG = "bug"


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong and what to do next; `code` is AWS's own word for it, `permission` the IAM action.

    `about` names what must be at hand to go on, such as the MFA device whose code is asked for.
    """

    kind: Kind
    what: Clean
    hint: Clean = Clean("")
    code: Clean = Clean("")
    permission: str = ""
    about: Clean = Clean("")

    def __str__(self) -> str:
        return f"{self.what} {self.hint}".strip()


class Failure(Exception):
    """A call that failed, with the Problem that explains it. Raised by the AWS layer instead of botocore's."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Suspect(Exception):
    """An answer with status 200 that lacks what a true answer always has."""


_OPTIMISTIC_LOCKS: Final = frozenset(
    "PreconditionFailed PreconditionFailedException OptimisticLockException WAFOptimisticLockException "
    "ConditionalCheckFailedException ConditionalRequestConflict InvalidPolicyRevisionIdException "
    "StaleRequestException WAFStaleDataException 412".split()
)
"""What AWS says where a change named the version that it was made from, and there is another by now."""

_CODES: Final[dict[Kind, frozenset[str]]] = {
    Kind.LOGIN: EXPIRED | frozenset(
        "UnrecognizedClientException InvalidClientTokenId "
        "InvalidAccessKeyId AuthFailure MissingAuthenticationToken TokenRefreshRequired "
        "InvalidToken InvalidSecurity".split()
    ),
    Kind.DENIED: frozenset(
        "AccessDenied AccessDeniedException UnauthorizedOperation AuthorizationError NotAuthorized "
        "AuthorizationErrorException AllAccessDisabled InsufficientPrivilegesException Forbidden 403".split()
    ),
    Kind.THROTTLED: frozenset(
        "Throttling ThrottlingException ThrottledException RequestLimitExceeded TooManyRequestsException "
        "RequestThrottled RequestThrottledException ProvisionedThroughputExceededException SlowDown "
        "BandwidthLimitExceeded LimitExceededException PriorRequestNotComplete TooManyRequests "
        "CallRateLimitExceededException EC2ThrottledException 429".split()
    ),
    Kind.SKEW: frozenset(
        "InvalidSignatureException RequestTimeTooSkewed SignatureDoesNotMatch RequestInTheFuture".split()
    ),
    Kind.NETWORK: frozenset("InternalError InternalFailure ServiceUnavailable ServiceUnavailableException 503 500 "
                            "InternalServerError InternalServiceError 502 504 SessionStreamingException".split()),
    Kind.CONFLICT: _OPTIMISTIC_LOCKS | frozenset(
        "ConflictException ResourceInUseException ResourceConflictException OperationAborted "
        "OperationAbortedException ResourceAlreadyExistsException TransactionInProgressException "
        "ContinuousBackupsUnavailableException EntityTemporarilyUnmodifiable InvalidIfMatchVersion "
        "OperationInProgressFailure IncorrectInstanceState 409".split()
    ),
    Kind.UNAVAILABLE: frozenset(
        "SubscriptionRequiredException OptInRequired NotImplemented UnknownOperationException "
        "UnsupportedOperation InvalidAction DataUnavailableException NotSignedUp RegionDisabledException "
        "PendingVerification Blocked".split()
    ),
}  # fmt: skip
_BY_STATUS: Final = {409: Kind.CONFLICT, 412: Kind.CONFLICT, 429: Kind.THROTTLED}
_STS_OFF: Final = (
    "Next: let whoever keeps the account activate STS there (IAM, account settings), enable the region, or sign in in "
    "another region."
)
_QUOTA: Final = "A quota of the account is reached: ask AWS for more (Service Quotas), or remove what is not needed."
ONCE: Final = ContextVar("once", default=False)
"""Set for a command that asks once and ends: no problem that it tells may promise that it is tried again."""

_OLDER: Final = "Shown values are older. It will be asked again."
_AGAIN: Final = ". It will be tried again."
_CONFLICT: Final = re.compile(
    r"Concurrent(Modification|Update|Access)|^Invalid[A-Z]\w*State(Fault)?$|^InvalidDBSnapshotState"
)
"""How the codes of conflicts are made up, of which there are too many to name (their service models)."""

_OF_CREDENTIALS: Final = re.compile(r"credential|validate|^AuthFailure", re.IGNORECASE)
"""How AuthFailure reads where it is one of credentials; of somebody else's image it is a denial (EC2 error codes)."""

_A_RATE: Final = re.compile(r"\brate\b|throttl|too many requests|concurren", re.IGNORECASE)
"""What a limit is called that passes by itself: "Account maximum query concurrency limit of [30] reached"."""

_PERHAPS_THE_CLOCK: Final = frozenset({"AuthFailure", "RequestExpired"})
"""What EC2 says where the clock is wrong, as where the credentials are; its answer has AWS's time, too."""

_TOLERATED: Final = 300
"""Seconds by which a clock may differ before AWS refuses its signatures (IAM user guide, Signature Version 4)."""

_NOT_FOUND: Final = re.compile(r"NotFound|NoSuch|DoesNotExist|^404$")
_INVALID: Final = re.compile(r"Invalid|Validation|Malformed|Missing|InvalidParameter|ClientException")
# How AWS words a denial: IAM user guide, "Troubleshoot access denied error messages".
_REASON: Final = re.compile(r"(?:with an explicit deny|because\b).*", re.DOTALL)
_NO_REASON: Final = re.compile(
    r"not (?:authorized|allowed) to (?:perform|do)|^(?:Access ?Denied|Forbidden|403|You are not authorized to perform "
    r"this operation)\.?$|^[A-Za-z]*(?:Denied|Authoriz|Unauthorized)[A-Za-z]*\.?$",
    re.IGNORECASE,
)
_OTHER_POLICY: Final = re.compile(
    r"no (service control policy|resource control policy|permissions boundary|session policy|vpc endpoint policy|"
    r"resource-based policy|role trust policy)"
)
_ENCODED: Final = re.compile(r"\s*Encoded authorization failure message:.*", re.DOTALL)
_NAMED_ACTION: Final = re.compile(r"not authorized to perform:? ([a-z0-9-]+:[A-Za-z0-9*]+)")

# What the credential chain raises (each seen; the table of credential cases), with the sentence that it deserves.
_LOGIN: Final[dict[str, tuple[str, str]]] = {
    "NoCredentialsError": (
        "No AWS credentials were found.",
        "Set AWS_PROFILE or pass --profile, or sign in with: aws configure sso. To try without an account: --demo.",
    ),
    "PartialCredentialsError": (
        "The AWS credentials are incomplete.",
        "Give both the access key id and the secret access key.",
    ),
    "ProfileNotFound": (
        "",
        "List the profiles with: aws configure list-profiles, and pass one with --profile.",
    ),
    "SSOTokenLoadError": (
        "Nobody has signed in to this SSO profile yet.",
        "Sign in: aws sso login --profile {profile}.",
    ),
    "TokenRetrievalError": (
        "The SSO sign-in has expired.",
        "Sign in again: aws sso login --profile {profile}.",
    ),
    "UnauthorizedSSOTokenError": (
        "The SSO sign-in has expired.",
        "Sign in again: aws sso login --profile {profile}.",
    ),
    "InvalidConfigError": (
        "",
        "Mend the profile in the AWS config file (often source_profile names one that is absent).",
    ),
    "ConfigParseError": ("", "Mend the AWS config file where it says."),
    "CredentialRetrievalError": ("", "Find out why there: the profile or the environment names it for credentials."),
    "JSONDecodeError": (
        "The profile's credential_process printed something that is not JSON.",
        "Run its command by hand: it must print Version, AccessKeyId and SecretAccessKey as JSON.",
    ),
    "MFARequired": ("", "Type its next code when asked: each serves once."),
    "LoginSessionUnsupported": (
        "",
        "Keep `aws login`, and let another profile take its credentials: credential_process = aws configure "
        "export-credentials --profile {profile} --format process.",
    ),
    "SsoRoleMissing": ("", "Add them to the profile, or choose them with: aws configure sso --profile {profile}."),
    "SsoRoleRefused": (
        "",
        "Ask for that role in IAM Identity Center, or choose another one: aws configure sso --profile {profile}.",
    ),
    "TokenFileUnreadable": (
        "",
        "What runs this writes it (EKS, a CI job): mend it there, or where AWS_WEB_IDENTITY_TOKEN_FILE or the "
        "profile's web_identity_token_file names it.",
    ),
    "CredentialProcessTimeout": (
        "The profile's credential_process did not answer within 15 s and was ended.",
        "Run its command by hand; it may be waiting for input.",
    ),
}
_SETTINGS: Final[dict[str, tuple[str, str]]] = {
    "NoRegionError": ("No AWS region is set.", "Pass --region, set AWS_REGION, or name it in the stack file."),
    "InvalidRegionError": ("", "Mend it where it is set: --region, AWS_REGION, the stack file or the AWS config file."),
    "BundleUnreadable": (
        "",
        "Nothing was sent. Mend AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE or ca_bundle in the profile, whichever names it.",
    ),
}
"""What is raised where a setting cannot be: in which sentence (none: its own), and where to mend it."""

_PROCESS_HINT: Final = "Run its command by hand to see why."

SIGN_IN: Final = frozenset({"SSOTokenLoadError", "TokenRetrievalError", "UnauthorizedSSOTokenError"})
"""The codes of problems that signing in to SSO again solves."""

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
        return Problem(Kind.SUSPECT, clean(f"{error}{place}"), Clean(hint))
    if known := next((cls.__name__ for cls in type(error).__mro__ if cls.__name__ in _LOGIN), None):
        return _from_chain(error, known, profile)
    if name == "RuntimeError" and "credential" in str(error).lower():
        return Problem(
            Kind.LOGIN,
            Clean("The credentials that were given had already expired."),
            Clean("Renew them where they come from (credential_process, or the tool that wrote them)."),
        )
    if name in _SETTINGS:
        what, hint = _SETTINGS[name]
        return Problem(Kind.INVALID, clean(what or _reason(error), limit=400), Clean(hint))
    if isinstance(response, dict) and response.keys() & {"Error", "ResponseMetadata"}:
        return _from_code(response, permission, profile, place, now or datetime.now(UTC), changing=changing)
    return _from_library(error, name, names, place, changing=changing)


def _from_library(error: BaseException, name: str, names: set[str], place: str, *, changing: bool) -> Problem:
    """What is neither of the credentials nor an answer of AWS: the line, a foreign answer, or a fault of ours."""
    if "ParamValidationError" in names:
        return Problem(
            Kind.BUG,
            clean(f"A call was made with wrong parameters{place}: {' '.join(str(error).split())}", limit=400),
            Clean("Check the names in the stack file; where they are right it is a fault of the console: report it."),
        )
    if "PaginationError" in names:
        again = "Ask again." if changing or ONCE.get() else _OLDER
        what = "The list did not end: the token of its next page was that of the page before"
        return Problem(Kind.SUSPECT, clean(f"{what}{place}."), Clean(f"What answers is not all of AWS's. {again}"))
    if "ResponseParserError" in names:
        return Problem(
            Kind.SUSPECT,
            clean(f"The answer could not be read{place}."),
            Clean("Something between here and AWS answered instead."),
        )
    if "SSLError" in names or "ClientConnectorCertificateError" in names or "SSLCertVerificationError" in names:
        return Problem(
            Kind.NETWORK,
            clean(f"The TLS certificate of who answers is not trusted{place}: {_distrust(error)}", limit=400),
            Clean(
                "Nothing was sent. Where a proxy of your own opens TLS, name its authority's file in AWS_CA_BUNDLE; "
                "else do not trust this network."
            ),
        )
    if names & _NETWORK or isinstance(error, OSError):
        return Problem(
            Kind.NETWORK,
            clean(f"No answer{place}: {_reason(error)}", limit=300),
            Clean(
                f"Check the line, the proxy and the endpoint{', then try again.' if changing or ONCE.get() else _AGAIN}"
            ),
        )
    return Problem(
        Kind.BUG,
        clean(f"{name}{place}: {error}", limit=400),
        Clean("Please report this: it is a fault of the console."),
    )


def _from_chain(error: BaseException, name: str, profile: str) -> Problem:
    what, hint = _LOGIN[name]
    told: dict[str, Any] = getattr(error, "kwargs", {})
    if told.get("provider") == "custom-process":
        what, hint = f"The profile's credential_process failed: {told.get('error_msg')}.", _PROCESS_HINT
    return Problem(
        Kind.LOGIN,
        clean(what or _reason(error), limit=400),
        clean(hint.format(profile=getattr(error, "profile", "") or profile or "PROFILE")),
        Clean(name),
        about=clean(getattr(error, "serial", "")),
    )


def _distrust(error: BaseException) -> str:
    """Why TLS was not agreed on, in the words of whoever verified."""
    told: dict[str, Any] = getattr(error, "kwargs", {})
    inner: Any = told.get("error", error)
    found = getattr(inner, "certificate_error", inner)
    return ended(str(getattr(found, "verify_message", "") or getattr(found, "reason", "") or inner))


def _reason(error: BaseException) -> str:
    return ended(str(error) or type(error).__name__)


def ended(sentence: str) -> str:
    """A sentence with a full stop, since a hint follows it."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _from_code(
    response: dict[str, Any], permission: str, profile: str, place: str, now: datetime, *, changing: bool
) -> Problem:
    error, status = response.get("Error") or {}, response.get("ResponseMetadata", {}).get("HTTPStatusCode", "")
    code = str(error.get("Code") or status)
    message = str(error.get("Message") or code)
    if message.lstrip().startswith("<") or "head" in response:  # of XML, the parser makes members of the page's parts
        message = "an HTML page instead of an answer"
    message = ended(message)
    kind = _kind_of(code, message, response)
    if code in _PERHAPS_THE_CLOCK and abs(_ahead(response, now) or 0) >= _TOLERATED:
        kind = Kind.SKEW
    shown = Clean(clean(code, limit=80))
    if kind is Kind.DENIED:
        named = _NAMED_ACTION.search(message)
        action = named.group(1) if named else permission
        why = _why_denied(message)
        what = clean(f"Access denied: {action or code}{place}{f': {why}' if why else '.'}", limit=500)
        return Problem(kind, what, clean(_remedy(why, action, CHANGING if changing else READING)), shown, action)
    if kind is Kind.LOGIN:
        return lost_login(message, profile, place, shown)
    if kind is Kind.SKEW:
        return Problem(
            kind,
            _skew(response, now),
            Clean("Set the clock (timedatectl set-ntp true) and try again."),
            shown,
        )
    if code in _OPTIMISTIC_LOCKS:
        what = clean(f"Someone else changed it at the same moment ({code}{place}): {message}", limit=400)
        return Problem(kind, what, Clean("Look again at what it is now."), shown)
    if code == "RegionDisabledException":
        return Problem(kind, clean(f"{code}{place}: {message}", limit=400), Clean(_STS_OFF), shown)
    if code == "LimitExceededException" and kind is Kind.INVALID:
        return Problem(kind, clean(f"{code}{place}: {message}", limit=400), Clean(_QUOTA), shown)
    final = changing or ONCE.get()
    hints = {
        Kind.THROTTLED: "Try again in a moment." if final else "Asked less often until it passes.",
        Kind.NETWORK: "AWS's side; try again in a moment." if final else "AWS's side; it will be tried again.",
        Kind.NOT_FOUND: "Check the name in the stack file, the region and the account.",
        Kind.UNAVAILABLE: "This account, region or endpoint does not offer it.",
        Kind.CONFLICT: "Something else is changing it; look again in a moment.",
    }
    return Problem(kind, clean(f"{code}{place}: {message}", limit=400), Clean(hints.get(kind, "")), shown)


def lost_login(reason: str, profile: str, place: str, code: Clean) -> Problem:
    """That AWS does not accept the credentials, for a reason that is a sentence."""
    return Problem(
        Kind.LOGIN,
        clean(f"AWS does not accept the credentials{place}: {reason}", limit=300),
        clean(f"Sign in again (aws sso login --profile {profile or 'PROFILE'}), or renew the keys."),
        code,
    )


def _why_denied(message: str) -> str:
    """AWS's own reason for a denial, without who asked for what, which is known; empty where it gives none."""
    told = _ENCODED.sub("", message).strip()
    if found := _REASON.search(told):
        return ended(found.group(0))
    return "" if _NO_REASON.search(told) else told


def _remedy(why: str, action: str, policy: str) -> str:
    """What helps against a denial: a permission of one's own does not where another policy is in the way."""
    reason = why.lower()
    if "explicit deny" in reason:
        return (
            "Adding a permission does not help: meet what the deny asks for (often MFA, a network or a region), "
            "or ask whoever keeps that policy."
        )
    if "kms" in reason or action.startswith("kms:"):
        return "Ask whoever keeps the KMS key: its key policy, or a kms permission of this role, is what is missing."
    if found := _OTHER_POLICY.search(reason):
        return f"The {found.group(1)} must allow it, too: ask whoever keeps it."
    if action == "sts:AssumeRole":
        return "The role's trust policy must name who signs in, who in turn must be allowed sts:AssumeRole on it."
    if "not enabled" in reason:
        return "It must be switched on in the account, for some services by the account that pays."
    if not action:
        return f"Add the permission. All that are needed: {policy}."
    return f"Add this permission: it stands in the statement {statement_of(action)} of: {policy}."


def _kind_of(code: str, message: str, response: dict[str, Any]) -> Kind:
    for kind, codes in _CODES.items():
        if code in codes:
            # LimitExceededException is a quota of some services and a rate of others.
            if code == "LimitExceededException" and not _A_RATE.search(message):
                return Kind.INVALID
            return Kind.DENIED if code == "AuthFailure" and not _OF_CREDENTIALS.search(message) else kind
    if _CONFLICT.search(code):
        return Kind.CONFLICT
    if _NOT_FOUND.search(code):
        return Kind.NOT_FOUND
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= 500:
        return Kind.DENIED if "AccessDenied" in code else Kind.NETWORK  # a KMS key of Lambda's is denied with 502
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return Kind.INVALID if _INVALID.search(code) or 400 <= status < 500 else Kind.BUG


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
