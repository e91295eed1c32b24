"""What idling costs: line 20."""

from __future__ import annotations

import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from console.aws.meter import METRIC_PRICE, PRICES
from console.desk.screens import SCREENS
from tests.bench.server import ROOT
from tests.faults import Fault, FaultProxy, Seen
from tests.pty.harness import Terminal
from tests.scorecard.card import Outcome, line, with_notes
from tests.scorecard.gaps import lines
from tests.scorecard.rig import PROGRAMS, Rig
from tests.scorecard.walk import quit_console, settle

PACE = 12
"""How many times as fast as usual the consoles' clock goes."""

WARM_UP = 20.0
"""Seconds, of any clock."""

HOUR = 3600.0
"""Seconds of the consoles' clock that are counted."""

LIMITS = {"FilterLogEvents": 4.0, "LookupEvents": 2.0, "ListUsers": 2.0, "GetMetricData": 0.5, "GetCostAndUsage": 0.0}
"""Calls a second that the console may make of AWS's own, which others share."""

_CALLED_OTHERWISE = {"monitoring": "cloudwatch"}
"""Services whose requests are signed by another name than the one that botocore knows them by."""


@dataclass
class Idler:
    """A console that idles on one screen, the calls that a proxy counts with their times, and what its meter says."""

    screen: str
    calls: list[tuple[float, Seen]]
    terminal: Terminal
    probe: Path

    def between(self, start: float, end: float) -> list[Seen]:
        """The calls of AWS in a time."""
        return [seen for at, seen in self.calls if start <= at < end]


@line(20, "calls and price per hour, idle, each screen", "equals the meter; within the limits", 900)
def calls(rig: Rig) -> Outcome:
    """A console for each screen, all at once, for an hour of their clock; counted by a proxy before AWS."""
    with ExitStack() as stack:
        idlers = [_idler(rig, screen, stack) for screen in SCREENS]
        _idle(idlers, WARM_UP)
        begun = time.time()
        _idle(idlers, HOUR / PACE)
        ended = time.time()
        for idler in idlers:
            quit_console(idler.terminal)
    notes = [note for idler in idlers for note in _differences(idler, begun, ended)]
    windows = {idler.screen: idler.between(begun, ended) for idler in idlers}
    notes += [note for screen, window in windows.items() for note in _over(screen, window)]
    hourly = ", ".join(f"{screen} {len(window):,} calls ${price(window):.4f}" for screen, window in windows.items())
    counted = sum(len(idler.calls) for idler in idlers)
    return with_notes(Outcome(counted > 0, f"an hour: {hourly}; {counted:,} counted, {len(notes)} differ"), notes)


def _idler(rig: Rig, screen: str, stack: ExitStack) -> Idler:
    calls: list[tuple[float, Seen]] = []

    def count(seen: Seen) -> Fault:
        if seen.service:
            calls.append((time.time(), seen))
        return Fault.NONE

    proxy = stack.enter_context(FaultProxy(rig.demo.url, count))
    probe = rig.folder / f"calls-{screen}.jsonl"
    environment = {
        **rig.operator(rig.fresh(f"calls-{screen}"), proxy.url),
        "GK_PROBE": str(probe),
        "GK_PACE": str(PACE),
        "PYTHONPATH": str(ROOT),
    }
    words = [sys.executable, str(PROGRAMS / "hurried.py"), "--stack", "mra-mines", "--screen", screen]
    return Idler(screen, calls, stack.enter_context(rig.terminal(words, environment, emulate=False)), probe)


def _idle(idlers: list[Idler], seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for idler in idlers:
            settle(idler.terminal, 0.05, 0.2)


def _differences(idler: Idler, begun: float, ended: float) -> list[str]:
    """Where the meter of a console and the proxy differ, at a moment near the end at which no call was being made.

    The meter counts a call a little before the proxy does: the moment that is furthest from any call is taken.
    """
    late = [line for line in lines(idler.probe, begun + 0.75 * (ended - begun)) if line["at"] < ended]
    last = max(late, key=lambda line: min((abs(at - line["at"]) for at, _ in idler.calls), default=HOUR))
    metered, counted = Counter(last["calls"]), idler.between(0, last["at"])
    found = []
    if metered.total() != len(counted):
        found.append(f"{idler.screen}: {metered.total()} calls by the meter, {len(counted)} by the proxy")
    operations = Counter(seen.operation for seen in counted if seen.operation)
    by_name = Counter[str]()
    for api, number in metered.items():
        by_name[api.partition(":")[2]] += number
    found += [
        f"{idler.screen}: {name} {by_name[name]} by the meter, {number} by the proxy"
        for name, number in operations.items()
        if by_name[name] != number
    ]
    spent = price(counted)
    if abs(last["dollars"] - spent) > 0.01 * spent:
        found.append(f"{idler.screen}: ${last['dollars']:.6f} by the meter, ${spent:.6f} by the proxy")
    return found


def _over(screen: str, window: list[Seen]) -> list[str]:
    rates = {name: sum(seen.operation == name for seen in window) / HOUR for name in LIMITS}
    return [f"{screen}: {name} {rates[name]:.2f} a second" for name, most in LIMITS.items() if rates[name] > most]


def price(window: list[Seen]) -> float:
    """US dollars that AWS charges for calls, by its price list."""
    total = 0.0
    for seen in window:
        service = _CALLED_OTHERWISE.get(seen.service, seen.service)
        total += METRIC_PRICE * seen.metrics + PRICES.get(f"{service}:{seen.operation}", PRICES.get(service, 0.0))
    return total
