"""A finding offers no fix that its Operation refuses."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from console.aws.call import Aws
from console.operations.operation import Operation
from console.readings.source import Report
from console.services.dynamodb.operations import ContinuousBackups
from console.services.ecs.operations import Restart
from console.services.ecs.services import services
from console.services.sources import wanted_by
from console.stack.stack import Stack
from tests.conftest import DemoServer
from tests.contract.conftest import Unlimited, connected, target_of
from tests.replay import Asked, Player, Recorder, Tape


def fixes(report: Report) -> list[Operation]:
    return [finding.fix for finding in report.findings if finding.fix is not None]


async def refusal(fix: Operation, stack: Stack, aws: Aws) -> str:
    """Why a fix is refused now, or does nothing; empty where it can be done."""
    operation = fix.within(stack)
    now = await operation.observe(aws)
    refused = operation.refuse(now)
    return refused or ("" if operation.plan(now).steps else "There is nothing to do.")


async def test_no_finding_of_the_demo_offers_what_is_refused(demo: DemoServer, stacks: tuple[Stack, ...]) -> None:
    offered: set[type[Operation]] = set()
    for stack in stacks:
        async with connected(demo, stack) as aws:
            for source in wanted_by(stack):
                for fix in fixes(await source.fetch(aws, stack)) if source.permissions else []:
                    region = fix.within(stack).region(stack)
                    async with connected(demo, msgspec.structs.replace(stack, region=region or stack.region)) as there:
                        assert await refusal(fix, stack, there) == "", f"{source.name}: {fix}"
                    offered.add(type(fix))
    assert ContinuousBackups in offered


COMPLETED = {"rolloutState": "COMPLETED"}
OFFERED: dict[str, dict[str, Any]] = {
    "no task": {},
    "failed": {"rollout": {"rolloutState": "FAILED"}},
    "behind a classic load balancer": {"rollout": {}, "loadBalancers": [{"loadBalancerName": "web"}]},
    "daemon": {"schedulingStrategy": "DAEMON"},
    "blue/green": {"deploymentConfiguration": {"strategy": "BLUE_GREEN"}},
}
NOT_OFFERED: dict[str, dict[str, Any]] = {
    "in progress": {"rollout": {"rolloutState": "IN_PROGRESS"}},
    "scaled to 0": {"desiredCount": 0},
    "CodeDeploy": {"deploymentController": {"type": "CODE_DEPLOY"}, "deployments": [], "taskSets": [{"id": "a"}]},
    "external": {"deploymentController": {"type": "EXTERNAL"}, "taskSets": [{"id": "a"}]},
    "draining": {"status": "DRAINING"},
    "inactive": {"status": "INACTIVE"},
}


@pytest.fixture
async def tape(demo: DemoServer, stacks: tuple[Stack, ...]) -> Tape:
    """What ecs.services is answered of a stack of the demo."""
    recorder = Recorder(target_of(demo, stacks[0]), limits=Unlimited())
    try:
        await services.fetch(recorder, stacks[0])
    finally:
        await recorder.close()
    return recorder.tape


def ailing(tape: Tape, changed: dict[str, Any]) -> Iterator[tuple[int, Asked]]:
    """The answers with services of which no task runs, and what else is changed of them."""
    for at, one in enumerate(tape.asked):
        if one.operation != "describe_services":
            continue
        pages = copy.deepcopy(one.pages)
        for service in pages[0]["services"]:
            rollout = changed.get("rollout", COMPLETED)
            kept = {key: value for key, value in service["deployments"][0].items() if key != "rolloutState"}
            service |= {"runningCount": 0, "pendingCount": 0, "deployments": [{**kept, **rollout}]}
            service |= {key: value for key, value in changed.items() if key != "rollout"}
        yield at, replace(one, pages=pages)


@pytest.mark.parametrize("state", [*OFFERED, *NOT_OFFERED])
async def test_a_restart_is_offered_only_where_it_is_not_refused(
    state: str, tape: Tape, demo: DemoServer, stacks: tuple[Stack, ...]
) -> None:
    changed = (OFFERED | NOT_OFFERED)[state]
    player: Any = Player(tape, target_of(demo, stacks[0]), dict(ailing(tape, changed)))
    offered = fixes(await services.fetch(player, stacks[0]))
    assert {type(fix) for fix in offered} == ({Restart} if state in OFFERED else set())
    assert [await refusal(fix, stacks[0], player) for fix in offered] == [""] * len(offered)
