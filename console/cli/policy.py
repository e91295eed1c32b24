"""``groundskeeper policy``: the IAM policy that a run needs, and no more."""

from __future__ import annotations

import argparse

import msgspec

from console.cli.output import write
from console.iam import policy
from console.operations import OPERATIONS, operations_on
from console.options import Options
from console.sources.registry import SOURCES, wanted_by
from console.workspace import open_workspace


def arguments(parser: argparse.ArgumentParser) -> None:
    """This subcommand has only the shared flags."""


def run(args: argparse.Namespace, options: Options) -> int:
    """Print the policy as JSON."""
    del args
    sources, operations = tuple(SOURCES.values()), tuple(OPERATIONS.values())
    if options.stack:
        workspace = open_workspace(options)
        workspace.close()
        stack = workspace.stack(workspace.options.stack or "")
        sources, operations = wanted_by(stack), operations_on(stack)
    actions = [action for source in sources for action in source.permissions]
    if not options.read_only:
        actions += [action for kind in operations for action in (*kind.permissions, *kind.dependent)]
    document = policy(actions)
    write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
    return 0
