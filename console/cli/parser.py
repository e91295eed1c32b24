"""Which words the command line takes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import console
from console.options import Options

COMMANDS: Final = {
    "health": "check every resource of a stack, or of all stacks",
    "stacks": "list the stacks and their files",
    "policy": "print the least-privilege IAM policy: --read-only for looking, --stack NAME for one stack",
    "demo-server": "run the embedded AWS until a signal ends it",
}
"""The subcommands. Each is a module of its name, with `arguments(parser)` and `run(args, options) -> exit code`,
that is imported only when it is asked for: the console opens without any of them."""

_EPILOG: Final = """\
exit codes of health: 0 ok, 1 warn, 2 crit, 3 something could not be judged
exit codes elsewhere: 0 done, 1 failed, 2 usage or configuration
"""


def make_parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser for these words; shared flags are taken before and after the subcommand."""
    shared = _shared_flags()
    parser = argparse.ArgumentParser(
        prog="groundskeeper",
        description="Operate AWS-hosted application stacks from the terminal. Without a subcommand: the console.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[shared],
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"groundskeeper {console.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, about in COMMANDS.items():
        command = commands.add_parser(name, help=about, description=about, parents=[shared], allow_abbrev=False)
        if name in words:
            module = import_module(f"console.cli.{name.replace('-', '_')}")
            module.arguments(command)
            command.set_defaults(run=module.run)
    return parser


def options_of(args: argparse.Namespace) -> Options:
    """The shared flags as they were given."""
    given: dict[str, Any] = {name: getattr(args, name) for name in Options.__slots__ if hasattr(args, name)}
    return Options(**given)


def _shared_flags() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    group = shared.add_argument_group("shared flags, before or after the subcommand")
    group.add_argument("--stack", metavar="NAME", help="the stack, or the path of its file")
    group.add_argument("--profile", metavar="NAME", help="the AWS profile")
    group.add_argument("--region", metavar="REGION", help="the AWS region")
    group.add_argument("--endpoint-url", metavar="URL", help="another endpoint than AWS's own")
    group.add_argument("--demo", action="store_true", help="use the embedded AWS: no account needed")
    group.add_argument("--scenario", metavar="NAME", help="an emergency for the demo to rehearse")
    group.add_argument("--write", action="store_true", help="arm writing on a production stack at the start")
    group.add_argument("--reason", metavar="TEXT", help="why, for the record; goes with --write")
    group.add_argument("--read-only", action="store_true", help="refuse every change")
    group.add_argument("--theme", metavar="NAME", help="the colours of the console")
    group.add_argument("--screen", metavar="NAME", help="the screen that the console opens on")
    return shared
