"""Elastic Load Balancing: Application Load Balancers, and how a stack names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from console.inventory.found import FoundResource, item
from console.inventory.listing import listed, listing
from console.naming.resource_kind import ResourceKind
from console.stack.part import Name, Part, Region

if TYPE_CHECKING:
    from console.aws.call import Aws

LOAD_BALANCER: Final = ResourceKind(
    "Application Load Balancer",
    "elasticloadbalancing",
    r"loadbalancer/app/(?P<name>[A-Za-z0-9-]+)/[0-9a-f]+",
    "loadbalancer/app/NAME/ID",
    r"[A-Za-z0-9-]{1,255}",
    noun="load balancer",
    hint="lb|balancer",
)


class LoadBalancer(Part, frozen=True):
    """An Application Load Balancer by name."""

    section = "alb"
    health_service = "ELASTICLOADBALANCING"

    load_balancer: Annotated[Name, LOAD_BALANCER]
    region: Region | None = None


@listing(LOAD_BALANCER, LoadBalancer, "elasticloadbalancing:DescribeLoadBalancers")
async def load_balancers(aws: Aws) -> list[FoundResource]:
    """Each Application Load Balancer of the region."""
    found = await listed(aws, "elbv2", "describe_load_balancers", "LoadBalancers")
    return [
        item(LoadBalancer(load_balancer=name), name, each["LoadBalancerArn"], each.get("DNSName"))
        for each in found
        if each["Type"] == "application" and (name := each["LoadBalancerName"])
    ]
