"""The registry of Sources: every read that a panel or a check makes.

A module is named here once; each Source that it defines is found in it.
"""

from __future__ import annotations

from typing import Final

from console.readings.source import HEALTH, AnySource, Source
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
from console.services.guardduty import findings as guardduty
from console.services.health import events as health
from console.services.logs import recent_errors
from console.services.rds import instances as rds
from console.services.s3 import buckets as s3
from console.services.s3 import requests as s3_requests
from console.stack.stack import Stack

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
    guardduty,
    lambda_performance,
)

EVERY: Final[dict[str, AnySource]] = {
    source.name: source for module in _MODULES for source in vars(module).values() if isinstance(source, Source)
}
"""Every Source by its name."""

SOURCES: Final = {name: source for name, source in EVERY.items() if not source.on_demand}
"""The checks: what is read again and again, of one screen or another."""

VIEWS: Final = {name: source for name, source in EVERY.items() if source.on_demand}
"""Sources that are read only when somebody opens them, since every read costs."""

OPENED: Final = {name: source for name, source in EVERY.items() if not source.is_health}
"""What can be opened by its name: the views, and the checks of other screens than Health."""

SCREENS: Final = tuple(dict.fromkeys(source.screen for source in SOURCES.values()))
"""The names of the screens to which checks belong."""


def views_of(stack: Stack) -> tuple[AnySource, ...]:
    """What of a stack can be opened by its name."""
    return tuple(source for source in OPENED.values() if source.wants(stack) and source.name not in stack.skip)


def wanted_by(stack: Stack, *screens: str) -> tuple[AnySource, ...]:
    """The checks of these screens, or of Health, for which a stack names something, in the order of the registry."""
    shown = [source for source in SOURCES.values() if source.screen in (screens or (HEALTH,))]
    return tuple(source for source in shown if source.wants(stack) and source.name not in stack.skip)
