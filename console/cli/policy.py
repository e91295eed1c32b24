"""``groundskeeper policy``: the IAM policy that a run needs, and no more."""

from __future__ import annotations

import argparse

import msgspec

from console.cli.output import write
from console.desk.tasks import tasks
from console.desk.workspace import open_workspace
from console.iam import policy
from console.operations.operation import Danger
from console.options import Options


def arguments(parser: argparse.ArgumentParser) -> None:
    """This subcommand has only the shared flags."""


def run(args: argparse.Namespace, options: Options) -> int:
    """Print the policy as JSON."""
    del args
    stack = None
    if options.stack:
        workspace = open_workspace(options)
        workspace.close()
        stack = workspace.stack(workspace.options.stack or "")
    allowed = [task for task in tasks(stack) if task.danger is Danger.READ or not options.read_only]
    document = policy(action for task in allowed for action in task.permissions)
    write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
    return 0
