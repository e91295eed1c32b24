"""A change by each operation of the registry that can be made on whatever stack names what it takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from console.logs.kinds import LogGroup
from console.operations.lists import Pair
from console.operations.operation import Operation
from console.services.awslambda.kinds import Function
from console.services.awslambda.operations import Resize
from console.services.dynamodb.kinds import Table
from console.services.dynamodb.operations import ContinuousBackups
from console.services.ecs.kinds import EcsCluster
from console.services.ecs.operations import Restart, Scale
from console.services.logs.export import Export
from console.services.logs.operations import CreateGroup, SetRetention
from console.services.operations import OPERATIONS
from console.services.s3.kinds import Bucket
from console.stack.stack import Stack

_DAY: Final = (datetime(2026, 11, 19, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))

_ASKED: Final[dict[str, Callable[[Stack], Operation]]] = {
    "dynamodb.enable-pitr": lambda stack: ContinuousBackups(stack.of(Table)[0].table, days=7),
    "ecs.restart": lambda stack: Restart(stack.of(EcsCluster)[0].services[0]),
    "ecs.scale": lambda stack: Scale(stack.of(EcsCluster)[0].services[0], 0),
    "lambda.resize": lambda stack: Resize(stack.of(Function)[0].function, concurrency="0"),
    "logs.create-group": lambda stack: CreateGroup("/example/asked"),
    "logs.export": lambda stack: Export(stack.of(LogGroup)[0].group, stack.of(Bucket)[0].bucket, *_DAY),
    "logs.set-retention": lambda stack: SetRetention((Pair(stack.of(LogGroup)[0].group),), "1"),
}


def asked_of(stack: Stack) -> dict[str, Operation]:
    """The operations by their names. Raises `KeyError` for one that nobody has thought of here."""
    return {name: _ASKED[name](stack).within(stack) for name in OPERATIONS}
