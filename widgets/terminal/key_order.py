"""Keys one after the other: each goes where the one before it has led.

Textual hands a key to what is in focus and goes on with the next, while the first still climbs through its queues to
the binding that it means. Over a slow line several keys come as one packet; then the text after tab or ``/`` went into
the line that was just left, or was taken for keys of the screen below.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any, Final

from textual import events
from textual.app import App, ScreenStackError
from textual.dom import DOMNode

PATIENCE: Final = 0.25
"""Seconds for which a key waits for what handles the one before, which may be busy with something else."""

Typed = events.Key | events.Paste


class KeyOrder:
    """The keys that wait for those before them."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._waiting: deque[Typed] = deque()
        self._due: Typed | None = None
        self._settling: asyncio.Task[None] | None = None

    def waits(self, event: Typed) -> bool:
        """Whether a key that arrives has to wait; it is posted to the App again when its turn has come."""
        if event is self._due or self._settling is None:
            self._due = None
            way = list((self._app.focused or self._app.screen).ancestors_with_self)
            self._settling = asyncio.create_task(self._settle(way))
            return False
        self._waiting.append(event)
        return True

    async def _settle(self, way: list[DOMNode]) -> None:
        """Wait until a key has been handled all along its way, and what it opened is there; then let the next go."""
        try:
            with suppress(TimeoutError, ScreenStackError):  # a key may have ended the App, and its screens with it
                async with asyncio.timeout(PATIENCE):
                    for node in (self._app, *way):
                        await _idle(node)
                    await _idle(self._app.screen)
                    if self._app.focused is not None:
                        await _idle(self._app.focused)
        finally:  # whatever happens, no key waits for ever
            if self._waiting:
                self._due = self._waiting.popleft()
                self._app.post_message(self._due)
            else:
                self._settling = None


async def _idle(node: DOMNode) -> None:
    """Wait until all that was in a node's queue has been handled."""
    handled = asyncio.Event()
    if node.call_later(handled.set):
        await handled.wait()
