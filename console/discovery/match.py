"""Finding resources by what else is said of them: a prefix of their names, an address, an ARN."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from console.inventory.found import FoundResource, Inventory, key_of
from console.services.kinds import LISTINGS

_HINTS: Final = {each.part: each.kind.hint for each in LISTINGS}
_TAG: Final = re.compile(r"(?::[^/@]+)?(?:@[^/]+)?$")
_HOST: Final = re.compile(r"([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+):\d+")


def by_prefix(inventory: Inventory, prefix: str) -> list[FoundResource]:
    """What has a name that begins so, or a part of a path that does: ``shop-`` finds ``/aws/lambda/shop-import``."""
    return [
        each
        for each in inventory.items
        if any(part.startswith(prefix) for part in (each.name, *each.name.strip("/").split("/")))
    ]


def by_arns(inventory: Inventory, arns: Iterable[str]) -> list[FoundResource]:
    """What these ARNs name; that of an API stands for all its stages."""
    wanted = {key_of(arn) for arn in arns}
    return [each for each in inventory.items if wanted.intersection(each.names)]


class Matcher:
    """Finds what a text from elsewhere names: the outputs of Terraform, the settings of an environment."""

    def __init__(self, inventory: Inventory) -> None:
        self._by_name: dict[str, list[FoundResource]] = {}
        for each in inventory.items:
            for name in each.names:
                self._by_name.setdefault(name.lower(), []).append(each)

    def named_by(self, text: str, said_in: str) -> list[FoundResource]:
        """The resources that a text names by name, id, ARN or address.

        Where things of several kinds have one name, what the text was `said_in`, such as ``orders_table``, decides.
        """
        found = [each for form in _forms(text.strip()) for each in self._by_name.get(form.lower(), ())]
        if len({each.part.section for each in found}) > 1:
            found = [each for each in found if re.search(_HINTS[type(each.part)], said_in.lower())] or found
        return list(dict.fromkeys(found))


def _forms(text: str) -> Iterator[str]:
    """A text as the names of things have it: whole, without port or scheme, as the id that an address holds."""
    yield key_of(text)
    try:
        url = urlsplit(text)
        host = url.hostname or ""
    except ValueError:
        return
    if not host and (address := _HOST.fullmatch(text)):
        host = address.group(1)
    path = url.path.strip("/").split("/") if url.scheme else []
    if ".dkr.ecr." in text and not url.scheme:  # the address of a repository's image, by tag or digest
        yield _TAG.sub("", text)
    if not host and "." in text:
        host = text
    if host:
        yield host
        if path and path[-1]:
            yield path[-1]
    where = "/".join((host, *path))
    yield from (key for each in LISTINGS if host and (key := each.address(where)) is not None)
