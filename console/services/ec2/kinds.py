"""Amazon EC2: instances, and how a stack names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from console.inventory.found import FoundResource, item
from console.inventory.listing import listed, listing
from console.naming.resource_kind import ResourceKind
from console.stack.part import KeyValue, Name, Part, Region

if TYPE_CHECKING:
    from console.aws.call import Aws

INSTANCE: Final = ResourceKind(
    "EC2 instance",
    "ec2",
    r"instance/(?P<name>[a-z0-9-]+)",
    "instance/ID",
    r"[a-z0-9-]+",
    hint="instance|ec2|server",
    opaque=True,
)


class Instances(Part, frozen=True):
    """EC2 instances, by id or by tag (``tag = "Project=expo"``); `host` is for ssh."""

    section = "ec2"
    health_service = "EC2"

    instance: Annotated[Name, INSTANCE] | None = None
    tag: KeyValue | None = None
    host: Name | None = None
    region: Region | None = None

    def __post_init__(self) -> None:
        if self.instance is None and self.tag is None:
            raise ValueError("It must name an instance or a tag")


@listing(INSTANCE, Instances, "ec2:DescribeInstances")
async def instances(aws: Aws) -> list[FoundResource]:
    """Each instance of the region that is not terminated."""
    there = [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]
    found = await listed(aws, "ec2", "describe_instances", "Reservations", Filters=there)
    return [
        item(Instances(instance=name), _tag(each, "Name"), name, f"ec2:instance/{name}")
        for reservation in found
        for each in reservation["Instances"]
        if (name := each["InstanceId"])
    ]


def _tag(instance: dict[str, Any], key: str) -> str:
    return next((str(tag["Value"]) for tag in instance.get("Tags", ()) if tag["Key"] == key), "")
