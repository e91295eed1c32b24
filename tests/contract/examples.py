"""Stacks that the demo has none of: an account that nobody described, and one that names what is not there."""

from __future__ import annotations

from typing import Any

import msgspec

from console.problems import Problem, ProblemKind
from console.services.cloudwatch.kinds import ApplicationMetric
from console.services.cognitoidp.kinds import USER_POOL
from console.services.ec2.kinds import Instances
from console.services.endpoints.kinds import Endpoint
from console.services.sns.kinds import TOPIC
from console.services.terraform.kinds import STATE
from console.stack.found_account import Account, Crowd, Unlisted
from console.stack.names import named_keys
from console.stack.part import Part
from console.stack.stack import Stack
from console.text import Clean

NOWHERE = "nosuch1"
"""What nothing is called."""

ACCOUNT = Account(
    name="account-123456789012",
    region="eu-west-1",
    crowds=(Crowd("Lambda functions", 5000, (Clean("one"), Clean("two"))),),
    unlisted=(Unlisted("EKS clusters", Problem(ProblemKind.DENIED, Clean("Access denied: eks:ListClusters."))),),
)
"""What an account without stack file holds; no demo stack is one."""

OF_THE_ACCOUNT = frozenset({"health.aws-events", "guardduty.findings", "stacks.discover"})
"""Sources that ask about account and region, and about no resource that a stack names."""

_SPELT = {
    USER_POOL: f"eu-west-1_{NOWHERE}",
    TOPIC: f"arn:aws:sns:eu-west-1:123456789012:{NOWHERE}",
    STATE: f"s3://{NOWHERE}/terraform.tfstate",
}


def missing(stack: Stack) -> Stack:
    """The same stack with the names of resources that do not exist."""
    return msgspec.structs.replace(stack, parts=tuple(_missing(part) for part in stack.parts))


def _missing(part: Part) -> Part:
    if isinstance(part, Endpoint):
        return msgspec.structs.replace(part, url=f"http://127.0.0.1:9/{NOWHERE}", name=NOWHERE)
    if isinstance(part, ApplicationMetric):
        return msgspec.structs.replace(part, metric=NOWHERE)
    if isinstance(part, Instances):
        return Instances(instance=f"i-{NOWHERE}", region=part.region)
    names: dict[str, Any] = {"name": None} if "name" in part.__struct_fields__ else {}
    for key, kind in named_keys(type(part)).items():
        name, value = _SPELT.get(kind, NOWHERE), getattr(part, key)
        names[key] = (name,) if isinstance(value, tuple) else name if value is not None else None
    return msgspec.structs.replace(part, **names)
