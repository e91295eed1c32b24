"""Where calls go and as whom."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

GLOBAL_REGION = {
    "cloudfront": "us-east-1",
    "ce": "us-east-1",
    "budgets": "us-east-1",
    "health": "us-east-1",
    "support": "us-east-1",
    "iam": "us-east-1",
    "route53": "us-east-1",
}
"""Services that answer in one region only, whatever the stack's (AWS General Reference, endpoints)."""


@dataclass(frozen=True, slots=True)
class Target:
    """A profile, a region and an endpoint; None where the environment or the AWS config decides.

    `config_file` and `credentials_file` stand in for the user's own where they are given, as the demo does.
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

    def region_of(self, service: str, wanted: str | None) -> str | None:
        """The region in which a service is asked: a global service's own, else the one wanted, else the target's."""
        return GLOBAL_REGION.get(service) or wanted or self.region

    @property
    def login(self) -> Target:
        """What the credentials depend on: the same without its region, and without what they must lead to."""
        return replace(self, region=None, told_account=None, told_region=None)
