"""From a resource or a finding to its logs, at the time of what was found."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from textual.app import App

from console.desk.desk import Desk
from console.logs.groups import match
from console.logs.kinds import LogGroup
from console.logs.tailing.panes import ReadRequest
from console.readings.source import Detail, Finding, Level
from console.stack.stack import Stack
from console.text import Clean, clean

BEFORE_MS: Final = 300_000
"""What is read before the moment that one wants to see."""

FOLLOWED_MS: Final = 6 * 3_600_000
"""From moments longer ago not everything up to now is read, but an hour."""


async def open_logs(
    app: App[Any],
    desk: Desk,
    stack: Stack,
    resource: Clean,
    detail: Detail | None = None,
    findings: Iterable[Finding] = (),
) -> None:
    """Open the logs of a resource, at the newest moment since which something is wrong with it."""
    groups = groups_of(stack, resource, detail)
    if not groups:
        app.notify(f"No log group of {resource} is known, and {stack.name} names none. Next: 2, then p.", markup=False)
        return
    if set(groups) == set(stack.of(LogGroup)) and len(groups) > 1:
        app.notify(f"No log group is known to be that of {resource}: these are all of {stack.name}.", markup=False)
    if desk.stack is not stack:
        desk.choose(stack)
    panes = desk.tails().open(stack)
    at_ms = _moment(findings)
    if at_ms is None or not panes.go_to(groups, at_ms):
        await panes.open(groups, _wanted(at_ms))
    await app.run_action("open('logs')")


def groups_of(stack: Stack, resource: Clean, detail: Detail | None = None) -> tuple[LogGroup, ...]:
    """The log groups of a resource: those that its check names, else those named after it, else all of the stack."""
    own = {clean(group.group): group for group in stack.of(LogGroup)}
    named = detail.logs if detail else ()
    if named:
        return tuple(own.get(name, LogGroup(group=name)) for name in named)
    return match(resource, stack) or stack.of(LogGroup)


def _moment(findings: Iterable[Finding]) -> int | None:
    found: list[datetime] = [one.since for one in findings if one.since is not None and one.level is not Level.OK]
    return round(max(found).timestamp() * 1000) if found else None


def _wanted(at_ms: int | None) -> ReadRequest:
    """What to read for a moment; the last minutes are read anyhow."""
    now = round(time.time() * 1000)
    if at_ms is None or at_ms > now - BEFORE_MS // 2:
        return ReadRequest(at_ms=at_ms)
    long_ago = at_ms < now - FOLLOWED_MS
    return ReadRequest(start_ms=at_ms - BEFORE_MS, end_ms=at_ms + 12 * BEFORE_MS if long_ago else None, at_ms=at_ms)
