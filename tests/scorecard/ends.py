"""How the console ends: lines 16 and 17."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from itertools import product

from tests.pty.harness import Terminal
from tests.pty.test_signals import wait_until_stalled
from tests.scorecard.card import Outcome, line, with_notes
from tests.scorecard.processes import children, gone, of_session
from tests.scorecard.rig import FOUND, Rig

SOON = 12.0
MOST_FILLING = 200


def _close(terminal: Terminal) -> None:
    terminal.hang_up()


def _term(terminal: Terminal) -> None:
    terminal.kill(signal.SIGTERM)


def _hup(terminal: Terminal) -> None:
    terminal.kill(signal.SIGHUP)


def _idle(terminal: Terminal) -> None:
    terminal.wait_for(FOUND, 30)


def _busy(terminal: Terminal) -> None:
    """Everything is being read anew and keys are waiting."""
    terminal.wait_for(FOUND, 30)
    terminal.press("r", *"jk" * 100, "enter", "m", "r")
    terminal.read(0.05)


def _stalled(terminal: Terminal) -> None:
    """Nobody reads the terminal, and its buffer is full."""
    terminal.wait_for(FOUND, 30)
    for turn in range(MOST_FILLING):
        terminal.press("S" if turn % 2 else "1", "j")
        terminal.resize(100 + turn % 40, 30 + turn % 10)
    wait_until_stalled(terminal.process.pid)


ENDS: dict[str, Callable[[Terminal], None]] = {"terminal closed": _close, "TERM": _term, "HUP": _hup}
STATES: dict[str, Callable[[Terminal], None]] = {"idle": _idle, "busy": _busy, "stalled": _stalled}


@line(16, "terminal closed, TERM, HUP: idle, busy, stalled", "exit < 12 s, 0 orphans, CPU 0", 300)
def ends(rig: Rig) -> Outcome:
    """Each way to end it in each state; no process of its session may be left, so that none uses the processor."""
    longest, wrong = 0.0, list[str]()
    _ = rig.demo  # its process is not one that is left behind
    for (end, do), (state, bring) in product(ENDS.items(), STATES.items()):
        before = set(children())
        with rig.console() as terminal:
            bring(terminal)
            begun = time.monotonic()
            do(terminal)
            try:
                terminal.process.wait(SOON)
            except TimeoutError:
                wrong.append(f"{end}, {state}: still there after {SOON:.0f} s")
            took = time.monotonic() - begun
            left = [*of_session(terminal.process.pid), *(set(children()) - before)]
            if not gone(left, SOON - took):
                wrong.append(f"{end}, {state}: left behind {left}")
            longest = max(longest, took)
    figure = f"longest {longest:.1f} s of {len(ENDS) * len(STATES)} ends, {len(wrong)} wrong"
    return with_notes(Outcome(longest < SOON, figure), wrong)


@line(17, "TERM at idle", "termios as before, every mode reset")
def restored(rig: Rig) -> Outcome:
    """The kernel's modes of the terminal, and what was written to it, after the end."""
    with rig.console() as terminal:
        terminal.wait_for(FOUND, 30)
        terminal.kill(signal.SIGTERM)
        code = terminal.wait_exit()
        same = terminal.termios() == terminal.modes_at_start
        terminal.lines()
        modes = terminal.modes()
    at_rest = {7, 25}  # line wrap and the cursor are on in a terminal at rest
    left = {number for number, on in modes.items() if on} - at_rest
    off = {number for number in at_rest if not modes.get(number, True)}
    keyboard = terminal.raw.rfind(b"\x1b[<u") > terminal.raw.rfind(b"\x1b[>")
    figure = f"{len(modes)} modes used, {len(left | off)} left wrong, termios {'as before' if same else 'CHANGED'}"
    return Outcome(same and not left and not off and keyboard and code == 128 + signal.SIGTERM, figure)
