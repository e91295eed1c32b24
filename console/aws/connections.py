"""One connection a target: opened once, its account checked, opened anew when its credentials were renewed."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from console.aws.background import undisturbed
from console.aws.login import mfa
from console.aws.meter import Meter
from console.aws.target import Target
from console.problems import Failure
from console.stack.stack import Stack

if TYPE_CHECKING:
    from console.aws.call import Aws
    from console.aws.login.identity import Identity

DRAIN: Final = 15.0
"""Seconds for which the calls that are under way on a connection may end after another took its place."""

RETRY: Final = 2.0
"""Seconds for which a login that failed is not tried again: every Source asks for it."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A way to AWS that is known to work: whom the calls are made as, and to which account."""

    aws: Aws
    identity: Identity

    @property
    def expires(self) -> datetime | None:
        """When the credentials end, as of now: most are renewed in time. None for keys that do not expire."""
        return self.aws.expires


_Key = tuple[Target, str | None]
"""A target, and the account that its stack file names."""


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
        changing: bool = False,
        drain: float = DRAIN,
        retry: float = RETRY,
    ) -> None:
        self.meter = meter or Meter()
        self._target_of = target_of
        self._writes = writes
        self._timeout = timeout
        self._changing = changing
        self._drain = drain
        self._retry = retry
        self._open: dict[_Key, asyncio.Task[Connection]] = {}
        self._failed: dict[_Key, float] = {}
        self._left: set[asyncio.Task[None]] = set()
        self._ending = asyncio.Event()

    def target(self, stack: Stack, region: str | None = None) -> Target:
        """Where the calls for a stack go; `region` is that of a resource with one of its own."""
        target = self._target_of(stack)
        return replace(target, region=region, told_region=None) if region else target

    async def resolved(self, stack: Stack, region: str | None = None) -> Target:
        """Where the calls for a stack go, with the profile and the region that the AWS config chose. Raises `Failure`.

        Its words lead there from any shell, whatever that one's environment.
        """
        aws, target = (await self.get(stack, region)).aws, self.target(stack, region)
        target = replace(target, endpoint_variables=aws.reached.endpoint_variables)
        found = replace(target, profile=target.profile or aws.profile, region=target.region or await aws.region())
        words = list(target.words)
        if not target.profile and found.profile:
            words += ["--profile", found.profile]
        if not target.region and found.region:
            words += ["--region", found.region]
        return replace(found, words=tuple(words))

    async def get(self, stack: Stack, region: str | None = None) -> Connection:
        """The connection for a stack.

        Raises `Failure` where there are no credentials, where they are another account's, and where the calls would go
        to another region than the ARNs in its file say.
        """
        key = (self.target(stack, region), stack.account)
        task = self._open.get(key)
        if task is not None and _refused(task):
            self._leave(key[0])
            task = None
        if task is None or (_broken(task) and self._may_retry(key)):
            task = self._open[key] = asyncio.create_task(self._connect(*key))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if self._ending.is_set() or not task.cancelled():
                raise
            return await self.get(stack, region)  # another took its place while it was being opened

    async def aws(self, stack: Stack) -> Aws:
        """The calls for a stack. Raises what `get` raises."""
        return (await self.get(stack)).aws

    def renew(self, stack: Stack, *, roles: bool = True) -> None:
        """Open new sessions at the next call, which read the credentials again.

        Without `roles` those that were assumed are kept: others of this process have just assumed them anew, and an
        MFA code serves once.
        """
        self._leave(self._target_of(stack), roles=roles)

    def give_mfa(self, stack: Stack, code: str) -> None:
        """Use an MFA code at the next call, which is tried at once. Raises `ValueError` for what is no code."""
        mfa.SHARED.give(self._target_of(stack), code)
        self.renew(stack)

    async def close(self) -> None:
        """Close every connection."""
        self._ending.set()
        tasks, self._open = list(self._open.values()), {}
        for task in tasks:
            task.cancel()
        for found in await asyncio.gather(*tasks, return_exceptions=True):
            if not isinstance(found, BaseException):
                await found.aws.close()
        await asyncio.gather(*self._left)

    def _leave(self, target: Target, *, roles: bool = True) -> None:
        """Use the connections of a login no more, in whatever region; their calls under way may end."""
        from console.aws.login.credentials import forget_roles

        if roles:
            forget_roles(target)
        for key in [key for key in self._open if key[0].login == target.login]:
            leaving = asyncio.create_task(self._drained(self._open.pop(key)))
            self._left.add(leaving)
            leaving.add_done_callback(self._left.discard)

    async def _drained(self, task: asyncio.Task[Connection]) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), self._drain)
        task.cancel()
        for found in await asyncio.gather(task, return_exceptions=True):
            if not isinstance(found, BaseException):
                await found.aws.close()

    def _may_retry(self, key: _Key) -> bool:
        return asyncio.get_running_loop().time() - self._failed.get(key, 0.0) >= self._retry

    async def _connect(self, target: Target, account: str | None) -> Connection:
        await asyncio.to_thread(_import_layer)
        from console.aws.call import Aws
        from console.aws.login.identity import account_problem, region_problem, who_am_i

        aws = Aws(target, self.meter, writes=self._writes, timeout=self._timeout, changing=self._changing)
        try:
            identity = await who_am_i(aws)
            if problem := account_problem(identity, account or target.told_account):
                raise Failure(problem)
            if target.told_region and (problem := region_problem(await aws.region("ecs"), target.told_region)):
                raise Failure(problem)
        except BaseException:
            self._failed[target, account] = asyncio.get_running_loop().time()
            await aws.close()
            raise
        return Connection(aws, identity)


def _broken(task: asyncio.Task[Connection]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def _refused(task: asyncio.Task[Connection]) -> bool:
    """Whether AWS refused the credentials of an open connection: its session keeps them, so it cannot recover."""
    return task.done() and not _broken(task) and task.result().aws.refused


def _import_layer() -> None:
    with undisturbed():
        importlib.import_module("console.aws.login.identity")
