"""A shell in what is selected: where it would be, and the console suspended while it is open."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Final

from textual.app import App, SuspendNotSupported

from console.desk.desk import Desk
from console.desk.shell import HostShell, InstanceShell, Place, TaskShell
from console.process import foreground
from console.readings.source import Detail
from console.services.ec2.kinds import INSTANCE, Instances
from console.services.ecs.kinds import SERVICE, TASK
from console.services.elasticbeanstalk.kinds import ENVIRONMENT
from console.stack.stack import Stack
from console.text import Clean

LONG: Final = 15.0
"""Seconds for which a sentence with something to do in it is shown."""


def place_of(stack: Stack, detail: Detail | None, details: Iterable[Detail]) -> Place | None:
    """Where a shell in a resource would be opened: in a service in one of its running tasks; None where none can be."""
    if detail is None:
        return None
    if detail.kind is TASK:
        return _task(detail)
    if detail.kind is SERVICE:
        tasks = (one for one in details if one.kind is TASK and _service(one) == detail.resource)
        return next((_task(task) for task in tasks if ("Last status", "RUNNING") in task.facts), None)
    if detail.kind is INSTANCE:
        return _instance(stack, detail.resource, _region(detail))
    if detail.kind is ENVIRONMENT and detail.related:
        return _instance(stack, detail.related[0], _region(detail))
    return None


async def open_shell(app: App[Any], desk: Desk, stack: Stack, place: Place) -> None:
    """Suspend the console and open a shell, or say why not: a shell can change things, so it needs writing allowed."""
    if refusal := desk.write_state.refusal(stack):
        _say(app, refusal)
        return
    app.notify("Opening a shell ...", timeout=3, markup=False)
    found = await desk.shell(place, stack)
    if isinstance(found, str):
        _say(app, found)
        return
    try:
        with app.suspend():
            sys.stdout.write(f"{found.explanation} It ends with exit or ctrl+d.\n")
            sys.stdout.flush()
            ended = foreground.run(found.argv, found.env)
    except SuspendNotSupported:
        _say(app, "This terminal cannot be lent to a shell.")
        return
    if ended:
        _say(app, f"The shell ended with exit code {ended}." if isinstance(ended, int) else ended)
    desk.poller.refresh_now(stack)


def _task(detail: Detail) -> Place | None:
    """Nothing where the ARN names no cluster: it is arn:aws:ecs:REGION:ACCOUNT:task/CLUSTER/ID."""
    match detail.arn.split("/"):
        case [_, cluster, _]:
            return TaskShell(cluster, detail.arn, region=_region(detail))
    return None


def _service(task: Detail) -> Clean:
    return dict(task.facts).get("Service", Clean(""))


def _instance(stack: Stack, instance: str, region: str | None) -> Place:
    host = next((named.host for named in stack.of(Instances) if named.instance == instance and named.host), None)
    return HostShell(host) if host else InstanceShell(instance, region)


def _region(detail: Detail) -> str | None:
    parts = detail.arn.split(":")
    return parts[3] if len(parts) > 3 and parts[3] else None


def _say(app: App[Any], what: str) -> None:
    app.notify(what, severity="warning", timeout=LONG, markup=False)
