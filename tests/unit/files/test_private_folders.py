"""What another user owns, may change or may look into is not used; nothing falls back to a shared folder."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from console.demo import record
from console.demo.options import DemoError, ServerOptions
from console.files.settings import FolderError, check_private, make_private, read_private, runtime_dir, state_dir
from console.launch import run_console
from console.options import Options
from tests.paths import ROOT

SOMEBODY = 54321
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of this test's own, with no folder named by a variable."""
    for name in ("GROUNDSKEEPER_STATE_DIR", "GROUNDSKEEPER_RUNTIME_DIR", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def folder(path: Path, mode: int) -> Path:
    path.mkdir()
    path.chmod(mode)
    return path


@pytest.mark.parametrize("bits", [0o755, 0o750, 0o701])
def test_a_folder_that_the_operator_named_is_refused_and_left_as_it_is(
    home: Path, monkeypatch: pytest.MonkeyPatch, bits: int
) -> None:
    shared = folder(home / "shared", bits)
    monkeypatch.setenv("GROUNDSKEEPER_STATE_DIR", str(shared))
    with pytest.raises(FolderError) as caught:
        make_private(state_dir() / "crashes")
    assert str(caught.value) == (
        f"{shared}: this is open to other users (mode {bits:o}) and is not used. "
        f"Next: chmod 700 {shared}, or name a folder of your own in GROUNDSKEEPER_STATE_DIR."
    )
    assert mode(shared) == bits


@pytest.mark.parametrize("bits", [0o777, 0o1777, 0o770])
@pytest.mark.parametrize("name", ["shared", "groundskeeper"])
def test_a_folder_that_others_may_write_to_is_refused_whatever_its_name(
    home: Path, monkeypatch: pytest.MonkeyPatch, bits: int, name: str
) -> None:
    """It may be /tmp: then chmod is no advice to give."""
    shared = folder(home / name, bits)
    monkeypatch.setenv("GROUNDSKEEPER_RUNTIME_DIR", str(shared))
    with pytest.raises(
        FolderError, match=r"is not used\. Next: name a folder of your own in GROUNDSKEEPER_RUNTIME_DIR"
    ):
        make_private(runtime_dir())
    assert mode(shared) == bits


def test_a_folder_of_ours_from_an_earlier_version_is_closed(home: Path) -> None:
    (home / ".local" / "state").mkdir(parents=True)
    own = folder(home / ".local" / "state" / "groundskeeper", 0o755)
    within = folder(own / "locks", 0o755)
    assert make_private(state_dir() / "locks") == within
    assert (mode(own), mode(within)) == (0o700, 0o700)


def test_folders_within_a_named_one_are_closed_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDSKEEPER_STATE_DIR", str(folder(home / "mine", 0o700)))
    within = folder(home / "mine" / "demo-00000000", 0o755)
    make_private(within)
    assert mode(within) == 0o700


@root_only
def test_what_belongs_to_another_user_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = folder(home / "groundskeeper", 0o700)
    os.chown(theirs, SOMEBODY, SOMEBODY)
    monkeypatch.setenv("GROUNDSKEEPER_STATE_DIR", str(theirs))
    with pytest.raises(FolderError, match=rf"another user \({SOMEBODY}\).*Next: name a folder of your own"):
        make_private(state_dir())


@root_only
def test_a_link_of_another_user_is_refused_also_where_it_leads_to_a_folder_of_ours(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder(home / "mine", 0o700)
    link = home / "link"
    link.symlink_to(home / "mine")
    monkeypatch.setenv("GROUNDSKEEPER_STATE_DIR", str(link))
    assert make_private(state_dir()) == link
    os.chown(link, SOMEBODY, SOMEBODY, follow_symlinks=False)
    with pytest.raises(FolderError, match="another user"):
        make_private(state_dir())


def test_a_link_is_judged_by_what_it_leads_to(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "link").symlink_to(folder(home / "shared", 0o777))
    monkeypatch.setenv("GROUNDSKEEPER_STATE_DIR", str(home / "link"))
    with pytest.raises(FolderError, match="mode 777"):
        make_private(state_dir())


def test_a_folder_that_anybody_could_put_another_in_the_place_of_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_to_all = folder(home / "drop", 0o777)
    monkeypatch.setenv("GROUNDSKEEPER_STATE_DIR", str(folder(open_to_all / "groundskeeper", 0o700)))
    with pytest.raises(FolderError, match=f"by the rights of {open_to_all}"):
        make_private(state_dir())
    open_to_all.chmod(0o1777)
    make_private(state_dir())


def test_without_a_runtime_folder_of_its_own_it_lies_in_the_state_folder(
    home: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    private = folder(home / "own", 0o700)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(private))
    assert runtime_dir() == private / "groundskeeper"
    for given in (str(folder(home / "open", 0o755)), str(home / "absent"), "relative", ""):
        monkeypatch.setenv("XDG_RUNTIME_DIR", given)
        assert runtime_dir() == home / ".local" / "state" / "groundskeeper" / "run"
    assert not recwarn.list


@root_only
def test_the_runtime_folder_of_the_user_who_became_root_is_not_used(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    theirs = folder(home / "user", 0o700)
    os.chown(theirs, SOMEBODY, SOMEBODY)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(theirs))
    assert runtime_dir() == state_dir() / "run"


def test_a_file_is_read_only_where_nobody_else_could_have_written_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDSKEEPER_STATE_DIR", str(home))
    (home / "plain").write_bytes(b"mine")
    assert read_private(home / "plain") == b"mine"
    (home / "plain").chmod(0o666)
    with pytest.raises(FolderError, match="only you can change"):
        read_private(home / "plain")
    (home / "link").symlink_to(home / "plain")
    with pytest.raises(OSError, match="symbolic links"):
        read_private(home / "link")
    os.mkfifo(home / "pipe", 0o600)
    with pytest.raises(FolderError):
        read_private(home / "pipe")


@pytest.fixture
def planted(home: Path, monkeypatch: pytest.MonkeyPatch) -> record.Record:
    """A record and its folder as a server of ours leaves them."""
    monkeypatch.setenv("GROUNDSKEEPER_RUNTIME_DIR", str(home / "run"))
    make_private(runtime_dir() / "demo-5000")
    found = record.of(5000, ServerOptions(stacks=("expo",)))
    record.write(found)
    assert record.read() == found
    assert mode(record.record_path()) == 0o600
    return found


@pytest.mark.parametrize(
    "changed",
    [
        {"files": "/tmp/elsewhere/demo-5000"},
        {"files": "/tmp/x/../demo-5000"},
        {"url": "http://169.254.169.254:5000"},
        {"url": "http://127.0.0.1:99999"},
        {"url": "http://127.0.0.1:5001"},
        {"state": "../../elsewhere"},
        {"stacks": ("../../elsewhere",)},
        {"pid": -1},
    ],
)
def test_a_record_that_leads_elsewhere_is_not_believed(planted: record.Record, changed: dict[str, object]) -> None:
    record.write(msgspec.structs.replace(planted, **changed))
    assert record.read() is None


def test_a_record_that_others_could_have_written_is_refused_with_what_to_do(planted: record.Record) -> None:
    record.record_path().chmod(0o666)
    with pytest.raises(DemoError, match=r"demo\.json: .* Next: look who put it there"):
        record.read()
    record.record_path().chmod(0o600)
    planted.folder.chmod(0o777)
    with pytest.raises(DemoError, match="demo-5000"):
        record.alive()


@root_only
@pytest.mark.parametrize("path", ["run", "run/demo.json", "run/demo-5000"])
def test_another_users_record_is_refused(planted: record.Record, home: Path, path: str) -> None:
    os.chown(home / path, SOMEBODY, SOMEBODY)
    with pytest.raises(DemoError):
        record.read()


@pytest.mark.parametrize(
    ("words", "variable", "code"),
    [
        (["journal"], "GROUNDSKEEPER_STATE_DIR", 2),
        (["health", "--demo"], "GROUNDSKEEPER_RUNTIME_DIR", 3),
        (["health", "--demo"], "GROUNDSKEEPER_STATE_DIR", 3),
        (["stacks", "--demo"], "GROUNDSKEEPER_RUNTIME_DIR", 2),
        (["demo-server"], "GROUNDSKEEPER_RUNTIME_DIR", 2),
        (["demo-server"], "GROUNDSKEEPER_STATE_DIR", 2),
        (["--demo"], "GROUNDSKEEPER_RUNTIME_DIR", 2),
        (["stacks", "--endpoint-url", "http://127.0.0.1:9"], "GROUNDSKEEPER_RUNTIME_DIR", 2),
    ],
)
def test_every_command_that_needs_a_refused_folder_says_so(
    home: Path, words: list[str], variable: str, code: int
) -> None:
    shared = folder(home / "shared", 0o755)
    environment = {**os.environ, "HOME": str(home), variable: str(shared), "AWS_EC2_METADATA_DISABLED": "true"}
    done = subprocess.run(
        [sys.executable, "-m", "console", *words],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (code, "")
    assert f"{shared}" in done.stderr and "mode 755" in done.stderr
    assert f"Next: chmod 700 {shared}, or name a folder of your own in {variable}." in done.stderr
    assert done.stderr.count("\n") == 1 and mode(shared) == 0o755


def test_the_console_says_so_before_it_opens(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("console.launch.refusal", lambda *streams: None)
    for variable in ("GROUNDSKEEPER_STATE_DIR", "GROUNDSKEEPER_RUNTIME_DIR"):
        shared = folder(home / variable, 0o755)
        with monkeypatch.context() as patch:
            patch.setenv(variable, str(shared))
            assert run_console(Options()) == 2
        assert f"groundskeeper: {shared}: this is open to other users" in capsys.readouterr().err


def test_a_shared_folder_in_which_all_are_let_in_is_no_place_for_us() -> None:
    with pytest.raises(FolderError):
        check_private(Path("/tmp"))
