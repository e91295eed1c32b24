"""Where calls go and as whom."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from console.aws.homes import home_of


@dataclass(frozen=True, slots=True)
class Target:
    """A profile, a region and an endpoint; None where the environment or the AWS config decides.

    `config_file` and `credentials_file` stand in for the user's own where they are given, as the demo does.
    `endpoint_variables` are those of the environment that name endpoints, which AWS's own libraries read by themselves;
    `endpoint_url` goes before them.
    `words` are the flags by which another command of ours comes to the same place, `variables` what an aws command
    needs in its environment besides. `told_account` and `told_region` are where ARNs in the stack file say that its
    resources are, while the file itself names no account or no region.
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
    endpoint_variables: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    def region_of(self, service: str, wanted: str | None) -> str | None:
        """The region in which a service is asked: a global service's own, else the one wanted, else the target's."""
        region = wanted or self.region
        return region and (home_of(service, region) or region)

    def endpoint_of(self, service: str) -> str | None:
        """The endpoint of a service that was given here or in the environment; None where AWS or its config decides."""
        if self.endpoint_url or not self.endpoint_variables:
            return self.endpoint_url
        from botocore.configprovider import ConfiguredEndpointProvider

        found = ConfiguredEndpointProvider({}, {}, service, dict(self.endpoint_variables)).provide()
        return str(found) if found else None

    @property
    def login(self) -> Target:
        """What the credentials depend on: the same without its region, and without what they must lead to."""
        return replace(self, region=None, told_account=None, told_region=None)
