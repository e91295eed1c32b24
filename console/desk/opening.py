"""Opening the workspace away from the event loop, finding out what an account holds, and what may go wrong with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from console.options import Options, UsageError
from console.problems import Problem, ProblemKind, classify
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.connections import Connections
    from console.desk.changes import Changes
    from console.desk.workspace import Workspace
    from console.stack.stack import Stack

AGAIN: Final = 4.0
"""Seconds until an account that could not be asked what it holds is asked again."""

_PASSING: Final = frozenset({ProblemKind.LOGIN, ProblemKind.NETWORK, ProblemKind.THROTTLED, ProblemKind.SUSPECT})


async def opened(options: Options) -> Workspace:
    """The workspace, read in a thread. Raises what `open_workspace` raises."""

    def read() -> Workspace:
        from console.desk.workspace import open_workspace

        return open_workspace(options)

    return await asyncio.to_thread(read)


async def search(
    workspace: Workspace, connections: Connections, signed_in: asyncio.Event, tell: Callable[[Clean], None]
) -> AsyncIterator[Workspace | Problem]:
    """What the account holds, as a workspace with one stack.

    Before it each problem that keeps the account from being asked: where it may pass, it is asked again in some
    seconds, at once when somebody `signed_in`. `tell` is given the progress in words.
    """
    from console.desk.account_workspace import described

    while True:
        signed_in.clear()
        try:
            found = await described(workspace, connections, tell)
        except Exception as error:  # noqa: BLE001 - told, and tried again where that may help
            problem = problem_of(error)
            yield problem
            if problem.kind not in _PASSING:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(signed_in.wait(), AGAIN)
        else:
            yield found
            return


def problem_of(error: Exception) -> Problem:
    """Whatever is wrong with files, flags, the demo or the way to AWS, explained."""
    from console.demo.options import DemoError
    from console.files.settings import SettingsError
    from console.stack_files.file import StackError

    if isinstance(error, DemoError):
        return Problem(ProblemKind.NETWORK, clean(error))
    if isinstance(error, (UsageError, StackError, SettingsError)):
        return Problem(ProblemKind.INVALID, clean(error), Clean("Mend it, then start again."))
    return classify(error)


def first_of(stacks: tuple[Stack, ...], last: str | None) -> Stack | None:
    """The stack to open at the start: the only one, or the one that was open last; None where one must choose."""
    if len(stacks) == 1:
        return stacks[0]
    return next((stack for stack in stacks if stack.name == last), None)


def import_changes() -> type[Changes]:
    """What makes changes possible; imported late, and in a thread, since the first frame needs none of it."""
    from console.desk.changes import Changes

    return Changes
