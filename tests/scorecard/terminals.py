"""What terminals are like: lines 21 and 22."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import product

from tests.pty.harness import Terminal
from tests.scorecard.card import Outcome, line, with_notes
from tests.scorecard.rig import FOUND, Rig
from tests.scorecard.walk import quit_console, settle

SIZES = 150
ALTERNATE = b"\x1b[?1049h"

TERMS = ("xterm-256color", "xterm", "screen-256color", "tmux-256color", "linux", "vt100", "rxvt-unicode", "dumb",
         "unknown", "no-such-terminal", "")  # fmt: skip
LOCALES: dict[str, dict[str, str | None]] = {
    "UTF-8": {"LC_ALL": "C.UTF-8"},
    "C": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "Latin-1": {"LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "latin-1"},
}
NO_COLOR = (None, "", "1")


@line(21, "resize storm 1x1 to 300x100", "0 exceptions", 240)
def storm(rig: Rig) -> Outcome:
    """Sizes at random while lists, a detail, plots, help, the palette and the problems are open."""
    chance = random.Random(21)
    places = ((), ("enter",), ("enter", "m"), ("?",), (":",), ("!",), ("S",), ("a",))
    sizes = 0
    with rig.console(columns=80, rows=24, emulate=False) as terminal:
        while FOUND.encode() not in terminal.raw and terminal.read(30):
            pass
        for keys in places:
            for key in ("1", *keys):
                terminal.press(key)
                settle(terminal, 0.2)
            for columns, rows in _sizes(chance, SIZES // len(places)):
                terminal.resize(columns, rows)
                settle(terminal, 0.02, 0.2)
                sizes += 1
            terminal.press("escape", "escape")
            settle(terminal, 0.2)
        terminal.resize(80, 24)
        quit_console(terminal)
    return Outcome(True, f"ended with 0 after {sizes} sizes in {len(places)} places")


def _sizes(chance: random.Random, many: int) -> Iterator[tuple[int, int]]:
    yield from ((1, 1), (300, 100), (60, 16), (59, 15))
    for _ in range(many - 4):
        yield chance.choice((1, 2, 20, 60, 80, 120, 300)), chance.choice((1, 2, 3, 16, 24, 40, 100))


@line(22, "TERM, locale, NO_COLOR matrix", "starts, or refuses with a sentence", 300)
def matrix(rig: Rig) -> Outcome:
    """Every combination: a first screen on which every word stands, or exit code 2 and what to do."""
    started, refused, wrong = 0, 0, []
    for term, (locale, names), colour in product(TERMS, LOCALES.items(), NO_COLOR):
        changes = {"TERM": term, "COLORTERM": None, "NO_COLOR": colour, **names}
        with rig.console(env=changes) as terminal:
            found = _start(terminal)
        started += found == "started"
        refused += found == "refused"
        if found not in ("started", "refused"):
            wrong.append(f"TERM={term!r} {locale} NO_COLOR={colour!r}: {found}")
    return with_notes(
        Outcome(started > 0, f"{started} start, {refused} refuse with a sentence, {len(wrong)} neither"), wrong
    )


def _start(terminal: Terminal) -> str:
    """What became of a start: started, refused, or what was seen instead."""
    try:
        terminal.wait_for(lambda there: "Health" in there.text() or there.process.poll() is not None, 20)
    except AssertionError as error:
        return f"{error}"[:300]
    if terminal.process.poll() is None:
        text = terminal.text()
        return "started" if "\ufffd" not in text and r"\u" not in text else f"unreadable: {text[:200]}"
    said = " ".join(terminal.text().split())
    sentence = re.match(r"groundskeeper: .{30,}\.|groundskeeper: .*(export|Set) ", said)
    if terminal.process.returncode == 2 and sentence and ALTERNATE not in terminal.raw:
        return "refused"
    return f"ended with {terminal.process.returncode}: {said[:200]}"
