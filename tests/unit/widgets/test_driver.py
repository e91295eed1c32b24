"""The driver's handlers of signals: they come between any two instructions, so all that takes a lock waits its turn."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from widgets.terminal import driver as module
from widgets.terminal.driver import ConsoleDriver


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done to the terminal; the process is stopped by nothing."""
    done: list[str] = []
    monkeypatch.setattr(os, "kill", lambda pid, number: done.append(signal.Signals(number).name))
    monkeypatch.setattr(signal, "signal", lambda number, handler: None)
    monkeypatch.setattr(module, "_TOGETHER", 0.0)
    for name in ("suspend_application_mode", "take_over", "handle_stop"):
        monkeypatch.setattr(ConsoleDriver, name, lambda self, name=name: done.append(name))
    monkeypatch.setattr(ConsoleDriver, "tell", lambda self, message: done.append(type(message).__name__))
    return done


@pytest.fixture
def driver(done: list[str]) -> ConsoleDriver:
    made = ConsoleDriver.__new__(ConsoleDriver)
    made._auto_restart, made.fileno = True, 0
    return made


async def _loop_turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_terminal_is_put_back_on_the_loop_not_in_between(driver: ConsoleDriver, done: list[str]) -> None:
    driver._sigtstp_application()
    assert done == []
    await _loop_turns()
    assert done[:2] == ["suspend_application_mode", "SIGTSTP"]


async def test_it_is_taken_over_on_the_loop_not_in_between(
    driver: ConsoleDriver, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "in_background", lambda tty: False)
    driver._put_back = True
    driver._sigcont_application()
    assert done == []
    await _loop_turns()
    assert done == ["take_over"]


async def test_what_goes_on_in_the_background_is_stopped_at_once(
    driver: ConsoleDriver, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "in_background", lambda tty: True)
    driver._sigcont_application()
    assert done == ["SIGSTOP"]
    await _loop_turns()
    assert done == ["SIGSTOP"]


async def test_it_was_not_stopped_only_where_nothing_continued_it(driver: ConsoleDriver, done: list[str]) -> None:
    driver._put_back = True
    driver.stop()
    driver._continued = True  # by a handler that ran a moment later
    await _loop_turns()
    assert done == ["SIGTSTP", "handle_stop"]
    driver.stop()
    await _loop_turns()
    assert done[2:] == ["SIGTSTP", "handle_stop", "take_over", "NoShell"]
