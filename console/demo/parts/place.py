"""Where a stack stands: its names, account, region, tags."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from console.demo.world import ACCOUNT, World


@dataclass(frozen=True, slots=True)
class StackPlace:
    """The ground on which one stack is built."""

    world: World
    project: str
    environment: str
    region: str
    account: str = ACCOUNT

    def name(self, resource: str) -> str:
        """A resource's full name: ``project-resource-environment``."""
        return f"{self.project}-{resource}-{self.environment}"

    @property
    def tags(self) -> dict[str, str]:
        """The tags that every resource of the stack has."""
        return {"Project": self.project, "Environment": self.environment, "ManagedBy": "terraform"}

    @property
    def tag_list(self) -> list[dict[str, str]]:
        """The tags as most services take them."""
        return [{"Key": key, "Value": value} for key, value in self.tags.items()]

    @property
    def small_tag_list(self) -> list[dict[str, str]]:
        """The tags as ECS takes them."""
        return [{"key": key, "value": value} for key, value in self.tags.items()]

    def backend(self, service: str) -> Any:
        """moto's state of a service in this account and region."""
        return self.world.backend(service, self.region, self.account)

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource in this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    def role(self, name: str) -> str:
        """The ARN of a role of the account."""
        return f"arn:aws:iam::{self.account}:role/{name}"

    def ago(self, **span: float) -> datetime:
        """A moment before now."""
        return self.world.ago(**span)

    def nights(self, hour: int, *ages: int) -> list[datetime]:
        """Moments at an hour (UTC), oldest first; age 0 is the last one that has passed, 1 the one before."""
        last = self.world.now().replace(hour=hour, minute=0, second=0, microsecond=0)
        if last > self.world.now():
            last -= timedelta(days=1)
        return [last - timedelta(days=age) for age in sorted(ages, reverse=True)]

    def months(self, hour: int, count: int) -> list[datetime]:
        """A moment at an hour (UTC) of each of the last calendar months, this one left out, oldest first."""
        found, last = [], self.world.now().replace(hour=hour, minute=0, second=0, microsecond=0)
        for _ in range(count):
            last = last.replace(day=1) - timedelta(days=1)
            found.append(last.replace(day=15))
        return found[::-1]


def naive(moment: datetime) -> datetime:
    """A moment as moto keeps it: UTC without saying so."""
    return moment.replace(tzinfo=None)
