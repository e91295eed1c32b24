"""What the operations on Lambda functions share: their fields, and where a function is."""

from __future__ import annotations

from typing import Annotated, Final

from console.naming.resources import FUNCTION
from console.operations.fields import Field
from console.stack.stack import Stack

NONE: Final = "none"
"""What is typed where a function is to have no concurrency of its own."""

FunctionName = Annotated[
    str,
    Field(
        "function name",
        pattern=r"[A-Za-z0-9_-]{1,140}",
        resource="Lambda function",
        names=lambda stack: (part.function for part in stack.functions),
        kind=FUNCTION,
    ),
]
ReservedConcurrency = Annotated[str, Field("whole number, or none", pattern=rf"{NONE}|0|[1-9][0-9]{{0,5}}")]


def region_of(stack: Stack, function: str) -> str | None:
    """The region that a stack file gives a function, if it gives one."""
    return next((part.region for part in stack.functions if part.function == function), None)
