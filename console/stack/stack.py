"""What a stack is: one application in one environment, account and region, and the names of its resources."""

from __future__ import annotations

from typing import Annotated, ClassVar, TypeVar

import msgspec
from msgspec import Meta

from console.stack.part import Name, Part, Region, Url
from console.stack.standing import NO_ENVIRONMENT, Standing, standing_of, why_guarded
from console.text import Clean, clean

AccountId = Annotated[str, Meta(pattern=r"^[0-9]{12}\Z", description="twelve digits")]
StackName = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]*\Z", description="lower case letters, digits and . _ -")]
Environment = Annotated[
    str, Meta(pattern=r"^[!-~][ -~]{0,63}\Z", description="at most 64 plain characters, since it is typed")
]
P = TypeVar("P", bound=Part)

Days = Annotated[int, Meta(ge=0, le=36_500)]


class BackupPolicy(Part, frozen=True):
    """How old the newest backup may be, whether point-in-time recovery is required, and what is kept."""

    max_age_hours: Annotated[float, Meta(gt=0)] = 26
    point_in_time: bool = True
    daily_days: Days = 35
    monthly_days: Days = 365


class Contact(Part, frozen=True):
    """A person or team, with the tier at which they are called."""

    name: Name
    tier: Annotated[int, Meta(ge=1, le=9)] = 1
    role: str = ""
    email: str = ""
    phone: str = ""


class Checklists(Part, frozen=True):
    """What is ticked by hand, besides the checks that run themselves."""

    daily: tuple[Name, ...] = ()
    weekly: tuple[Name, ...] = ()
    monthly: tuple[Name, ...] = ()
    quarterly: tuple[Name, ...] = ()
    annual: tuple[Name, ...] = ()


class Stack(Part, frozen=True):
    """One application in one environment, account and region. `skip` names checks that are not made of it.

    `parts` are the resources that it names, each in the words of its service's room, in the order of a stack file.

    `production` is None where nobody has said whether it is.
    """

    described: ClassVar[bool] = True
    """Whether a stack file says what it is."""

    name: StackName
    title: str = ""
    environment: Environment = NO_ENVIRONMENT
    production: bool | None = None
    account: AccountId | None = None
    region: Region | None = None
    profile: Name | None = None
    endpoint_url: Url | None = None

    parts: tuple[Part, ...] = ()

    skip: tuple[Name, ...] = ()
    thresholds: dict[str, dict[str, float]] = msgspec.field(default_factory=dict)
    backup: BackupPolicy = BackupPolicy()
    tags: dict[str, str] = msgspec.field(default_factory=dict)
    contacts: tuple[Contact, ...] = ()
    checklists: Checklists = Checklists()
    commands: dict[str, str] = msgspec.field(default_factory=dict)
    links: dict[str, str] = msgspec.field(default_factory=dict)

    def of(self, part: type[P]) -> tuple[P, ...]:
        """The resources of one kind of table, in their order."""
        return tuple(each for each in self.parts if isinstance(each, part))

    @property
    def label(self) -> Clean:
        """The title for people, or the name where there is none."""
        return clean(self.title or self.name)

    @property
    def standing(self) -> Standing:
        """What is known of its being production."""
        return standing_of(self.production, self.environment, self.name)

    @property
    def guarded(self) -> bool:
        """Whether it starts read-only and asks more before a change: all that is not said to be harmless."""
        return self.standing is not Standing.HARMLESS

    @property
    def guard(self) -> Clean:
        """Why it starts read-only, as a clause; empty where it does not."""
        return why_guarded(self.production, self.environment, self.name, described=self.described)

    @property
    def nature(self) -> Clean:
        """The environment, and what is known of its being production, for people."""
        said = {Standing.PRODUCTION: ", PRODUCTION", Standing.HARMLESS: ""}
        return clean(f"{self.environment}{said.get(self.standing, f', production {self.standing}')}")
