"""Hours of work, shortened: line 18."""

from __future__ import annotations

import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from console.desk.screens import SCREENS
from console.stack_files.file import load
from tests.bench.server import ROOT
from tests.pty.harness import Terminal
from tests.scorecard.card import SOAK, Outcome, line, with_notes
from tests.scorecard.gaps import Gaps, lines
from tests.scorecard.processes import resident
from tests.scorecard.rig import FOUND, PROGRAMS, Rig
from tests.scorecard.walk import quit_console, settle

LINES_A_SECOND = 200
POLL = 5.0
WARM_UP = 0.2
"""The part of the time after which memory and threads are what they are at work."""

MOST_GROWTH = 30.0
MOST_GAP = 50


@line(SOAK, "soak at 200 lines/s and 5 s polls", "RSS growth < 30 MB, p99 loop gap < 50 ms, threads constant", 120)
def soak(rig: Rig) -> Outcome:
    """A tail that is followed, everything read anew every 5 s, every screen visited every half minute."""
    probe = rig.folder / "soak.jsonl"
    environment = {**rig.environment, "GK_PROBE": str(probe), "PYTHONPATH": str(ROOT)}
    words = [sys.executable, str(PROGRAMS / "probed.py"), "--demo", "--stack", "mra-mines"]
    with rig.terminal(words, environment, emulate=False) as terminal, _talking(rig) as sent:
        while FOUND.encode() not in terminal.raw:
            terminal.read(1)
        begun = time.time()
        memory = _work(terminal, rig.soak_seconds)
        quit_console(terminal)
    since = begun + WARM_UP * rig.soak_seconds
    gaps, threads = Gaps.of(probe, since), [found["threads"] for found in lines(probe, since)]
    after = [size for at, size in memory if at >= since]
    tenth = max(1, len(after) // 10)
    growth = statistics.median(after[-tenth:]) - statistics.median(after[:tenth])
    half = len(threads) // 2
    notes = [f"threads {max(threads[:half])}, then {max(threads[half:])}"] * (max(threads[half:]) > max(threads[:half]))
    figure = (
        f"{growth:+.1f} MB to {after[-1]:.0f}, p99 gap {gaps.percentile(99)} ms, longest {gaps.longest} ms, "
        f"{max(threads)} threads, {sent[0] / (time.time() - begun):.0f} lines/s for {rig.soak_seconds / 60:.0f} min"
    )
    return with_notes(Outcome(growth < MOST_GROWTH and gaps.percentile(99) < MOST_GAP, figure), notes)


def _work(terminal: Terminal, seconds: float) -> list[tuple[float, float]]:
    """Read anew every 5 s, mostly on the log lines; gives times and megabytes."""
    logs = SCREENS["logs"].key
    keys = [entry.key for entry in SCREENS.values()]
    memory: list[tuple[float, float]] = []
    until, turn = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        turn += 1
        if turn % 6 == 0:
            for key in (*keys, "1", "j", "enter", "m", "escape"):
                terminal.press(key)
                settle(terminal, 0.2, 1)
        terminal.press("r", logs)
        next_poll = time.monotonic() + POLL
        while (left := next_poll - time.monotonic()) > 0:
            settle(terminal, min(left, 0.5), left)
        memory.append((time.time(), resident(terminal.process.pid)))
    return memory


@contextmanager
def _talking(rig: Rig) -> Iterator[list[int]]:
    """An application that writes so many lines a second to the stack's first log group; counts them."""
    sent, ended = [0], threading.Event()
    group = load(rig.demo.stack_files[0]).logs[0].group
    client = _client(rig)
    client.create_log_stream(logGroupName=group, logStreamName="soak")

    def talk() -> None:
        while not ended.wait(0.5):
            now = int(time.time() * 1000)
            many = range(sent[0], sent[0] + LINES_A_SECOND // 2)
            events = [
                {"timestamp": now, "message": f"INFO request {number} GET /api/maps/4711 200 in {number % 97} ms"}
                for number in many
            ]
            client.put_log_events(logGroupName=group, logStreamName="soak", logEvents=events)
            sent[0] += len(events)

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield sent
    finally:
        ended.set()
        thread.join()
        client.close()


def _client(rig: Rig) -> Any:
    core = botocore.session.Session(profile="mra-mines")
    core.set_config_variable("config_file", str(rig.demo.config_file))
    core.set_config_variable("credentials_file", str(rig.demo.credentials_file))
    return boto3.Session(botocore_session=core).client("logs", endpoint_url=rig.demo.url, config=Config())
