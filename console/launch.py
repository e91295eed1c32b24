"""Opens the console on a terminal, and sees to it that the terminal comes back whatever happens."""

from __future__ import annotations

import gc
import os
import sys
from functools import partial
from typing import TYPE_CHECKING

from console.files.memory import recall
from console.files.settings import FolderError, SettingsError, check_private, load_settings, runtime_dir, state_dir
from console.options import Options, UsageError
from console.process import foreground
from console.process.crash import install_hooks, tell
from console.process.signals import Watchdog
from console.process.terminal import refusal, spare_line
from console.text import clean

if TYPE_CHECKING:
    from console.desk.desk import Desk


def run_console(options: Options) -> int:
    """Open the console; gives the exit code, 2 where the terminal or the settings do not serve."""
    try:
        if reason := refusal(sys.stdin, sys.stdout, sys.stderr, os.environ):
            raise UsageError(reason)
        _check(options)
        _check_folders()
        settings = load_settings()
    except (UsageError, SettingsError, FolderError) as error:
        sys.stderr.write(f"groundskeeper: {error}\n")
        return 2
    spare_line(os.environ)
    install_hooks()
    gc.disable()  # until the first frame stands: collecting while modules are imported costs a tenth of the start
    from console.app import ConsoleApp

    app = ConsoleApp(partial(_desk, options), options.theme or settings.theme or recall().theme, options.screen)

    def busy() -> bool:
        return app.made_desk is not None and app.made_desk.busy()

    def stop_taking() -> None:
        if app.made_desk is not None:
            app.made_desk.stop_taking()

    with Watchdog(sys.stdin.fileno(), busy=busy, on_stop=[stop_taking, foreground.end]):
        app.run(mouse=settings.mouse)
    tell()
    return app.return_code or 0


def _check(options: Options) -> None:
    """Refuse a screen or a theme that is not there."""
    import themes
    from console.desk.screens import SCREENS

    for flag, given, allowed in (("theme", options.theme, themes.names()), ("screen", options.screen, tuple(SCREENS))):
        if given is not None and given not in allowed:
            said = clean(given, limit=80)
            raise UsageError(f"--{flag} {said}: there is no such {flag}. Choose one of: {', '.join(allowed)}.")


def _check_folders() -> None:
    """Refuse folders that are not this user's alone; what is missing or cannot be made is told where it is needed."""
    for folder in (state_dir(), runtime_dir()):
        try:
            check_private(folder)
        except FolderError:
            raise
        except OSError:
            continue


def _desk(options: Options) -> Desk:
    """Make the desk, behind the first frame; what was imported until then is never garbage."""
    from console.desk.desk import Desk

    gc.freeze()
    gc.enable()
    return Desk(options)
