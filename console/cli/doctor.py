"""``groundskeeper doctor``: is everything here that the console needs, and what to do where it is not."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import msgspec

from console.aws.connections import Connections
from console.checkup import access, machine
from console.checkup.libraries import libraries
from console.checkup.verdict import Mark, Verdict, fail, of_problem, ok, warn
from console.cli.output import paint, write
from console.demo.options import DemoError
from console.desk.account_workspace import described
from console.desk.workspace import ACCOUNT, Workspace, open_workspace, stack_folder
from console.files.settings import SettingsError
from console.gate.write_state import mend
from console.options import Options, UsageError
from console.problems import Failure
from console.stack.stack import Stack
from console.stack.standing import Standing
from console.stack_files.file import StackError

SYMBOL: Final = {Mark.OK: "●", Mark.WARN: "▲", Mark.FAIL: "✖"}
_STYLE: Final = {Mark.OK: "ok", Mark.WARN: "warn", Mark.FAIL: "crit"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this subcommand."""
    parser.add_argument("--json", action="store_true", help="print a JSON array")


def run(args: argparse.Namespace, options: Options) -> int:
    """Print one line a check, each as soon as it is known; 1 where something cannot work."""
    return asyncio.run(_print(options, as_json=args.json))


async def _print(options: Options, *, as_json: bool) -> int:
    verdicts: list[Verdict] = []
    async for verdict in checkup(options):
        verdicts.append(verdict)
        if not as_json:
            write(_line(verdict))
    if as_json:
        write(msgspec.json.format(msgspec.json.encode(verdicts), indent=2).decode())
    else:
        write(_summary(verdicts))
    return int(any(verdict.mark is Mark.FAIL for verdict in verdicts))


async def checkup(options: Options) -> AsyncIterator[Verdict]:
    """Everything that can be looked at, the machine before the account."""
    for verdict in _machine():
        yield verdict
    try:
        workspace = open_workspace(options)
        stacks = workspace.chosen
    except (UsageError, StackError, SettingsError, DemoError) as error:
        yield fail("stack files", error, "Mend it, then look again.")
        return
    try:
        many = f"{len(stacks)} in {stack_folder()}" if not workspace.demo else f"{len(stacks)} of the demo"
        none = f"none in {stack_folder()}: what the account holds is looked at. Write one: groundskeeper init"
        yield ok("stack files", none if workspace.undescribed else many)
        for what in workspace.broken:
            yield fail("stack files", what, "Mend it: its stack is left out.")
        for verdict in _standings(stacks):
            yield verdict
        async for verdict in _account(workspace):
            yield verdict
    finally:
        workspace.close()


def _machine() -> Iterator[Verdict]:
    yield from machine.terminal(sys.stdin, sys.stdout, sys.stderr, os.environ)
    yield from machine.folders()
    yield from machine.tools()
    yield from machine.python()
    yield from libraries()


def _standings(stacks: Iterable[Stack]) -> Iterator[Verdict]:
    """The stacks whose files do not say whether they are production, or say two things."""
    for stack in stacks:
        if stack.standing in (Standing.UNSAID, Standing.CONTRADICTORY):
            yield warn(f"{stack.name}: production", f"It starts read-only: {stack.guard}.", mend(stack))


async def _account(workspace: Workspace) -> AsyncIterator[Verdict]:
    """Each stack's way to AWS, one after the other."""
    connections = Connections(workspace.target)
    try:
        for stack in workspace.chosen or (ACCOUNT,):
            if workspace.demo is not None:
                await workspace.demo.wait_ready(stack.name)
            try:
                target = connections.target(stack)
            except UsageError as error:
                yield fail(f"{stack.name}: target", error, "Mend the stack file or the flags.")
                continue
            for verdict in access.of_endpoint(await access.reach(target), datetime.now(UTC)):
                yield _named(stack.name, verdict)
            try:
                for found in (await described(workspace, connections)).chosen if stack is ACCOUNT else (stack,):
                    async for verdict in access.of_stack(connections, found):
                        yield _named(found.name, verdict)
            except Failure as failure:
                yield _named(stack.name, of_problem("credentials", failure.problem))
    finally:
        await connections.close()


def _named(stack: str, verdict: Verdict) -> Verdict:
    return replace(verdict, check=f"{stack}: {verdict.check}")


def _line(verdict: Verdict) -> str:
    mark = paint(f"{SYMBOL[verdict.mark]} {verdict.mark.value.ljust(4)}", _STYLE[verdict.mark])
    then = f"\n{'':7}next: {verdict.next}" if verdict.next else ""
    return f"{mark} {verdict.check}: {verdict.what}{then}"


def _summary(verdicts: list[Verdict]) -> str:
    bad = [verdict for verdict in verdicts if verdict.mark is Mark.FAIL]
    worse = sum(verdict.mark is Mark.WARN for verdict in verdicts)
    return f"{len(bad)} fail, {worse} warn, {len(verdicts) - len(bad) - worse} ok"
