"""Terraform: the state of a stack, and where a stack file says that it is kept."""

from __future__ import annotations

from typing import Annotated, Final

from console.naming.resource_kind import ResourceKind
from console.stack.part import Name, Part

STATE: Final = ResourceKind(
    "Terraform state",
    "s3",
    r"(?P<name>[A-Za-z0-9._-]+/.+)",
    "BUCKET/KEY",
    r"[^\s](.*[^\s])?",
    many="Terraform states",
    noun="Terraform state",
    regional=False,
    owned=False,
    prefix="s3://",
)


class StateFile(Part, frozen=True):
    """Where Terraform keeps the stack's state: a local file, or an S3 object ``s3://bucket/key``."""

    section = "terraform"
    single = True

    location: Annotated[Name, STATE]
    backups: Annotated[Name, STATE] | None = None
