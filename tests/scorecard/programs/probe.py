"""Instruments for a running console: gaps of its loop, threads, and what its meter counted, a line of JSON a second.

They are written to the file that GK_PROBE names, if any. Where the loop stands still for long, a thread notes where.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
import traceback
from collections import Counter
from typing import Any

import console.app

TICK = 0.005
STUCK = 0.08
DEEPEST = 14


def install() -> None:
    """Give the console the instruments; call it before the console is made."""
    path = os.environ.get("GK_PROBE")
    if not path:
        return
    base = console.app.ConsoleApp

    class Probed(base):  # type: ignore[misc, valid-type]
        """The console with a ticker on its loop."""

        def on_mount(self) -> None:
            self.ticker = asyncio.create_task(Probe(self, path).run())

    Probed.__name__ = base.__name__
    console.app.ConsoleApp = Probed  # type: ignore[misc]


class Probe:
    """Notes how much later than asked for each turn of the loop came, in whole milliseconds.

    The time in which the machine had given the processor to others is not the console's, and is left out.
    """

    def __init__(self, app: Any, path: str) -> None:
        self._app = app
        self._path = path
        self._gaps: Counter[int] = Counter()
        self._stuck: list[str] = []
        self._last = time.perf_counter()
        self._waited = 0.0
        self._schedule = os.open(f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY)
        self._loop_thread = threading.get_ident()
        threading.Thread(target=self._watch, name="probe", daemon=True).start()

    async def run(self) -> None:
        """Tick until the console is about to end: taking the terminal back is no turn of its loop."""
        written = self._last
        while not self._app._exit:
            await asyncio.sleep(TICK)
            if self._app._exit:
                break
            now, waited = time.perf_counter(), self._waiting()
            late = now - self._last - TICK - (waited - self._waited)
            self._gaps[round(max(0.0, late) * 1000)] += 1
            self._last, self._waited = now, waited
            if now - written >= 1:
                written = now
                self._write()
                self._last = time.perf_counter()  # the instrument's own work is not the console's
        self._write()

    def _waiting(self) -> float:
        """Seconds for which the loop's thread could have run and had no processor, since it began."""
        return int(os.pread(self._schedule, 100, 0).split()[1]) / 1e9

    def _write(self) -> None:
        meter = self._app.desk.meter
        line = {
            "at": time.time(),
            "gaps": self._gaps,
            "stuck": self._stuck,
            "threads": threading.active_count() - 1,
            "calls": dict(meter.calls) if meter else {},
            "dollars": meter.dollars if meter else 0.0,
        }
        self._gaps, self._stuck = Counter(), []
        with open(self._path, "a") as file:  # noqa: PTH123 - quicker, and on the loop that is being measured
            file.write(json.dumps(line) + "\n")

    def _watch(self) -> None:
        """Look now and then where a loop stands that has not turned for long."""
        seen = 0.0
        while True:
            time.sleep(STUCK / 4)
            last = self._last
            late = time.perf_counter() - last - (self._waiting() - self._waited)
            if last != seen and late > STUCK:
                seen = last
                frames = traceback.extract_stack(sys._current_frames()[self._loop_thread])[-DEEPEST:]
                self._stuck.append(" < ".join(f"{_short(frame.filename)}:{frame.lineno}" for frame in frames[::-1]))


def _short(path: str) -> str:
    return "/".join(path.rsplit("/", 2)[-2:])
