"""Goes through everything that the console can show: screens, lists, details, plots, modals, filter, palette."""

from __future__ import annotations

import time

from textual.binding import Binding

from console.desk.screens import SCREENS
from tests.pty.harness import Terminal

COVERS = ("?", ":", "!", "P", "a")
"""Keys that cover a screen with something, which escape takes away."""

MOST_ESCAPES = 3
"""As often as escape is pressed until nothing lies over a screen."""


def walk(terminal: Terminal, rows: int = 60, quiet: float = 0.1) -> int:
    """Visit all of it, and `rows` of the first list; gives how many keys were pressed."""
    seen = 0
    keys = [entry.key for entry in SCREENS.values()]
    for screen in keys:
        seen += _press(terminal, quiet, screen)
        for cover in COVERS:
            seen += _press(terminal, quiet, cover, "down", "down", "pagedown", *["escape"] * MOST_ESCAPES, screen)
        seen += _list(terminal, rows if screen == keys[0] else min(rows, 12), quiet)
        if has_filter(screen):
            seen += _press(terminal, quiet, "/", "a", "[", "enter", "escape", screen)
        seen += _press(terminal, quiet, "p", "s", "s", "right", "left", "p", "escape", screen)
    seen += _press(terminal, quiet, keys[0])
    return seen


def has_filter(screen: str) -> bool:
    """Whether the screen of a key can be filtered: elsewhere the words would be taken for keys."""
    kind = next(entry.load() for entry in SCREENS.values() if entry.key == screen)
    return any(isinstance(found, Binding) and "slash" in found.key for found in kind.BINDINGS)


def _list(terminal: Terminal, rows: int, quiet: float) -> int:
    """Down a list, into what is under the cursor now and then, and back."""
    seen = _press(terminal, quiet, "g")
    for row in range(rows):
        seen += _press(terminal, quiet if row % 5 == 0 else 0.03, "j")
        if row % 10 == 0:
            seen += _press(terminal, quiet, "enter", "pagedown", "m", "pagedown", "m", "escape")
    return seen + _press(terminal, quiet, "G", "pageup", "pageup", "g")


def _press(terminal: Terminal, quiet: float, *keys: str) -> int:
    for key in keys:
        terminal.press(key)
        settle(terminal, quiet)
    if terminal.process.poll() is not None:
        raise AssertionError(f"it ended with {terminal.process.returncode} at {keys}:\n{terminal.text()}")
    return len(keys)


def settle(terminal: Terminal, quiet: float, most: float = 5.0) -> None:
    """Read until nothing was written for a while."""
    until = time.monotonic() + most
    while time.monotonic() < until and terminal.read(quiet):
        pass


def quit_console(terminal: Terminal, tries: int = 8) -> None:
    """Close what lies over the screen, then the console; it must end with 0."""
    for _ in range(tries):
        if terminal.process.poll() is None:
            terminal.press("escape")
            settle(terminal, 0.2)
            terminal.press("q")
            settle(terminal, 0.3)
    try:
        code = terminal.wait_exit(5)
    except TimeoutError:
        raise AssertionError(f"it does not end:\n{terminal.text()}") from None
    if code:
        raise AssertionError(f"it ended with {code}:\n{terminal.text()}")
