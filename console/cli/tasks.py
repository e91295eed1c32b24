"""``groundskeeper tasks``: everything that the console can do, with the keys and the command that do it."""

from __future__ import annotations

import argparse
import shutil
import sys
from typing import Any, Final

import msgspec

from console.cli.output import columns, paint, write
from console.desk.tasks import Task, tasks
from console.desk.workspace import open_workspace
from console.options import Options

_WIDE: Final = 140
"""Columns from which on the command and where it belongs are shown, too."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this subcommand."""
    parser.add_argument("--json", action="store_true", help="print a JSON array")


def run(args: argparse.Namespace, options: Options) -> int:
    """Print one line a task, with --stack only those for which the stack has something."""
    stack = None
    if options.stack:
        workspace = open_workspace(options)
        workspace.close()
        stack = workspace.stack(workspace.options.stack or "")
    found = tasks(stack)
    if args.json:
        write(msgspec.json.format(msgspec.json.encode([_as_json(task) for task in found]), indent=2).decode())
        return 0
    wide = shutil.get_terminal_size().columns >= _WIDE or not sys.stdout.isatty()
    heading = ("TASK", "KIND", "SCREEN", "KEYS", "COMMAND", "WHAT IT DOES")
    rows = [heading, *(_row(task) for task in found)]
    shown = rows if wide else [(name, keys, title) for name, _, _, keys, _, title in rows]
    widths = columns(shown, limits=(40, 9, 12, 40, 60, 200) if wide else (40, 40, 200))
    for row in shown:
        name, *rest = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        write("  ".join((paint(name, "bold"), *rest)).rstrip())
    return 0


def _row(task: Task) -> tuple[str, str, str, str, str, str]:
    return task.name, task.kind.value, task.screen, _keys(task), task.command, task.title


def _keys(task: Task) -> str:
    """The keys as an operator reads them: ``1 v``, ``a on: ECS service``."""
    return f"{' '.join(task.keys)}{f' on: {task.on}' if task.on else ''}"


def _as_json(task: Task) -> dict[str, Any]:
    return {
        "name": task.name,
        "kind": task.kind.value,
        "screen": task.screen,
        "title": task.title,
        "keys": list(task.keys),
        "on": task.on or None,
        "command": f"groundskeeper {task.command}" if task.command else None,
        "danger": task.danger.word,
        "permissions": list(task.permissions),
        "period_seconds": task.period,
        "price_usd_per_1000_reads": task.price,
    }
