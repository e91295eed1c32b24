"""The form of an operation: completion, what is read from AWS meanwhile, documents, secrets, what is meant."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import pytest
from textual.pilot import Pilot

from console.logs.kinds import LOG_GROUP, LogGroup
from console.operations.choices import Choice, read_from
from console.operations.documents import Document, DocumentField, document
from console.operations.fields import TEXT, Password, choice, name_of
from console.operations.lists import Pair, many, pair
from console.operations.operation import Operation
from console.operations.sizes import size
from console.operations.times import moment
from console.problems import Failure
from console.stack.stack import Stack
from console.text import clean
from screens.modals import offers
from screens.modals.choices import ChoicesModal
from screens.modals.field_input import FieldInput
from screens.modals.form import FormModal
from tests.examples_of_fields import Does
from tests.pilot.scripted import DENIED, SIZES, ScriptedDesk, console, hides, shows, text, until

STACK = Stack(
    name="t",
    region="eu-west-1",
    parts=(LogGroup(group="/one"), LogGroup(group="/two"), LogGroup(group="/far", region="us-east-1")),
)


class Aws:
    """Answers what a test says, when it says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[str | None, dict[str, str]]] = []
        self.answers: dict[str, asyncio.Future[Sequence[Choice]]] = {}

    async def connect(self, stack: Stack, region: str | None) -> Any:
        assert stack is STACK
        self.region = region
        return self

    def of(self, group: str) -> asyncio.Future[Sequence[Choice]]:
        return self.answers.setdefault(group, asyncio.get_running_loop().create_future())


async def streams(aws: Any, stack: Stack, given: Mapping[str, str]) -> Sequence[Choice]:
    aws.asked.append((aws.region, dict(given)))
    # Shielded, and answered whether anybody still waits or not, as what is under way on a connection is.
    return await asyncio.shield(aws.of(given["group"]))


@dataclass(frozen=True)
class Reads(Does):
    """Take what is read."""

    name = "test.reads"

    group: Annotated[str, name_of(LOG_GROUP), "the log group"]
    stream: Annotated[str, read_from(streams, after=("group",), permissions=("logs:DescribeLogStreams",)), "a stream"]
    password: Annotated[Password | None, "a secret"] = None
    note: Annotated[str | None, TEXT, "a note"] = None


@dataclass(frozen=True)
class Takes(Does):
    """Take all sorts."""

    name = "test.takes"

    groups: Annotated[tuple[Pair, ...], many(pair(name_of(LOG_GROUP), choice("30", "90"), bare=True)), "log groups"]
    at: Annotated[datetime | None, moment(future=True), "when"] = None
    disk: Annotated[int | None, size("GiB", low=20, high=100), "how much"] = None
    policy: Annotated[Document | None, document("json"), "a document"] = None


@asynccontextmanager
async def form(
    kind: type[Operation], aws: Aws | None = None, screen: tuple[int, int] = (120, 40), **preset: Any
) -> Any:
    """The form of an operation, and what it gave."""
    given: list[Any] = []
    async with console(ScriptedDesk(), screen) as pilot:
        modal = FormModal(kind, STACK, preset, {LOG_GROUP: ["/read/one"]}, (aws or Aws()).connect)
        await pilot.app.push_screen(modal, given.append)
        await until(pilot, lambda: modal.is_mounted)
        yield pilot, given


def line(pilot: Pilot[int], name: str) -> FieldInput:
    return next(line for line in pilot.app.screen.query(FieldInput) if line.parameter.name == name)


def told(pilot: Pilot[int], name: str) -> str:
    return str(line(pilot, name).note.render())


@pytest.mark.parametrize("screen", SIZES)
async def test_what_there_is_is_read_listed_narrowed_and_taken(screen: tuple[int, int]) -> None:
    aws = Aws()
    async with form(Reads, aws, screen, group="/far") as (pilot, given):
        await shows(pilot, "Reading ...")
        aws.of("/far").set_result([Choice("app/1", clean("since 09:00")), Choice("app/2", clean("since 12:00"))])
        await shows(pilot, "2 there are; down opens the list")
        assert aws.asked == [("us-east-1", {"group": "/far"})], "in the region of the group"
        await pilot.press("down")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoicesModal))
        await shows(pilot, "stream: 2 there are", "since 09:00")
        await pilot.press(*"12:", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, FormModal))
        assert line(pilot, "stream").value == "app/2"
        await pilot.press("enter")
        await until(pilot, lambda: given)
        assert given == [Reads("/far", "app/2")]


async def test_without_a_list_down_goes_to_the_next_line_and_a_value_can_be_typed() -> None:
    aws = Aws()
    async with form(Reads, aws, group="/one") as (pilot, given):
        await until(pilot, lambda: aws.asked)
        await pilot.press(*"abc", "down")
        assert pilot.app.focused is line(pilot, "password")
        await pilot.press("enter")
        await until(pilot, lambda: given)
        assert given == [Reads("/one", "abc")]


async def test_a_problem_is_told_under_the_line_and_typing_goes_on() -> None:
    aws = Aws()
    async with form(Reads, aws, group="/one") as (pilot, given):
        aws.of("/one").set_exception(Failure(DENIED))
        await until(pilot, lambda: "Not allowed to call ListTasks. Ask for ecs:ListTasks." in told(pilot, "stream"))
        await pilot.press(*"abc", "enter")
        await until(pilot, lambda: given)
        assert given == [Reads("/one", "abc")]


@pytest.mark.faults
async def test_a_fault_in_reading_is_told_there() -> None:
    aws = Aws()
    async with form(Reads, aws, group="/one") as (pilot, _):
        aws.of("/one").set_exception(ZeroDivisionError("x"))
        await until(pilot, lambda: "This failed" in told(pilot, "stream"))


async def test_none_is_told_as_none() -> None:
    aws = Aws()
    async with form(Reads, aws, group="/one") as (pilot, _):
        aws.of("/one").set_result([])
        await until(pilot, lambda: told(pilot, "stream") == "There are none.")


async def test_it_is_read_again_when_what_it_depends_on_is_another_and_a_late_answer_is_dropped() -> None:
    aws = Aws()
    async with form(Reads, aws) as (pilot, _):
        assert told(pilot, "stream") == "Read from AWS once there is a group."
        await pilot.press(*"/one")
        await until(pilot, lambda: [given for _, given in aws.asked] == [{"group": "/one"}])
        first = aws.of("/one")
        line(pilot, "group").value = "/two"
        await until(pilot, lambda: len(aws.asked) == 2)
        assert aws.asked[-1] == (None, {"group": "/two"})
        aws.of("/two").set_result([Choice("new")])
        await until(pilot, lambda: told(pilot, "stream").startswith("1 there are"))
        first.set_result([Choice("old/1"), Choice("old/2")])
        await pilot.pause()
        assert [choice.value for choice in line(pilot, "stream").offer] == ["new"]
        line(pilot, "group").value = "not a group"
        await until(pilot, lambda: told(pilot, "stream") == "Read from AWS once there is a group.")
        assert line(pilot, "stream").offer == ()


async def test_an_answer_to_what_is_not_typed_any_more_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "PAUSE", 3600)  # somebody goes on typing
    aws = Aws()
    async with form(Reads, aws, group="/one") as (pilot, _):
        await until(pilot, lambda: aws.asked)
        line(pilot, "group").value = "/two"
        await pilot.pause()
        aws.of("/one").set_result([Choice("old")])
        await until(pilot, lambda: not [worker for worker in pilot.app.workers if worker.group == "offer-stream"])
        assert line(pilot, "stream").offer == () and told(pilot, "stream") == "Reading ..."


async def test_no_secret_is_given_to_what_reads_nor_shown_nor_completed() -> None:
    aws = Aws()
    arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/two:*"
    async with form(Reads, aws) as (pilot, _):
        line(pilot, "password").value = "s3same"
        line(pilot, "note").value = "hello"
        line(pilot, "group").value = arn
        await until(pilot, lambda: aws.asked)
        assert aws.asked[-1][1] == {"group": "/two", "note": "hello"}
        assert "s3same" not in text(pilot)
        assert line(pilot, "password").password and line(pilot, "password").suggester is None


async def test_of_a_list_the_last_item_is_completed_and_counted() -> None:
    async with form(Takes) as (pilot, given):
        await pilot.press(*"/one=")
        await until(pilot, lambda: line(pilot, "groups")._suggestion == "/one=30")
        await pilot.press("right")
        await pilot.press(*",/")
        await until(pilot, lambda: line(pilot, "groups")._suggestion == "/one=30,/one")
        await pilot.press(*"t")
        await until(pilot, lambda: line(pilot, "groups")._suggestion == "/one=30,/two")
        await pilot.press("right", *", /r")
        await until(pilot, lambda: line(pilot, "groups")._suggestion == "/one=30,/two, /read/one")
        await pilot.press("right")
        await shows(pilot, "3 log groups")
        await pilot.press("enter")
        await until(pilot, lambda: given)
        assert given == [Takes((Pair("/one", "30"), Pair("/two"), Pair("/read/one")))]


async def test_what_is_typed_is_said_as_it_is_meant() -> None:
    async with form(Takes) as (pilot, _):
        line(pilot, "at").value = "2099-11-20T10:00+01:00"
        await until(pilot, lambda: told(pilot, "at") == "2099-11-20T09:00:00Z")
        line(pilot, "disk").value = "20GB"
        await shows(pilot, "no whole number of them. Allowed: from 20 to 100 GiB.")


async def test_paths_are_completed_from_their_folder(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "read.json").write_text("{}")
    (tmp_path / ".hidden").write_text("")
    async with form(Takes, groups=(Pair("/one"),)) as (pilot, _):
        line(pilot, "policy").focus()
        await pilot.press(*"po")
        await until(pilot, lambda: line(pilot, "policy")._suggestion == "policies/")
        await pilot.press("right", "r")
        await until(pilot, lambda: line(pilot, "policy")._suggestion == "policies/read.json")
        line(pilot, "policy").value = f"{tmp_path}/po"
        await until(pilot, lambda: line(pilot, "policy")._suggestion == f"{tmp_path}/policies/")


async def test_a_document_is_read_when_the_form_is_left_and_its_fault_is_told_under_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []

    def load(field: DocumentField, path: str) -> Document:
        threads.append(threading.current_thread())
        return read(field, path)

    read = DocumentField.load
    monkeypatch.setattr(DocumentField, "load", load)
    path = tmp_path / "policy.json"
    path.write_text('{"a": 1,\n  "b": x}')
    async with form(Takes, groups=(Pair("/one"),)) as (pilot, given):
        line(pilot, "policy").value = "policy.json"
        await pilot.press("enter")
        await shows(pilot, "--policy: policy.json:2:8: not valid JSON")
        assert pilot.app.focused is line(pilot, "policy") and not given
        path.write_text('{"a": 1}')
        await pilot.press("enter")
        await until(pilot, lambda: given)
        assert given[0].policy.data == {"a": 1}
    assert len(threads) == 2 and threading.main_thread() not in threads, "the loop waits for no file"


async def test_what_a_form_reads_ends_with_it() -> None:
    aws = Aws()
    async with form(Reads, aws, group="/one") as (pilot, given):
        await until(pilot, lambda: aws.asked)
        await pilot.press("escape")
        await hides(pilot, "Take what is read.")
        aws.of("/one").set_result([Choice("late")])
        await pilot.pause()
        assert given == [None]
