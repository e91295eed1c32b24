"""Least-privilege IAM policies, made of what Sources and Operations declare."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

ALWAYS: Final = ("sts:GetCallerIdentity",)
"""What every run asks: who am I."""


def statement_of(action: str) -> str:
    """The name of the statement in which an IAM action stands, such as ``GroundskeeperEcs`` of ecs:UpdateService."""
    return "Groundskeeper" + "".join(part.capitalize() for part in action.partition(":")[0].split("-"))


def policy(permissions: Iterable[str]) -> dict[str, Any]:
    """An IAM policy document that allows these actions on all resources, one statement a service."""
    by_service: dict[str, list[str]] = {}
    for action in sorted({*permissions, *ALWAYS}):
        by_service.setdefault(action.partition(":")[0], []).append(action)
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": statement_of(service),
                "Effect": "Allow",
                "Action": actions,
                "Resource": "*",
            }
            for service, actions in by_service.items()
        ],
    }
