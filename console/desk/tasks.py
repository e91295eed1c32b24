"""Everything that the console can do, by name: made of the registries, and of what the screens do themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from console.desk import shell
from console.desk.screens import SCREENS
from console.logs.kinds import LogGroup
from console.operations.operation import Danger, Operation
from console.operations.parameters import form_permissions, parameters
from console.readings.source import AnySource
from console.services.elasticbeanstalk.kinds import BeanstalkEnvironment
from console.services.kinds import LISTING_PERMISSIONS
from console.services.operations import OPERATIONS, operations_on
from console.services.sources import EVERY
from console.stack.stack import Stack


class TaskKind(StrEnum):
    """What sort of thing a task is."""

    CHECK = "check"
    """What is read again and again, and judged."""
    VIEW = "view"
    """What is read when somebody opens it."""
    OPERATION = "operation"
    """What changes something."""
    TOOL = "tool"
    """What the console does besides."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that the console can do.

    `keys` lead there from any screen, and `on` is the kind of resource that must be selected before the last of them.
    `command` does the same from a shell; empty where nothing does. `period` is in seconds, `price` in US dollars per
    1,000 reads beyond what AWS gives free; both are None where they say nothing.
    """

    name: str
    kind: TaskKind
    screen: str
    title: str
    keys: tuple[str, ...]
    command: str
    permissions: tuple[str, ...]
    on: str = ""
    danger: Danger = Danger.READ
    period: float | None = None
    price: float | None = None


@dataclass(frozen=True, slots=True)
class ScreenTask:
    """What a screen does itself, and for which stacks."""

    name: str
    kind: TaskKind
    screen: str
    title: str
    keys: tuple[str, ...]
    command: str = ""
    permissions: tuple[str, ...] = ()
    danger: Danger = Danger.READ
    wants: Callable[[Stack], object] = lambda stack: True


def _has_logs(stack: Stack) -> object:
    return stack.of(LogGroup)


def _has_shell(stack: Stack) -> object:
    return any(isinstance(part, shell.OFFERED) for part in stack.parts)


SCREEN_TASKS: Final = (
    ScreenTask(
        "logs.tail",
        TaskKind.VIEW,
        "logs",
        "Follow log groups, side by side or as one, filtered",
        ("2", "p"),
        "logs GROUP -f",
        ("logs:DescribeLogGroups", "logs:FilterLogEvents", "logs:StartLiveTail"),
        wants=_has_logs,
    ),
    ScreenTask(
        "logs.search",
        TaskKind.VIEW,
        "logs",
        "Search log groups back in time",
        ("2", "b"),
        "logs GROUP --since 1h --filter PATTERN",
        ("logs:DescribeLogGroups", "logs:FilterLogEvents"),
        wants=_has_logs,
    ),
    ScreenTask(
        "logs.insights",
        TaskKind.VIEW,
        "logs",
        "Ask log groups with Logs Insights",
        ("2", "I"),
        "",
        ("logs:DescribeLogGroups", "logs:GetQueryResults", "logs:StartQuery", "logs:StopQuery"),
        wants=_has_logs,
    ),
    ScreenTask(
        "beanstalk.logs",
        TaskKind.VIEW,
        "logs",
        "Fetch the logs of an Elastic Beanstalk environment's instances",
        ("2", "B"),
        "",
        ("elasticbeanstalk:RequestEnvironmentInfo", "elasticbeanstalk:RetrieveEnvironmentInfo"),
        wants=lambda stack: stack.of(BeanstalkEnvironment),
    ),
    ScreenTask(
        "journal.trail", TaskKind.VIEW, "journal", "Every change: who, when, what, and its end", ("0",), "journal"
    ),
    ScreenTask(
        "shell.open",
        TaskKind.TOOL,
        "health",
        "Open a shell in a task, a container or an instance",
        ("1", "x"),
        "",
        shell.PERMISSIONS,
        Danger.CHANGE,
        _has_shell,
    ),
    ScreenTask(
        "stacks.discover",
        TaskKind.TOOL,
        "health",
        "Write a stack file of what an account holds",
        (),
        "init",
        LISTING_PERMISSIONS,
        wants=lambda stack: False,
    ),
)
"""What is done by a screen or a command itself, and stands in no other registry."""


def tasks(stack: Stack | None = None) -> tuple[Task, ...]:
    """Everything that can be done, or that a stack names something for, by screen and name."""
    # A tool may have a check of its own: the tool is what is listed.
    named = {task.name: task for task in (*_of_sources(stack), *_of_operations(stack), *_of_screens(stack))}
    found, order = list(named.values()), list(SCREENS)
    place = {name: order.index(name) if name in order else len(order) for name in (task.screen for task in found)}
    return tuple(sorted(found, key=lambda task: (place[task.screen], task.screen, task.name)))


def _of_sources(stack: Stack | None) -> Iterator[Task]:
    for source in EVERY.values():
        if stack is None or (source.wants(stack) and source.name not in stack.skip):
            yield _of_source(source)


def _of_source(source: AnySource) -> Task:
    own = source.screen in SCREENS and not source.on_demand
    shown = SCREENS[source.screen if source.screen in SCREENS else "health"].key
    there = "" if source.screen == "health" else f" --screen {source.screen}"
    return Task(
        source.name,
        TaskKind.VIEW if source.on_demand else TaskKind.CHECK,
        source.screen,
        source.title,
        (shown,) if own else (shown, "v"),
        f"health --view {source.name}" if source.on_demand else f"health{there}",
        source.permissions,
        period=source.period,
        price=source.price or None,
    )


def _of_operations(stack: Stack | None) -> Iterator[Task]:
    for operation in OPERATIONS.values() if stack is None else operations_on(stack):
        yield _of_operation(operation)


def _of_operation(operation: type[Operation]) -> Task:
    first = parameters(operation)[0].field
    return Task(
        operation.name,
        TaskKind.OPERATION,
        operation.screen,
        operation.title(),
        ("a",),
        f"apply {operation.name}",
        (*operation.permissions, *operation.dependent, *form_permissions(operation)),
        first.kind.name if first.kind is not None and not first.new else "",
        operation.danger,
    )


def _of_screens(stack: Stack | None) -> Iterator[Task]:
    for one in SCREEN_TASKS:
        if stack is None or one.wants(stack):
            yield Task(
                one.name, one.kind, one.screen, one.title, one.keys, one.command, one.permissions, danger=one.danger
            )
