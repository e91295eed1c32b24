"""``groundskeeper journal``: what was changed, by whom, and how it ended."""

from __future__ import annotations

import argparse
import sys
from typing import Final

import msgspec

from console.cli.flags import given
from console.cli.output import columns, paint, write
from console.cli.session import run_named
from console.desk.workspace import open_workspace
from console.journal.export import UNREADABLE, as_json, json_line, markdown, shown_outcome, shown_state, why_unreadable
from console.journal.journal import Journal
from console.journal.locks import Locks
from console.journal.reconcile import UNWATCHED
from console.journal.records import AnyRun, Items, RunFilter, RunState, StepRecord, UnreadableRun
from console.options import Options
from console.text import clean

_STYLE: Final[dict[str, str]] = {
    RunState.DONE: "ok",
    RunState.FAILED: "crit",
    RunState.PARTLY: "crit",
    RunState.UNKNOWN: "unknown",
    UNREADABLE: "unknown",
    UNWATCHED: "unknown",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which runs, and in which form."""
    parser.add_argument(
        "run_id", type=given, metavar="RUN", nargs="?", help="only this run, with its steps and their items"
    )
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
        wanted = RunFilter(stack=stack, text=args.filter, limit=args.limit + 1)
        found = (run_named(journal, args.run_id),) if args.run_id else journal.runs(wanted).result()
        runs = found[: args.limit]
        if args.json:
            shown = [as_json(*_all_of(one, journal)) for one in runs]
            write(msgspec.json.format(msgspec.json.encode(shown), indent=2).decode())
        elif args.export or args.run_id:
            for one in runs:
                form = json_line if args.export == "jsonl" else markdown
                write(form(*_all_of(one, journal)))
        else:
            _print(runs, journal, narrowed=bool(stack or args.filter))
        if len(found) > args.limit:
            sys.stderr.write(f"There are older ones: shown are the newest {args.limit}. More: --limit N.\n")
    finally:
        journal.close()
        workspace.close()
    return 0


def _all_of(run: AnyRun, journal: Journal) -> tuple[AnyRun, tuple[StepRecord, ...], Items, Locks]:
    entry = journal.entry(run).result()
    return run, entry.steps, entry.items, journal.locks


def _print(runs: tuple[AnyRun, ...], journal: Journal, *, narrowed: bool) -> None:
    if note := journal.note().result():
        write(note)
    if not runs:
        write("The journal has no such run." if narrowed else "The journal is empty.")
    rows = [_row(run, journal.locks) for run in runs]
    widths = columns(rows, limits=(16, 16, 10, 32, 40, 30, 300))
    for row in rows:
        cells = [clean(cell, limit=width).ljust(width) for cell, width in zip(row, widths, strict=True)]
        cells[2] = paint(cells[2], _STYLE.get(row[2], "muted"))
        write("  ".join(cells).rstrip())


def _row(run: AnyRun, locks: Locks) -> tuple[str, ...]:
    """Id, time, state, operation, targets, who and why, outcome."""
    started = f"{run.started:%Y-%m-%d %H:%M}" if run.started else "unknown time"
    state = shown_state(run, locks)
    begins = (run.id, started, state)
    if isinstance(run, UnreadableRun):
        return (*begins, "", run.stack, "", why_unreadable(run))
    targets = ", ".join(name for name, _ in run.targets)
    who = f"{run.who.login}{f': {run.reason}' if run.reason else ''}"
    return (*begins, run.operation, targets, who, shown_outcome(run, state))
