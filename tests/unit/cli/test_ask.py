"""Questions on the command line: what answers them, and that a signal always ends them."""

from __future__ import annotations

import os
import signal
import termios
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.cli.ask import agreed, ask, ask_hidden
from tests.dialogue import Somebody, somebody

Asking = Callable[[str], object]
EVERY = pytest.mark.parametrize("asking", [ask, ask_hidden, agreed])
LINES = pytest.mark.parametrize("asking", [ask, ask_hidden])


@pytest.fixture
def deaf() -> Iterator[Callable[[], None]]:
    """Let no signal end this thread's waits in the kernel, as when it comes just before them; sends one."""

    def interrupt() -> None:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)

    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    yield interrupt
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    signal.signal(signal.SIGINT, former)


def echoes(person: Somebody) -> bool:
    return bool(termios.tcgetattr(person.keyboard)[3] & termios.ECHO)


def wakeup_fd() -> int:
    """What the interpreter writes into when a signal comes: of an event loop, or -1."""
    found = signal.set_wakeup_fd(-1)
    if found != -1:
        signal.set_wakeup_fd(found)
    return found


@EVERY
def test_a_signal_between_the_question_and_the_wait_ends_it(deaf: Callable[[], None], asking: Asking) -> None:
    before = wakeup_fd()
    with somebody() as person:
        person.when("sure?", deaf)
        with pytest.raises(KeyboardInterrupt):
            asking("sure?")
        assert echoes(person)
    assert wakeup_fd() == before


@EVERY
def test_a_signal_whose_handler_goes_on_leaves_the_question(deaf: Callable[[], None], asking: Asking) -> None:
    with somebody() as person:
        signal.signal(signal.SIGINT, lambda number, frame: person.type("yes\n"))
        person.when("sure?", deaf)
        assert asking("sure?") in ("yes", True)


@pytest.mark.parametrize(
    ("typed", "answer"), [("y\n", True), (" YES \n", True), ("\n", False), ("yess\n", False), ("\x04", False)]
)
def test_only_a_yes_is_one(typed: str, answer: bool) -> None:
    with somebody() as person:
        person.when("Apply this? [y/N] ", lambda: person.type(typed))
        assert agreed("Apply this?") is answer


@LINES
def test_the_end_of_the_input_is_no_answer(asking: Asking) -> None:
    with somebody() as person:
        person.when("sure?", lambda: person.type("\x04"))
        with pytest.raises(EOFError):
            asking("sure?")


@LINES
def test_what_was_typed_before_the_question_does_not_answer_it(asking: Asking) -> None:
    with somebody() as person:
        person.type_ahead("hasty")
        person.when("sure?", lambda: person.type("Grüße\x04\n"))
        assert asking("sure?") == "Grüße"


def test_a_secret_that_is_no_text_is_refused_and_not_another_one() -> None:
    with somebody() as person:
        person.when("password: ", lambda: os.write(person.keyboard, b"\xff\n"))
        with pytest.raises(ValueError, match="utf-8"):
            ask_hidden("password: ")


def test_a_secret_is_not_shown_wherever_stdout_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    with somebody() as person, Path(os.devnull).open("w") as nowhere:

        def answer() -> None:
            shown.append(echoes(person))
            person.type("hunter2\n")

        monkeypatch.setattr("sys.stdout", nowhere)
        person.when("password: ", answer)
        assert ask_hidden("password: ") == "hunter2"
        assert shown == [False] and echoes(person)
        person.see("\n")
        assert b"hunter2" not in person.shown


def test_without_a_terminal_of_its_own_a_secret_is_asked_for_on_stdin_and_stderr(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with somebody() as person, Path(person.name).open("w") as shown:
        monkeypatch.setattr("console.cli.ask.OWN", "/nowhere/tty")
        monkeypatch.setattr("sys.stderr", shown)
        person.when("password: ", lambda: person.type("hunter2\n"))
        assert ask_hidden("password: ") == "hunter2"
