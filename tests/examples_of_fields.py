"""An operation to have fields, and its way over the command line: what it prints, as shell and parser read it."""

from __future__ import annotations

import argparse
import subprocess
from typing import Any
from unittest import mock

from console.cli import fields as flags
from console.operations.operation import NoUndo, Observed, Operation
from console.operations.plan import Plan
from console.stack.stack import Stack


class Does(Operation):
    """Do nothing."""

    screen = "health"
    permissions = ("ecs:ListClusters",)

    async def observe(self, aws: Any) -> Observed:
        return Observed({})

    def plan(self, now: Observed) -> Plan:
        return Plan()

    async def verify(self, aws: Any, before: Observed) -> bool:
        return True

    def undo(self, before: Observed) -> NoUndo:
        return NoUndo("Nothing was done.")


def command_line(made: Operation, stack: Stack) -> Operation:
    """What comes of the command that an operation prints."""
    printed = made.cli(())
    script = f"printf '%s\\0' {printed}"
    read = subprocess.run(["bash", "-c", script], env={"LC_ALL": "C.UTF-8"}, capture_output=True, check=True)
    return parsed(read.stdout.decode().split("\0")[2:-1], type(made), stack)


def parsed(words: list[str], kind: type[Any], stack: Stack) -> Operation:
    """What the command line takes words for, of which the first is the operation's name."""
    with mock.patch.object(flags, "OPERATIONS", {kind.name: kind}):
        parser = argparse.ArgumentParser()
        flags.operation_arguments(parser, lambda command: None)
        return flags.operation_of(parser.parse_args(words), stack)
