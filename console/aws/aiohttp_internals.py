"""All that is used of aiohttp and is not public or not documented to be overridden: whoever upgrades it reads this.

`tests/unit/suite/test_internals.py` holds what aiohttp has to be like for it.
"""

from __future__ import annotations

from asyncio import Transport
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from aiohttp.connector import Connection


def send_once(session: aiohttp.ClientSession) -> None:
    """Let no request of a session be sent twice; aiohttp offers no other switch.

    It sends a PUT or DELETE again whose connection broke before the reply, though the first may have been carried out.
    """
    session._retry_connection = False


class ConnectionSeen(aiohttp.ClientResponse):
    """A response that looks at its connection while it has one: once it has been read the connection may be gone."""

    def connected(self, transport: Transport | None) -> None:
        """Called before the first byte of the answer is read; `transport` is None where the connection is lost."""
        raise NotImplementedError

    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        """Read the head of the answer (called by aiohttp)."""
        self.connected(connection.transport)
        return await super().start(connection)
