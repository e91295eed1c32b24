"""What a failed call proves: that nothing ran, that it was refused, or nothing at all."""

from __future__ import annotations

import errno
import socket
from enum import Enum
from typing import Final

import aiohttp
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ParamValidationError,
    ProxyConnectionError,
    SSLError,
)

from console.aws.service_regions import NOT_THERE
from console.problems import Failure, ProblemKind

_NEVER_CONNECTED: Final = frozenset({errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH})

_TURNED_AWAY: Final = frozenset({"OperationAbortedException"})
"""What CloudWatch Logs says where "multiple concurrent requests to update the same resource were in conflict"."""


class Proof(Enum):
    """What may be concluded from a call that failed."""

    NOTHING_RAN = "nothing ran"
    """AWS turned it away before it began, or it never left: it may be sent again."""
    REFUSED = "refused"
    """AWS or the client said no: nothing changed, and sending it again would change nothing."""
    NONE = "none"
    """It may have been carried out: the state itself must be asked."""


def proof_of(failure: Failure) -> Proof:
    """What the failure of a call proves.

    A timeout, a connection that broke, a status of 500 and above, and an answer that is none prove nothing.
    """
    cause = failure.__cause__
    if isinstance(cause, ClientError):
        if failure.problem.kind is ProblemKind.THROTTLED or failure.problem.code in _TURNED_AWAY:
            return Proof.NOTHING_RAN
        status = cause.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return Proof.REFUSED if 400 <= status < 500 else Proof.NONE
    if isinstance(cause, (ConnectTimeoutError, ProxyConnectionError)):
        return Proof.NOTHING_RAN
    if isinstance(cause, SSLError):
        return Proof.REFUSED  # who answers was not believed, so nothing was sent; nor would it be the next time
    if isinstance(cause, EndpointConnectionError):
        return Proof.NOTHING_RAN if _never_connected(cause.kwargs.get("error")) else Proof.NONE
    before_sending = (
        failure.problem.kind in (ProblemKind.LOGIN, ProblemKind.INVALID) or failure.problem.code == NOT_THERE
    )
    return Proof.REFUSED if before_sending or isinstance(cause, ParamValidationError) else Proof.NONE


def _never_connected(error: object) -> bool:
    """Whether the name or the connection was refused: aiobotocore reports a broken connection by the same name."""
    if not isinstance(error, aiohttp.ClientConnectorError):
        return isinstance(error, socket.gaierror)
    return isinstance(error.os_error, socket.gaierror) or error.os_error.errno in _NEVER_CONNECTED
