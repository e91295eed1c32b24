"""The log pane: lines a second with keys answered, memory, a filter's keystroke, bytes to the terminal."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import islice
from pathlib import Path

from textual.app import App, ComposeResult

from console.logs.event import LogEvent
from console.logs.lines.buffer import LogBuffer
from console.logs.lines.pattern import PatternProblem
from console.process.terminal import SLOW_LINE
from console.text import Clean
from tests.bench.report import Row, at_least, at_most
from tests.bench.server import ROOT
from tests.pty.harness import Terminal
from widgets.log.pane import LogPane
from widgets.log.prompt import Prompt

APP = ROOT / "tests/bench/log_app.py"
LINES = 1_000_000
WINDOW = 8.0
REACHED = re.compile(rb"(\d+) lines a second")


def rows(environment: Mapping[str, str]) -> Iterator[Row]:
    """Ingest, memory, filter, bytes."""
    p90, reached = keys("ours", 120_000, environment)
    theirs, _ = keys("richlog", 500, environment)
    yard = f"RichLog at 500 lines/s: key p90 {theirs * 1e3:.0f} ms"
    yield at_least("log lines a second to the screen", reached, 100_000, "lines/s", yard)
    yield at_most("key p90 while they come", p90 * 1e3, 20, "ms", yard, digits=1)
    p90, _ = keys("ours", 10_000, {**environment, **SLOW_LINE})
    what = f"key p90 at 10,000 lines a second, as over SSH ({SLOW_LINE['TEXTUAL_FPS']} frames a second)"
    yield at_most(what, p90 * 1e3, 20, "ms", yard, digits=1)
    yard = f"a list of str {measured('plain memory'):.0f} MB"
    yield at_most("memory of a million log lines", measured("memory"), 150, "MB", yard)
    yard = f"regular expression line by line {measured('per line'):.0f} ms"
    for kind in ("word", "regular expression", "two words, one excluded"):
        what = f"filter keystroke over a million lines to a screenful ({kind})"
        yield at_most(what, measured(kind), 10, "ms", yard, digits=1)
    ours, textual = (bytes_a_second(kind, environment) for kind in ("ours", "log"))
    yard = f"Textual's Log {textual / 1000:,.0f} kB/s"
    yield at_most("bytes to the terminal, 50 log lines a second", ours / 1000, 20, "kB/s", yard, digits=1)


def keys(kind: str, rate: int, environment: Mapping[str, str]) -> tuple[float, float]:
    """Seconds from a key to its answer (p90) while lines come at a rate, and the rate that was reached."""
    with Terminal(
        [sys.executable, APP, kind, str(rate)], 120, 40, env=environment, cwd=ROOT, emulate=False
    ) as terminal:
        _read_for(terminal, 3)
        taken, chance = [], random.Random(7)
        for turn in range(1, 101):
            begun = time.perf_counter()
            terminal.press("x")
            while f"turn {turn} .".encode() not in terminal.raw[-100_000:]:
                assert terminal.read(10), "the key was not answered within 10 s"
            taken.append(time.perf_counter() - begun)
            _read_for(terminal, chance.uniform(0.05, 0.15))  # not in step with the frames
        return statistics.quantiles(taken, n=10)[8], float(REACHED.findall(bytes(terminal.raw))[-1])


def bytes_a_second(kind: str, environment: Mapping[str, str]) -> float:
    """Bytes that go to the terminal while fifty lines a second come."""
    with Terminal([sys.executable, APP, kind, "50"], 120, 40, env=environment, cwd=ROOT, emulate=False) as terminal:
        _read_for(terminal, 4)
        before = len(terminal.raw)
        _read_for(terminal, WINDOW)
        return (len(terminal.raw) - before) / WINDOW


def _read_for(terminal: Terminal, seconds: float) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        terminal.read(left)


def measured(what: str) -> float:
    """What a fresh process measured."""
    command = [sys.executable, "-m", "tests.bench.log_pane", what]
    return float(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)


def _texts() -> Iterator[str]:
    """Lines of 76 characters."""
    for number in range(LINES):
        level = "ERROR" if number % 4 == 0 else "INFO"
        yield f"{level} req-{number:06x} GET /items/{number % 1000} {number % 9} {number % 97} ms ok".ljust(76, ".")


def _resident() -> float:
    """Megabytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _filled() -> LogBuffer:
    buffer = LogBuffer()
    buffer.streams.index(Clean("group"), Clean("stream"))
    texts = enumerate(_texts())
    while batch := [LogEvent("", number, 0, Clean(text)) for number, text in islice(texts, 5000)]:
        buffer.append(batch)
    return buffer


def _memory(fill: Callable[[], object]) -> float:
    """Megabytes that are taken by what is made."""
    before = _resident()
    kept = fill()
    taken = _resident() - before
    del kept
    return taken


def _per_line() -> float:
    """Milliseconds of a search line by line."""
    search, lines = re.compile("items/97[0-3] 2").search, list(_texts())
    begun = time.perf_counter()
    for line in lines:
        search(line)
    return (time.perf_counter() - begun) * 1e3


async def _keystrokes(text: str) -> float:
    """Milliseconds from a keystroke in the filter to the rows that it leaves: the slowest of a word's."""

    class Typing(App[None]):
        def compose(self) -> ComposeResult:
            yield LogPane(buffer)

    buffer = _filled()
    taken = []
    async with Typing().run_test(size=(120, 40)) as pilot:
        pane = pilot.app.query_one(LogPane)
        gc.freeze()
        for end in range(1, len(text) + 1):
            begun = time.perf_counter()
            with suppress(PatternProblem):  # of an expression that is not whole yet; the pane stays as it is
                pane.put(Prompt.FILTER, text[:end])
            taken.append(time.perf_counter() - begun)
            await asyncio.sleep(0.15)
    return max(taken) * 1e3


MEASURES: dict[str, Callable[[], float]] = {
    "memory": lambda: _memory(_filled),
    "plain memory": lambda: _memory(lambda: list(_texts())),
    "per line": _per_line,
    "word": lambda: asyncio.run(_keystrokes("Req-000123")),
    "regular expression": lambda: asyncio.run(_keystrokes("%items/97[0-3] 2%")),
    "two words, one excluded": lambda: asyncio.run(_keystrokes("error get -items/5")),
}

if __name__ == "__main__":
    sys.stdout.write(str(MEASURES[sys.argv[1]]()))
