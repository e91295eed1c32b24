"""Opens the console on a terminal, and sees to it that the terminal comes back whatever happens."""

from __future__ import annotations

import os
import sys

from console.crash import install_hooks, tell
from console.memory import recall
from console.options import Options
from console.settings import SettingsError, load_settings
from console.signals import Watchdog
from console.terminal_check import refusal, spare_line


def run_console(options: Options) -> int:
    """Open the console; gives the exit code, 2 where the terminal or the settings do not serve."""
    if reason := refusal(sys.stdin, sys.stdout, sys.stderr, os.environ):
        sys.stderr.write(f"groundskeeper: {reason}\n")
        return 2
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.stderr.write(f"groundskeeper: {error}\n")
        return 2
    spare_line(os.environ)
    install_hooks()
    from console.app import ConsoleApp
    from console.desk import Desk

    desk = Desk(options)
    app = ConsoleApp(desk, options.theme or settings.theme or recall().theme)
    with Watchdog(sys.stdin.fileno(), busy=desk.busy, on_stop=[desk.stop_taking]):
        app.run(mouse=settings.mouse)
    tell()
    return app.return_code or 0
