"""Runs a subcommand: every error becomes a sentence and an exit code."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable
from typing import Final

from console.cli import health
from console.cli.parser import USAGE, usage_exit
from console.demo.options import DemoError
from console.journal.store import JournalError
from console.options import Options, UsageError
from console.problems import ONCE, Failure
from console.settings import FolderError, SettingsError
from console.stack_file import StackError
from console.text import clean
from console.workspace import open_workspace
from console.write_state import Locked

STOPPED: Final = 128 + signal.SIGINT


def run_command(args: argparse.Namespace, options: Options) -> int:
    """Run the subcommand that was parsed; gives the exit code."""
    once = ONCE.set(True)
    try:
        return guarded(lambda: int(args.run(args, options)), usage_exit(args.command))
    finally:
        ONCE.reset(once)


def no_terminal(options: Options) -> int:
    """What happens without a terminal: the demo's health as text, else a sentence naming the subcommand."""
    if not options.demo:
        sys.stderr.write(
            "The console needs a terminal on stdin and stdout. Without one use: groundskeeper health "
            "(or groundskeeper --help for the other subcommands).\n"
        )
        return USAGE
    return guarded(lambda: _demo_health(options), USAGE)


def _demo_health(options: Options) -> int:
    workspace = open_workspace(options)
    try:
        asyncio.run(health.print_health(workspace))
    finally:
        workspace.close()
    return 0


def guarded(action: Callable[[], int], usage: int) -> int:
    """Run an action; what it raises becomes a sentence on stderr and an exit code, a closed pipe a quiet end."""
    try:
        return action()
    except (UsageError, StackError, SettingsError, FolderError, DemoError, JournalError, Locked, Failure) as error:
        sys.stderr.write(f"groundskeeper: {error}\n")
        return usage
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        # The reader has gone: nothing more can be said, also not by the interpreter's own flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"groundskeeper: {clean(f'{place}{error.strerror or error}')}. Next: groundskeeper doctor.\n")
        return usage
