"""Amazon CloudWatch: alarms and the application's own metrics, and how a stack names them."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from console.naming.resource_kind import ResourceKind
from console.stack.part import Name, Part
from console.stack.stack import Stack

ALARM: Final = ResourceKind("CloudWatch alarm")
COMPOSITE_ALARM: Final = ResourceKind("composite alarm")
ALARM_PREFIX: Final = ResourceKind(
    "prefix of CloudWatch alarms",
    "cloudwatch",
    r"alarm:(?P<name>.+)",
    "alarm:NAME",
    r".*",
    many="prefixes of CloudWatch alarms",
    noun="prefix",
)
METRIC: Final = ResourceKind("Application metric")


class Alarms(Part, frozen=True):
    """Which CloudWatch alarms belong to the stack: by name prefix; an empty prefix means all."""

    section = "alarms"
    single = True

    prefixes: tuple[Annotated[str, ALARM_PREFIX], ...] = ()


class ApplicationMetric(Part, frozen=True):
    """A custom metric of the application, and the values at which to warn and to alarm."""

    section = "metrics"

    namespace: Name
    metric: Name
    statistic: Literal["Sum", "Average", "Maximum", "Minimum", "SampleCount"] = "Sum"
    dimensions: dict[str, str] = msgspec.field(default_factory=dict)
    warn: float | None = None
    crit: float | None = None
    period: Annotated[int, Meta(ge=60, multiple_of=60)] = 300


def prefixes_of(stack: Stack) -> tuple[str, ...]:
    """What the names of a stack's alarms begin with, each once."""
    return tuple(dict.fromkeys(prefix for named in stack.of(Alarms) for prefix in named.prefixes))
