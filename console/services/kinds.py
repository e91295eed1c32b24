"""The registry of kinds: what a stack may be made of, and how what an account holds is listed.

A module is named here once, in the order of a stack file; whatever it defines is found in it.
"""

from __future__ import annotations

from typing import Final

from console.inventory.listing import Listing
from console.logs import kinds as logs
from console.naming.resource_kind import ResourceKind
from console.services.apigateway import kinds as apigateway
from console.services.awslambda import kinds as awslambda
from console.services.cloudfront import kinds as cloudfront
from console.services.cloudwatch import kinds as cloudwatch
from console.services.cognitoidp import kinds as cognitoidp
from console.services.docdb import kinds as docdb
from console.services.dynamodb import kinds as dynamodb
from console.services.ec2 import kinds as ec2
from console.services.ecr import kinds as ecr
from console.services.ecs import kinds as ecs
from console.services.eks import kinds as eks
from console.services.elasticbeanstalk import kinds as elasticbeanstalk
from console.services.elbv2 import kinds as elbv2
from console.services.endpoints import kinds as endpoints
from console.services.guardduty import kinds as guardduty
from console.services.health import kinds as health
from console.services.rds import kinds as rds
from console.services.s3 import kinds as s3
from console.services.sns import kinds as sns
from console.services.terraform import kinds as terraform
from console.stack.part import Part

_MODULES: Final = (
    ecs,
    cloudfront,
    elbv2,
    apigateway,
    awslambda,
    dynamodb,
    rds,
    docdb,
    elasticbeanstalk,
    eks,
    s3,
    cognitoidp,
    ecr,
    logs,
    ec2,
    sns,
    terraform,
    cloudwatch,
    endpoints,
    health,
    guardduty,
)

KINDS: Final[dict[str, ResourceKind]] = {
    kind.name: kind for module in _MODULES for kind in vars(module).values() if isinstance(kind, ResourceKind)
}
"""Every kind of resource by its name."""

SECTIONS: Final[dict[str, type[Part]]] = {
    part.section: part
    for module in _MODULES
    for part in vars(module).values()
    if isinstance(part, type) and issubclass(part, Part) and part.__module__ == module.__name__
}
"""What a stack file may name, by the sections that do."""

LISTINGS: Final[tuple[Listing, ...]] = tuple(
    each for module in _MODULES for each in vars(module).values() if isinstance(each, Listing)
)
"""How each kind is listed of which an account can tell what it holds."""

LISTING_PERMISSIONS: Final = tuple(
    sorted(
        {
            "cloudwatch:DescribeAlarms",
            "elasticbeanstalk:DescribeConfigurationSettings",
            "elasticbeanstalk:DescribeEnvironmentResources",
            "tag:GetResources",
            *(action for each in LISTINGS for action in each.permissions),
        }
    )
)
"""The IAM actions that it takes to list them all, and to choose by tag or by Elastic Beanstalk environment."""
