"""A network for tasks and databases: a VPC with public subnets, and security groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from console.demo.parts.place import StackPlace


@dataclass(frozen=True, slots=True)
class Network:
    """A VPC and its two public subnets."""

    vpc: str
    subnets: tuple[str, ...]

    def configuration(self, group: str) -> dict[str, Any]:
        """The network of an ECS service on Fargate, with public addresses."""
        settings = {"subnets": list(self.subnets), "securityGroups": [group], "assignPublicIp": "ENABLED"}
        return {"awsvpcConfiguration": settings}


def network(place: StackPlace, block: int) -> Network:
    """A VPC ``10.<block>.0.0/16`` with a public subnet in each of two zones."""
    ec2 = place.backend("ec2")
    vpc = ec2.create_vpc(f"10.{block}.0.0/16", tags=[{"Key": "Name", "Value": place.name("vpc")}, *place.tag_list])
    for attribute in ("enable_dns_support", "enable_dns_hostnames"):
        ec2.modify_vpc_attribute(vpc.id, attribute, "true")
    subnets = [
        ec2.create_subnet(vpc.id, f"10.{block}.{number}.0/24", availability_zone=f"{place.region}{zone}").id
        for number, zone in enumerate("ab", 1)
    ]
    ec2.create_tags([*subnets], place.tags)
    return Network(vpc.id, tuple(subnets))


def security_group(place: StackPlace, where: Network, name: str, description: str, *rules: tuple[int, str]) -> str:
    """A security group that lets TCP in by (port, CIDR block), tagged like everything of its stack."""
    ec2 = place.backend("ec2")
    group = ec2.create_security_group(name, description, where.vpc, tags={"Name": name, **place.tags})
    for port, block in rules:
        ec2.authorize_security_group_ingress(group.id, "tcp", str(port), str(port), [{"CidrIp": block}])
    return str(group.id)
