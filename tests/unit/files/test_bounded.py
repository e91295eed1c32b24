"""Files that hold what nobody would write: a sentence that names the file, at once, and the others are read."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ConfigParseError

from console.aws.login.credentials import _check
from console.aws.login.profile_faults import TokenFile, TokenFileUnreadable
from console.aws.session import make_core
from console.aws.target import Target
from console.aws.tls import BundleUnreadable, aws_context, web_context
from console.demo import record
from console.desk.workspace import open_workspace
from console.discovery.terraform import named_in, read_outputs
from console.files.bounded import LIMIT, parse_json, parse_toml, read_bytes, read_text
from console.files.memory import Memory, recall
from console.files.settings import SettingsError, load_settings, make_private, state_dir
from console.inventory.found import Inventory
from console.options import Options, UsageError
from console.problems import classify
from console.stack_files.file import StackError, load

STACK = 'name = "shop"\nenvironment = "staging"\nproduction = false\n'


def fifo(path: Path) -> None:
    os.mkfifo(path)


def device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def bound(path: Path) -> None:
    """A socket, whose name may have 107 bytes only."""
    with socket.socket(socket.AF_UNIX) as one:
        here = Path.cwd()
        os.chdir(path.parent)
        try:
            one.bind(path.name)
        finally:
            os.chdir(here)


def huge(path: Path) -> None:
    path.touch()
    os.truncate(path, 100 << 20)


def holding(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


NO_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a FIFO": (fifo, "it is a FIFO, not a file"),
    "a folder": (Path.mkdir, "it is a folder, not a file"),
    "a device": (device, "it is a device, not a file"),
    "a socket": (bound, "No such device or address"),
    "100 MB": (huge, "larger than"),
    "no UTF-8": (holding(b"x = '\xff\xfe'"), "not UTF-8"),
    "a link to itself": (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
}
ODD_TOML: dict[str, tuple[Callable[[Path], object], str]] = {
    "brackets": (holding(b"x = " + b"[" * 10_000 + b"]" * 10_000), "nested too deep"),
    "tables": (holding(b"x = " + b"{a = " * 10_000), "nested too deep"),
    "dots": (holding(b"a." * 10_000 + b"a = 1"), "nested too deep"),
    "5,000 digits": (holding(b"x = " + b"9" * 5_000), "a number in it is too large"),
    "4,000 digits": (holding(b"x = " + b"9" * 4_000), "x: the number is too large"),
    "5,000 hexadecimal digits": (holding(b"x = 0x" + b"f" * 5_000), "x: the number is too large"),
    "nan": (holding(b"[a]\nx = [1.5, nan]"), "a.x[1]: nan is no number"),
    "inf": (holding(b"x = -inf"), "x: -inf is no number"),
    "NUL": (holding(b"x = '\0'"), "not valid TOML"),
    "NUL in a key": (holding(b'["a\\u0000b"]\nx = 1'), "a key in it holds a NUL character"),
    "NUL as an escape": (holding(b'x = "a\\u0000b"'), "x: it holds a NUL character"),
    "16 bits": (holding('x = "a"'.encode("utf-16")), "not UTF-8"),
}


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("CONFIG", "STATE", "RUNTIME"):
        monkeypatch.setenv(f"GROUNDSKEEPER_{name}_DIR", str(tmp_path / name.lower()))
    (tmp_path / "config" / "stacks").mkdir(parents=True)
    make_private(state_dir())
    return tmp_path / "config"


@pytest.mark.parametrize("case", NO_FILES | ODD_TOML)
def test_a_stack_file_is_refused_by_name_and_the_other_stacks_open(case: str, folders: Path) -> None:
    make, why = (NO_FILES | ODD_TOML)[case]
    path = folders / "stacks" / "odd.toml"
    make(path)
    with pytest.raises(StackError) as refused:
        load(path)
    said = str(refused.value)
    assert str(path) in said and why in said and len(said) < 700
    (folders / "stacks" / "shop.toml").write_text(STACK)
    workspace = open_workspace(Options())
    assert [stack.name for stack in workspace.stacks] == ["shop"]
    assert [str(path) in sentence for sentence in workspace.broken] == [True]


@pytest.mark.parametrize("case", NO_FILES | ODD_TOML)
def test_the_settings_are_refused_by_name(case: str, folders: Path) -> None:
    make, why = (NO_FILES | ODD_TOML)[case]
    make(folders / "settings.toml")
    with pytest.raises(SettingsError, match=r"settings\.toml") as refused:
        load_settings()
    assert why in str(refused.value)


def test_a_byte_order_mark_is_no_part_of_the_text(folders: Path) -> None:
    path = folders / "stacks" / "shop.toml"
    path.write_text(STACK, encoding="utf-8-sig")
    assert load(path).name == "shop"
    (folders / "settings.toml").write_text('region = "eu-west-1"', encoding="utf-8-sig")
    assert load_settings().region == "eu-west-1"


def test_a_number_that_is_none_is_no_threshold(folders: Path) -> None:
    """Nothing is above nan: a check with it would be well whatever it finds."""
    path = folders / "stacks" / "shop.toml"
    path.write_text(f"{STACK}[thresholds.ecs]\nx = nan\n")
    with pytest.raises(StackError, match=r"thresholds\.ecs\.x: nan is no number to compare with"):
        load(path)


ODD_JSON: dict[str, Callable[[Path], object]] = {
    "brackets": holding(b"[" * 100_000),
    "tables": holding(b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
    "nested": holding(b'{"stack": ' + b"[" * 500 + b"]" * 500 + b"}"),
    "5,000 digits": holding(b'{"stack": ' + b"9" * 5_000 + b"}"),
    "NaN": holding(b'{"stack": NaN}'),
    "infinite": holding(b'{"stack": 1e999}'),
    "NUL": holding(b'{"stack": "\0"}'),
    "NUL in a key": holding(b'{"a": {"stack\\u0000": "x"}}'),
    "nothing": holding(b""),
}


@pytest.mark.parametrize("case", {name: made for name, (made, _) in NO_FILES.items()} | ODD_JSON)
def test_what_is_kept_in_the_state_folder_counts_as_absent(case: str) -> None:
    makes = {name: made for name, (made, _) in NO_FILES.items()} | ODD_JSON
    makes[case](state_dir() / "last.json")
    assert recall() == Memory()
    make_private(record.record_path().parent)
    makes[case](record.record_path())
    try:
        assert record.read() is None
    except record.DemoError as refused:
        assert str(record.record_path()) in str(refused)


@pytest.mark.parametrize("case", {name: made for name, (made, _) in NO_FILES.items() if name != "a folder"} | ODD_JSON)
def test_outputs_of_terraform_are_refused_by_name(case: str, tmp_path: Path) -> None:
    makes = {name: made for name, (made, _) in NO_FILES.items()} | ODD_JSON
    path = tmp_path / "outputs.json"
    makes[case](path)
    with pytest.raises(UsageError, match=r"terraform output -json > outputs\.json") as refused:
        named_in(read_outputs(str(path)), Inventory("1", "r", ()))
    if case in NO_FILES:
        assert str(path) in str(refused.value)


def test_outputs_that_nest_as_deep_as_they_may_are_read(tmp_path: Path) -> None:
    path = tmp_path / "outputs.json"
    path.write_text('{"a": {"sensitive": false, "value": ' + "[" * 90 + '"x"' + "]" * 90 + "}}")
    assert named_in(read_outputs(str(path)), Inventory("1", "r", ())) == []


@pytest.fixture
def pipe() -> Iterator[tuple[Path, int]]:
    """What the shell makes of ``<(command)``: its name, and the end to write to."""
    out, into = os.pipe()
    yield Path(f"/dev/fd/{out}"), into
    os.close(out)


def test_a_pipe_of_the_shell_is_read_where_one_is_expected(pipe: tuple[Path, int]) -> None:
    path, into = pipe
    os.write(into, b"text")
    os.close(into)
    with pytest.raises(OSError, match="FIFO"):
        read_text(path)
    assert read_text(path, pipe=True) == "text"


def test_a_file_of_the_size_that_is_read_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * LIMIT)
    assert len(read_bytes(path)) == LIMIT
    path.write_bytes(b"x" * (LIMIT + 1))
    with pytest.raises(OSError, match="larger"):
        read_bytes(path)


def test_the_usual_is_parsed() -> None:
    assert parse_toml("x = [1, 2.5, -3]\ny = true") == {"x": [1, 2.5, -3], "y": True}
    assert parse_json(b'{"x": [1, 2.5, null]}') == {"x": [1, 2.5, None]}


@pytest.mark.parametrize("name", ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"])
@pytest.mark.parametrize("case", ["100 MB", "no UTF-8", "brackets"])
def test_the_files_of_aws_are_refused_by_name(
    case: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "aws"
    (NO_FILES | ODD_TOML)[case][0](path)
    monkeypatch.setenv(name, str(path))
    with pytest.raises(ConfigParseError) as refused:
        make_core(Target()).full_config  # noqa: B018
    problem = classify(refused.value)
    assert str(path) in problem.what and "config file" in problem.hint


@pytest.mark.parametrize("case", NO_FILES)
def test_a_token_and_authorities_that_are_no_files_are_refused_by_name(case: str, tmp_path: Path) -> None:
    make, why = NO_FILES[case]
    path = tmp_path / "odd"
    make(path)
    with pytest.raises(TokenFileUnreadable, match=re.escape(str(path))) as refused:
        TokenFile(str(path))()
    assert why in str(refused.value)
    if case == "no UTF-8":
        why = "it holds no certificate"
    for context in (aws_context, web_context):
        with pytest.raises(BundleUnreadable, match=re.escape(str(path))) as unread:
            context(str(path))
        assert why in str(unread.value)


def test_what_a_credential_process_nests_is_not_read() -> None:
    with pytest.raises(json.JSONDecodeError, match="no JSON object"):
        _check(b"[" * 60_000)
