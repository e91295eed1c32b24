"""The flags that every subcommand takes, before or after its name."""

from __future__ import annotations

import argparse


def given(text: str) -> str:
    """The value of a flag; an empty one is what an unset variable of a script leaves, and would mean "not given"."""
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty. Next: give a value, or leave the flag out.")
    return text


def shared_flags() -> argparse.ArgumentParser:
    """A parser of nothing but the shared flags, to be the parent of others."""
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    group = shared.add_argument_group("shared flags, before or after the subcommand")
    group.add_argument("--stack", type=given, metavar="NAME", help="the stack, or the path of its file")
    group.add_argument("--profile", type=given, metavar="NAME", help="the AWS profile")
    group.add_argument("--region", type=given, metavar="REGION", help="the AWS region")
    group.add_argument("--endpoint-url", type=given, metavar="URL", help="another endpoint than AWS's own")
    group.add_argument("--demo", action="store_true", help="use the embedded AWS: no account needed")
    group.add_argument("--scenario", type=given, metavar="NAME", help="an emergency for the demo to rehearse")
    group.add_argument(
        "--now", type=given, metavar="MOMENT", help="the moment whose traffic a demo that starts begins with"
    )
    group.add_argument("--seed", type=int, metavar="N", help="the chance of a demo that starts: another world")
    group.add_argument("--write", action="store_true", help="arm writing at the start, on the stack that is open then")
    group.add_argument("--reason", type=given, metavar="TEXT", help="why, for the record; goes with --write")
    group.add_argument("--read-only", action="store_true", help="refuse every change")
    group.add_argument("--theme", type=given, metavar="NAME", help="the colours of the console")
    group.add_argument(
        "--screen",
        type=given,
        metavar="NAME",
        help="the screen to open on; for health, whose checks",
    )
    return shared
