"""AWS Elastic Beanstalk: applications and environments, and how a stack names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from console.inventory.found import FoundResource, item
from console.inventory.listing import listed, listing
from console.naming.resource_kind import ResourceKind
from console.stack.part import Name, Part, Region

if TYPE_CHECKING:
    from console.aws.call import Aws

APPLICATION: Final = ResourceKind(
    "Elastic Beanstalk application",
    "elasticbeanstalk",
    r"application/(?P<name>[^/]+)",
    "application/NAME",
    r"[^\s/](?:[^/]*[^\s/])?",
)
ENVIRONMENT: Final = ResourceKind(
    "Elastic Beanstalk environment",
    "elasticbeanstalk",
    r"environment/(?P<application>[^/]+)/(?P<name>[A-Za-z0-9-]+)",
    "environment/APPLICATION/NAME",
    r"[A-Za-z0-9-]+",
    parent=APPLICATION,
    log_group="/aws/elasticbeanstalk/{}/",
    hint="env|beanstalk",
)


class BeanstalkEnvironment(Part, frozen=True):
    """An Elastic Beanstalk environment; `expects` are the variables that it must have."""

    section = "beanstalk"
    health_service = "ELASTICBEANSTALK"

    application: Annotated[Name, APPLICATION]
    environment: Annotated[Name, ENVIRONMENT]
    expects: tuple[Name, ...] = ()
    region: Region | None = None


@listing(ENVIRONMENT, BeanstalkEnvironment, "elasticbeanstalk:DescribeEnvironments")
async def environments(aws: Aws) -> list[FoundResource]:
    """Each environment of the region that is not terminated."""
    found = await listed(aws, "elasticbeanstalk", "describe_environments", "Environments", IncludeDeleted=False)
    return [
        item(
            BeanstalkEnvironment(application=each["ApplicationName"], environment=name),
            *(name, f"elasticbeanstalk:environment/{each['ApplicationName']}/{name}"),
            *(each.get("CNAME"), each.get("EndpointURL"), each.get("EnvironmentId")),
        )
        for each in found
        if each.get("Status") != "Terminated" and (name := each["EnvironmentName"])
    ]
