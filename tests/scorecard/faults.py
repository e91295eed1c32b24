"""Faults between the console and AWS: line 10."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch

from console.aws import limits
from console.aws.connections import Connections
from console.aws.target import Target
from console.problems import ProblemKind
from console.readings.poller import LONGEST_WAIT, Poller, ReadingKey
from console.readings.source import Finding, Level, Reading, Report
from console.services.sources import SOURCES, wanted_by
from console.stack.stack import Stack
from console.stack_files.file import load
from tests.faults import Fault, FaultProxy, Seen
from tests.scorecard.card import Outcome, line, with_notes
from tests.scorecard.change_faults import spoilt_changes
from tests.scorecard.rig import Rig

FAULTS = 1_000
RATE = 0.2
SWEEPS = 3
MODES = [fault for fault in Fault if fault is not Fault.NONE]
NOTHING = re.compile(r"(0|none|no)\b", re.IGNORECASE)

Judged = dict[ReadingKey, dict[str, list[Finding]]]


@line(10, "1,000 seeded faults, Sources; changes and journal", "0 crashes, 0 lost records, 0 false none or done", 3600)
def faults(rig: Rig) -> Outcome:
    """The console's poller keeps every check of every stack fresh while one answer in five is wrong; then changes."""
    stacks = [load(path) for path in rig.demo.stack_files]
    with FaultProxy(rig.demo.url) as proxy, patch.object(limits.Limits, "wait", _at_once):
        storm = Storm(rig, stacks, proxy)
        asyncio.run(storm.run())
    figure = (
        f"{storm.struck.total():,} faults in {len(proxy.seen):,} calls, {len(storm.crashes)} crashes, "
        f"{len(storm.false_none)} false none of {storm.reports:,} reports, {storm.slowed} slowed by throttling; "
        f"{(spoilt := spoilt_changes(rig))}"
    )
    met = storm.struck.total() >= FAULTS and set(storm.struck) == set(MODES) == set(spoilt.struck)
    return with_notes(Outcome(met, figure), [*storm.crashes, *storm.false_none, *storm.not_slowed, *spoilt.notes])


async def _at_once(self: object, api: str, account: str, region: str) -> None:
    """The embedded AWS has no quotas to keep."""


class Storm:
    """Three sweeps of calm to know what is true, the storm, and two of calm to know what became true meanwhile."""

    def __init__(self, rig: Rig, stacks: list[Stack], proxy: FaultProxy) -> None:
        self.struck: Counter[Fault] = Counter()
        self.crashes: list[str] = []
        self.false_none: list[str] = []
        self.not_slowed: list[str] = []
        self.slowed = self.reports = 0
        self._rig = rig
        self._stacks = stacks
        self._proxy = proxy
        self._chance = random.Random(10)
        self._heard: dict[ReadingKey, Reading[Any]] = {}
        self._news = asyncio.Event()
        self._stormy: list[tuple[ReadingKey, Report]] = []

    async def run(self) -> None:
        """All of it."""
        asyncio.get_running_loop().set_exception_handler(lambda _, context: self.crashes.append(repr(context)))
        async with self._polled() as poller:
            calm = [await self._sweep(poller) for _ in range(SWEEPS)]
            self._proxy.plan = self._strike
            while self.struck.total() < FAULTS:
                poller.refresh_now()
                await asyncio.sleep(0.2)
            self._proxy.always(Fault.NONE)
            calm += [await self._sweep(poller) for _ in range(2)]
            self._compare(calm)
            await self._throttle(poller)
        for key, reading in self._heard.items():
            if reading.problem is not None and reading.problem.kind is ProblemKind.BUG:
                self.crashes.append(f"{key}: {reading.problem}")

    @asynccontextmanager
    async def _polled(self) -> AsyncIterator[Poller]:
        def target(stack: Stack) -> Target:
            demo = self._rig.demo
            return Target(stack.profile, stack.region, self._proxy.url, demo.config_file, demo.credentials_file)

        connections = Connections(target, retry=0.1, drain=0.1)
        poller = Poller(connections.aws, idle_pause=False)
        try:
            for stack in self._stacks:
                for source in wanted_by(stack):
                    self._heard[ReadingKey(stack.name, source.name)] = poller.watch(source, stack, self, self._hear)
            yield poller
        finally:
            await poller.close()
            await connections.close()

    def _strike(self, seen: Seen) -> Fault:
        if not seen.service or self._chance.random() > RATE:
            return Fault.NONE
        fault = self._chance.choice(MODES)
        self.struck[fault] += 1
        return fault

    def _hear(self, key: ReadingKey, reading: Reading[Any]) -> None:
        former = self._heard[key]
        self._heard[key] = reading
        self._news.set()
        if reading.problem is not None and reading.problem.kind is ProblemKind.BUG:
            self.crashes.append(f"{key.stack} {key.source}: {reading.problem}")
        if reading.at != former.at and isinstance(reading.value, Report) and self.struck.total() < FAULTS:
            self._stormy.append((key, reading.value))

    async def _until(self, true: Callable[[], bool]) -> None:
        while not true():
            self._news.clear()
            await self._news.wait()

    async def _refused(self, poller: Poller, asks: list[ReadingKey]) -> None:
        former = {key: self._heard[key].next_at for key in asks}
        poller.refresh_now()
        await self._until(lambda: all(self._heard[key].next_at not in (None, former[key]) for key in asks))

    async def _sweep(self, poller: Poller) -> Judged:
        """Everything read anew, without faults."""
        former = dict(self._heard)
        poller.refresh_now()
        await self._until(lambda: all(_is_new(self._heard[key], former[key]) for key in former))
        if not self.struck:
            self._stormy.clear()
        return {key: _judged(reading.value) for key, reading in self._heard.items() if reading.value is not None}

    def _compare(self, calm: list[Judged]) -> None:
        """What every calm sweep found must be in each report of the storm: there, and not nothing."""
        always = {key: set.intersection(*(set(sweep.get(key, ())) for sweep in calm)) for key in self._heard}
        known: dict[tuple[ReadingKey, str], list[Finding]] = defaultdict(list)
        for sweep in calm:
            for key, judged in sweep.items():
                for resource, found in judged.items():
                    known[key, resource] += found
        self.reports = len(self._stormy)
        told = set()
        for key, report in self._stormy:
            judged = _judged(report)
            doubts = [found for found in report.findings if _is_doubt(found, known[key, found.resource])]
            for resource in always[key]:
                if doubts and resource not in judged:
                    continue  # it stands under the name of what could not be read
                wrong = _false(judged.get(resource, []), known[key, resource])
                if wrong and (key, resource, wrong) not in told:
                    told.add((key, resource, wrong))
                    said = "; ".join(f"{found.resource} {found.level.word}" for found in report.findings)
                    self.false_none.append(f"{key.stack} {key.source} {resource}: {wrong} ({said[:200]})")

    async def _throttle(self, poller: Poller) -> None:
        """Two refusals one after the other: each Source that asks AWS waits at least three times as long."""
        self._proxy.always(Fault.THROTTLED)
        asks = [key for key in self._heard if SOURCES[key.source].permissions]
        await self._refused(poller, asks)
        await self._refused(poller, asks)
        for key in asks:
            reading, period = self._heard[key], SOURCES[key.source].period
            wait = (reading.next_at.timestamp() - poller.now().timestamp()) if reading.next_at else 0.0
            # HEAD has no body, so that S3's SlowDown is only a 503 there.
            throttled = reading.problem is not None and reading.problem.kind in (
                ProblemKind.THROTTLED,
                ProblemKind.NETWORK,
            )
            if reading.problem is None:
                continue  # what it wanted to know was asked within the last minute
            if throttled and wait >= min(3 * period, 0.8 * max(LONGEST_WAIT, period)):
                self.slowed += 1
            else:
                self.not_slowed.append(
                    f"{key.stack} {key.source}: waits {wait:.0f} s of {period:.0f}: {reading.problem}"
                )


def _is_new(reading: Reading[Any], former: Reading[Any]) -> bool:
    return reading.at is not None and reading.at != former.at and reading.problem is None


def _judged(report: Report) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        found[finding.resource].append(finding)
    return dict(found)


def _is_doubt(finding: Finding, known: list[Finding]) -> bool:
    return finding.level is Level.UNKNOWN and all(one.level is not Level.UNKNOWN for one in known)


def _false(found: list[Finding], known: list[Finding]) -> str:
    """What is claimed of a resource that was never so; a doubt is no claim."""
    if not found:
        return "is not mentioned"
    if any(finding.level is Level.UNKNOWN for finding in found):
        return ""
    if max(finding.level for finding in found) is Level.OK and all(finding.level is not Level.OK for finding in known):
        return f"is ok: {found[0].what}"
    values = {finding.value for finding in known}
    for finding in found:
        if NOTHING.match(finding.value) and not any(NOTHING.match(value) for value in values):
            return f"has {finding.value}, and never had before: {', '.join(sorted(values))[:100]}"
    return ""
