"""The console on a terminal: bytes, CPU and memory while nothing happens and while one cell changes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench.report import Row, at_most
from tests.bench.server import ROOT
from tests.pty.harness import Terminal

WINDOW = 20.0
CELL_APP = ROOT / "tests/bench/one_cell_app.py"


def rows(environment: Mapping[str, str]) -> Iterator[Row]:
    """Idle bytes and CPU, one changed cell, memory after every screen was visited."""
    with Terminal([sys.executable, "-m", "console", "--demo"], 120, 40, env=environment, cwd=ROOT) as console:
        console.wait_for("crit", 60)
        _quiet(console, 15)
        memory = _memory(console.process.pid)
        used, sent, lasted = _window(console, WINDOW)
    yield at_most("CPU of the console on the demo, nothing changing", 100 * used / lasted, 1, "%", digits=2)
    yield Row(
        "bytes a second of the same (ages and what changes in the demo)", f"{sent / lasted:,.0f} B/s", "", "", None
    )
    yield at_most("memory, console up on the demo", memory, 120, "MB")
    ours, theirs = one_cell("ours", environment), one_cell("datatable", environment)
    yield at_most("bytes for one changed cell", ours, 100, "B", f"DataTable {theirs:,.0f} B")
    idle = same_rows(environment)
    yield at_most("bytes when the same rows come again", idle, 0, "B", "DataTable, cleared and filled: 17 kB")


def one_cell(table: str, environment: Mapping[str, str]) -> float:
    """Bytes that one changed cell of a table sends, the median of several."""
    with Terminal([sys.executable, CELL_APP, table], 120, 40, env=environment, cwd=ROOT, emulate=False) as terminal:
        _quiet(terminal, 2)
        taken = []
        for _ in range(7):
            before = len(terminal.raw)
            terminal.press("c")
            _quiet(terminal, 0.5)
            taken.append(len(terminal.raw) - before)
        return sorted(taken)[3]


def same_rows(environment: Mapping[str, str]) -> float:
    """Bytes that equal rows send when they are set again."""
    with Terminal([sys.executable, CELL_APP, "ours"], 120, 40, env=environment, cwd=ROOT, emulate=False) as terminal:
        _quiet(terminal, 2)
        before = len(terminal.raw)
        terminal.press("e")
        _quiet(terminal, 1)
        return len(terminal.raw) - before


def _quiet(terminal: Terminal, seconds: float) -> None:
    """Take what is written for a while."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        terminal.read(left)


def _window(terminal: Terminal, seconds: float) -> tuple[float, int, float]:
    """CPU seconds, bytes and real seconds of a window."""
    cpu, sent, begun = _cpu(terminal.process.pid), len(terminal.raw), time.perf_counter()
    _quiet(terminal, seconds)
    return _cpu(terminal.process.pid) - cpu, len(terminal.raw) - sent, time.perf_counter() - begun


def _cpu(pid: int) -> float:
    """User and system seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _memory(pid: int) -> float:
    """Resident megabytes of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024
