"""``groundskeeper operations``: every change that can be made, with its parameters and permissions."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from console.cli.output import columns, paint, write
from console.desk.workspace import open_workspace
from console.operations.operation import Operation
from console.operations.parameters import form_permissions, parameters
from console.options import Options
from console.services.operations import OPERATIONS, operations_on


def arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this subcommand."""
    parser.add_argument("--json", action="store_true", help="print a JSON array")


def run(args: argparse.Namespace, options: Options) -> int:
    """Print one line an operation, with --stack only those for which the stack has something."""
    kinds = tuple(OPERATIONS.values())
    if options.stack:
        workspace = open_workspace(options)
        workspace.close()
        kinds = operations_on(workspace.stack(workspace.options.stack or ""))
    if args.json:
        write(msgspec.json.format(msgspec.json.encode([_as_json(kind) for kind in kinds]), indent=2).decode())
        return 0
    rows = [(kind.name, kind.danger.word, kind.screen, kind.title()) for kind in kinds]
    widths = columns(rows, limits=(40, 8, 12, 200))
    for row in rows:
        name, *rest = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        write("  ".join((paint(name, "bold"), *rest)).rstrip())
    return 0


def _as_json(kind: type[Operation]) -> dict[str, Any]:
    return {
        "name": kind.name,
        "title": kind.title(),
        "help": kind.help(),
        "screen": kind.screen,
        "danger": kind.danger.word,
        "params": [
            {"name": p.name, "type": p.field.word, "required": p.required, "help": p.help} for p in parameters(kind)
        ],
        "permissions": [*kind.permissions, *kind.dependent, *form_permissions(kind)],
    }
