"""The workspace of an operator who has no stack file: what the account holds is its stack."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from console.desk.workspace import ACCOUNT, Workspace
from console.discovery.account import Tell, account_stack, silence
from console.text import Clean

if TYPE_CHECKING:
    from console.aws.connections import Connections


async def described(workspace: Workspace, connections: Connections, tell: Tell = silence) -> Workspace:
    """The workspace, with what the account holds as its stack where no file describes one.

    `tell` is given the progress in words. Raises `Failure` where the account cannot be asked, `UsageError` where
    another stack was asked for.
    """
    if not workspace.undescribed:
        return workspace
    tell(Clean("Asking AWS whose credentials these are ..."))
    connection = await connections.get(ACCOUNT)
    # Not of sts: that answers without a region, and so would hide that none is set.
    region = await connection.aws.region("ecs")
    found = replace(workspace, stacks=(await account_stack(connection.aws, connection.identity, region, tell),))
    return replace(found, stacks=found.chosen)


def described_now(workspace: Workspace) -> Workspace:
    """The same for commands without an event loop. Raises what `described` raises."""
    from console.aws.connections import Connections

    async def look() -> Workspace:
        connections = Connections(workspace.target)
        try:
            return await described(workspace, connections)
        finally:
            await connections.close()

    return asyncio.run(look()) if workspace.undescribed else workspace
