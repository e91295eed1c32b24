"""The watchdog without a terminal: order of things, what it leaves as it was, and that nothing holds it up."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import textual.drivers.linux_driver as driver

from console.process.signals import RESET, SIGNALS, Watchdog

PROGRAM = """
import os, signal, sys, threading, time
from console.process.signals import Watchdog

def say(word):
    os.write(1, (word + " ").encode())

def fail():
    say("second")
    raise RuntimeError("a hook that fails")

def busy():
    say("asked")
    {busy}

hooks = [lambda: say("first"), fail, lambda: {last}]
with Watchdog(0, busy=busy, on_stop=hooks, grace={grace}):
    {then}
    os.kill(os.getpid(), signal.{number})
    threading.Event().wait()
"""


def run(
    *,
    busy: str = "return False",
    last: str = "say('third')",
    then: str = "pass",
    grace: float = 1,
    number: str = "SIGTERM",
) -> tuple[int, str]:
    """Exit code and words of a program that sends itself a signal under the watchdog."""
    code = PROGRAM.format(busy=busy, last=last, then=then, grace=grace, number=number)
    ended = subprocess.run(
        [sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )
    return ended.returncode, " ".join(ended.stdout.split())


def test_hooks_run_in_order_then_the_change_is_waited_for_even_when_a_hook_fails() -> None:
    assert run() == (128 + signal.SIGTERM, "first second third asked")


@pytest.mark.parametrize("number", [number.name for number in SIGNALS])
def test_the_exit_code_tells_the_signal(number: str) -> None:
    assert run(number=number)[0] == 128 + signal.Signals[number]


def test_a_question_that_fails_does_not_keep_it() -> None:
    assert run(busy="raise RuntimeError('a question that fails')") == (128 + signal.SIGTERM, "first second third asked")


def test_a_change_that_goes_on_is_given_up_after_the_grace() -> None:
    code, words = run(busy="return True", grace=0.1)
    assert code == 128 + signal.SIGTERM
    assert words.count("asked") > 1


def test_a_hook_that_hangs_is_ended_by_the_kernel() -> None:
    assert run(last="threading.Event().wait()", grace=0) == (-signal.SIGALRM, "first second")


def test_somebody_else_may_take_the_wakeup_descriptor() -> None:
    assert run(then="signal.set_wakeup_fd(-1)")[0] == 128 + signal.SIGTERM


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def test_leaving_puts_handlers_back_and_ends_the_thread() -> None:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    reading, writing = os.pipe()
    try:
        with Watchdog(reading) as dog:
            assert all(signal.getsignal(number) != before[number] for number in SIGNALS)
            files = open_files()
        assert {number: signal.getsignal(number) for number in SIGNALS} == before
        assert signal.set_wakeup_fd(-1) == -1
        assert not dog._thread.is_alive()
        assert open_files() == files - 3
    finally:
        os.close(reading)
        os.close(writing)


def test_an_ignored_signal_stays_ignored(tmp_path: Path) -> None:
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with (tmp_path / "file").open("w") as file, Watchdog(file.fileno()):
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, former)


def test_every_mode_that_textual_sets_is_reset() -> None:
    """Read from the driver itself, so that a mode that a new Textual sets is noticed."""
    source = re.sub(r"(?m)^ *#.*$", "", Path(driver.__file__).read_text())
    set_on = set(re.findall(r"\\x1b\[\?(\d+)h", source)) - {"7", "25"}
    set_off = set(re.findall(r"\\x1b\[\?(\d+)l", source)) & {"7", "25"}
    assert set_on >= {"1000", "1003", "1004", "1049", "2004"} and set_off == {"7", "25"}
    for mode in set_on:
        assert f"\x1b[?{mode}l".encode() in RESET
    for mode in set_off:
        assert f"\x1b[?{mode}h".encode() in RESET
    assert RESET.index(b"\x1b[<u") < RESET.index(b"\x1b[?1049l"), "each screen has a keyboard stack of its own"
