"""One connection a target: opened once, its account checked, opened anew when its credentials were renewed."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from console.aws.meter import Meter
from console.aws.quiet import undisturbed
from console.aws.target import Target
from console.problems import Failure, Kind
from console.stack import Stack

if TYPE_CHECKING:
    from console.aws.call import Aws
    from console.aws.identity import Identity


@dataclass(frozen=True, slots=True)
class Connection:
    """A way to AWS that is known to work: whom the calls are made as, and to which account."""

    aws: Aws
    identity: Identity


class Connections:
    """The connections of this process, by target; safe on one event loop only, since clients belong to one.

    With `writes` they can change something: only the runner of operations has such ones.
    """

    def __init__(
        self,
        target_of: Callable[[Stack], Target],
        meter: Meter | None = None,
        *,
        writes: bool = False,
        timeout: float | None = None,
    ) -> None:
        self.meter = meter or Meter()
        self._target_of = target_of
        self._writes = writes
        self._timeout = timeout
        self._open: dict[Target, asyncio.Task[Connection]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def target(self, stack: Stack, region: str | None = None) -> Target:
        """Where the calls for a stack go; `region` is that of a resource with one of its own."""
        target = self._target_of(stack)
        return replace(target, region=region) if region else target

    async def get(self, stack: Stack, region: str | None = None) -> Connection:
        """The connection for a stack. Raises `Failure` where there are no credentials or they are another account's."""
        from console.aws.identity import account_problem

        target = self.target(stack, region)
        task = self._open.get(target)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._open[target] = asyncio.create_task(self._connect(target))
        connection = await asyncio.shield(task)
        if problem := account_problem(connection.identity, stack.account):
            raise Failure(problem)
        return connection

    async def aws(self, stack: Stack) -> Aws:
        """The calls for a stack. Raises what `get` raises."""
        return (await self.get(stack)).aws

    def failed(self, stack: Stack, failure: Failure) -> None:
        """Tell of a failed call: a session caches credentials, so one that AWS refuses is opened anew next time."""
        if failure.problem.kind is Kind.LOGIN:
            self.renew(stack)

    def renew(self, stack: Stack) -> None:
        """Open a new session at the next call, which reads the credentials again."""
        task = self._open.pop(self._target_of(stack), None)
        if task is not None and task.done() and not task.cancelled() and task.exception() is None:
            closing = asyncio.create_task(task.result().aws.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def close(self) -> None:
        """Close every connection."""
        tasks, self._open = list(self._open.values()), {}
        for task in tasks:
            task.cancel()
        for found in await asyncio.gather(*tasks, return_exceptions=True):
            if not isinstance(found, BaseException):
                await found.aws.close()

    async def _connect(self, target: Target) -> Connection:
        await asyncio.to_thread(_import_layer)
        from console.aws.call import Aws
        from console.aws.identity import who_am_i

        aws = Aws(target, self.meter, writes=self._writes, timeout=self._timeout)
        try:
            return Connection(aws, await who_am_i(aws))
        except BaseException:
            await aws.close()
            raise


def _import_layer() -> None:
    with undisturbed():
        importlib.import_module("console.aws.identity")
