"""Moments, sizes, documents, secrets and read values as parameters: typed, printed, kept, made again, refused."""

from __future__ import annotations

import json
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.cli import policy
from console.desk import tasks as desk_tasks
from console.moments import MomentProblem, moment_near, written
from console.operations.choices import Choice, listed_in, read_from
from console.operations.documents import LIMIT, Document, document
from console.operations.fields import TEXT, Password, name_of, secret
from console.operations.lists import many
from console.operations.parameters import build, parameters, rebuild, recorded
from console.operations.secret import Secret
from console.operations.sizes import UNITS, size
from console.operations.times import moment
from console.options import Options
from console.services.logs.export import Export
from console.services.s3.kinds import BUCKET, buckets
from console.stack.stack import Stack
from tests.examples_of_fields import Does, command_line, parsed

NOW = datetime(2026, 11, 20, 12, 30, 15, 123456, tzinfo=UTC)
STACK = Stack(name="t")


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times without a zone are those of this machine."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@dataclass(frozen=True)
class Values(Does):
    """Take values of all sorts."""

    name = "test.values"

    at: Annotated[datetime, moment(), "when"]
    disk: Annotated[int, size("GiB", low=20, high=65536), "how much"] = 20
    policy: Annotated[Document | None, document("json", "toml", keep=True), "a document"] = None


@pytest.mark.parametrize(
    ("text", "past", "future"),
    [
        ("1h", "2026-11-20T11:30:15Z", "2026-11-20T13:30:15Z"),
        ("1.5 d", "2026-11-19T00:30:15Z", "2026-11-22T00:30:15Z"),
        ("2w", "2026-11-06T12:30:15Z", "2026-12-04T12:30:15Z"),
        ("-10m", "2026-11-20T12:20:15Z", None),
        ("+10m", None, "2026-11-20T12:40:15Z"),
        ("14:05", "2026-11-19T14:05:00Z", "2026-11-20T14:05:00Z"),
        ("09:00", "2026-11-20T09:00:00Z", "2026-11-21T09:00:00Z"),
        ("19 Nov 14:05", "2026-11-19T14:05:00Z", "2027-11-19T14:05:00Z"),
        ("21 Nov 14:05", "2025-11-21T14:05:00Z", "2026-11-21T14:05:00Z"),
        ("2026-11-20T09:00:00.25+01:00", "2026-11-20T08:00:00.250Z", "2026-11-20T08:00:00.250Z"),
        ("2026-11-20T09:00Z", "2026-11-20T09:00:00Z", "2026-11-20T09:00:00Z"),
    ],
)
def test_what_a_moment_leaves_open_is_past_or_to_come(text: str, past: str | None, future: str | None) -> None:
    for field, wanted in ((moment(), past), (moment(future=True), future)):
        if wanted is None:
            with pytest.raises(ValueError, match=r"is no moment\. Write a time as 1h or"):
                field.at(text, NOW)
        else:
            assert written(field.at(text, NOW)) == field.write(field.at(text, NOW)) == wanted


def test_a_moment_is_fixed_when_it_is_typed() -> None:
    made = build(Values, {"at": "1h"})
    assert abs(datetime.now(UTC) - timedelta(hours=1) - made.at) < timedelta(minutes=5)
    assert made.at.tzinfo is UTC and made.at.microsecond == 0
    again = rebuild(Values, recorded(made))
    assert again == made
    for kept in ("1h", "14:05", "2026-11-20T09:00", 5, ""):
        with pytest.raises(LookupError, match="The journal's at is none"):
            rebuild(Values, {"at": kept})


@given(st.text(max_size=12), st.booleans())
def test_any_text_is_a_moment_or_a_sentence(text: str, future: bool) -> None:
    try:
        assert moment_near(text, NOW, UTC, future=future).tzinfo is not None
    except MomentProblem as problem:
        assert str(problem).endswith(".")


def test_an_export_that_an_earlier_version_kept_is_known_by_its_name() -> None:
    kept = {
        "group": "/a",
        "bucket": "b-1",
        "start": "2026-11-19T00:00Z",
        "end": "2026-11-20T00:00:30Z",
        "prefix": "logs",
    }
    made = rebuild(Export, kept)
    assert (made.start, made.end.second) == (datetime(2026, 11, 19, tzinfo=UTC), 30)
    assert recorded(made) == kept | {"start": "2026-11-19T00:00:00Z"}
    assert made._tasks == {"/a 2026-11-19T00:00Z 2026-11-20T00:00:30Z", "/a 2026-11-19T00:00:00Z 2026-11-20T00:00:30Z"}
    assert made._task in made._tasks


@pytest.mark.parametrize("kept", [5, None, "", "2026-11-19T00:00", "0001-01-01T00:00+23:59", "9999-12-31T23:00-02:00"])
def test_what_the_journal_kept_as_no_moment_is_told(kept: object) -> None:
    with pytest.raises(LookupError, match="The journal's start is none"):
        rebuild(Export, {"group": "/a", "bucket": "b-1", "start": kept, "end": "2026-11-20T00:00Z", "prefix": "logs"})


SIZE = size("GiB", low=20, high=65_536)


@pytest.mark.parametrize(
    ("text", "value"), [("20", 20), ("20GiB", 20), ("1 TiB", 1024), ("20480 mib", 20), ("20.0", 20)]
)
def test_a_size_is_a_number_of_its_unit(text: str, value: int) -> None:
    assert SIZE.parse(text) == value
    assert SIZE.restore(SIZE.keep(value)) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("20GB", "'20GB' is 18.6265 GiB, no whole number of them. Allowed: from 20 to 65,536 GiB."),
        ("20.5", "'20.5' is 20.5 GiB, no whole number of them."),
        ("19", "'19' is out of range. Allowed: from 20 to 65,536 GiB."),
        ("65 TiB", "'65 TiB' is out of range. Allowed: from 20 to 65,536 GiB."),
        ("20G", "'20G' has no known unit: GB is decimal, GiB binary. Allowed: from 20 to 65,536 GiB."),
        ("20 furlongs", "'20 furlongs' has no known unit. Allowed"),
        ("-20", "'-20' is no size. Allowed: from 20 to 65,536 GiB, such as 20GiB."),
        ("", "'' is no size."),
        ("٢٠", "is no size."),
    ],
)
def test_what_is_no_such_size_is_refused_with_both_bounds(text: str, why: str) -> None:
    with pytest.raises(ValueError) as refused:
        SIZE.parse(text)
    assert why in str(refused.value)


@given(st.sampled_from(sorted(UNITS)), st.integers(0, 10**6), st.sampled_from(sorted(UNITS)))
def test_units_are_told_apart_exactly(unit: str, number: int, other: str) -> None:
    field = size(other, low=0, high=10**30)
    held, rest = divmod(number * UNITS[unit], UNITS[other])
    if rest:
        with pytest.raises(ValueError, match="no whole number"):
            field.parse(f"{number} {unit}")
    else:
        assert field.parse(f"{number} {unit}") == held
        assert field.parse(field.write(held)) == held


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2 * 10**14), st.integers(20, 65_536))
def test_what_is_printed_and_what_is_kept_give_the_same(at_ms: int, disk: int) -> None:
    made = Values(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms), disk)
    assert command_line(made, STACK) == made
    assert rebuild(Values, json.loads(json.dumps(recorded(made)))) == made


def test_a_document_is_read_once_and_never_printed(tmp_path: Path) -> None:
    path = tmp_path / "a policy.json"
    path.write_text('{"key": "s3same"}')
    made = build(Values, {"at": "2026-11-20T09:00Z", "policy": str(path)})
    assert made.policy is not None and made.policy.data == {"key": "s3same"}
    assert command_line(made, STACK) == made
    path.unlink()
    assert "s3same" not in repr(made) + made.cli(()) and made.policy.data == {"key": "s3same"}
    kept = json.loads(json.dumps(recorded(made)))
    assert rebuild(Values, kept) == made
    with pytest.raises(LookupError, match="The journal's policy is none"):
        rebuild(Values, {**kept, "policy": {**kept["policy"], "text": "{}"}})


def test_a_document_that_is_not_kept_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("a = 1\n")
    field = document("toml")
    made = field.parse(str(path))
    assert made.data == {"a": 1}
    assert field.keep(made) == {"path": str(path), "sha256": made.sha256}
    with pytest.raises(LookupError, match="The journal does not keep the text of "):
        field.restore(field.keep(made))
    for wrong in (5, "text", {}, {"path": "x"}, {"path": 1, "sha256": "x"}):
        with pytest.raises(ValueError):
            field.restore(wrong)


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("a.json", '{"a": 1,\n "b": x}', "a.json:2:7: not valid JSON: JSON is malformed: invalid character."),
        ("a.json", '{"é": é}', "a.json:1:7: not valid JSON"),
        ("a.json", '{"a":\n', "a.json:2:1: not valid JSON: Input data was truncated."),
        ("a.toml", "a = 1\nb = x", "a.toml:2:5: not valid TOML: Invalid value."),
        ("a.toml", "a = [1,\n", "a.toml:2:1: not valid TOML: Invalid value."),
        ("a.txt", "a = 1", "a.txt:1:1: not valid JSON"),
        ("a.json", "[" * 500 + "]" * 500, "a.json: it is nested too deep."),
    ],
)
def test_a_fault_names_file_line_and_column(
    name: str, text: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(text, encoding="utf-8")
    with pytest.raises(ValueError) as refused:
        build(Values, {"at": "1h", "policy": name})
    assert f"--policy: {why}" in str(refused.value)


def test_what_cannot_be_read_as_a_document_is_refused_without_waiting(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b" " * (LIMIT + 1))
    field = document("json")
    for path, why in (
        (str(tmp_path), "it is a folder, not a file"),
        (str(tmp_path / "gone"), "No such file or directory"),
        (str(tmp_path / "large"), "it is larger than the 1,048,576 bytes that are read"),
        ("~no-such-user/x", "cannot be read"),
        ("-", "Only a command line reads a document from stdin. Next: give the path of a file."),
        ("a\0b", "is no JSON file"),
    ):
        with pytest.raises(ValueError, match=why):
            field.parse(path)


def typed(*words: str) -> Any:
    return parsed([Values.name, "--at", "2026-11-20T09:00Z", *words], Values, STACK)


def test_the_command_line_reads_a_document_from_stdin(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def given(content: bytes) -> None:
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(content)))

    given(b'\xef\xbb\xbf{"a": 1}')
    made = typed("--policy", "-")
    assert (made.policy.path, made.policy.data) == ("-", {"a": 1})
    assert made.cli(()).endswith("--policy=-")
    for content, why in ((b"{", "-:1:2: not valid"), (b"\xff", "not UTF-8"), (b" " * (LIMIT + 1), "larger than")):
        given(content)
        with pytest.raises(SystemExit):
            typed("--policy", "-")
        assert why in capsys.readouterr().err


@dataclass(frozen=True)
class Made(Does):
    """Take a secret that may be made."""

    name = "test.made"

    token: Annotated[Secret, secret("token", made=lambda: "fresh"), "a token"]


def test_a_secret_that_is_left_out_is_made_when_it_is_applied() -> None:
    for made in (build(Made, {}), parsed([Made.name], Made, STACK)):
        assert isinstance(made, Made)
        assert made.token.is_made and made.token.reveal() == "fresh"
        assert recorded(made) == {} and made.cli(()) == "groundskeeper apply test.made"
    given = build(Made, {"token": "mine"})
    assert not given.token.is_made and given.token.reveal() == "mine"


def test_a_password_has_to_be_given() -> None:
    @dataclass(frozen=True)
    class Asks(Does):
        """Take a password."""

        name = "test.asks"
        password: Annotated[Secret, secret("password"), "a password"]

    with pytest.raises(ValueError, match="--password is missing"):
        build(Asks, {})
    assert Password


async def nothing(aws: Any, stack: Stack, given: Any) -> Sequence[Choice]:
    return ()


async def test_read_values_keep_kind_and_permissions() -> None:
    bucket = listed_in(buckets, name_of(BUCKET), after=("group",))
    assert (bucket.kind, bucket.permissions) == (BUCKET, ("s3:ListAllMyBuckets",))
    assert bucket.reads is not None and bucket.reads.after == ("group",)
    assert bucket.read("arn:aws:s3:::site")[0] == "site"
    (found,) = [p.field for p in parameters(Export) if p.name == "bucket"]
    assert found.permissions == bucket.permissions and found.reads is not None
    text = read_from(nothing, TEXT, permissions=("a:B",))
    assert (text.permissions, text.safe) == (("a:B",), False)


async def test_the_resources_of_a_listing_are_the_values() -> None:
    class Aws:
        async def region(self, service: str) -> str:
            return "eu-west-1"

        async def pages(self, *_: str, **__: Any) -> Any:
            yield {"Buckets": [{"Name": "b-2"}, {"Name": "b-1", "BucketRegion": "eu-west-1"}]}
            yield {"Buckets": [{"Name": "b-2"}, {"Name": "far", "BucketRegion": "us-east-1"}]}

    reads = listed_in(buckets, name_of(BUCKET)).reads
    assert reads is not None
    assert await reads.fetch(Aws(), STACK, {}) == [Choice("b-1"), Choice("b-2")]  # type: ignore[arg-type]


@dataclass(frozen=True)
class Reads(Does):
    """Take what is read."""

    name = "test.reads"

    ones: Annotated[tuple[str, ...], many(read_from(nothing, permissions=("test:ListOnes",))), "which"]


def test_the_help_says_that_values_are_read(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed([Reads.name, "--help"], Reads, STACK)
    told = " ".join(capsys.readouterr().out.split())
    assert "which; with commas, or --ones several times; a form reads from AWS which there are" in told


def test_the_policy_lets_forms_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(desk_tasks, "OPERATIONS", {Reads.name: Reads})
    assert policy.run(Namespace(), Options()) == 0
    assert "test:ListOnes" in capsys.readouterr().out
    assert policy.run(Namespace(), Options(read_only=True)) == 0
    assert "test:ListOnes" not in capsys.readouterr().out
