"""What the operations on log groups share: their fields, and what is said of a group."""

from __future__ import annotations

from typing import Annotated

from console.logs.kinds import LOG_GROUP
from console.operations.fields import name_of
from console.text import clean

GroupName = Annotated[str, name_of(LOG_GROUP)]


def no_group(name: str) -> str:
    """Why nothing can be done with a group that is not there."""
    return f"There is no log group {clean(name)} in this account and region. Next: check the name."


def gigabytes(count: int | None) -> str:
    """Bytes as AWS charges them; None where they were not told."""
    if count is None:
        return "an amount that was not told"
    return f"{count / 10**9:,.3f} GB"
