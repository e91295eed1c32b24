"""AWS's error codes, and which kind of problem each is."""

from __future__ import annotations

import re
from typing import Any, Final

from console.problems.problem import ProblemKind

EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
"""What AWS says of credentials that have ended, or of a request of which it thinks so."""

OPTIMISTIC_LOCKS: Final = frozenset(
    "PreconditionFailed PreconditionFailedException OptimisticLockException WAFOptimisticLockException "
    "ConditionalCheckFailedException ConditionalRequestConflict InvalidPolicyRevisionIdException "
    "StaleRequestException WAFStaleDataException 412".split()
)
"""What AWS says where a change named the version that it was made from, and there is another by now."""

_CODES: Final[dict[ProblemKind, frozenset[str]]] = {
    ProblemKind.LOGIN: EXPIRED | frozenset(
        "UnrecognizedClientException InvalidClientTokenId "
        "InvalidAccessKeyId AuthFailure MissingAuthenticationToken TokenRefreshRequired "
        "InvalidToken InvalidSecurity".split()
    ),
    ProblemKind.DENIED: frozenset(
        "AccessDenied AccessDeniedException UnauthorizedOperation AuthorizationError NotAuthorized "
        "AuthorizationErrorException AllAccessDisabled InsufficientPrivilegesException Forbidden 403".split()
    ),
    ProblemKind.THROTTLED: frozenset(
        "Throttling ThrottlingException ThrottledException RequestLimitExceeded TooManyRequestsException "
        "RequestThrottled RequestThrottledException ProvisionedThroughputExceededException SlowDown "
        "BandwidthLimitExceeded LimitExceededException PriorRequestNotComplete TooManyRequests "
        "CallRateLimitExceededException EC2ThrottledException 429".split()
    ),
    ProblemKind.SKEW: frozenset(
        "InvalidSignatureException RequestTimeTooSkewed SignatureDoesNotMatch RequestInTheFuture".split()
    ),
    ProblemKind.NETWORK: frozenset(
        "InternalError InternalFailure ServiceUnavailable ServiceUnavailableException 503 500 "
        "InternalServerError InternalServiceError 502 504 SessionStreamingException".split()
    ),
    ProblemKind.CONFLICT: OPTIMISTIC_LOCKS | frozenset(
        "ConflictException ResourceInUseException ResourceConflictException OperationAborted "
        "OperationAbortedException ResourceAlreadyExistsException TransactionInProgressException "
        "ContinuousBackupsUnavailableException EntityTemporarilyUnmodifiable InvalidIfMatchVersion "
        "OperationInProgressFailure IncorrectInstanceState 409".split()
    ),
    ProblemKind.UNAVAILABLE: frozenset(
        "SubscriptionRequiredException OptInRequired NotImplemented UnknownOperationException "
        "UnsupportedOperation InvalidAction DataUnavailableException NotSignedUp RegionDisabledException "
        "PendingVerification Blocked".split()
    ),
}  # fmt: skip
_BY_STATUS: Final = {409: ProblemKind.CONFLICT, 412: ProblemKind.CONFLICT, 429: ProblemKind.THROTTLED}

_CONFLICT: Final = re.compile(
    r"Concurrent(Modification|Update|Access)|^Invalid[A-Z]\w*State(Fault)?$|^InvalidDBSnapshotState"
)
"""How the codes of conflicts are made up, of which there are too many to name (their service models)."""

_OF_CREDENTIALS: Final = re.compile(r"credential|validate|^AuthFailure", re.IGNORECASE)
"""How AuthFailure reads where it is one of credentials; of somebody else's image it is a denial (EC2 error codes)."""

_A_RATE: Final = re.compile(r"\brate\b|throttl|too many requests|concurren", re.IGNORECASE)
"""What a limit is called that passes by itself: "Account maximum query concurrency limit of [30] reached"."""

_NOT_FOUND: Final = re.compile(r"NotFound|NoSuch|DoesNotExist|NonExistent|Nonexistent|^404$")
_INVALID: Final = re.compile(r"Invalid|Validation|Malformed|Missing|InvalidParameter|ClientException")


def kind_of(code: str, message: str, response: dict[str, Any]) -> ProblemKind:
    """The kind of problem that an answer of AWS tells, by its code, its words and its status."""
    for kind, codes in _CODES.items():
        if code in codes:
            # LimitExceededException is a quota of some services and a rate of others.
            if code == "LimitExceededException" and not _A_RATE.search(message):
                return ProblemKind.INVALID
            return ProblemKind.DENIED if code == "AuthFailure" and not _OF_CREDENTIALS.search(message) else kind
    if _CONFLICT.search(code):
        return ProblemKind.CONFLICT
    if _NOT_FOUND.search(code):
        return ProblemKind.NOT_FOUND
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= 500:
        return (
            ProblemKind.DENIED if "AccessDenied" in code else ProblemKind.NETWORK
        )  # a KMS key of Lambda's is denied with 502
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return ProblemKind.INVALID if _INVALID.search(code) or 400 <= status < 500 else ProblemKind.BUG
