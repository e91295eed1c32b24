"""Service Quotas: the quotas of the services that the stacks use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from moto.servicequotas.responses import ServiceQuotasResponse

from console.demo.services.shapes import Request, add, refuse

if TYPE_CHECKING:
    from console.demo.world import World

ADDS = ("service-quotas: list_service_quotas",)

QUOTAS: Final = {
    "lambda": (("L-B99A9384", "Concurrent executions", 1000.0),),
    "fargate": (("L-3032A538", "Fargate On-Demand vCPU resource count", 100.0),),
    "ecs": (
        ("L-9EF96962", "Services per cluster", 5000.0),
        ("L-46458851", "Tasks per service", 5000.0),
    ),
    "ec2": (
        ("L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 64.0),
        ("L-0263D0A3", "EC2-VPC Elastic IPs", 5.0),
    ),
    "vpc": (("L-F678F1CE", "VPCs per Region", 5.0),),
    "rds": (
        ("L-7B6409FD", "DB instances", 40.0),
        ("L-272F1212", "Manual DB instance snapshots", 100.0),
    ),
    "dynamodb": (("L-F98FE922", "Maximum number of tables", 2500.0),),
    "s3": (("L-DC2B2D3D", "Buckets", 10_000.0),),
    "elasticloadbalancing": (("L-53DA6B97", "Application Load Balancers per Region", 50.0),),
    "eks": (("L-1194D53C", "Clusters", 100.0),),
    "elasticbeanstalk": (("L-8EFC1C51", "Environments", 200.0),),
    "cognito-idp": (("L-E06BDC7E", "User pools per region", 1000.0),),
}
"""Code, name and the value that a new account has, by service code (Service Quotas console)."""


def install(world: World) -> None:
    """Add the listing."""

    def list_service_quotas(request: Request) -> dict[str, Any]:
        service = request.params["ServiceCode"]
        if service not in QUOTAS:
            raise refuse("NoSuchResourceException", f"The request failed because {service} is not supported.")
        return {
            "Quotas": [
                {
                    "ServiceCode": service,
                    "ServiceName": service,
                    "QuotaArn": f"arn:aws:servicequotas:{request.region}:{request.account}:{service}/{code}",
                    "QuotaCode": code,
                    "QuotaName": name,
                    "Value": value,
                    "Unit": "None",
                    "Adjustable": True,
                    "GlobalQuota": False,
                }
                for code, name, value in QUOTAS[service]
            ]
        }

    add(ServiceQuotasResponse, "ListServiceQuotas", list_service_quotas)
