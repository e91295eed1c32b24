"""Lists as parameters: typed, given by flags, printed, kept, made again; their ARNs, regions and parents."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from console.gate.journal_records import operation_of as operation_on_record
from console.journal.rows import pairs
from console.logs.kinds import LOG_GROUP, LogGroup
from console.operations.fields import TEXT, choice, count, name_of
from console.operations.in_stack import placed
from console.operations.lists import Pair, escaped, items_of, last_item, many, pair
from console.operations.operation import Operation
from console.operations.parameters import build, rebuild, recorded
from console.options import UsageError
from console.services.ecs.kinds import CLUSTER, SERVICE, EcsCluster
from console.services.logs.operations import SetRetention
from console.stack.stack import Stack
from tests.examples_of_fields import Does, command_line, parsed
from tests.unit.journal.test_journal import RUN

STACK = Stack(
    name="t",
    account="123456789012",
    region="eu-west-1",
    parts=(
        EcsCluster(cluster="c1", services=("web", "api")),
        EcsCluster(cluster="c2", services=("batch",)),
        LogGroup(group="/a"),
        LogGroup(group="/far", region="us-east-1"),
    ),
)
ARN = "arn:aws:logs:eu-west-1:123456789012:log-group:"


@dataclass(frozen=True)
class Lists(Does):
    """Take lists of all sorts."""

    name = "test.lists"

    groups: Annotated[tuple[str, ...], many(name_of(LOG_GROUP)), "log groups"]
    words: Annotated[tuple[str, ...] | None, many(TEXT), "words"] = None
    numbers: Annotated[tuple[int, ...], many(count(0, 99), most=3), "numbers"] = (7,)
    tags: Annotated[tuple[Pair, ...] | None, many(pair(TEXT, TEXT)), "tags"] = None


@dataclass(frozen=True)
class Services(Does):
    """Take the services of one cluster."""

    name = "test.services"

    services: Annotated[tuple[str, ...], many(name_of(SERVICE)), "services"]
    cluster: Annotated[str | None, name_of(CLUSTER), "their cluster"] = None


NAMES = st.from_regex(r"[A-Za-z0-9_./#-]{1,20}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
TEXTS |= st.text(" ,=\\-a", min_size=1, max_size=8)


def lists_of(items: Any, most: int = 5, by: Any = None) -> Any:
    return st.lists(items, min_size=1, max_size=most, unique_by=by or (lambda each: each)).map(tuple)


PAIRS = st.builds(Pair, TEXTS, TEXTS)
ANY = st.builds(
    Lists,
    lists_of(NAMES),
    st.none() | lists_of(TEXTS),
    lists_of(st.integers(0, 99), 3),
    st.none() | lists_of(PAIRS, by=lambda each: each.name),
)


@settings(max_examples=30, deadline=None)
@example(Lists(("-a", "-b"), ("--", "-x y"), (0,), (Pair("-k=", "-v"),)))
@given(ANY)
def test_what_is_printed_is_read_as_the_same(made: Lists) -> None:
    assert command_line(made, replace(STACK, parts=())) == made


@given(ANY)
def test_what_is_written_is_read_as_the_same(made: Lists) -> None:
    assert build(Lists, made.texts()) == made


@given(ANY)
def test_what_is_kept_is_made_again(made: Lists) -> None:
    kept = json.loads(json.dumps(recorded(made)))
    assert set(kept) == {"groups", "numbers"}, "free text is not kept"
    assert isinstance(kept["groups"], list)
    again = rebuild(Lists, kept)
    assert (again.groups, again.numbers) == (made.groups, made.numbers)


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_items_keep_their_commas_spaces_and_backslashes(items: list[str]) -> None:
    text = ",".join(map(escaped, items))
    assert items_of(text) == items
    assert text[last_item(text) :] == escaped(items[-1])
    assert items_of(" , ".join(map(escaped, items))) == items


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("a,b", ["a", "b"]),
        (" a , b ", ["a", "b"]),
        (r"a\,b,c", ["a,b", "c"]),
        (r"a\\,b", ["a\\", "b"]),
        (r"\d+,x", [r"\d+", "x"]),
        (r"a\ ,b", ["a ", "b"]),
        ("a,", ["a", ""]),
        ("a\\", ["a\\"]),
    ],
)
def test_how_a_list_is_written(text: str, items: list[str]) -> None:
    assert items_of(text) == items


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        ({"groups": ""}, "--groups: It is empty. Next: give one at least."),
        ({"groups": "/a,,/b"}, "--groups: An item is empty. Next: take the comma away"),
        ({"groups": "/a, /b,/a"}, "--groups: /a is given twice. Next: give each once."),
        ({"groups": "/a,not a group"}, "--groups: 'not a group' is no log group name."),
        ({"groups": "/a", "numbers": "1,2,3,4"}, "--numbers: There are 4, and at most 3 are possible."),
        ({"groups": "/a", "numbers": "1,x"}, "--numbers: 'x' is no whole number."),
        ({"groups": "/a", "tags": "a=1,a=2"}, "--tags: a is given twice."),
        ({"groups": "/a", "tags": "a=1,b"}, "--tags: 'b' has no value. Next: write NAME=VALUE."),
        ({"groups": "/a", "tags": "a="}, "--tags: '' is no text."),
    ],
)
def test_what_is_no_list_is_refused_in_a_sentence(texts: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError) as refused:
        build(Lists, texts)
    assert why in str(refused.value)


def typed(*words: str) -> Operation:
    """What the command line takes words for."""
    return parsed([Lists.name, *words], Lists, STACK)


def test_a_flag_may_be_given_several_times() -> None:
    made = typed("--groups", "/a,/b", "--groups=/c", "--numbers", "1", "--numbers", "2")
    assert made == Lists(("/a", "/b", "/c"), numbers=(1, 2)), "the default is not among them"
    assert typed("--groups", "/a") == Lists(("/a",)), "nor what an earlier parser was given"
    with pytest.raises(UsageError, match="--groups: /a is given twice"):
        typed("--groups", "/a", "--groups", f"{ARN}/a")
    with pytest.raises(UsageError, match="--words: x is given twice"):
        typed("--groups", "/a", "--words", "x", "--words", "x")


def test_the_help_says_how_several_are_given(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        typed("--help")
    told = " ".join(capsys.readouterr().out.split())
    assert "--groups LIST-OF-LOG-GROUPS log groups; with commas, or --groups several times" in told


def test_arns_in_a_list_are_names_and_each_is_compared_with_the_stack() -> None:
    mixed = build(Lists, {"groups": f"{ARN}/a:*, /b,{ARN}/c"})
    assert placed(mixed, STACK).groups == ("/a", "/b", "/c")
    other = ARN.replace("123456789012", "999999999999")
    with pytest.raises(ValueError, match=rf"--groups: {other}/c is an ARN of account 999999999999, not 123456789012"):
        placed(build(Lists, {"groups": f"{ARN}/a,{other}/c"}), STACK)
    with pytest.raises(ValueError, match="--groups: /a is given twice"):
        placed(build(Lists, {"groups": f"/a,{ARN}/a"}), STACK)


def test_all_of_a_list_are_in_one_region_and_in_one_parent() -> None:
    why = "/a is in eu-west-1, and /far in us-east-1. Next: change them one region at a time."
    with pytest.raises(ValueError) as refused:
        placed(Lists(("/a", "/far")), STACK)
    assert str(refused.value) == why
    assert placed(Lists(("/far",)), STACK).region(STACK) == "us-east-1"
    assert placed(Services(("web", "api")), STACK) == Services(("web", "api"), "c1")
    with pytest.raises(ValueError, match=r"web is in c1, and batch in c2\. Next: change them one cluster at a time\."):
        placed(Services(("web", "batch")), STACK)


def test_choices_may_stand_beside_names() -> None:
    field = many(pair(name_of(LOG_GROUP), choice("30", "never"), bare=True))
    assert field.parse("/a=30,/b") == (Pair("/a", "30"), Pair("/b"))
    assert field.named(field.parse("/a=30,/b")) == ("/a", "/b")
    with pytest.raises(ValueError, match="'31' is none of: 30, never"):
        field.parse("/a=31")


def on_record(params: dict[str, Any]) -> Operation:
    """The operation of a run as the journal has it."""
    return operation_on_record(replace(RUN, operation="logs.set-retention", params=params))


def test_what_earlier_versions_kept_as_text_is_made_again() -> None:
    assert on_record({"groups": "/a,/b=90", "days": "30"}) == SetRetention((Pair("/a"), Pair("/b", "90")), "30")
    assert on_record({"groups": ["/a", "/b=90"], "days": "30"}) == SetRetention((Pair("/a"), Pair("/b", "90")), "30")
    for wrong in (5, None, [], [5], "", "/a,/a", ["/a", "/a"], {"/a": "30"}):
        with pytest.raises(LookupError, match="The journal's groups is none"):
            on_record({"groups": wrong, "days": "30"})


def test_a_list_is_shown_in_the_journal_as_it_is_typed() -> None:
    kept = recorded(SetRetention((Pair("/a"), Pair("/b", "90")), "30"))
    assert pairs(kept) == "groups=/a,/b=90, days=30"
