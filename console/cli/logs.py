"""``groundskeeper logs``: the lines of log groups on stdout, in order of time; what else there is to say on stderr."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from console import filter_pattern
from console.cli.flags import given
from console.cli.log_printer import Printer
from console.desk.workspace import Workspace, open_workspace
from console.logs.classes import OTHER_CLASS
from console.logs.groups import match, resolve, whole_name
from console.logs.kinds import LogGroup
from console.logs.reading.history import Search
from console.logs.tailing.live_tail import TERMS, LiveTail
from console.logs.tailing.tail import Tail
from console.moments import MomentProblem, moment
from console.options import Options, UsageError
from console.problems import ONCE, Failure, Problem
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws
    from console.aws.connections import Connections

HOLD: Final = 3.0
"""Seconds that lines of several groups are held back while they are followed, so that they come in order."""

SETTLED: Final = 60.0
"""Seconds after which what was written can be searched; what is younger is followed, since it may come late."""

TRIES: Final = 5
"""How often a group is asked that does not answer before it is given up: some 15 seconds, besides the calls."""

_FLUSH: Final = 0.25


def arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of this subcommand."""
    parser.add_argument(
        "group",
        type=given,
        nargs="*",
        metavar="GROUP",
        help="a log group, a part of the name of one of the stack's, a prefix, or an ARN",
    )
    parser.add_argument("--since", default="10m", metavar="TIME", help="10m, 2h, 7d, 14:05, 2026-11-19T14:05Z (10m)")
    parser.add_argument("--until", metavar="TIME", help="lines before this time (now)")
    parser.add_argument("--follow", "-f", action="store_true", help="go on with new lines until ctrl-c")
    parser.add_argument(
        "--live", action="store_true", help=f"follow at once with Live Tail. {TERMS.replace('%', '%%')}"
    )
    parser.add_argument("--filter", default="", metavar="PATTERN", help="a CloudWatch Logs filter pattern")
    parser.add_argument("--json", action="store_true", help="an object a line: at, group, stream, message, late")


def run(args: argparse.Namespace, options: Options) -> int:
    """Print the lines; gives 0, or 1 where a group could not be read."""
    try:
        filter_pattern.parse(args.filter)
    except filter_pattern.PatternError as error:
        raise UsageError(f"--filter {args.filter!r}: {error}") from error
    start, end = _range(args)
    ONCE.set(not (args.follow or args.live))
    workspace = open_workspace(options)
    try:
        return asyncio.run(_print(args, workspace, start, end))
    finally:
        workspace.close()


def _range(args: argparse.Namespace) -> tuple[int, int]:
    """The range in milliseconds since 1970."""
    following = args.follow or args.live
    if args.until and following:
        raise UsageError("--until and --follow contradict each other: leave one of them out.")
    now = datetime.now(UTC)
    start = _moment("--since", args.since, now)
    end = _moment("--until", args.until, now) if args.until else now
    if start >= end:
        raise UsageError(f"--since {args.since} is not before {args.until or 'now'}: give an earlier time.")
    return int(start.timestamp() * 1000), int(end.timestamp() * 1000)


def _moment(flag: str, text: str, now: datetime) -> datetime:
    for words in (f"-{text}", text):
        try:
            return moment(words, now)
        except MomentProblem as problem:
            told = problem
    raise UsageError(f"{flag} {text!r}: {told}")


async def _print(args: argparse.Namespace, workspace: Workspace, start: int, end: int) -> int:
    from console.aws.connections import Connections
    from console.desk.account_workspace import described

    connections = Connections(workspace.target)
    try:
        workspace = await described(workspace, connections)
        stack = _stack(workspace, args.group)
        if workspace.demo is not None:
            await workspace.demo.wait_ready(stack.name)
        reading = Printing(args, connections, stack)
        for word in args.group:
            whole_name(word, stack)  # an ARN of another account is refused before anybody is asked
        groups = await resolve(await reading.connect(), args.group, stack)
        if not groups:
            raise UsageError(f"Stack {stack.name} names no log group. Next: name one.")
        return await reading.run(groups, start, end)
    finally:
        await connections.close()


def _stack(workspace: Workspace, words: Sequence[str]) -> Stack:
    """The stack that was asked for, or the only one, or the only one in which the words mean something."""
    stacks = workspace.chosen
    if len(stacks) > 1:
        stacks = tuple(stack for stack in stacks if words and _means(words, stack))
    if len(stacks) == 1:
        return stacks[0]
    names = ", ".join(stack.name for stack in workspace.chosen)
    raise UsageError(f"Which stack? Add --stack NAME: {names}.")


def _means(words: Sequence[str], stack: Stack) -> bool:
    """Whether each word means a group of a stack."""
    try:
        return all(match(word, stack, whole=whole_name(word, stack)) for word in words)
    except Failure:
        return False


class Printing:
    """The lines of one stack's groups on their way to stdout."""

    def __init__(self, args: argparse.Namespace, connections: Connections, stack: Stack) -> None:
        self._args = args
        self._connections = connections
        self._stack = stack
        self._told: dict[str, str] = {}
        self._waited = ""

    async def connect(self) -> Aws:
        """The present way to AWS."""
        return await self._connections.aws(self._stack)

    async def run(self, groups: Sequence[LogGroup], start: int, end: int) -> int:
        """Print what there is from `start` on; then, if it is to be followed, what comes."""
        follow = self._args.follow and not self._args.live
        printer = Printer(as_json=self._args.json, groups=groups, hold=HOLD if follow and len(groups) > 1 else 0.0)
        middle = max(start, int((time.time() - SETTLED) * 1000)) if follow else end
        failed = await self._search(groups, printer, start, middle)
        never = {name for name, problem in failed.items() if problem.code == OTHER_CLASS}
        groups = [group for group in groups if clean(group.group) not in never]
        if groups and self._args.live:
            await self._live(groups, printer)
        elif groups and follow:
            await self._follow(groups, printer, middle)
        return int(bool(failed))

    async def _live(self, groups: Sequence[LogGroup], printer: Printer) -> None:
        """Print what comes, with Live Tail."""
        sys.stderr.write(f"{TERMS}\n")
        live = LiveTail(self.connect, groups, printer, pattern=self._args.filter, tell=lambda: self._tell(live))
        await self._until_broken(printer, live.run())

    async def _follow(self, groups: Sequence[LogGroup], printer: Printer, since_ms: int) -> None:
        """Print what comes, until nobody reads any more or ctrl-c."""
        tail = Tail(self.connect, groups, printer, pattern=self._args.filter, since_ms=since_ms)
        tail.listen(lambda: self._tell(tail))
        tail.start()
        try:
            await self._until_broken(printer, asyncio.Event().wait())
        finally:
            await tail.stop()

    async def _search(self, groups: Sequence[LogGroup], printer: Printer, start: int, end: int) -> dict[Clean, Problem]:
        """Print what was written between two moments; gives the groups that could not be read, and why."""
        goes_on = self._args.follow or self._args.live
        search = Search(
            self.connect,
            groups,
            printer,
            start,
            end,
            pattern=self._args.filter,
            in_order=True,
            tell=lambda: self._waits(search),
            tries=None if goes_on else TRIES,
        )
        await self._until_broken(printer, search.run())
        failed = dict(search.progress.failed)
        for name, problem in failed.items():
            sys.stderr.write(f"groundskeeper: {name}: {problem}\n")
        return failed

    def _waits(self, search: Search) -> None:
        """Say on stderr what a search waits for, once."""
        waiting = search.progress.waiting
        words = waiting.what if waiting else ""
        if words and words != self._waited:
            sys.stderr.write(f"groundskeeper: waiting: {words}\n")
        self._waited = words or self._waited

    async def _until_broken(self, printer: Printer, work: Awaitable[object]) -> None:
        """Go on until it is done, or until nobody reads any more. Raises BrokenPipeError then."""
        task = asyncio.ensure_future(work)
        ends: list[asyncio.Future[Any]] = [task, printer.broken]
        try:
            while not task.done():
                await asyncio.wait(ends, timeout=_FLUSH, return_when=asyncio.FIRST_COMPLETED)
                printer.flush()
                if printer.broken.done():
                    printer.broken.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        task.result()

    def _tell(self, tail: Tail | LiveTail) -> None:
        """Say on stderr what hinders a group, once."""
        for state in tail.states:
            words = str(state.problem) if state.problem else ""
            if self._told.get(state.group, "") != words:
                self._told[state.group] = words
                sys.stderr.write(f"groundskeeper: {state.group}: {words or 'it goes on.'}\n")
