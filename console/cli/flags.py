"""The flags that every subcommand takes, before or after its name."""

from __future__ import annotations

import argparse


def shared_flags() -> argparse.ArgumentParser:
    """A parser of nothing but the shared flags, to be the parent of others."""
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    group = shared.add_argument_group("shared flags, before or after the subcommand")
    group.add_argument("--stack", metavar="NAME", help="the stack, or the path of its file")
    group.add_argument("--profile", metavar="NAME", help="the AWS profile")
    group.add_argument("--region", metavar="REGION", help="the AWS region")
    group.add_argument("--endpoint-url", metavar="URL", help="another endpoint than AWS's own")
    group.add_argument("--demo", action="store_true", help="use the embedded AWS: no account needed")
    group.add_argument("--scenario", metavar="NAME", help="an emergency for the demo to rehearse")
    group.add_argument("--now", metavar="MOMENT", help="the moment whose traffic a demo that starts begins with")
    group.add_argument("--seed", type=int, metavar="N", help="the chance of a demo that starts: another world")
    group.add_argument("--write", action="store_true", help="arm writing at the start, on the stack that is open then")
    group.add_argument("--reason", metavar="TEXT", help="why, for the record; goes with --write")
    group.add_argument("--read-only", action="store_true", help="refuse every change")
    group.add_argument("--theme", metavar="NAME", help="the colours of the console")
    group.add_argument(
        "--screen",
        metavar="NAME",
        help="the screen to open on; for health, whose checks",
    )
    return shared
