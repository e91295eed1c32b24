"""Fields whose values are read from AWS while a form is open: snapshots of an instance, revisions of a family."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from console.operations.fields import TEXT, Field
from console.stack.names import names_of
from console.stack.stack import Stack
from console.text import Clean

if TYPE_CHECKING:
    from console.aws.call import Aws
    from console.inventory.listing import Listing


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that there is, as it is typed, and what is said of it."""

    value: str
    label: Clean = Clean("")


Given = Mapping[str, str]
"""What is typed in the other fields of a form, by name, where it can be meant; never a secret."""

Fetch = Callable[["Aws", Stack, Given], Awaitable[Sequence[Choice]]]
"""Reads what there is. Raises `Failure`."""


@dataclass(frozen=True, slots=True)
class Choices:
    """How the values of a field are read, and the fields `after` whose change they are read again."""

    fetch: Fetch
    after: tuple[str, ...] = ()


def read_from(fetch: Fetch, field: Field = TEXT, *, after: tuple[str, ...] = (), permissions: tuple[str, ...]) -> Field:
    """A field whose values a form reads; other ones may be typed all the same. `fetch` needs these permissions.

    It is read once the fields `after` hold what can be meant, and again whenever one of them changes.
    """
    return replace(field, reads=Choices(fetch, after), permissions=(*field.permissions, *permissions))


def listed_in(listing: Listing, field: Field, *, after: tuple[str, ...] = ()) -> Field:
    """The same of all resources of a kind that an account has in the region."""

    async def fetch(aws: Aws, stack: Stack, given: Given) -> list[Choice]:
        del stack, given
        parts = [item.part for item in await listing.items(aws)]
        names = {name for part in parts for kind, name in names_of(part) if kind is listing.kind}
        return [Choice(name) for name in sorted(names)]

    return read_from(fetch, field, after=after, permissions=listing.permissions)
