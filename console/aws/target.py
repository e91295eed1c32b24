"""Where calls go and as whom."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from console.aws.endpoints import Variables, named_in
from console.aws.service_regions import home_of

_VARIABLE: Final = re.compile(r"(AWS_[A-Z0-9_]+)=(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Target:
    """A profile, a region and an endpoint; None where the environment or the AWS config decides.

    `config_file` and `credentials_file` stand in for the user's own where they are given, as the demo does.
    `endpoint_variables` are those of the environment that name endpoints, which AWS's own libraries read by themselves,
    and from the first call on what the AWS config names besides; `endpoint_url` goes before them.
    `words` are the flags, and the variables as ``NAME=value``, by which another command of ours comes to the same
    place, `variables` what an aws command needs in its environment besides. `told_account` and `told_region` are where
    ARNs in the stack file say that its resources are, while the file itself names no account or no region.
    """

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    config_file: Path | None = None
    credentials_file: Path | None = None
    words: tuple[str, ...] = field(default=(), compare=False)
    variables: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    told_account: str | None = None
    told_region: str | None = None
    endpoint_variables: Variables = field(default=(), compare=False)

    def region_of(self, service: str, wanted: str | None) -> str | None:
        """The region in which a service is asked: a global service's own, else the one wanted, else the target's."""
        region = wanted or self.region
        return region and (home_of(service, region) or region)

    def endpoint_of(self, service: str) -> str | None:
        """The endpoint of one's own of a service, as far as this tells; None where it is AWS's."""
        return self.endpoint_url or named_in(self.endpoint_variables, service)

    def endpoint_origin(self, service: str) -> str:
        """What names the endpoint of one's own of a service, as a sentence; empty where it is AWS's."""
        if self.endpoint_url:
            return "That endpoint is none of AWS's: --endpoint-url, the stack file or the demo names it."
        found = (one for one in reversed(self.endpoint_variables) if named_in((one,), service))
        name = next((name for name, _ in found), "")
        return f"That endpoint is none of AWS's: {name}, or the AWS config for it, names it." if name else ""

    @property
    def endpoint(self) -> str:
        """The endpoint to name where one is to stand for all: that of most services; empty where it is AWS's."""
        return self.endpoint_url or next((value for _, value in self.endpoint_variables), "")

    @property
    def login(self) -> Target:
        """What the credentials depend on: the same without its region, and without what they must lead to."""
        return replace(self, region=None, told_account=None, told_region=None)


def command(lead: Iterable[str], words: Iterable[str], quote: Callable[[str], str] = shlex.quote) -> str:
    """A command of ours for a shell: what it begins with, and the words that lead to a target, its variables first."""
    given = list(words)
    variables = [found for word in given if (found := _VARIABLE.fullmatch(word))]
    before = [f"{found[1]}={quote(found[2])}" for found in variables]
    return " ".join([*before, *map(quote, (*lead, *(word for word in given if not _VARIABLE.fullmatch(word))))])
