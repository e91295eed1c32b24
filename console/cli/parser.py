"""Which words the command line takes."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

import console
from console.cli.flags import shared_flags
from console.options import Options

COMMANDS: Final = {
    "health": "check every resource of a stack, or of all stacks",
    "logs": "print the lines of log groups: back in time, followed, filtered, as JSON",
    "stacks": "list the stacks and their files",
    "policy": "print the least-privilege IAM policy: --read-only for looking only, --stack NAME for one stack",
    "operations": "list every change that can be made",
    "tasks": "list everything that can be done, with the keys and the command that do it",
    "plan": "say what a change would do now, and do nothing",
    "apply": "plan a change, ask, do it, watch it and verify it",
    "undo": "take a change back that is in the journal",
    "journal": "list what was changed, by whom, and how it ended",
    "init": "write a stack file of what is there: by prefix, tag, Terraform outputs, Beanstalk environment",
    "doctor": "check terminal, credentials, clock, permissions and tools, and say what to do",
    "demo-server": "run the embedded AWS until a signal ends it",
}
"""The subcommands. Each is a module of its name, with `arguments(parser)` and `run(args, options) -> exit code`,
that is imported only when it is asked for: the console opens without any of them."""

USAGE: Final = 2
"""The exit code of usage and configuration errors."""

STOPPED: Final = 128 + signal.SIGINT
"""The exit code after ctrl+c."""

_OTHER_USAGE: Final = {"health": 3}
"""For a monitor 2 is crit, so such an error of `health` is "could not be judged"."""

_FAULT: Final = {"health": 3, "apply": 5, "undo": 5}
"""Likewise 1 is warn; and what a change had come to when the program failed, nobody knows."""

_EPILOG: Final = """\
exit codes of health: 0 ok, 1 warn, 2 crit, 3 something could not be judged
exit codes elsewhere: 0 done or nothing to do, 1 failed, 2 usage or configuration,
    4 not let through (unconfirmed, read-only, refused, stale), 5 unknown or partly done, 130 stopped
"""


def usage_exit(command: str | None) -> int:
    """The exit code of a usage or configuration error of a subcommand, or of the console."""
    return _OTHER_USAGE.get(command or "", USAGE)


def fault_exit(command: str | None) -> int:
    """The exit code after an error of the program's own."""
    return _FAULT.get(command or "", 1)


def meant(words: Sequence[str]) -> str | None:
    """The subcommand that these words name, whatever else is wrong with them."""
    return next((word for word in words if word in COMMANDS), None)


class _Parser(argparse.ArgumentParser):
    """A parser whose errors end with the exit code of the subcommand that was meant."""

    usage_exit = USAGE

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end."""
        flag, _, fault = message.removeprefix("argument ").partition(": ")
        if fault == "expected one argument":
            message += f". Next: give a value; one that begins with a dash is written {flag.split('/')[0]}=-VALUE."
        self.print_usage(sys.stderr)
        self.exit(self.usage_exit, f"{self.prog}: error: {message}\n")


def make_parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser for these words; shared flags are taken before and after the subcommand."""
    shared: Any = shared_flags()
    parser = _Parser(
        prog="groundskeeper",
        description="Operate AWS-hosted application stacks from the terminal. Without a subcommand: the console.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[shared],
        allow_abbrev=False,
    )
    parser.usage_exit = usage_exit(meant(words))
    parser.add_argument("--version", action="version", version=f"groundskeeper {console.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, about in COMMANDS.items():
        if name not in words:
            commands.add_parser(name, help=about, add_help=False)
        else:
            command = commands.add_parser(name, help=about, description=about, parents=[shared], allow_abbrev=False)
            command.usage_exit = usage_exit(name)
            module = import_module(f"console.cli.{name.replace('-', '_')}")
            module.arguments(command)
            command.set_defaults(run=module.run)
    return parser


def options_of(args: argparse.Namespace) -> Options:
    """The shared flags as they were given."""
    given: dict[str, Any] = {name: getattr(args, name) for name in Options.__slots__ if hasattr(args, name)}
    return Options(**given)
