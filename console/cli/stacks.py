"""``groundskeeper stacks``: the stacks that there are, and the files that name them."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Final

import msgspec

from console.cli.output import columns, write
from console.desk.workspace import FIRST_STEPS, open_workspace, stack_folder
from console.options import Options
from console.stack.standing import Standing
from console.text import clean

_WORDS: Final = {
    Standing.PRODUCTION: "PRODUCTION",
    Standing.UNSAID: "not said: read-only",
    Standing.CONTRADICTORY: "in doubt: read-only",
    Standing.HARMLESS: "not production",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this subcommand."""
    parser.add_argument("--json", action="store_true", help="print a JSON array")


def run(args: argparse.Namespace, options: Options) -> int:
    """Print one line a stack."""
    workspace = open_workspace(options)
    try:
        rows = [
            {
                "name": stack.name,
                "environment": stack.environment,
                "production": stack.production,
                "standing": stack.standing,
                "starts_read_only": stack.guarded,
                "why": stack.guard or None,
                "account": stack.account or "",
                "region": stack.region or "",
                "file": clean(os.fsencode(workspace.files[stack.name]).decode(errors="replace")),
            }
            for stack in workspace.chosen
        ]
    finally:
        workspace.close()
    for sentence in workspace.broken:
        sys.stderr.write(f"groundskeeper: {sentence}\n")
    if args.json:
        write(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode())
        return 0
    if not rows:
        write(f"No stack files in {stack_folder()}. Next: {FIRST_STEPS}")
        return 0
    lines = [[str(row[key]) for key in ("name", "environment", "account", "region", "file")] for row in rows]
    widths = columns(lines, limits=(40, 20, 12, 16, 400))
    for row, line in zip(rows, lines, strict=True):
        cells = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        write(f"{cells}  {_WORDS[Standing(str(row['standing']))]}")
    return 0
