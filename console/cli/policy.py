"""``groundskeeper policy``: the IAM policy that a run needs, and no more."""

from __future__ import annotations

import argparse

import msgspec

from console.cli.output import write
from console.iam import policy
from console.options import Options
from console.sources import SOURCES, wanted_by
from console.workspace import open_workspace


def arguments(parser: argparse.ArgumentParser) -> None:
    """This subcommand has only the shared flags."""


def run(args: argparse.Namespace, options: Options) -> int:
    """Print the policy as JSON."""
    del args
    sources = tuple(SOURCES.values())
    if options.stack:
        workspace = open_workspace(options)
        workspace.close()
        sources = wanted_by(workspace.stack(workspace.options.stack or ""))
    document = policy(action for source in sources for action in source.permissions)
    write(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())
    return 0
