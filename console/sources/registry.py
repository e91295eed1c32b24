"""The registry of Sources: every read that a panel or a check makes.

A module is named here once; each Source that it defines is found in it.
"""

from __future__ import annotations

import difflib
from typing import Final

from console.sources import (
    alarms,
    alb,
    apigateway,
    application,
    aws_health,
    backup,
    beanstalk,
    cloudfront,
    discovered,
    docdb,
    dynamodb,
    ec2,
    ecs,
    ecs_tasks,
    ecs_utilisation,
    eks,
    endpoint,
    functions,
    lambda_performance,
    logs,
    rds,
    s3,
    s3_requests,
)
from console.sources.base import AnySource, Source
from console.stack import Stack
from console.stack_file import StackError
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
    logs,
    backup,
    aws_health,
    docdb,
    eks,
    endpoint,
    alb,
    apigateway,
    rds,
    beanstalk,
    ec2,
    s3_requests,
    application,
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
