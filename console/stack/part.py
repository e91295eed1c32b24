"""What a section of a stack file is, and the types of its keys."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from msgspec import Meta, Struct

Region = Annotated[str, Meta(pattern=r"^[a-z]{2,4}(-[a-z]+)+-[0-9]+\Z", description="an AWS region such as eu-west-1")]
Url = Annotated[str, Meta(pattern=r"^https?://", description="a URL that begins with http:// or https://")]
KeyValue = Annotated[str, Meta(pattern=r"^[^=]+=.*$", description="KEY=VALUE")]
Name = Annotated[str, Meta(min_length=1, max_length=512)]


class Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A section of a stack file; keys that it does not know are refused. Its docstring's first sentence explains it.

    `apart` are keys by which one resource may stand in several sections.

    `section` is what it is called in the file, where it may stand many times (``[[ecs]]``), or once where it is
    `single`. A key that names a resource is annotated with its kind: ``Annotated[Name, CLUSTER]``. `health_service` is
    what AWS Health calls the service; empty where it has none.
    """

    section: ClassVar[str] = ""
    single: ClassVar[bool] = False
    health_service: ClassVar[str] = ""
    apart: ClassVar[tuple[str, ...]] = ()

    @property
    def identity(self) -> object:
        """What two that name the same have alike, besides their region."""
        return self

    def joined(self, other: Self) -> Self:
        """Two of one identity as one."""
        del other
        return self
