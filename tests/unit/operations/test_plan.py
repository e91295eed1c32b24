"""Plans: parameters, previews, digests; what is shown is what a shell would do."""

from __future__ import annotations

import json
import shlex
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.aws.target import Target
from console.operations.fields import Password, choice, count
from console.operations.parameters import build, parameters, rebuild, recorded
from console.operations.plan import Effect, digest_of
from console.operations.preview import Shell, call_words, quote, quote_json
from console.operations.secret import Secret
from console.operations.step_values import Result
from console.services.dynamodb.kinds import TABLE, TableName
from console.services.ecs.kinds import EcsCluster
from console.services.ecs.operations import Scale
from console.stack.stack import Stack
from console.text import Clean, clean

SHELL = Shell(Target("ops", "eu-west-1", "http://127.0.0.1:5000"))


@dataclass(frozen=True)
class Example:
    table: Annotated[TableName, "the table"]
    password: Annotated[Password, "its password"]
    size: Annotated[int | None, count(1, 9), "how big"] = None
    mode: Annotated[str, choice("on", "off"), "the mode"] = "on"
    force: Annotated[bool, "whether"] = False
    note: Annotated[str, "free text"] = ""


def test_parameters_come_from_the_fields() -> None:
    found = {parameter.name: parameter for parameter in parameters(Example)}
    assert [found[name].required for name in found] == [True, True, False, False, False, False]
    assert found["size"].help == "how big" and (found["size"].field.low, found["size"].field.high) == (1, 9)
    assert found["table"].field.kind is TABLE
    assert found["password"].is_secret and found["password"].flag == "--password"


def test_an_operation_is_made_of_what_was_typed() -> None:
    made = build(Example, {"table": "maps", "password": "s3same", "size": "3", "force": "yes"})
    assert (made.table, made.size, made.force, made.mode) == ("maps", 3, True, "on")
    assert made.password.reveal() == "s3same"


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        ({}, "--table is missing"),
        ({"table": "m"}, "no table name"),
        ({"table": "a b"}, "no table name"),
        ({"size": "0"}, "from 1 to 9"),
        ({"size": "10"}, "from 1 to 9"),
        ({"size": "1e9"}, "no whole number"),
        *(({"size": text}, "no whole number") for text in ("1_0", "\uff11", "\u0663", "4" * 5000, "--1", "")),
        ({"mode": "maybe"}, "on, off"),
        ({"force": "perhaps"}, "neither true nor false"),
        ({"colour": "red"}, "there are: table"),
        ({"table": "maps\n"}, "no table name"),
    ],
)
def test_what_cannot_be_is_explained(texts: dict[str, str], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        build(Example, texts)


def test_the_journal_keeps_what_is_marked_as_safe_and_no_secret() -> None:
    made = build(Example, {"table": "maps", "password": "s3same", "note": "about a person"})
    kept = recorded(made)
    assert kept == {"table": "maps", "size": None, "mode": "on", "force": False}
    again = rebuild(Example, kept)
    assert again.table == "maps"
    with pytest.raises(LookupError, match="lost"):
        again.password.reveal()


def test_a_secret_shows_its_name_only() -> None:
    secret = Secret("master password", "s3same")
    assert f"{secret} {secret!r} {[secret]}" == "$MASTER_PASSWORD $MASTER_PASSWORD [$MASTER_PASSWORD]"
    assert not hasattr(secret, "__dict__")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (3, ["--x", "3"]),
        (True, ["--x"]),
        (False, ["--no-x"]),
        ("a b", ["--x", "'a b'"]),
        ("-1", ["--x=-1"]),
        (["a", "b"], ["--x", "a", "b"]),
        (["a b"], ["--x", "'[\"a b\"]'"]),
        ([], ["--x", "'[]'"]),
        (Secret("pw", "x"), ["--x", '"$PW"']),
        (Result("made", "Key.Id"), ["--x", '"$MADE_ID"']),
        (datetime(2026, 11, 20, tzinfo=UTC), ["--x", "2026-11-20T00:00:00+00:00"]),
    ],
)
def test_each_kind_of_value_as_words(value: object, words: list[str]) -> None:
    assert call_words("ecs", "do_it", {"x": value}) == ["do-it", *words]


def test_what_the_aws_command_line_would_open_goes_as_json() -> None:
    assert call_words("sns", "publish", {"Message": "file:///etc/passwd"}) == [
        "publish",
        "--cli-input-json",
        '\'{"Message": "file:///etc/passwd"}\'',
    ]


def test_a_command_names_profile_region_and_endpoint() -> None:
    assert SHELL.aws("s3", ["list-buckets"]) == (
        "aws s3api list-buckets --profile ops --region eu-west-1 --endpoint-url http://127.0.0.1:5000"
    )
    assert "--region us-east-1" in SHELL.aws("iam", ["list-users"])
    assert "--region ap-south-1" in SHELL.aws("ecs", ["list-clusters"], "ap-south-1")


def as_bash_reads(words: str, **variables: str) -> list[str]:
    script = f"printf '%s\\0' {words}"
    done = subprocess.run(
        ["bash", "-c", script], env={"LC_ALL": "C.UTF-8", **variables}, capture_output=True, check=True
    )
    return done.stdout.decode().split("\0")[:-1]


TEXTS = [
    "plain",
    "it's",
    'a "b"',
    "$HOME `id` \\",
    "é ü",
    "\u202eabc",
    "a\nb\tc",
    "\x1b[31m",
    "\U000e0061",
    "*",
    "!x",
    "'\x07\\'",
]


def test_bash_reads_each_text_as_it_is() -> None:
    assert as_bash_reads(" ".join(quote(text) for text in TEXTS)) == TEXTS


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=20))
def test_bash_reads_any_text_as_it_is_and_a_terminal_shows_all_of_it(texts: list[str]) -> None:
    line = " ".join(quote(text) for text in texts)
    assert as_bash_reads(line) == texts
    assert clean(line, limit=len(line)) == line


def test_bash_puts_variables_into_json() -> None:
    value = {"user": "it's me", "password": Secret("pw"), "list": [Result("key", "Id"), 1]}
    (word,) = as_bash_reads(quote_json(value), PW="s3same", KEY_ID="AKIA")
    assert json.loads(word) == {"user": "it's me", "password": "s3same", "list": ["AKIA", 1]}


def test_a_digest_is_of_all_that_the_plan_rests_on() -> None:
    base = ("ecs.scale", {"desired": 3, "service": "web"}, ("1", "eu-west-1"), {"a": 1, "b": [2]})
    same = ("ecs.scale", {"service": "web", "desired": 3}, ("1", "eu-west-1"), {"b": [2], "a": 1})
    assert digest_of(*base) == digest_of(*same)
    others = [
        ("ecs.restart", *base[1:]),
        (base[0], {"desired": 4, "service": "web"}, *base[2:]),
        (*base[:2], ("2", "eu-west-1"), base[3]),
        (*base[:3], {"a": 1, "b": [3]}),
    ]
    assert len({digest_of(*other) for other in [base, *others]}) == 5


def test_an_effect_is_a_line() -> None:
    assert str(Effect(Clean("desired count"), Clean("2"), Clean("3"))) == "desired count: 2 -> 3"


@pytest.mark.parametrize(
    ("parts", "cluster"),
    [
        ((EcsCluster(cluster="a", services=("web",)), EcsCluster(cluster="b")), "a"),
        ((EcsCluster(cluster="a", services=("api",)), EcsCluster(cluster="b")), "b"),
        ((EcsCluster(cluster="a", services=("api",)),), None),
        ((EcsCluster(cluster="a"), EcsCluster(cluster="b")), None),
        ((), None),
    ],
)
def test_the_cluster_comes_from_the_stack_where_that_is_clear(
    parts: tuple[EcsCluster, ...], cluster: str | None
) -> None:
    stack = Stack(name="shop", parts=parts)
    if cluster is None:
        with pytest.raises(ValueError, match="--cluster"):
            Scale("web", 3).within(stack)
    else:
        assert Scale("web", 3).within(stack).cluster == cluster
    assert Scale("web", 3, "own").within(stack).cluster == "own"


def test_a_resource_may_have_a_region_of_its_own() -> None:
    stack = Stack(name="shop", region="eu-west-1", parts=(EcsCluster(cluster="a", region="ap-south-1"),))
    assert Scale("web", 3).within(stack).region(stack) == "ap-south-1"


def test_the_command_of_an_operation_can_be_pasted() -> None:
    words = shlex.split(Scale("web", 0, "a").cli(("--stack", "shop", "--demo")))
    assert words == [
        *("groundskeeper", "apply", "ecs.scale", "--stack", "shop", "--demo"),
        *("--service", "web", "--desired", "0", "--cluster", "a"),
    ]
    assert Path("groundskeeper").name == words[0]
