"""Every subcommand with an output that is not UTF-8, closed, full or abandoned: a sentence and the right code."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from console.__main__ import main
from console.cli import health
from console.cli.parser import COMMANDS
from tests.paths import ROOT

STACK = """
name = "shop"
environment = "production"
production = true
region = "eu-west-1"
endpoint_url = "http://127.0.0.1:9"
[[ecs]]
cluster = "shop"
services = ["web"]
"""
NAME = "caf\u00e9\U0001f469.toml"
SCALE = "ecs.scale --service web --desired 2"
WORDS = {
    "health": ("health", 3, 3),
    "health as JSON": ("health --json", 3, 3),
    "health with a wrong flag": ("health --bogus", 3, 3),
    "logs": ("logs /g", 2, 2),
    "stacks": ("stacks", 0, 2),
    "stacks as JSON": ("stacks --json", 0, 2),
    "policy": ("policy", 0, 2),
    "operations": ("operations", 0, 2),
    "operations as JSON": ("operations --json", 0, 2),
    "tasks": ("tasks", 0, 2),
    "tasks as JSON": ("tasks --json", 0, 2),
    "plan": (f"plan {SCALE}", 2, 2),
    "apply": (f"apply {SCALE}", 2, 2),
    "undo": ("undo nothing", 2, 2),
    "journal": ("journal", 0, 2),
    "journal as JSON": ("journal --json", 0, 2),
    "init": ("init --name x --yes", 2, 2),
    "doctor": ("doctor", 1, 2),
    "doctor as JSON": ("doctor --json", 1, 2),
    "demo-server": ("demo-server --about", 0, 2),
    "help": ("--help", 0, 2),
    "version": ("--version", 0, 2),
}
"""Words, the exit code, and the one where stdout takes nothing."""

REDIRECTIONS = (">/dev/full", ">&-", "2>/dev/full", "2>&-", ">/dev/full 2>/dev/full", "<&- >&- 2>&-")
BROKEN = ("Traceback", "Exception ignored", "error of its own", "Error:")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """One stack whose endpoint answers nothing, and folders of the test's own."""
    stacks = tmp_path / "settings" / "stacks"
    stacks.mkdir(parents=True)
    (stacks / NAME).write_text(STACK, encoding="utf-8")
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "GROUNDSKEEPER_CONFIG_DIR": str(tmp_path / "settings"),
        "GROUNDSKEEPER_STATE_DIR": str(tmp_path / "state"),
        "GROUNDSKEEPER_RUNTIME_DIR": str(tmp_path / "run"),
    }


def shell(words: str, redirection: str, environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    line = f"exec {sys.executable} -m console {words} {redirection}"
    return subprocess.run(["bash", "-c", line], env=environment, capture_output=True, stdin=subprocess.DEVNULL)


def test_no_subcommand_is_left_out() -> None:
    assert set(COMMANDS) == {words.split()[0] for words, _, _ in WORDS.values()} - {"--help", "--version"}


@pytest.mark.parametrize("case", WORDS)
def test_a_stream_that_is_closed_or_full_changes_no_verdict(case: str, environment: dict[str, str]) -> None:
    words, usual, unwritten = WORDS[case]
    for redirection in REDIRECTIONS:
        done = shell(words, redirection, environment)
        said = (done.stdout + done.stderr).decode()
        full = redirection.startswith(">/dev/full")
        assert done.returncode in ((unwritten, usual) if full and usual else (unwritten,) if full else (usual,)), (
            redirection,
            said,
        )
        assert not any(word in said for word in BROKEN), (redirection, said)
        if redirection == ">/dev/full" and usual == 0:
            assert "stdout could not be written (No space left on device)" in said


@pytest.mark.parametrize("case", WORDS)
def test_an_encoding_without_the_signs_shows_them_as_escapes(case: str, environment: dict[str, str]) -> None:
    words, usual, _ = WORDS[case]
    environment = {**environment, "PYTHONIOENCODING": "ascii", "LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0"}
    done = shell(words, "", environment)
    said = (done.stdout + done.stderr).decode("ascii")
    assert not any(word in said for word in BROKEN), said
    assert done.returncode in (usual, 1 if words.startswith("doctor") else usual)  # it says that this is no UTF-8
    if "--json" in words:
        json.loads(done.stdout)


def test_what_is_escaped_is_the_same_text_in_json(environment: dict[str, str]) -> None:
    """Also what is outside of 16 bits, which JSON takes as two halves."""
    usual = json.loads(shell("stacks --json", "", environment).stdout)
    for encoding in ("ascii", "latin-1"):
        done = shell("stacks --json", "", {**environment, "PYTHONIOENCODING": encoding})
        assert json.loads(done.stdout.decode(encoding)) == usual
    assert NAME in str(usual)


def test_a_reader_that_ends_early_is_no_error(environment: dict[str, str]) -> None:
    line = f"{sys.executable} -m console operations --json | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], env=environment, capture_output=True)
    assert done.returncode in (0, 128 + signal.SIGPIPE) and done.stderr == b""


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError("odd"), 3),
        (MemoryError(), 3),
        (RecursionError("too deep"), 3),
        (ExceptionGroup("two", [ValueError(), KeyError()]), 3),
        (UnicodeEncodeError("ascii", "\u00e9", 0, 1, "no"), 3),
        (OSError(28, "No space left on device"), 3),
        (asyncio.CancelledError(), 3),
        (SystemExit(), 0),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 141),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.faults
def test_no_fault_of_health_itself_looks_like_a_verdict(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A monitor takes 0, 1 and 2 for ok, warn and crit."""
    monkeypatch.setenv("GROUNDSKEEPER_STATE_DIR", str(tmp_path))
    monkeypatch.setattr("console.cli.run.give_up", lambda: None)

    def fails(*_: object) -> int:
        raise error

    monkeypatch.setattr(health, "open_workspace", fails)
    assert main(["health"]) == code
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("where", ["findings", "_table", "_counts", "columns"])
@pytest.mark.faults
def test_what_fails_while_health_is_judged_or_printed_is_unknown(
    where: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError("password=tulip")

    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(health, where, fails)
    assert main(["health"]) == 3
    err = capfd.readouterr().err
    assert "tulip" not in err and "Traceback" not in err


@pytest.mark.parametrize(
    "words", [["health", "--bogus"], ["--bogus", "health"], ["health", "--view", "x"], ["health", "x"]]
)
def test_wrong_words_of_health_are_unknown_too(words: list[str]) -> None:
    assert main(words) == 3


def test_packages_of_another_are_no_verdict_either(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "console").mkdir()
    (tmp_path / "console" / "__init__.py").touch()
    environment = {**environment, "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    for words, code in (("health", 3), ("stacks", 2)):
        done = subprocess.run(
            [sys.executable, "-m", "groundskeeper", words], env=environment, capture_output=True, cwd=tmp_path
        )
        assert done.returncode == code, done.stderr


@pytest.mark.faults
def test_a_change_whose_command_failed_is_unknown_and_not_failed(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("console.cli.session.Runner", fails)
    assert main(["apply", *SCALE.split(), "--yes"]) == 5
    assert main(["plan", *SCALE.split()]) == 1
    assert "send this file" in capfd.readouterr().err
