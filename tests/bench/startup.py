"""From the start of the process to the first frame."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping

from tests.bench.report import Row, at_most, interleaved
from tests.bench.server import ROOT
from tests.pty.harness import Terminal

RUNS = 9


def rows(environment: Mapping[str, str]) -> Iterator[Row]:
    """The console against a minimal Textual app and the aws command line."""
    console, minimal, aws = interleaved(
        [
            lambda: first_frame(["-m", "console", "--demo"], b"Health", environment),
            lambda: first_frame([str(ROOT / "tests/bench/minimal_app.py")], b"first frame", environment),
            aws_version,
        ],
        RUNS,
    )
    yard = f"minimal Textual app {minimal * 1e3:.0f} ms; aws --version {aws * 1e3:.0f} ms"
    yield at_most("start to first frame", console * 1e3, 1.2 * minimal * 1e3, "ms", yard)


def first_frame(words: list[str], text: bytes, environment: Mapping[str, str]) -> float:
    """Seconds from the start of a Python program to a text in its output."""
    begun = time.perf_counter()
    with Terminal([sys.executable, *words], 120, 40, env=environment, cwd=ROOT, emulate=False) as terminal:
        while text not in terminal.raw:
            assert terminal.read(10), "the program said nothing for 10 s"
        return time.perf_counter() - begun


def aws_version() -> float:
    """Seconds that ``aws --version`` takes."""
    command = [sys.executable, "-m", "awscli", "--version"]
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=dict(os.environ))
    return time.perf_counter() - begun
