"""The crash file: complete enough to mend the error, and nothing in it that must not be written."""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from textual.drivers._writer_thread import WriterThread

from console.files.settings import make_private
from console.process import crash
from console.text import clean

SECRET = "correct-horse-battery"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the test's own, and a process that has not crashed yet."""
    monkeypatch.setenv("GROUNDSKEEPER_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(crash, "_written", {})
    monkeypatch.setattr(crash, "_told", [])
    return tmp_path / "state"


def fail(message: str) -> Exception:
    local = SECRET  # a local variable that must not be written
    try:
        raise ValueError(message) from KeyError(len(local))
    except ValueError as error:
        return error


def test_the_file_holds_the_traceback_but_no_local_variables(state: Path) -> None:
    path = crash.write_crash(fail("the answer had no tasks"))
    assert path is not None and path.parent == state / "crashes"
    text = path.read_text()
    assert "ValueError: the answer had no tasks" in text
    assert "KeyError" in text and "test_crash.py" in text and "in fail" in text
    assert SECRET not in text
    assert text.startswith("Groundskeeper ")


def test_only_the_owner_can_read_it(state: Path) -> None:
    path = crash.write_crash(fail("private"))
    assert path is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_each_line_is_cleaned_and_redacted() -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nSECRETLINE\n-----END RSA PRIVATE KEY-----"
    path = crash.write_crash(fail(f"\x1b]0;owned\x07 AKIAQ3EGR7ZP2XW5LM4T password=tulip\n{key}\n\u202eend"))
    assert path is not None
    text = path.read_text()
    for gone in ("\x1b", "\x07", "\u202e", "AKIAQ3EGR7ZP2XW5LM4T", "tulip", "SECRETLINE"):
        assert gone not in text
    assert all(line == clean(line) for line in text.splitlines())


def test_a_huge_message_is_cut(state: Path) -> None:
    path = crash.write_crash(fail("x\n" * 1_000_000))
    assert path is not None
    assert path.stat().st_size < 2 * crash.LIMIT
    assert "characters left out" in path.read_text()


def test_the_same_crash_is_written_once_and_another_beside_it(state: Path) -> None:
    first, again = crash.write_crash(fail("one")), crash.write_crash(fail("two"))
    other = crash.write_crash(RuntimeError("elsewhere"))
    assert first == again != other
    assert len(list((state / "crashes").iterdir())) == 2


def test_old_files_go(state: Path) -> None:
    folder = make_private(state / "crashes")
    for number in range(crash.KEPT + 5):
        (folder / f"groundskeeper-crash-2020{number:04}.txt").write_text("old")
    (folder / "notes.txt").write_text("not ours")
    path = crash.write_crash(fail("new"))
    kept = sorted(folder.glob("groundskeeper-crash-*"))
    assert len(kept) == crash.KEPT and kept[-1] == path
    assert (folder / "notes.txt").exists()


def test_without_a_state_folder_the_temporary_folder_serves(
    tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state.write_text("a file where the folder should be")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    path = crash.write_crash(fail("no state"))
    assert path is not None and path.parent.parent == temporary
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "ValueError: no state" in path.read_text()


def test_the_folder_in_the_temporary_one_can_be_guessed_by_nobody(
    tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state.write_text("a file where the folder should be")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folders = set()
    for number in range(2):
        monkeypatch.setattr(crash, "_written", {})
        path = crash.write_crash(fail(str(number)))
        assert path is not None
        folders.add(path.parent)
    assert len(folders) == 2


class Unspeakable(Exception):
    """An error whose message is at fault itself."""

    def __str__(self) -> str:
        raise RuntimeError("no message")


def test_an_error_that_cannot_be_put_in_words_is_written_all_the_same() -> None:
    path = crash.write_crash(Unspeakable())
    assert path is not None and "Unspeakable" in path.read_text()
    assert "cannot be told" in crash.in_words(Unspeakable())


def test_in_words_an_error_is_safe_to_show() -> None:
    said = crash.in_words(ValueError("\x1b[31m password=tulip AKIAQ3EGR7ZP2XW5LM4T\n" + "x" * 1000))
    assert said.startswith("ValueError: ") and len(said) <= 300 and said == clean(said)
    assert "tulip" not in said and "AKIA" not in said
    assert crash.in_words(ValueError()) == "ValueError"


def dive(depth: int) -> None:
    if depth:
        dive(depth - 1)
    fail("deep")
    raise ValueError("deep")


def test_one_fault_that_is_reached_in_many_ways_is_one_file(state: Path) -> None:
    for depth in (3, 10, 40):
        with contextlib.suppress(ValueError):
            dive(depth)
        try:
            dive(depth)
        except ValueError as error:
            crash.write_crash(error)
    assert len(list((state / "crashes").iterdir())) == 1


def test_when_nothing_can_be_written_it_says_so(
    tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    state.write_text("a file where the folder should be")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "absent"))
    assert crash.write_crash(fail("nowhere")) is None
    crash.tell()
    assert "no file could be written" in capsys.readouterr().err


def test_each_file_is_named_once_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    path = crash.write_crash(fail("told"))
    crash.tell()
    crash.tell()
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and str(path) in err


def test_a_thread_and_an_event_loop_write_without_printing(
    state: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    crash.install_hooks()
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()

    async def lose_a_task() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(crash.on_loop_error)
        loop.call_exception_handler({"message": "lost", "exception": LookupError("lost task")})
        loop.call_exception_handler({"message": "a message alone"})

    asyncio.run(lose_a_task())
    texts = "".join(path.read_text() for path in (state / "crashes").iterdir())
    assert "ZeroDivisionError" in texts and "lost task" in texts and "a message alone" in texts
    assert capfd.readouterr() == ("", "")


def test_a_terminal_that_was_closed_is_no_crash(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual writes in a thread of its own, which meets the closed terminal before the console is told of it."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    crash.install_hooks()
    other_end, end = os.openpty()
    os.close(other_end)
    with contextlib.suppress(OSError), os.fdopen(end, "w") as terminal:
        writer = WriterThread(terminal)
        writer.start()
        writer.write("a frame\n")
        writer.join()
    assert not (state / "crashes").exists()


def test_a_program_that_crashes_prints_one_sentence_and_no_traceback(state: Path) -> None:
    code = "from console.process import crash\ncrash.install_hooks()\nraise ValueError('inside')"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    (path,) = (state / "crashes").iterdir()
    assert ended.returncode == 1 and ended.stdout == ""
    assert ended.stderr == f"{crash.sentence(path)}\n"
    assert "ValueError: inside" in path.read_text()
