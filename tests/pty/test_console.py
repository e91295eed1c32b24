"""The real program on a terminal: it opens, follows keys, says why it cannot, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import DemoServer
from tests.paths import ROOT
from tests.pty.harness import Terminal

pytestmark = pytest.mark.pty

PROGRAM = [sys.executable, "-m", "console"]
FOUND = "mra-mines-processor"


def console(
    demo: DemoServer, *arguments: str, columns: int = 80, rows: int = 24, env: Mapping[str, str | None] | None = None
) -> Terminal:
    chosen = {**demo.environment, "LC_ALL": "C.UTF-8", **(env or {})}
    return Terminal([*PROGRAM, "--demo", "--stack", "mra-mines", *arguments], columns, rows, env=chosen, cwd=ROOT)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_it_opens_on_the_demo_and_shows_what_is_wrong(demo: DemoServer, columns: int, rows: int) -> None:
    with console(demo, columns=columns, rows=rows) as terminal:
        terminal.wait_for(FOUND)
        terminal.wait_for("warn")
        text = terminal.text()
        assert "staging" in text and "mra-mines" in text
        assert "write" in text  # not production
        terminal.press("enter")
        terminal.wait_for(lambda t: "Findings " not in t.lines()[2] and "Facts" in t.text())
        terminal.press("escape")
        terminal.wait_for(lambda t: t.lines()[2].startswith(" Findings"))
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert terminal.termios() == terminal.modes_at_start


def test_help_lists_the_keys_of_the_screen_and_the_palette_narrows(demo: DemoServer) -> None:
    with console(demo) as terminal:
        terminal.wait_for(FOUND)
        terminal.press("?")
        terminal.wait_for("Hide ok")
        terminal.press("escape")
        terminal.wait_for(lambda t: "esc closes" not in t.text())
        terminal.press(":")
        terminal.wait_for("type what to do")
        terminal.press(*"light")
        terminal.wait_for(lambda t: "light" in t.text() and "Refresh" not in t.text())
        terminal.press("enter")
        terminal.wait_for(lambda t: "Palette" not in t.text())


def test_the_filter_narrows_and_escape_clears_it(demo: DemoServer) -> None:
    with console(demo) as terminal:
        terminal.wait_for(FOUND)
        terminal.wait_for("map-jobs")
        terminal.press("/processor")  # in one packet, as over a slow line
        terminal.wait_for(lambda t: FOUND in t.text() and "map-jobs" not in t.text())
        terminal.press("escape")
        terminal.wait_for("map-jobs")


def test_ctrl_c_asks_and_ctrl_q_leaves(demo: DemoServer) -> None:
    with console(demo) as terminal:
        terminal.wait_for(FOUND)
        terminal.press("ctrl+c")
        terminal.wait_for("Leave Groundskeeper?")
        terminal.press("escape")
        terminal.wait_for(lambda t: "Leave Groundskeeper?" not in t.text())
        terminal.press("ctrl+q")
        assert terminal.wait_exit() == 0
        assert terminal.termios() == terminal.modes_at_start


def test_a_screen_or_theme_that_is_not_there_is_refused_with_those_that_are(demo: DemoServer) -> None:
    with console(demo, "--screen", "nosuch") as terminal:
        assert terminal.wait_exit() == 2
        assert "--screen nosuch: there is no such screen. Choose one of: health," in terminal.text()
    with console(demo, "--theme", "nosuch") as terminal:
        assert terminal.wait_exit() == 2
        assert "Choose one of: dark," in terminal.text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_the_terminal_is_as_before(demo: DemoServer, number: signal.Signals) -> None:
    with console(demo) as terminal:
        terminal.wait_for(FOUND)
        terminal.kill(number)
        assert terminal.wait_exit() == 128 + number
        assert terminal.termios() == terminal.modes_at_start
        terminal.lines()
        assert {mode for mode, on in terminal.modes().items() if on} == {25, 7}


def test_a_closed_terminal_ends_it(demo: DemoServer) -> None:
    with console(demo) as terminal:
        terminal.wait_for(FOUND)
        terminal.hang_up()
        assert terminal.process.wait(10) == 128 + signal.SIGHUP


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "xterm", "COLORTERM": None}, {"TERM": "linux"}])
def test_every_state_is_told_in_words_where_colours_are_few(demo: DemoServer, env: dict[str, str | None]) -> None:
    with console(demo, env=env) as terminal:
        terminal.wait_for(FOUND)
        terminal.wait_for("warn")
        assert "staging" in terminal.text()


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"TERM": "dumb"}, "TERM"),
        ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, "UTF-8"),
    ],
)
def test_a_terminal_that_cannot_be_drawn_on_is_refused_with_a_sentence(
    demo: DemoServer, env: dict[str, str | None], says: str
) -> None:
    with console(demo, env=env) as terminal:
        assert terminal.wait_exit() == 2
        assert says in terminal.text()
        assert "\x1b[?1049h" not in terminal.raw.decode(errors="replace")


def test_it_runs_through_a_storm_of_sizes(demo: DemoServer) -> None:
    with console(demo) as terminal:
        terminal.wait_for(FOUND)
        for columns, rows in ((1, 1), (300, 100), (20, 3), (79, 15), (2, 60), (120, 40)):
            terminal.resize(columns, rows)
        terminal.wait_for(FOUND)
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_its_server_outlives_it_but_no_process_of_its_own_does(demo: DemoServer) -> None:
    with console(demo) as terminal:
        terminal.wait_for(FOUND)
        session = os.getsid(terminal.process.pid)
        terminal.kill(signal.SIGTERM)
        terminal.wait_exit()
    alive = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            alive.append(stat.parent.name)
    assert alive == []
