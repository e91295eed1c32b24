"""Everything that can be done stands in the catalogue, and the keys and the command that are printed lead there."""

from __future__ import annotations

import csv
import shlex
from typing import Final

import pytest
from textual.binding import Binding

from console.app import ConsoleApp
from console.cli.parser import make_parser
from console.desk.screens import SCREENS
from console.desk.tasks import Task, TaskKind, tasks
from console.operations.operation import Danger
from console.services.operations import OPERATIONS
from console.services.sources import EVERY, VIEWS
from console.stack.stack import Stack
from tests.paths import ROOT

with (ROOT / "tests" / "catalogue.csv").open(encoding="utf-8") as file:
    CATALOGUE: Final = {row["name"]: (row["kind"], row["screen"]) for row in csv.DictReader(file)}
"""Kind and screen of every task that the console is to do, by its name."""

EVERY_TASK = pytest.mark.parametrize("task", tasks(), ids=lambda task: task.name)


def test_nothing_is_listed_twice_and_nothing_is_left_out() -> None:
    names = [task.name for task in tasks()]
    assert len(names) == len(set(names))
    assert {*EVERY, *OPERATIONS} <= set(names)


@EVERY_TASK
def test_a_task_is_one_of_the_catalogue(task: Task) -> None:
    assert CATALOGUE[task.name] == (task.kind.value, task.screen)


def _bound(name: str) -> set[str]:
    """The keys of a screen, and of the console."""
    kinds = (*SCREENS[name].load().__mro__, ConsoleApp)
    bindings = [each for kind in kinds for each in vars(kind).get("BINDINGS", ())]
    return {key for each in bindings if isinstance(each, Binding) for key in each.key.split(",")}


@EVERY_TASK
def test_the_keys_lead_somewhere(task: Task) -> None:
    if not task.keys:
        assert task.command, "there is a way to it"
        return
    by_key = {entry.key: name for name, entry in SCREENS.items()}
    first, *then = task.keys
    if task.kind is TaskKind.OPERATION:
        assert (task.keys, then) == (("a",), [])
        assert "a" in _bound("health")
        return
    assert set(then) <= _bound(by_key[first])


@EVERY_TASK
def test_the_command_is_one(task: Task) -> None:
    words = shlex.split(task.command)
    if words[:1] == ["apply"]:
        with pytest.raises(SystemExit) as done:
            make_parser(words).parse_args([*words, "--help"])
        assert done.value.code == 0
    elif words:
        assert make_parser(words).parse_args(words).command == words[0]


@EVERY_TASK
def test_a_task_says_what_it_takes(task: Task) -> None:
    assert task.title and not task.title.endswith(".")
    assert (task.period is not None) == (task.kind is TaskKind.CHECK or task.name in VIEWS)
    assert (task.danger is not Danger.READ) == (task.kind is TaskKind.OPERATION or task.name == "shell.open")
    assert all(":" in action for action in task.permissions)


def test_a_stack_has_what_it_names_something_for() -> None:
    assert [task.name for task in tasks(Stack(name="s"))] == ["logs.create-group", "journal.trail"]
