"""``groundskeeper health``: every check once, as a table or as JSON, with an exit code for scripts."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from console.aws.connections import Connections
from console.cli.output import columns, paint, write
from console.desk.account_workspace import described
from console.desk.workspace import ACCOUNT, Workspace, open_workspace
from console.operations.parameters import parameters
from console.options import Options, UsageError
from console.problems import Failure, Problem
from console.readings.freshness import findings, worst_first
from console.readings.source import HEALTH, AnySource, Finding, Level
from console.readings.sweep import connect_problem, sweep
from console.services.sources import OPENED, SCREENS, wanted_by
from console.stack.stack import Stack
from console.text import Clean, clean

EXIT: Final = {Level.OK: 0, Level.WARN: 1, Level.CRIT: 2, Level.UNKNOWN: 3}
SYMBOL: Final = {Level.OK: "●", Level.WARN: "▲", Level.CRIT: "✖", Level.UNKNOWN: "?"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be read of a stack: one view, or the checks of some screens."""

    view: AnySource | None = None
    screens: tuple[str, ...] = (HEALTH,)

    def of(self, stack: Stack) -> tuple[AnySource, ...]:
        """The Sources for which the stack names something."""
        if self.view is None:
            return wanted_by(stack, *self.screens)
        return (self.view,) if self.view.wants(stack) else ()


@dataclass(frozen=True, slots=True)
class Swept:
    """One stack's health: its findings, worst first, when they were made, and the flags that lead to the stack."""

    stack: Stack
    at: datetime
    findings: tuple[Finding, ...]
    words: tuple[str, ...] = ()

    @property
    def worst(self) -> Level:
        """The worst level of its findings."""
        return max((finding.level for finding in self.findings), default=Level.OK)

    def shown(self, problems_only: bool) -> list[Finding]:
        """The findings without those that are ok, where only problems are wanted."""
        return [finding for finding in self.findings if finding.level is not Level.OK or not problems_only]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this subcommand."""
    parser.add_argument("--json", action="store_true", help="print JSON: an object with --stack, else an array of them")
    parser.add_argument("--problems", action="store_true", help="leave out what is ok")
    parser.add_argument("--all", action="store_true", help=f"the checks of all screens: {', '.join(SCREENS)}")
    named = "; ".join(f"{view.name}: {view.title}" for view in OPENED.values())
    parser.add_argument(
        "--view",
        choices=list(OPENED),
        metavar="NAME",
        help=f"in place of the checks what is only read on demand, since each read costs ({named})",
    )


def run(args: argparse.Namespace, options: Options) -> int:
    """Print the health, and give the exit code of its worst level."""
    workspace = open_workspace(options)
    try:
        printer = _print_json if args.json else print_health
        unread = Level.UNKNOWN if workspace.broken else Level.OK
        asked = Asked(OPENED.get(args.view), SCREENS if args.all else (_screen(options),))
        found = asyncio.run(printer(workspace, asked, problems_only=args.problems))
        return EXIT[max(found, unread)]
    finally:
        workspace.close()


def _screen(options: Options) -> str:
    """The screen whose checks are asked for. Raises `UsageError` that names those that there are."""
    found = options.screen or HEALTH
    if found not in SCREENS:
        raise UsageError(f"--screen {clean(found)}: no check belongs to it. There are checks of: {', '.join(SCREENS)}.")
    return found


async def print_health(workspace: Workspace, asked: Asked = Asked(), *, problems_only: bool = False) -> Level:
    """Print the health of the chosen stacks as text, each as soon as it is known; gives the worst level."""
    worst = Level.OK
    async for swept in sweeps(workspace, asked):
        stack = swept.stack
        heading = f"{stack.name}  {stack.environment}  {stack.region or ''}  {swept.at:%Y-%m-%d %H:%M:%S} UTC"
        write(paint(heading, "bold"))
        for line in _table(swept, problems_only):
            write(line)
        write(f"{_counts(swept.findings)}\n")
        worst = max(worst, swept.worst)
    return worst


async def _print_json(workspace: Workspace, asked: Asked, *, problems_only: bool) -> Level:
    reports: list[dict[str, Any]] = []
    worst = Level.OK
    async for swept in sweeps(workspace, asked):
        reports.append(as_json(swept, problems_only))
        worst = max(worst, swept.worst)
    shown: object = reports[0] if workspace.options.stack else reports
    write(msgspec.json.format(msgspec.json.encode(shown), indent=2).decode())
    return worst


async def sweeps(workspace: Workspace, asked: Asked = Asked()) -> AsyncIterator[Swept]:
    """Check the chosen stacks, one after the other, or read one view; what cannot be asked at all is told on stderr.

    Where no file describes a stack, what the account holds is one.
    """
    connections = Connections(workspace.target)
    for sentence in workspace.broken:
        sys.stderr.write(f"groundskeeper: {sentence}\n")
    try:
        try:
            workspace = await described(workspace, connections)
        except Failure as failure:
            yield _unasked(ACCOUNT, datetime.now(UTC), failure.problem)
        for stack in workspace.chosen:
            if workspace.demo is not None:
                await workspace.demo.wait_ready(stack.name)
            at = datetime.now(UTC)
            if problem := await connect_problem(connections, stack):
                yield _unasked(stack, at, problem)
                continue
            sources = asked.of(stack)
            if asked.view is not None and not sources:
                sys.stderr.write(f"{stack.name}: it has nothing for {asked.view.name}.\n")
            readings = await sweep(connections, stack, sources)
            found = [finding for source, reading in readings.items() for finding in findings(source, reading)]
            words = (await connections.resolved(stack)).words
            yield Swept(stack, at, tuple(worst_first(found)), words)
    finally:
        await connections.close()


def _unasked(stack: Stack, at: datetime, problem: Problem) -> Swept:
    sys.stderr.write(f"{stack.name}: {problem}\n")
    return Swept(stack, at, (Finding("credentials", Clean(stack.name), Level.UNKNOWN, Clean(str(problem))),))


def as_json(swept: Swept, problems_only: bool) -> dict[str, Any]:
    """One stack's health in the shape that scripts read."""
    return {
        "stack": swept.stack.name,
        "at": swept.at.isoformat(timespec="seconds"),
        "findings": [
            {
                "source": finding.source,
                "resource": finding.resource,
                "level": finding.level.word,
                "what": finding.what,
                "value": finding.value,
                "threshold": finding.threshold,
                "fix": _fix(finding, swept),
            }
            for finding in swept.shown(problems_only)
        ],
    }


def _fix(finding: Finding, swept: Swept) -> dict[str, Any] | None:
    fix = finding.fix
    if fix is None:
        return None
    fields = {p.name: p for p in parameters(type(fix)) if not p.is_secret}
    params = {name: fields[name].keep(value) for name, value in fix.params().items() if name in fields}
    return {"operation": fix.name, "params": params, "cli": fix.cli(swept.words)}


def _table(swept: Swept, problems_only: bool) -> Iterator[str]:
    found = swept.shown(problems_only)
    rows = [(f"{SYMBOL[f.level]} {f.level.word}", f.source, f.resource, f.value, f) for f in found]
    widths = columns([row[:4] for row in rows], limits=(9, 24, 44, 32))
    for *cells, finding in rows:
        level, *rest = (str(cell)[:width].ljust(width) for cell, width in zip(cells, widths, strict=True))
        yield "  ".join(("", paint(level, finding.level.word), *rest, finding.what)).rstrip()
        if finding.fix is not None:
            yield f"{'':11}fix: {finding.fix.cli(swept.words)}"


def _counts(found: Iterable[Finding]) -> str:
    counts = Counter(finding.level for finding in found)
    return "  " + ", ".join(f"{counts[level]} {level.word}" for level in sorted(Level, reverse=True))
