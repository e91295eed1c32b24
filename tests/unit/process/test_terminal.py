"""What the console refuses to be drawn on, each with a sentence that says what to do."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.process.terminal import SLOW_LINE, colour_mode, over_ssh, refusal, spare_line

GOOD = {"TERM": "xterm-256color"}


class Screen:
    """A terminal of a size, and streams on it."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        self.resize(80, 24)

    def resize(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def stream(self, encoding: str = "utf-8") -> io.TextIOWrapper:
        return io.TextIOWrapper(io.FileIO(self.slave, "w", closefd=False), encoding=encoding)


@pytest.fixture
def screen() -> Iterator[Screen]:
    """A terminal of 80x24."""
    screen = Screen()
    yield screen
    os.close(screen.master)
    os.close(screen.slave)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[io.TextIOWrapper]:
    """A stream that is no terminal."""
    with (tmp_path / "file").open("w") as opened:
        yield opened


def test_an_ordinary_terminal_is_taken(screen: Screen) -> None:
    tty = screen.stream()
    assert refusal(tty, tty, tty, GOOD) is None
    assert refusal(tty, tty, screen.stream("UTF-8"), GOOD) is None


def test_no_terminal(screen: Screen, file: io.TextIOWrapper) -> None:
    tty = screen.stream()
    for stdin, stdout in ((file, tty), (tty, file), (file, file)):
        reason = refusal(stdin, stdout, tty, GOOD)
        assert reason is not None and "groundskeeper health" in reason
    reason = refusal(tty, tty, file, GOOD)
    assert reason is not None and "2>" in reason


@pytest.mark.parametrize("term", [None, "", "dumb", "unknown"])
def test_a_terminal_without_abilities(screen: Screen, term: str | None) -> None:
    tty = screen.stream()
    reason = refusal(tty, tty, tty, {} if term is None else {"TERM": term})
    assert reason is not None and "export TERM=xterm-256color" in reason


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
def test_a_locale_that_is_not_utf8(screen: Screen, encoding: str) -> None:
    tty = screen.stream()
    reason = refusal(tty, tty, screen.stream(encoding), GOOD)
    assert reason is not None and "export LC_ALL=C.UTF-8" in reason


@pytest.mark.parametrize(
    ("columns", "rows", "taken"), [(60, 16, True), (59, 16, False), (60, 15, False), (9, 9, False)]
)
def test_a_small_window(screen: Screen, columns: int, rows: int, taken: bool) -> None:
    screen.resize(columns, rows)
    tty = screen.stream()
    reason = refusal(tty, tty, tty, GOOD)
    assert reason is None if taken else reason is not None and f"{columns}x{rows}" in reason


def test_a_terminal_that_does_not_tell_its_size_is_taken(screen: Screen) -> None:
    screen.resize(0, 0)
    tty = screen.stream()
    assert refusal(tty, tty, tty, GOOD) is None


@pytest.mark.parametrize(
    ("environ", "mode"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "linux"}, "16"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, "none"),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, "none"),
    ],
)
def test_colours(environ: dict[str, str], mode: str) -> None:
    assert colour_mode(environ) == mode


def test_no_color_is_read_as_textual_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    from textual.app import App

    for value in ("", "1", None):
        if value is None:
            monkeypatch.delenv("NO_COLOR", raising=False)
        else:
            monkeypatch.setenv("NO_COLOR", value)
        app: App[None] = App()
        assert app.no_color == (colour_mode(os.environ) == "none")


def test_over_ssh_the_line_is_spared_but_the_operator_has_the_last_word() -> None:
    near: dict[str, str] = {}
    spare_line(near)
    assert near == {} and not over_ssh(near)
    far = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22", "TEXTUAL_FPS": "30"}
    spare_line(far)
    assert over_ssh(far) and far["TEXTUAL_FPS"] == "30" and far["TEXTUAL_ANIMATIONS"] == "none"


def test_textual_reads_what_it_is_told_about_the_line() -> None:
    code = "from textual import constants as c; print(c.MAX_FPS, c.TEXTUAL_ANIMATIONS, c.SMOOTH_SCROLL)"
    told = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **SLOW_LINE}, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["15", "none", "False"]
