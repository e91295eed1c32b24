"""Amazon CloudWatch Logs: log groups, and how a stack names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from console.inventory.found import FoundResource, item
from console.inventory.listing import listed, listing
from console.naming.resource_kind import ResourceKind
from console.stack.part import Name, Part, Region

if TYPE_CHECKING:
    from console.aws.call import Aws

GROUP_NAME: Final = r"[A-Za-z0-9_./#-]{1,512}"
"""What a log group may be called (CreateLogGroup in the CloudWatch Logs API reference)."""

LOG_GROUP: Final = ResourceKind(
    "log group",
    "logs",
    r"log-group:(?P<name>[A-Za-z0-9_./#-]+)(?::\*)?",
    "log-group:NAME",
    GROUP_NAME,
    noun="log group",
    hint="log",
)


class LogGroup(Part, frozen=True):
    """A CloudWatch log group; `errors` is the filter pattern that finds its errors."""

    section = "logs"
    health_service = "CLOUDWATCH"
    apart = ("errors",)

    group: Annotated[Name, LOG_GROUP]
    errors: Name = "?ERROR ?Error ?Exception"
    region: Region | None = None


# FilterLogEvents is asked once a second: 20 groups take 20 s.
@listing(LOG_GROUP, LogGroup, "logs:DescribeLogGroups", judged=20)
async def log_groups(aws: Aws) -> list[FoundResource]:
    """Each log group of the region."""
    found = await listed(aws, "logs", "describe_log_groups", "logGroups")
    return [item(LogGroup(group=each["logGroupName"]), each["logGroupName"], each["arn"]) for each in found]
