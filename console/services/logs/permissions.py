"""The IAM actions that looking at logs needs: they belong to no check and to no operation."""

from __future__ import annotations

from typing import Final

from console.logs.kinds import LogGroup
from console.services.elasticbeanstalk.kinds import BeanstalkEnvironment
from console.stack.stack import Stack

_GROUPS: Final = (
    "logs:DescribeLogGroups",
    "logs:FilterLogEvents",
    "logs:GetQueryResults",
    "logs:StartLiveTail",
    "logs:StartQuery",
    "logs:StopQuery",
)
_BEANSTALK: Final = ("elasticbeanstalk:RequestEnvironmentInfo", "elasticbeanstalk:RetrieveEnvironmentInfo")


def permissions(stack: Stack | None = None) -> tuple[str, ...]:
    """What the logs of a stack need, or of any."""
    groups = stack is None or bool(stack.of(LogGroup))
    instances = stack is None or bool(stack.of(BeanstalkEnvironment))
    return (*(_GROUPS if groups else ()), *(_BEANSTALK if instances else ()))
