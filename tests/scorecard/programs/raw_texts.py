"""The real console over a made-up stack, every text of which comes as it was written: raw_texts.py hostile|click|huge.

Nothing here passes `clean()`: what the screens do with it is the second line of defence. An action that markup in a
text could start appends a line to the file that GK_ACTED names.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import console.app
import console.desk.desk
from console.aws.connections import Connection
from console.aws.login.identity import Identity
from console.aws.target import Target
from console.desk.workspace import Workspace
from console.launch import run_console
from console.options import Options
from console.problems import Failure, Problem, ProblemKind
from console.readings.source import AnySource, Detail, Event, Finding, Level, Report, Series, Source
from console.stack.stack import Stack
from console.text import LIMIT, Clean
from tests.hostile import HOSTILE
from tests.scorecard.programs.probe import install

CLICK = "[@click=app.acted]press here[/] [@click=screen.acted]press here[/]"
TEXTS = {
    "hostile": [hostile.text[:LIMIT] for hostile in HOSTILE],
    "click": [f"{CLICK} {number}" for number in range(30)],
    "huge": ["x" * 1_000_000, "é" * 1_000_000, "[" * 1_000_000],
}[sys.argv[1]]
TAGS = 5_000 if sys.argv[1] == "huge" else 3


def raw(at: int) -> Clean:
    """A text that never passed `clean()`."""
    return cast(Clean, TEXTS[at % len(TEXTS)])


def report() -> Report:
    """Findings and details whose every text is raw."""
    now = datetime.now(UTC)
    findings, details = [], []
    for at in range(len(TEXTS)):
        name, text = raw(at), raw(at)
        level = list(Level)[at % 4]
        findings.append(Finding("made.up", name, level, text, text, text, since=now))
        points = tuple((now.timestamp() - 60 * back, float(back % 7)) for back in range(60, 0, -1))
        series = Series(text, text, 60, points, 5.0, 6.0)
        facts = tuple((raw(at + more), raw(at + more)) for more in range(TAGS))
        events = tuple(Event(now - timedelta(hours=more), raw(at + more), level) for more in range(3))
        details.append(Detail(name, text, text, facts, events, (series,), (text, text), (text,)))
    return Report(tuple(findings), tuple(details))


async def fetch(aws: object, stack: Stack, *, number: int) -> Report:
    """The report; from the second Source on a problem in raw words."""
    del aws, stack
    await asyncio.sleep(0)
    if number == 0:
        return report()
    kind = list(ProblemKind)[number % len(ProblemKind)]
    raise Failure(Problem(kind, raw(number), raw(number), raw(number), raw(number), raw(number)))


SOURCES: dict[str, AnySource] = {
    source.name: source
    for number in range(12)
    for source in [
        Source(
            "made.up" if number == 0 else f"made.up-{number}{raw(number)[:50]}",
            raw(number)[:200], raw(number)[:200], partial(fetch, number=number), 5.0, (), lambda stack: True,
            overview=True,
        )
    ]
}  # fmt: skip


def stacks() -> Iterator[Stack]:
    """Stacks whose names, environments, accounts and regions are raw."""
    for at in range(0, len(TEXTS), 1 + len(TEXTS) // 12):
        text = raw(at)[:400]
        yield Stack(name=f"{at}{text}", title=text, environment=text, account=text, region=text, profile=text)


class RawDesk(console.desk.desk.Desk):
    """A desk that knows only made-up stacks; some of them cannot be reached, for raw reasons."""

    async def open(self) -> None:
        found = tuple(stacks())
        self.workspace = Workspace(self.options, stacks=found)
        self.stack = found[0]
        self.tell()

    def target(self, stack: Stack) -> Target:
        return Target(stack.profile, stack.region, f"https://{stack.region}")

    def sources(self, stack: Stack) -> tuple[AnySource, ...]:
        del stack
        return tuple(SOURCES.values())

    def source(self, name: str) -> AnySource:
        return SOURCES[name]

    async def _open_connection(self, stack: Stack) -> Connection:
        at = self.stacks.index(stack)
        if at % 3 == 2:
            raise Failure(Problem(ProblemKind.LOGIN, raw(at), raw(at)))
        return Connection(cast(Any, NoAws()), Identity(raw(at)[:50], raw(at)[:200]))


class NoAws:
    """A connection to nothing: whatever is asked fails for a raw reason."""

    expires = None
    refused = False

    async def call(self, *args: Any, **params: Any) -> Any:
        """As of `Aws`."""
        raise Failure(Problem(ProblemKind.NETWORK, raw(len(args)), raw(len(params))))

    items = call

    async def bucket(self, *args: Any) -> None:
        """As of `Aws`."""


class RawApp(console.app.ConsoleApp):
    """The console, with an action that no text may start."""

    def action_acted(self) -> None:
        """Leave a mark."""
        with Path(os.environ["GK_ACTED"]).open("a") as file:
            file.write(f"acted {time.time()}\n")


if __name__ == "__main__":
    console.desk.desk.Desk = RawDesk  # type: ignore[misc]
    console.app.ConsoleApp = RawApp  # type: ignore[misc]
    install()
    sys.exit(run_console(Options(theme="dark")))
