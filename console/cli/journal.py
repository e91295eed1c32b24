"""``groundskeeper journal``: what was changed, by whom, and how it ended."""

from __future__ import annotations

import argparse
import sys
from typing import Final

import msgspec

from console.cli.output import columns, paint, write
from console.cli.session import run_named
from console.journal.export import as_json, json_line, markdown
from console.journal.journal import Journal
from console.journal.reconcile import state_of
from console.journal.records import Filter, RunRecord, State
from console.options import Options
from console.text import clean
from console.workspace import open_workspace

_STYLE: Final = {
    State.DONE: "ok",
    State.FAILED: "crit",
    State.PARTLY: "crit",
    State.UNKNOWN: "unknown",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which runs, and in which form."""
    parser.add_argument("run_id", metavar="RUN", nargs="?", help="only this run, with its steps")
    parser.add_argument("--filter", metavar="TEXT", default="", help="only runs in which this text is found")
    parser.add_argument(
        "--limit", type=_limit, default=50, metavar="N", help="at most so many, the newest (default 50)"
    )
    parser.add_argument("--json", action="store_true", help="print a JSON array")
    parser.add_argument("--export", choices=("jsonl", "markdown"), help="print one JSON object a line, or a report")


def _limit(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on.")
    return int(text)


def run(args: argparse.Namespace, options: Options) -> int:
    """Print the runs, newest first."""
    workspace = open_workspace(options)
    journal = Journal(workspace.journal_folder)
    try:
        stack = workspace.chosen[0].name if options.stack else ""
        # One more than is shown tells whether there are more.
        wanted = Filter(stack=stack, text=args.filter, limit=args.limit + 1)
        found = (run_named(journal, args.run_id),) if args.run_id else journal.runs(wanted).result()
        runs = found[: args.limit]
        if args.json:
            shown = [as_json(one, journal.steps(one.id).result()) for one in runs]
            write(msgspec.json.format(msgspec.json.encode(shown), indent=2).decode())
        elif args.export or args.run_id:
            for one in runs:
                form = json_line if args.export == "jsonl" else markdown
                write(form(one, journal.steps(one.id).result()))
        else:
            _print(runs, journal, narrowed=bool(stack or args.filter))
        if len(found) > args.limit:
            sys.stderr.write(f"There are older ones: shown are the newest {args.limit}. More: --limit N.\n")
    finally:
        journal.close()
        workspace.close()
    return 0


def _print(runs: tuple[RunRecord, ...], journal: Journal, *, narrowed: bool) -> None:
    if note := journal.note().result():
        write(note)
    if not runs:
        write("The journal has no such run." if narrowed else "The journal is empty.")
    rows = [
        (
            run.id,
            f"{run.started:%Y-%m-%d %H:%M}",
            state_of(run).value,
            run.operation,
            ", ".join(name for name, _ in run.targets),
            f"{run.who.login}{f': {run.reason}' if run.reason else ''}",
            run.outcome,
        )
        for run in runs
    ]
    widths = columns(rows, limits=(16, 16, 9, 32, 40, 30, 300))
    for run, row in zip(runs, rows, strict=True):
        cells = [clean(cell, limit=width).ljust(width) for cell, width in zip(row, widths, strict=True)]
        cells[2] = paint(cells[2], _STYLE.get(state_of(run), "muted"))
        write("  ".join(cells).rstrip())
