"""What the answers of CloudWatch Logs share: reading a request and its filter pattern."""

from __future__ import annotations

from typing import Final

from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse

from console import filter_pattern
from console.demo.services.shapes import Request, refuse

STANDARD: Final = "STANDARD"


def class_of(group: LogGroup) -> str:
    """The class of a log group, which it was made with."""
    return str(getattr(group, "log_group_class", STANDARD))


def must_be_standard(group: LogGroup, operation: str) -> None:
    """Refuse, in CloudWatch Logs' words, what only groups of class STANDARD know: InvalidOperationException."""
    if (kind := class_of(group)) != STANDARD:
        what = f"The log group {group.name} is of log-group-class {kind}."
        raise refuse("InvalidOperationException", f"{what} {operation} is not supported for this log class.")


def asked(response: LogsResponse) -> Request:
    """The request with its parameters, which moto leaves unread for this service."""
    response.parse_parameters(response.normalized_request)
    return Request(response.current_account, response.region, dict(response.params))


def pattern_of(text: str | None) -> filter_pattern.Pattern:
    """The filter pattern of a request; InvalidParameterException if it is wrong."""
    try:
        return filter_pattern.parse(text or "")
    except filter_pattern.PatternError as error:
        sign = error.found if len(error.found) == len("'x'") else ""
        message = f"Invalid character(s) in term {sign}" if sign else f"Invalid filter pattern. {error}"
        raise refuse("InvalidParameterException", message) from error
