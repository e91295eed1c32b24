"""Whatever ends the console: it is gone, the terminal is as before, and a change in flight had its time."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from pathlib import Path

import pytest

from console.process.signals import CUT_OFF, RESET
from tests.paths import ROOT
from tests.pty.harness import Terminal

pytestmark = pytest.mark.pty

HERE = Path(__file__).parent
READY = "tiny is ready"
DRAWS = b"\x1b[?1049h"
SET_BY_TEXTUAL = {1000, 1003, 1004, 1006, 1015, 1049, 2004}


def tiny(*arguments: str | Path, ignore: tuple[signal.Signals, ...] = ()) -> Terminal:
    return Terminal([sys.executable, HERE / "tiny_app.py", *arguments], cwd=ROOT, ignore=ignore)


def assert_as_before(terminal: Terminal) -> None:
    assert terminal.termios() == terminal.modes_at_start
    terminal.lines()  # takes what is still on its way
    modes = terminal.modes()
    assert set(modes) >= SET_BY_TEXTUAL, "the program never drew"
    shown = {25, 7}  # the cursor and line wrap are on in a terminal at rest, all else is off
    assert {number for number, on in modes.items() if on} == shown
    assert terminal.raw.count(b"u") and terminal.raw.rfind(b"\x1b[<u") > terminal.raw.rfind(b"\x1b[>")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT])
def test_a_signal_ends_it_and_the_terminal_is_as_before(number: signal.Signals) -> None:
    with tiny() as terminal:
        terminal.wait_for(READY)
        terminal.kill(number)
        assert terminal.wait_exit() == 128 + number
        assert_as_before(terminal)


def test_quitting_is_left_to_textual() -> None:
    with tiny() as terminal:
        terminal.wait_for(READY)
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.termios() == terminal.modes_at_start


def test_a_main_thread_that_is_stuck_outside_python_does_not_matter(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with tiny("stuck", "0", mark) as terminal:
        terminal.wait_for(READY)
        terminal.wait_for(lambda _: mark.exists())
        terminal.kill(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert_as_before(terminal)


def test_a_terminal_that_nobody_reads_gets_its_modes_back() -> None:
    with tiny("flood") as terminal:
        terminal.wait_for(READY)
        wait_until_stalled(terminal.process.pid)
        terminal.kill(signal.SIGTERM)
        # Waited for without reading: the terminal is still stalled when the program goes.
        assert terminal.process.wait(15) == 128 + signal.SIGTERM
        terminal.wait_exit()
        assert_as_before(terminal)


def wait_until_stalled(pid: int) -> None:
    """Until the program's writer hangs in a write to the terminal and the rest of it has come to rest."""
    last, since = -1, time.monotonic()
    while time.monotonic() < since + 1:
        now = cpu_ticks(pid)
        if now != last:
            last, since = now, time.monotonic()
        time.sleep(0.05)


def cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


@pytest.mark.parametrize("ignore", [(), (signal.SIGHUP,)], ids=["hup", "hup-ignored"])
@pytest.mark.parametrize("mode", ["idle", "flood"])
def test_a_closed_terminal_leaves_no_orphan(mode: str, ignore: tuple[signal.Signals, ...]) -> None:
    with tiny(mode, ignore=ignore) as terminal:
        terminal.wait_for(READY)
        terminal.hang_up()
        assert terminal.process.wait(15) == 128 + signal.SIGHUP


def test_a_lost_parent_ends_it_though_the_terminal_lives_on(tmp_path: Path) -> None:
    pids, mark = tmp_path / "pids", tmp_path / "mark"
    parent = '"$0" "$1" idle 0 "$2" <&3 & echo $$ $! > "$3"; wait'
    leader = 'exec 3<&0; /bin/sh -c "$4" "$0" "$1" "$2" "$3"; read forever'
    with Terminal(["/bin/sh", "-c", leader, sys.executable, HERE / "tiny_app.py", mark, pids, parent]) as terminal:
        terminal.wait_for(READY)
        middle, program = (int(pid) for pid in pids.read_text().split())
        handle = os.pidfd_open(program)
        os.kill(middle, signal.SIGKILL)
        assert select.select([handle], [], [], 15)[0], "it outlives its parent"
        os.close(handle)
        assert mark.exists()
        assert terminal.process.poll() is None
        assert_as_before(terminal)


def test_a_change_in_flight_is_waited_for(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with tiny("idle", "0.5", mark) as terminal:
        terminal.wait_for(READY)
        terminal.kill(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert mark.read_text() == "finished"
        assert_as_before(terminal)
        assert CUT_OFF not in terminal.raw


def test_a_change_that_does_not_end_is_given_up_and_said() -> None:
    with tiny("idle", "60") as terminal:
        terminal.wait_for(READY)
        terminal.kill(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert CUT_OFF.rstrip() in terminal.raw
        assert terminal.termios() == terminal.modes_at_start


SHELL = '"$@"; echo "the shell is back"; while read -r line; do eval "$line"; done'
"""Runs a program as a job, and after that what is typed."""


def in_shell() -> Terminal:
    return Terminal(["/bin/sh", "-m", "-c", SHELL, "sh", sys.executable, HERE / "tiny_app.py"], cwd=ROOT)


def jobs(terminal: Terminal) -> list[int]:
    """The process ids of what the shell runs."""
    shell = terminal.process.pid
    return [int(pid) for pid in Path(f"/proc/{shell}/task/{shell}/children").read_text().split()]


@pytest.mark.parametrize("how", ["ctrl+z", signal.SIGTSTP, signal.SIGSTOP], ids=str)
def test_stopped_the_terminal_is_the_shells_and_fg_paints_the_whole_screen(how: str | signal.Signals) -> None:
    with in_shell() as terminal:
        terminal.wait_for(READY)
        if isinstance(how, str):
            terminal.press(how)
        else:
            os.kill(jobs(terminal)[0], how)
        terminal.wait_for("the shell is back")
        if how is not signal.SIGSTOP:  # of which a program learns nothing
            assert_as_before(terminal)
        terminal.screen.reset()
        terminal.press("fg\n")
        terminal.wait_for(READY)
        terminal.screen.reset()
        terminal.press("ctrl+l")
        terminal.wait_for(READY)
        terminal.press("q")
        terminal.wait_for(lambda terminal: not jobs(terminal))  # until then it throws away what is typed
        terminal.press("echo it ended with $?\n")
        terminal.wait_for("it ended with 0")
        assert_as_before(terminal)


def test_told_to_go_on_in_the_background_it_stays_stopped_and_draws_nothing() -> None:
    with in_shell() as terminal:
        terminal.wait_for(READY)
        terminal.press("ctrl+z")
        terminal.wait_for("the shell is back")
        drawn = len(terminal.raw)
        terminal.press("bg; echo to go on\n")
        terminal.wait_for(lambda terminal: terminal.text().count("to go on") == 2)  # typed, and said
        wait_for_state(terminal, "T", jobs(terminal)[0])
        assert b"\x1b" not in terminal.raw[drawn:]
        terminal.screen.reset()
        terminal.press("fg\n")
        terminal.wait_for(READY)


def test_where_no_shell_could_bring_it_back_it_is_not_suspended() -> None:
    with tiny() as terminal:
        terminal.wait_for(READY)
        terminal.press("ctrl+z")
        terminal.wait_for("No shell started the console")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert_as_before(terminal)


def test_stopped_and_continued_from_elsewhere_it_paints_anew_and_can_be_ended_while_stopped() -> None:
    with tiny("idle", "0.5") as terminal:
        terminal.wait_for(READY)
        terminal.kill(signal.SIGSTOP)
        wait_for_state(terminal, "T")
        terminal.screen.reset()
        terminal.kill(signal.SIGCONT)
        terminal.wait_for(READY)
        terminal.kill(signal.SIGSTOP)
        wait_for_state(terminal, "T")
        drawn = len(terminal.raw)
        terminal.kill(signal.SIGTERM)
        terminal.kill(signal.SIGCONT)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert DRAWS not in terminal.raw[drawn:], "it painted again before it went"
        assert_as_before(terminal)


def test_a_console_that_the_shell_took_over_from_does_not_touch_the_terminal(tmp_path: Path) -> None:
    mark, pid = tmp_path / "mark", tmp_path / "pid"
    script = """"$0" "$1" idle 0 "$2"; echo "the shell is back"; jobs -p > "$3"; read pid < "$3"
        kill -TERM $pid; kill -CONT $pid; while kill -0 $pid 2>/dev/null; do wait $pid; done
        echo "it is gone"; read forever"""
    argv: list[str | Path] = ["/bin/sh", "-m", "-c", script, sys.executable, HERE / "tiny_app.py", mark, pid]
    with Terminal(argv, cwd=ROOT) as terminal:
        terminal.wait_for(READY)
        terminal.press("ctrl+z")
        terminal.wait_for("it is gone")
        assert mark.read_text() == "finished"
        taken_over = terminal.raw.index(b"the shell is back")
        assert b"\x1b" not in terminal.raw[taken_over:]


def test_nothing_is_drawn_after_the_terminal_was_put_back() -> None:
    program = """
import contextlib, os, termios, threading, time
from console.process.signals import Watchdog
def draw():
    while True:
        with contextlib.suppress(BlockingIOError):
            os.write(2, b"frame")
threading.Thread(target=draw, daemon=True).start()
termios.tcsetattr = lambda *_: time.sleep(0.2)  # as a slow machine would, right after the last sequences
with Watchdog(0):
    threading.Event().wait()
"""
    with Terminal([sys.executable, "-c", program], cwd=ROOT, emulate=False) as terminal:
        terminal.wait_for(lambda terminal: len(terminal.raw) > 100_000)
        terminal.kill(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert terminal.raw.endswith(RESET)


def wait_for_state(terminal: Terminal, letter: str, pid: int | None = None) -> None:
    def in_state(_: Terminal) -> bool:
        stat = Path(f"/proc/{pid or terminal.process.pid}/stat").read_text()
        return stat.rsplit(")", 1)[1].split()[0] == letter

    terminal.wait_for(in_state)
