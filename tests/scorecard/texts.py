"""Text from outside: lines 1, 3, 4, 5 and 6."""

from __future__ import annotations

import random
import re
import string
import sys
import time
from pathlib import Path

from console.text import LIMIT, clean
from tests.hostile import HOSTILE
from tests.pty.harness import Terminal
from tests.scorecard.card import Outcome, line, with_notes
from tests.scorecard.gaps import Gaps
from tests.scorecard.rig import PROGRAMS, Rig
from tests.scorecard.walk import MOST_ESCAPES, quit_console, settle, walk
from tests.unit.suite.test_markup_lint import LINTED, ROOT, Module
from tests.unit.text.test_text import unsafe
from tests.unit.widgets.test_output_guard import OURS
from widgets.terminal.output_guard import UNSAFE

EXAMPLES = 20_000
PRESS = re.compile(r"press here|\[@click")


@line(1, "hostile strings x every text sink of every screen", "0 raw control, bidi or zero-width", 300)
def hostile(rig: Rig) -> Outcome:
    """Answers of AWS full of them, and texts that nobody cleaned, each on a terminal whose bytes are kept."""
    poisoned, seen = _poisoned(rig)
    with _raw(rig, "hostile", {}) as terminal:
        terminal.wait_for("Level")
        seen += walk(terminal, rows=len(HOSTILE))
        raw = _quit(terminal)
    found = [f"U+{ord(char):04X} in {what}" for what, bytes_ in (("answers", poisoned), ("texts", raw))
             for char in sorted(foreign(bytes_))]  # fmt: skip
    amount = (len(poisoned) + len(raw)) / 1e6
    figure = f"{len(found)} in {amount:.1f} MB of output, {seen} keys, {len(HOSTILE)} strings"
    return with_notes(Outcome(not found, figure), found)


def _poisoned(rig: Rig) -> tuple[bytes, int]:
    """The console on the demo, a third of whose strings are hostile: what it wrote."""
    words = [sys.executable, str(PROGRAMS / "probed.py"), "--demo", "--stack", "mra-mines"]
    with rig.terminal(words, {**rig.environment, "GK_POISON": "1", "PYTHONPATH": str(ROOT)}) as terminal:
        terminal.wait_for(re.compile("crit|warn|unknown"), 30)
        seen = 0
        for _ in range(2):
            terminal.press("r")
            settle(terminal, 1.5)
            seen += walk(terminal, rows=40)
        return _quit(terminal), seen


def _raw(rig: Rig, texts: str, more: dict[str, str]) -> Terminal:
    """The console over texts that nobody cleaned."""
    home = rig.fresh("raw")
    words = [sys.executable, str(PROGRAMS / "raw_texts.py"), texts]
    return rig.terminal(words, {**rig.bare(home), "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **more})


def _quit(terminal: Terminal) -> bytes:
    quit_console(terminal)
    return bytes(terminal.raw)


def foreign(raw: bytes) -> set[str]:
    """The control, bidirectional and invisible code points that were written besides Textual's own sequences."""
    return set(UNSAFE.findall(OURS.sub("", raw.decode("utf-8", "replace"))))


@line(3, "property test of clean()", "idempotent, bounded, < 1 ms per 16 KB")
def cleaning(rig: Rig) -> Outcome:
    """Random texts of all of Unicode besides the hostile ones; time is the least of several, of the worst alphabet."""
    chance = random.Random(3)
    wrong = []
    for number in range(EXAMPLES):
        text, limit = _example(chance, number), chance.choice((0, 1, 20, 200, LIMIT))
        multiline = bool(number % 2)
        once = clean(text, multiline=multiline, limit=limit)
        if clean(once, multiline=multiline, limit=limit) != once:
            wrong.append(f"not idempotent: {text[:80]!r}")
        if len(once) > limit or unsafe(once, multiline=multiline):
            wrong.append(f"too long or unsafe: {text[:80]!r}")
    times = {name: _least(text) for name, text in ALPHABETS.items()}
    worst = max(times, key=lambda name: times[name])
    figure = f"{len(wrong)} of {EXAMPLES:,} wrong, {times[worst] * 1e3:.2f} ms ({worst})"
    return with_notes(Outcome(times[worst] < 0.001, figure), wrong)


ALPHABETS = {
    "ASCII": string.printable * (LIMIT // len(string.printable)),
    "Greek": "αβγδε " * (LIMIT // 6),
    "sequences": "\x1b[1m." * (LIMIT // 5),
    "marks": "e\u0301\u0302" * (LIMIT // 3),
    "pictures": "\U0001f469\u200d\U0001f52c" * (LIMIT // 3),
    "1 MB": "x\u202e" * 500_000,
}


def _least(text: str) -> float:
    taken = []
    for _ in range(20):
        begun = time.thread_time()  # what other programs take of the processor is not its time
        clean(text)
        taken.append(time.thread_time() - begun)
    return min(taken)


def _example(chance: random.Random, number: int) -> str:
    if number < len(HOSTILE):
        return HOSTILE[number].text
    top = chance.choice((0x80, 0x3000, 0x110000))
    pieces = [chr(chance.randrange(top)) for _ in range(chance.randrange(60))]
    return "".join([*pieces, chance.choice(HOSTILE).text[:100]]) if number % 3 else "".join(pieces)


@line(4, "lint: text from outside into a markup sink", "0")
def linted(rig: Rig) -> Outcome:
    """The lint of the tests over every module that draws."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {code}"
        for path in LINTED
        for number, code in Module(path.read_text()).offences()
    ]
    return with_notes(Outcome(True, f"{len(found)} in {len(LINTED)} modules"), found)


@line(5, "[@click=...] in every field", "0 actions", 300)
def clicks(rig: Rig) -> Outcome:
    """Every place where such a text stands is clicked, on every screen and on what covers it."""
    acted = rig.folder / "acted"
    acted.unlink(missing_ok=True)
    pressed = 0
    with _raw(rig, "click", {"GK_ACTED": str(acted)}) as terminal:
        terminal.wait_for("press here")
        for keys in CLICKED:
            for key in keys:
                terminal.press(key)
                settle(terminal, 0.3)
            pressed += _click_all(terminal)
            terminal.press(*["escape"] * MOST_ESCAPES, "1")
            settle(terminal, 0.3)
        quit_console(terminal)
    done = acted.read_text().splitlines() if acted.exists() else []
    return with_notes(Outcome(pressed > 100, f"{len(done)} actions of {pressed} clicks"), done)


CLICKED = (("1",), ("1", "j", "j"), ("1", "enter"), ("1", "enter", "m"), ("1", "/"), ("?",), (":",), ("!",), ("!", "j"),
           ("S",), ("S", "j", "j"), ("S", "P"))  # fmt: skip


def _click_all(terminal: Terminal) -> int:
    places = [(x.start() + 1, y) for y, text in enumerate(terminal.lines()) for x in PRESS.finditer(text)]
    for x, y in places:
        terminal.press(f"\x1b[<0;{x + 1};{y + 1}M", f"\x1b[<0;{x + 1};{y + 1}m")
        settle(terminal, 0.02)
    settle(terminal, 0.3)
    return len(places)


@line(6, "1 MB line, 5,000 tags", "loop gap < 100 ms")
def huge(rig: Rig) -> Outcome:
    """Both in the answers of AWS, on the console's way from the request to the screen."""
    probe = rig.folder / "huge.jsonl"
    probe.unlink(missing_ok=True)
    words = [sys.executable, str(PROGRAMS / "probed.py"), "--demo", "--stack", "mra-mines"]
    more = {"GK_POISON": "huge", "GK_PROBE": str(probe), "PYTHONPATH": str(ROOT)}
    with rig.terminal(words, {**rig.environment, **more}) as terminal:
        terminal.wait_for(re.compile("crit|warn|unknown"), 30)
        settle(terminal, 1.5)
        walk(terminal, rows=40)
        quit_console(terminal)
    gaps = Gaps.of(Path(probe))
    return Outcome(gaps.longest < 100, f"longest {gaps.longest} ms, p99 {gaps.percentile(99)} ms", gaps.stuck)
