"""What somebody else changes between the plan and the change stops it, at every look and for every Operation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from console.aws.call import Aws
from console.gate.events import AtTheGate, Reason
from console.journal.records import RunRecord, RunState
from console.operations.operation import NoUndo, Observed, Operation
from console.services.awslambda.operations import Resize
from console.services.dynamodb.operations import ContinuousBackups
from console.services.ecs.operations import Restart, Scale
from console.services.logs.export import Export
from console.services.logs.operations import CreateGroup, SetRetention
from console.services.operations import OPERATIONS
from tests.conftest import DemoServer
from tests.gate.world import SOON, World, planned, world_of

every = pytest.mark.parametrize("kind", OPERATIONS.values(), ids=OPERATIONS)

BEFORE_LOOK = {"after the plan": 1, "after the confirmation": 2}
"""The look before which it is changed: that of the confirmation, and that of the last moment."""


def _scaled(demo: DemoServer, asked: Any) -> None:
    ecs, where = demo.client("ecs"), {"cluster": asked.cluster, "service": asked.service}
    (service,) = ecs.describe_services(cluster=asked.cluster, services=[asked.service])["services"]
    ecs.update_service(**where, desiredCount=service["desiredCount"] + 2)


def _restarted(demo: DemoServer, asked: Any) -> None:
    demo.client("ecs").update_service(cluster=asked.cluster, service=asked.service, forceNewDeployment=True)


def _set(demo: DemoServer, asked: Any) -> None:
    wanted = {"PointInTimeRecoveryEnabled": asked.enabled}
    demo.client("dynamodb").update_continuous_backups(TableName=asked.table, PointInTimeRecoverySpecification=wanted)


def _created(demo: DemoServer, asked: Any) -> None:
    demo.client("logs").create_log_group(logGroupName=asked.group)


def _retained(demo: DemoServer, asked: Any) -> None:
    demo.client("logs").put_retention_policy(logGroupName=asked.groups[0].name, retentionInDays=7)


def _exported(demo: DemoServer, asked: Any) -> None:
    demo.client("logs").create_export_task(
        taskName=asked._task, logGroupName=asked.group, fromTime=1, to=2, destination=asked.bucket
    )


def _resized(demo: DemoServer, asked: Any) -> None:
    functions = demo.client("lambda")
    functions.update_function_configuration(FunctionName=asked.function, MemorySize=asked.memory + 64)
    functions.get_waiter("function_updated").wait(FunctionName=asked.function, WaiterConfig={"Delay": 1})


CHANGE: dict[type[Operation], Callable[[DemoServer, Any], None]] = {
    ContinuousBackups: _set,
    CreateGroup: _created,
    Export: _exported,
    Resize: _resized,
    Restart: _restarted,
    Scale: _scaled,
    SetRetention: _retained,
}
"""How somebody else changes what an operation is about, past this program."""


@pytest.fixture
def world(demo: DemoServer, tmp_path: Path) -> Iterator[World]:
    with world_of(demo, tmp_path / "journal") as found:
        yield found


@pytest.fixture
def example(world: World, kind: type[Operation]) -> Iterator[Operation]:
    """The example of a kind; what was changed is put back by its undo, if there is one."""
    operation = world.example(kind)
    before = world.observed(operation)
    yield operation
    undo = operation.undo(before)
    if not isinstance(undo, NoUndo):
        with world.runner() as runner:
            plan = planned(runner, undo, world.stack)
            assert runner.apply(plan, plan.confirmation.text).result(SOON).state is RunState.DONE


def before_look(monkeypatch: pytest.MonkeyPatch, kind: type[Operation], number: int, act: Callable[[], None]) -> None:
    """Do something before the state is looked at for the n-th time."""
    observe, looks = kind.observe, iter(range(1, 100))

    async def observed(self: Operation, aws: Aws) -> Observed:
        if next(looks) == number:
            await asyncio.to_thread(act)
        return await observe(self, aws)

    monkeypatch.setattr(kind, "observe", observed)


@every
@pytest.mark.parametrize("look", BEFORE_LOOK.values(), ids=BEFORE_LOOK)
def test_what_somebody_else_changed_is_refused(
    kind: type[Operation],
    look: int,
    world: World,
    demo: DemoServer,
    example: Operation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with world.runner() as runner:
        plan = planned(runner, example, world.stack)
        world.proxy.seen.clear()
        by_another = CHANGE[kind]
        before_look(monkeypatch, kind, look, lambda: by_another(demo, example))
        applying = runner.apply(plan, plan.confirmation.text)
        with pytest.raises(AtTheGate) as caught:
            applying.result(SOON)
        assert caught.value.reason is Reason.STALE and caught.value.planned is not None
        assert caught.value.planned.digest != plan.digest
        assert "Nothing was changed" in str(caught.value)
        if look != BEFORE_LOOK["after the plan"]:
            assert "Someone else changed it at the same moment" in str(caught.value)
            (run,) = runner.journal.runs().result()
            assert isinstance(run, RunRecord) and run.state is RunState.STOPPED and run.changed is False
        assert world.mutations() == []
