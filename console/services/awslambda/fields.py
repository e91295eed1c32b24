"""The fields of operations on Lambda functions."""

from __future__ import annotations

from typing import Annotated, Final

from console.operations.fields import Field

NONE: Final = "none"
"""What is typed where a function is to have no concurrency of its own."""

ReservedConcurrency = Annotated[str, Field("whole number, or none", pattern=rf"{NONE}|0|[1-9][0-9]{{0,5}}")]
