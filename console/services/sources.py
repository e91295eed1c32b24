"""The registry of Sources: every read that a panel or a check makes.

A module is named here once; each Source that it defines is found in it.
"""

from __future__ import annotations

import difflib
from typing import Final

from console.readings.source import AnySource, Source
from console.services.account import discovered
from console.services.apigateway import stages as apigateway
from console.services.awslambda import functions
from console.services.awslambda import performance as lambda_performance
from console.services.backup import backups
from console.services.cloudfront import distributions as cloudfront
from console.services.cloudwatch import alarms, application_metrics
from console.services.docdb import clusters as docdb
from console.services.dynamodb import tables as dynamodb
from console.services.ec2 import instances as ec2
from console.services.ecs import services as ecs
from console.services.ecs import tasks as ecs_tasks
from console.services.ecs import utilisation as ecs_utilisation
from console.services.eks import clusters as eks
from console.services.elasticbeanstalk import environments as elasticbeanstalk
from console.services.elbv2 import load_balancers as elbv2
from console.services.endpoints import urls as endpoints
from console.services.health import events as health
from console.services.logs import recent_errors
from console.services.rds import instances as rds
from console.services.s3 import buckets as s3
from console.services.s3 import requests as s3_requests
from console.stack.file import StackError
from console.stack.stack import Stack
from console.text import clean

_MODULES: Final = (
    ecs,
    ecs_tasks,
    ecs_utilisation,
    cloudfront,
    functions,
    dynamodb,
    s3,
    alarms,
    recent_errors,
    backups,
    health,
    docdb,
    eks,
    endpoints,
    elbv2,
    apigateway,
    rds,
    elasticbeanstalk,
    ec2,
    s3_requests,
    application_metrics,
    discovered,
)

SOURCES: Final[dict[str, AnySource]] = {
    source.name: source for module in _MODULES for source in vars(module).values() if isinstance(source, Source)
}
"""Every Source by its name."""

VIEWS: Final[dict[str, AnySource]] = {lambda_performance.performance.name: lambda_performance.performance}
"""Sources that are read only when somebody opens them, since every read costs."""

EVERY: Final = SOURCES | VIEWS
"""All of them by name."""


def views_of(stack: Stack) -> tuple[AnySource, ...]:
    """The views for which a stack names something to read."""
    return tuple(view for view in VIEWS.values() if view.wants(stack))


def wanted_by(stack: Stack) -> tuple[AnySource, ...]:
    """The Sources for which a stack names something to read, in the order of the registry."""
    return tuple(source for source in SOURCES.values() if source.wants(stack) and source.name not in stack.skip)


def check_thresholds(stack: Stack, where: str) -> None:
    """Refuse thresholds and checks to skip that do not exist: a misspelt one would be passed over in silence.

    `where` names the stack's file. Raises `StackError`, which names the nearest and what is allowed.
    """
    for name in stack.skip:
        if name not in SOURCES:
            raise StackError(f"{where}: skip: {_unknown('check', name, list(SOURCES))}")
    for name, numbers in stack.thresholds.items():
        if name not in EVERY:
            judging = [source.name for source in EVERY.values() if source.thresholds]
            raise StackError(f"{where}: thresholds.{clean(name)}: {_unknown('check', name, judging)}")
        for key in numbers:
            if key not in EVERY[name].thresholds:
                allowed = list(EVERY[name].thresholds)
                raise StackError(f"{where}: thresholds.{name}.{clean(key)}: {_unknown('threshold', key, allowed)}")


def _unknown(kind: str, found: str, allowed: list[str]) -> str:
    near = difflib.get_close_matches(found, allowed, n=1, cutoff=0.5)
    nearest = f"Nearest: {near[0]}. " if near else ""
    return f"unknown {kind} {clean(repr(found))}. {nearest}Allowed: {', '.join(allowed) or 'none'}."
