"""What every Source promises, held against the embedded AWS over HTTP."""

from __future__ import annotations

import asyncio
import dataclasses
import importlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from console.aws.actions import is_read
from console.logs.kinds import LogGroup
from console.naming.resource_kind import ResourceKind
from console.problems import Failure, ProblemKind
from console.readings.source import AnySource, Level, Report
from console.services.awslambda.kinds import Function
from console.services.cloudfront.kinds import Distribution
from console.services.docdb.kinds import DbCluster
from console.services.dynamodb.kinds import Table
from console.services.ecs.kinds import EcsCluster
from console.services.eks.kinds import EksCluster
from console.services.elasticbeanstalk.kinds import BeanstalkEnvironment
from console.services.elbv2.kinds import LoadBalancer
from console.services.endpoints.kinds import Endpoint
from console.services.kinds import KINDS, LISTING_PERMISSIONS
from console.services.rds.kinds import DbInstance
from console.services.s3.kinds import Bucket
from console.services.sources import SCREENS, SOURCES, wanted_by
from console.stack.names import names_in
from console.stack.stack import Stack
from console.stack_files.file import StackError, parse
from console.stack_files.thresholds import check_thresholds
from console.text import clean
from tests.conftest import DemoServer
from tests.contract.conftest import connected
from tests.contract.examples import ACCOUNT, NOWHERE, OF_THE_ACCOUNT, missing
from tests.faults import Fault, FaultProxy

SELDOM: dict[str, set[str]] = {
    "ecs.services": {"ecs:ListServices"},  # of a cluster whose services are not named
    "ecs.utilisation": {"ecs:ListServices"},
    "beanstalk.environment": {"elasticbeanstalk:DescribeEnvironmentResources"},  # without enhanced health
    "metrics.application": {"cloudwatch:ListMetrics"},  # of a metric without data
    "s3.requests": {
        "cloudwatch:GetMetricData",
        "s3:ListBucket",
    },  # where requests are measured
    "stacks.discover": set(LISTING_PERMISSIONS),  # before it is read: when the account is searched
}
"""Permissions of a check that no stack of the demo makes it use, and when it does."""

NAMED: dict[str, Callable[[Stack], set[str]]] = {
    "ecs.services": lambda stack: {name for cluster in stack.of(EcsCluster) for name in cluster.services},
    "ecs.utilisation": lambda stack: {name for cluster in stack.of(EcsCluster) for name in cluster.services},
    "cloudfront.distribution": lambda stack: {thing.name or thing.id for thing in stack.of(Distribution)},
    "lambda.functions": lambda stack: {thing.function for thing in stack.of(Function)},
    "dynamodb.tables": lambda stack: {thing.table for thing in stack.of(Table)},
    "s3.storage": lambda stack: {thing.bucket for thing in stack.of(Bucket)},
    "s3.requests": lambda stack: {thing.bucket for thing in stack.of(Bucket)},
    "logs.recent-errors": lambda stack: {thing.group for thing in stack.of(LogGroup)},
    "alb.traffic": lambda stack: {thing.load_balancer for thing in stack.of(LoadBalancer)},
    "rds.instances": lambda stack: {thing.instance for thing in stack.of(DbInstance)},
    "docdb.clusters": lambda stack: {thing.cluster for thing in stack.of(DbCluster)},
    "beanstalk.environment": lambda stack: {thing.environment for thing in stack.of(BeanstalkEnvironment)},
    "eks.cluster": lambda stack: {thing.cluster for thing in stack.of(EksCluster)},
    "endpoint.http": lambda stack: {thing.name or thing.url for thing in stack.of(Endpoint)},
    "backup.freshness": lambda stack: {
        *(thing.table for thing in stack.of(Table)),
        *(thing.instance for thing in stack.of(DbInstance)),
        *(thing.cluster for thing in stack.of(DbCluster)),
    },
}
"""The resources that a check must have judged, by what the stack names."""


def _own(source: AnySource) -> set[ResourceKind]:
    """The kinds of a Source's own room."""
    try:
        room = importlib.import_module(f"{source.fetch.__module__.rpartition('.')[0]}.kinds")
    except ModuleNotFoundError:
        return set()
    return {value for value in vars(room).values() if isinstance(value, ResourceKind)}


def _strings(value: object) -> Iterator[str]:
    """Every string in a value of dataclasses and tuples."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _strings(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            # A fix holds names as AWS has them, since it is applied to them.
            if field.name != "fix":
                yield from _strings(getattr(value, field.name))


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.name)
def test_explains_itself(source: AnySource) -> None:
    assert source.title and len(source.title) <= 100 and source.help.startswith(source.title)
    assert source.period >= 5
    assert all(":" in permission for permission in source.permissions)


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.name)
async def test_judges_every_resource_of_the_demo(
    source: AnySource, demo: DemoServer, stacks: tuple[Stack, ...]
) -> None:
    wanting = [stack for stack in (*stacks, ACCOUNT) if source.wants(stack)]
    assert wanting, "no stack of the demo has anything for it"
    called: set[str] = set()
    for stack in wanting:
        async with connected(demo, stack) as aws:
            report: Report = await source.fetch(aws, stack)
        judged = {finding.resource for finding in report.findings}
        assert judged, "no finding at all"
        assert {detail.resource for detail in report.details} <= judged
        for detail in report.details:
            assert detail.kind in KINDS.values(), f"{detail.kind.name} is no kind of the registry"
            named = {kind for kind in KINDS.values() if detail.resource in names_in(stack, kind)}
            assert not named or detail.kind in named | _own(source), f"{detail.resource} is no {detail.kind.name}"
        if named := NAMED.get(source.name):
            assert named(stack) <= judged
        assert {finding.source for finding in report.findings} == {source.name}
        assert all(finding.what for finding in report.findings)
        assert all(clean(text) == text for text in _strings(report))
        assert isinstance(hash(report), int), "the value is not frozen"
        assert aws.called <= set(source.permissions)
        called |= aws.called
        assert all(is_read(*api.split(":")) for api in aws.meter.calls)
    assert set(source.permissions) - called == SELDOM.get(source.name, set()), "it asks for more than it calls"


@pytest.mark.parametrize(
    "fault", [Fault.CUT_200, Fault.BAD_JSON, Fault.HTML_200, Fault.EMPTY_200, Fault.HALF_BODY, Fault.CLOSE]
)
async def test_never_takes_a_broken_answer_for_none(fault: Fault, demo: DemoServer, stacks: tuple[Stack, ...]) -> None:
    with FaultProxy(demo.url) as proxy:
        proxy.always(fault)
        failures = await _failures(demo, stacks, proxy.url)
    for name, problem in failures.items():
        assert problem is not None, f"{name} reported findings though every answer was broken"
        assert problem.kind in (ProblemKind.SUSPECT, ProblemKind.NETWORK), f"{name}: {problem.kind} {problem}"


async def test_names_the_missing_permission(demo: DemoServer, stacks: tuple[Stack, ...]) -> None:
    with FaultProxy(demo.url) as proxy:
        proxy.always(Fault.DENIED)
        failures = await _failures(demo, stacks, proxy.url)
    for name, problem in failures.items():
        assert problem is not None, f"{name} reported findings though access was denied"
        assert problem.kind is ProblemKind.DENIED, f"{name}: {problem.kind} {problem}"
        assert problem.permission in SOURCES[name].permissions, f"{name}: {problem}"


async def test_says_what_is_missing(demo: DemoServer, stacks: tuple[Stack, ...]) -> None:
    for stack in stacks:
        nowhere = missing(stack)
        async with connected(demo, stack) as aws:
            for source in wanted_by(nowhere, *SCREENS):
                if source.name in OF_THE_ACCOUNT:
                    continue
                report: Report = await source.fetch(aws, nowhere)
                told = [finding for finding in report.findings if NOWHERE in finding.resource]
                assert told, f"{source.name} says nothing of what is not there"
                assert all(finding.level is not Level.OK for finding in told), f"{source.name}: {told}"


async def test_a_throttled_check_has_failed(demo: DemoServer, stacks: tuple[Stack, ...]) -> None:
    with FaultProxy(demo.url) as proxy:
        proxy.always(Fault.THROTTLED)
        failures = await _failures(demo, stacks, proxy.url)
    for name, problem in failures.items():
        assert problem is not None, f"{name} reported findings though it was throttled"
        # An answer to HEAD has no body, and a 503 without one may be the service itself.
        assert problem.kind is ProblemKind.THROTTLED or problem.code == "503", f"{name}: {problem.kind} {problem}"


async def _failures(demo: DemoServer, stacks: tuple[Stack, ...], url: str) -> dict[str, Any]:
    """The problem of each Source that asks AWS, all of them asked at once; None where it gave a value."""

    async def ask(source: AnySource, stack: Stack) -> tuple[str, Any]:
        async with connected(demo, stack, url) as aws:
            try:
                await source.fetch(aws, stack)
            except Failure as failure:
                return source.name, failure.problem
        return source.name, None

    asked = {source: stack for stack in stacks for source in wanted_by(stack, *SCREENS) if source.permissions}
    found = dict(await asyncio.gather(*(ask(source, stack) for source, stack in asked.items())))
    assert asyncio.all_tasks() == {asyncio.current_task()}, "a call goes on though its check has failed"
    return found


def test_thresholds_of_the_demo_are_known(stacks: tuple[Stack, ...]) -> None:
    for stack in stacks:
        check_thresholds(stack, f"{stack.name}.toml")


@pytest.mark.parametrize(
    ("thresholds", "complaint"),
    [
        (
            '[thresholds."ecs.utilization"]\ncpu_warn = 1',
            r"thresholds.ecs.utilization: unknown check 'ecs.utilization'. Nearest: ecs.utilisation. Allowed: ",
        ),
        (
            '[thresholds."ecs.utilisation"]\ncpu = 1',
            r"thresholds.ecs.utilisation.cpu: unknown threshold 'cpu'. .*Allowed: cpu_warn, cpu_crit, memory_warn",
        ),
        ('[thresholds."ecs.services"]\nx = 1', r"unknown threshold 'x'. Allowed: rollback_warn."),
    ],
)
def test_refuses_thresholds_that_no_check_has(thresholds: str, complaint: str) -> None:
    with pytest.raises(StackError, match=complaint):
        check_thresholds(parse(f'name = "one"\n{thresholds}', "one.toml"), "one.toml")
