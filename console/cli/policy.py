"""``groundskeeper policy``: the IAM policy that a run needs, and no more."""

from __future__ import annotations

import argparse

import msgspec

from console.cli.output import write
from console.desk import shell
from console.desk.workspace import open_workspace
from console.iam import policy
from console.options import Options
from console.services.logs.permissions import permissions
from console.services.operations import OPERATIONS, operations_on
from console.services.sources import EVERY, SCREENS, views_of, wanted_by


def arguments(parser: argparse.ArgumentParser) -> None:
    """This subcommand has only the shared flags."""


def run(args: argparse.Namespace, options: Options) -> int:
    """Print the policy as JSON."""
    del args
    sources, operations, stack = tuple(EVERY.values()), tuple(OPERATIONS.values()), None
    if options.stack:
        workspace = open_workspace(options)
        workspace.close()
        stack = workspace.stack(workspace.options.stack or "")
        sources, operations = (*wanted_by(stack, *SCREENS), *views_of(stack)), operations_on(stack)
    actions = [*permissions(stack), *(action for source in sources for action in source.permissions)]
    if not options.read_only:
        actions += [action for kind in operations for action in (*kind.permissions, *kind.dependent)]
        if stack is None or any(isinstance(part, shell.OFFERED) for part in stack.parts):
            actions += shell.PERMISSIONS
    document = policy(actions)
    write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
    return 0
