"""What the subcommands that change something share: the stack, the runner, and an end in order."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final

from console.desk.account_workspace import described_now
from console.desk.workspace import FIRST_STEPS, Workspace, open_workspace
from console.gate.events import RunProgress
from console.gate.planned import Planned
from console.gate.runner import Runner
from console.gate.write_state import WriteState
from console.journal.journal import Journal
from console.journal.records import AnyRun
from console.options import Options, UsageError
from console.stack.stack import Stack

GRACE: Final = 10
"""Seconds that a step is given to finish after a signal."""

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ended(KeyboardInterrupt):
    """A signal asked for the end; `code` is the exit code."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number


@dataclass(frozen=True, slots=True)
class ChangeSession:
    """The stacks of this run and the runner that changes them."""

    workspace: Workspace
    runner: Runner

    @property
    def journal(self) -> Journal:
        """The journal of these stacks."""
        return self.runner.journal

    def arm(self, planned: Planned) -> None:
        """Arm writing where ``--write`` asks for it: for what was planned, and where it is. Raises `Locked`."""
        options = self.workspace.options
        if options.write:
            self.runner.write_state.arm(planned.stack, options.reason or "", planned.armed_in)

    def stack(self, name: str | None = None) -> Stack:
        """The stack of a name, else the one that was asked for, else the only one; it stands when this returns."""
        workspace = self.workspace
        if name is None and workspace.options.stack is None and len(workspace.stacks) != 1:
            names = ", ".join(stack.name for stack in workspace.stacks)
            raise UsageError(f"Which stack? Add --stack NAME: {names}." if names else f"No stacks. Next: {FIRST_STEPS}")
        stack = workspace.stack(name or workspace.options.stack or workspace.stacks[0].name)
        if workspace.demo is not None:
            asyncio.run(workspace.demo.wait_ready(stack.name))
        return stack


def run_named(journal: Journal, name: str) -> AnyRun:
    """The run of a name. Raises `UsageError` where there is none or several."""
    try:
        return journal.find(name).result()
    except LookupError as error:
        raise UsageError(str(error)) from error


@contextmanager
def opened(
    options: Options, listener: Callable[[RunProgress], None] = lambda progress: None
) -> Iterator[ChangeSession]:
    """Open the workspace with a runner. A signal lets the step at work finish, and raises `Ended`."""
    workspace = described_now(open_workspace(options))
    journal = Journal(workspace.journal_folder)
    write_state = WriteState(read_only=options.read_only)
    try:
        with _signals(), Runner(workspace.target, journal, write_state, listener=listener) as runner:
            yield ChangeSession(workspace, runner)
    finally:
        journal.close()
        workspace.close()


@contextmanager
def _signals() -> Iterator[None]:
    def end(number: int, frame: FrameType | None) -> None:
        for other in _SIGNALS:
            signal.signal(other, signal.SIG_IGN)
        signal.alarm(GRACE)
        raise Ended(number)

    former = {number: signal.signal(number, end) for number in _SIGNALS if signal.getsignal(number) != signal.SIG_IGN}
    try:
        yield
    finally:
        signal.alarm(0)
        for number, handler in former.items():
            signal.signal(number, handler)
