"""Runs a subcommand: every error becomes a sentence and an exit code."""

from __future__ import annotations

import argparse
import asyncio
import errno
import signal
import sys
from collections.abc import Callable
from typing import Final

from console.cli import health
from console.cli.parser import STOPPED, USAGE, usage_exit
from console.demo.options import DemoError
from console.desk.workspace import open_workspace
from console.files.settings import FolderError, SettingsError
from console.gate.write_state import Locked
from console.journal.store import JournalError
from console.options import Options, UsageError
from console.problems import ONCE, Failure
from console.process.streams import give_up, unwritten
from console.stack_files.file import StackError
from console.text import clean

_UNWRITABLE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})
"""What the system says of an output that takes nothing; of a file it names the file, too."""


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
    except KeyboardInterrupt as stopped:
        return int(getattr(stopped, "code", STOPPED))  # a signal's own
    except BrokenPipeError:
        give_up()  # the reader has gone: nothing more can be said
        return 128 + signal.SIGPIPE
    except OSError as error:
        mute = error.filename is None and error.errno in _UNWRITABLE
        if (why := unwritten()) or mute:
            why = why or clean(error.strerror)
            then = "Next: make room, or write elsewhere."
            sys.stderr.write(f"groundskeeper: stdout could not be written ({why}). {then}\n")
            return usage
        place = f"{error.filename}: " if error.filename else ""
        sys.stderr.write(f"groundskeeper: {clean(f'{place}{error.strerror or error}')}. Next: groundskeeper doctor.\n")
        return usage
