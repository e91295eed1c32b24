"""The logs of each stack: they are followed whether their screen is open or not, until another stack's is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from console.logs.tailing.panes import Panes
from console.stack.stack import Stack

if TYPE_CHECKING:
    from console.aws.call import Aws

KEPT: Final = 3
"""Stacks whose lines are kept: each may take 150 MB."""


class Tails:
    """The panes of every stack whose logs were opened; those of one stack are followed, the others wait."""

    def __init__(self, connect: Callable[[Stack], Awaitable[Aws]], idle: Callable[[], float]) -> None:
        self._connect = connect
        self._idle = idle
        self._panes: dict[str, Panes] = {}  # the one that was used last is the last; used also while others are closed

    def of(self, stack: Stack) -> Panes | None:
        """The panes of a stack; None where its logs were not opened yet."""
        return self._panes.get(stack.name)

    def open(self, stack: Stack) -> Panes:
        """The panes of a stack; empty ones where its logs were not opened yet."""
        panes = self._panes.pop(stack.name, None) or Panes(partial(self._connect, stack), self._idle)
        self._panes[stack.name] = panes
        return panes

    async def enter(self, stack: Stack) -> Panes:
        """Follow this stack's logs on, and no other's."""
        panes = self.open(stack)
        for other in list(self._panes.values()):
            if other is not panes:
                await other.pause()
        while len(self._panes) > KEPT:
            await self._panes.pop(next(iter(self._panes))).end()
        panes.resume()
        return panes

    async def aws(self, stack: Stack) -> Aws:
        """Calls to a stack's account. Raises `Failure`."""
        return await self._connect(stack)

    async def close(self) -> None:
        """Stop everything."""
        while self._panes:
            await self._panes.popitem()[1].end()
