"""Two consoles that change one resource at the same moment: line 15."""

from __future__ import annotations

import random
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any

from console.gate.events import AtTheGate, Outcome, Reason
from console.gate.run import READ_BACK
from console.gate.runner import Runner
from console.journal.records import RunState
from console.operations.lists import Pair
from console.services.logs.operations import SetRetention
from tests.conftest import DemoServer
from tests.faults import Fault, Seen
from tests.gate.world import SOON, World, hurry, planned, world_of
from tests.mutations import changes
from tests.scorecard.card import Outcome as Found
from tests.scorecard.card import line, with_notes
from tests.scorecard.rig import Rig

RACES = 200
APART = 0.02
"""Seconds by which the second console is late at most: as long as it takes from the confirmation to the change."""

GROUP = "/scorecard/race"
DAYS = (14, 30, 60)


@line(15, "two consoles, one resource, 200 races, twice", "one journal: 1 change; two: never both done", 1500)
def races(rig: Rig) -> Found:
    """Both confirm other changes of one state: with a journal that they share, and with one for each."""
    demo = DemoServer(rig.demo, rig.environment)
    logs = demo.client("logs")
    logs.create_log_group(logGroupName=GROUP)
    try:
        shared = Races(demo, logs, [rig.fresh("race")] * 2, hurry)
        shared.run()
        apart = Races(demo, logs, [rig.fresh("race-one"), rig.fresh("race-two")], _unhurried)
        apart.run()
    finally:
        logs.delete_log_group(logGroupName=GROUP)
    notes = [f"one journal: {note}" for note in shared.notes] + [f"two journals: {note}" for note in apart.notes]
    notes += [f"one journal: {shared.twice} races with two changes from one state"] * bool(shared.twice)
    figure = (
        f"one journal: {shared.twice} of {RACES} with two changes from one state; two journals: {apart.twice} of "
        f"{RACES}, both told as done in {apart.both_done}; from the last read to the change {_widths(apart.widths)}"
    )
    return with_notes(Found(bool(apart.widths), figure), notes)


async def _unhurried(seconds: float) -> None:
    """The wait before reading back is as long as it is; all others run as fast as the demo's clock."""
    await hurry(100 * seconds if seconds == READ_BACK else seconds)


def _widths(widths: list[float]) -> str:
    if not widths:
        return "never measured"
    ordered = sorted(1000 * width for width in widths)
    return f"median {_at(ordered, 0.5):.1f}, p99 {_at(ordered, 0.99):.1f}, max {ordered[-1]:.1f} ms"


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


@dataclass
class Console:
    """A console of a race: its world, its runner, and how long before each of its changes its last read ended."""

    world: World
    runner: Runner
    widths: list[float] = field(default_factory=list)
    _read: float = 0.0

    def watch(self) -> None:
        """Take the times of its requests at its proxy."""
        self.world.proxy.plan = self._arrived
        self.world.proxy.answered = self._ended

    def _arrived(self, seen: Seen) -> Fault:
        if changes(seen):
            self.widths.append(time.perf_counter() - self._read)
        return Fault.NONE

    def _ended(self, seen: Seen) -> None:
        if not changes(seen):
            self._read = time.perf_counter()


class Races:
    """`RACES` races of two consoles whose journals are in `folders`."""

    def __init__(
        self, demo: DemoServer, logs: Any, folders: list[Path], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self.twice = self.both_done = 0
        self.widths: list[float] = []
        self.notes: list[str] = []
        self._demo = demo
        self._logs = logs
        self._folders = folders
        self._sleep = sleep
        self._chance = random.Random(15)

    def run(self) -> None:
        """All of them."""
        with self._consoles() as consoles:
            for race, (before, *days) in zip(range(RACES), _turns(), strict=False):
                self._logs.put_retention_policy(logGroupName=GROUP, retentionInDays=before)
                first, second = consoles if race % 2 else consoles[::-1]
                self._race(((first, days[0]), (second, days[1])))
            self.widths = [width for console in consoles for width in console.widths]

    @contextmanager
    def _consoles(self) -> Iterator[list[Console]]:
        with ExitStack() as stack:
            worlds = [stack.enter_context(world_of(self._demo, folder)) for folder in self._folders]
            consoles = [Console(world, stack.enter_context(world.runner(sleep=self._sleep))) for world in worlds]
            for console in consoles:
                console.watch()
            yield consoles

    def _race(self, racers: tuple[tuple[Console, int], ...]) -> None:
        plans = [
            planned(console.runner, SetRetention((Pair(GROUP),), str(days)), console.world.stack)
            for console, days in racers
        ]
        for console, _ in racers:
            console.world.proxy.seen.clear()
        ends: list[Future[Outcome]] = []
        for (console, _), plan in zip(racers, plans, strict=True):
            ends.append(console.runner.apply(plan, plan.confirmation.text))
            time.sleep(self._chance.uniform(0, APART) * (len(ends) < len(plans)))
        told = [_told(end) for end in ends]
        sent = [len(console.world.mutations()) for console, _ in racers]
        self._judge(told, sent, [days for _, days in racers])

    def _judge(self, told: list[str], sent: list[int], days: list[int]) -> None:
        """What both were told, against what each has sent and what it is now."""
        (group,) = self._logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
        is_now = group["retentionInDays"]
        self.twice += sum(sent) > 1
        self.both_done += told.count(RunState.DONE) > 1
        as_told = zip(told, sent, days, strict=True)
        wrong = [*_wrong(told, sent)] + [
            f"one is told {word} with {count} changes sent"
            for word, count, asked in as_told
            if (word in REFUSED) is (count > 0) or (word == RunState.DONE and asked != is_now)
        ]
        self.notes += [f"{what}: {told}, {sent} sent, {days} asked, {is_now} now" for what in wrong]


def _wrong(told: list[str], sent: list[int]) -> Iterator[str]:
    if not sum(sent):
        yield "nothing was sent"
    if max(sent) > 1:
        yield "one console sent twice"
    if told.count(RunState.DONE) > 1:
        yield "both are told as done"


REFUSED = (str(Reason.STALE), str(RunState.STOPPED))


def _told(end: Future[Outcome]) -> str:
    """The state of a change as its console is told it, or why it was not let through."""
    try:
        return str(end.result(SOON).state)
    except AtTheGate as gate:
        return str(gate.reason)


def _turns() -> Iterator[tuple[int, int, int]]:
    """The days that each race begins with, and those that its consoles ask for."""
    return cycle((DAYS, (DAYS[1], DAYS[2], DAYS[0]), (DAYS[2], DAYS[0], DAYS[1])))
