"""What moto lacks or gets wrong, added to moto's own classes so that both share one state."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from console.demo.world import World

MODULES: Final = (
    *("ecs.api", "elbv2", "cloudfront", "cloudwatch.api", "logs.api", "dynamodb.api", "awslambda", "health", "rds.api"),
    *("elasticbeanstalk.api", "guardduty", "cloudtrail", "backup", "ssm", "config", "servicequotas"),
    *("applicationautoscaling", "ce.api", "cognitoidp", "iam", "ec2", "s3", "ecr", "eks", "sns", "pi", "rum", "dlm"),
    "containers",
)
"""The modules of this package, in the order in which they are installed."""


def install(world: World) -> None:
    """Add everything to moto; called once in a process, before the first request."""
    for name in MODULES:
        import_module(f"{__name__}.{name}").install(world)


def adds() -> tuple[str, ...]:
    """What is simulated beyond moto, one line each, for ``demo-server --about``."""
    return tuple(line for name in MODULES for line in import_module(f"{__name__}.{name}").ADDS)
