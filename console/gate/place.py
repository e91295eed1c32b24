"""Where a change goes: the account, the region and the partition, which a run's record must have in common."""

from __future__ import annotations

from dataclasses import dataclass

from console.aws.connections import Connection
from console.journal.records import RunRecord


@dataclass(frozen=True, slots=True)
class Place:
    """An account, a region, and the partition (``aws``, ``aws-cn``); empty where a record of old does not say."""

    account: str
    region: str
    partition: str = ""

    def __str__(self) -> str:
        elsewhere = f" of {self.partition}" if self.partition not in ("", "aws") else ""
        return f"account {self.account or 'unknown'}{elsewhere} in {self.region or 'an unknown region'}"

    def is_same(self, other: Place) -> bool:
        """Whether both are one place. A partition that is not known contradicts none."""
        known = self.partition and other.partition
        partitions = not known or self.partition == other.partition
        return partitions and (self.account, self.region) == (other.account, other.region)


def place_of(connection: Connection, region: str) -> Place:
    """Where a connection leads, `region` being the one in which the resource is asked for."""
    arn = connection.identity.arn.split(":")
    return Place(connection.identity.account, region, arn[1] if len(arn) > 1 else "")


def recorded_place(run: RunRecord) -> Place:
    """Where a run was made."""
    return Place(run.account, run.region, run.partition)


def elsewhere(run: RunRecord, here: Place) -> str:
    """Why a run cannot be touched from here, which names both places; empty where it was made here."""
    there = recorded_place(run)
    if there.is_same(here):
        return ""
    return f"Run {run.id} was made in {there}, but this stack now leads to {here}."
