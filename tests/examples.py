"""One change by each Operation of the registry that can be made on the demo's stacks, for the contract tests."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from console.aws.call import Aws
from console.logs.groups import describe as describe_groups
from console.logs.groups import list_groups
from console.logs.kinds import LogGroup
from console.operations.lists import Pair
from console.operations.operation import Operation
from console.services.awslambda.operations import Resize
from console.services.dynamodb.operations import ContinuousBackups
from console.services.ecs.operations import Restart, Scale
from console.services.ecs.service import describe as describe_service
from console.services.logs.export import Export
from console.services.logs.operations import NEVER, CreateGroup, SetRetention

_DAY: Final = (datetime(2026, 11, 19, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))
_FUNCTION: Final = "mra-mines-map-status-staging"
_GROUP: Final = f"/aws/lambda/{_FUNCTION}"
_SERVICE: Final = Restart("mra-mines-frontend-staging", "mra-mines-cluster-staging")


async def example(kind: type[Operation], aws: Aws) -> Operation:
    """The one of a kind. Raises `KeyError` for one that nobody has thought of here."""
    return await _EXAMPLES[kind](aws)


async def _backups(aws: Aws) -> Operation:
    now = await ContinuousBackups("maps").observe(aws)
    return ContinuousBackups("maps", enabled=not now.state["enabled"])


async def _scale(aws: Aws) -> Operation:
    service = await describe_service(aws, _SERVICE.cluster, _SERVICE.service)
    return Scale(_SERVICE.service, service["desiredCount"] + 1, _SERVICE.cluster)


async def _restart(aws: Aws) -> Operation:
    return replace(_SERVICE)


async def _resize(aws: Aws) -> Operation:
    now = await Resize(_FUNCTION).observe(aws)
    return Resize(_FUNCTION, memory=now.state["memory"] + 128)


async def _group(aws: Aws) -> Operation:
    taken = {info.name for info in await list_groups(aws, "/example/")}
    free = (name for at in range(len(taken) + 1) if (name := f"/example/{at}") not in taken)
    return CreateGroup(next(free), NEVER)


async def _retention(aws: Aws) -> Operation:
    info = (await describe_groups(aws, [LogGroup(group=_GROUP)]))[_GROUP]
    return SetRetention((Pair(_GROUP),), "90" if info.retention != 90 else "60")


async def _export(aws: Aws) -> Operation:
    return Export(_GROUP, "mra-mines-map-input-staging", *_DAY)


_EXAMPLES: Final[dict[type[Operation], Callable[[Aws], Awaitable[Operation]]]] = {
    ContinuousBackups: _backups,
    CreateGroup: _group,
    Export: _export,
    Resize: _resize,
    Restart: _restart,
    Scale: _scale,
    SetRetention: _retention,
}
