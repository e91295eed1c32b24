"""Amazon SNS: topics, and how a stack names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from console.inventory.found import FoundResource, item
from console.inventory.listing import listed, listing
from console.naming.resource_kind import ResourceKind
from console.stack.part import Name, Part, Region

if TYPE_CHECKING:
    from console.aws.call import Aws

TOPIC: Final = ResourceKind("SNS topic", "sns", r"(?P<name>[A-Za-z0-9_.-]+)", "NAME", whole=True, hint="topic|sns")


class Topic(Part, frozen=True):
    """An SNS topic by ARN, for alarms and messages."""

    section = "sns"
    health_service = "SNS"

    topic: Annotated[Name, TOPIC]
    region: Region | None = None


@listing(TOPIC, Topic, "sns:ListTopics")
async def topics(aws: Aws) -> list[FoundResource]:
    """Each topic of the region."""
    found = [each["TopicArn"] for each in await listed(aws, "sns", "list_topics", "Topics")]
    return [item(Topic(topic=arn), arn.rpartition(":")[2], arn) for arn in found]
