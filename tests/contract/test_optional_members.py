"""A member that AWS leaves out, or a metric of which it does not tell, costs the fact that rests on it and no more."""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import pytest

from console.problems import Failure, ProblemKind
from console.readings.source import AnySource, Finding, Level, Report
from console.services.account.discovered import discovered
from console.services.sources import SOURCES
from console.stack.stack import Stack
from tests.conftest import DemoServer
from tests.contract.conftest import Unlimited, target_of
from tests.replay import Asked, Path, Player, Recorder, Tape, lists, optional, twice, value_at, without, written

ONE_IN = 1 if os.environ.get("EVERY_MEMBER") else 5
"""Which part of the members is dropped, always the same ones; all of them with EVERY_MEMBER in the environment."""

ASKING = [source for source in SOURCES.values() if source.permissions and source is not discovered]
"""The checks that ask AWS for something when they are read."""

every = pytest.mark.parametrize("source", ASKING, ids=lambda source: source.name)
ALARMS = (Level.WARN, Level.CRIT)

NONE_BY_ABSENCE = {
    ("s3.list_object_versions", "Versions"): "an XML list that is empty is left out",
}
"""Members by whose absence AWS tells something, and what."""

NEEDED = {"s3.list_object_versions Versions[].Key", "s3.list_object_versions Versions[].LastModified"}
NEEDED |= {"s3.list_object_versions Versions[].VersionId"}
"""Members without which a resource cannot be told from others, so that nothing is known of it."""


@dataclass(frozen=True)
class Loss:
    """What was left out: a member of an answer, or with `metric` all of one metric; `parts` are the things in it."""

    name: str
    spoiled: dict[int, Asked]
    metric: str = ""
    parts: int = 1


def losses(asked: list[Asked], metrics: list[str]) -> Iterator[Loss]:
    for at, one in enumerate(asked):
        for page, path in optional(one):
            if (one.api, written(path)) not in NONE_BY_ABSENCE:
                yield Loss(f"{one.api} {shown(path)}", {at: without(one, page, path)}, parts=parts(one, page, path))
    yield from (Loss(metric, {}, metric) for metric in metrics)


def shown(path: Path) -> str:
    return f"{written(path)} {[step for step in path if isinstance(step, int)] or ''}".strip()


def parts(asked: Asked, page: int, path: Path) -> int:
    value = value_at(asked, page, path)
    return len(value) if isinstance(value, list | dict) else 1


def levels(report: Report) -> dict[str, Counter[Level]]:
    found: dict[str, Counter[Level]] = defaultdict(Counter)
    for finding in report.findings:
        found[finding.resource][finding.level] += 1
    return found


def wrongs(whole: Report, report: Report, loss: Loss) -> Iterator[str]:
    """What a report says that it should not, for want of something, or does not say though it could."""
    before, after = levels(whole), levels(report)
    lost, fresh = before.keys() - after.keys(), after.keys() - before.keys()
    pairs = {name: (before[name], after[name]) for name in before.keys() & after.keys()}
    if lost and fresh and len(lost) <= loss.parts:
        # What has lost its name goes by another; what was told of several at once is not known of all of them.
        pairs[", ".join(sorted(lost))] = (added(before, lost), added(after, fresh))
    elif lost:
        yield f"nothing is said of {sorted(lost)}"
    shown = {detail.resource for detail in whole.details} - {detail.resource for detail in report.details}
    if shown - lost and loss.name.partition(" [")[0] not in NEEDED:
        yield f"what else is known of {sorted(shown - lost)} is not shown"
    for name, (was, now) in pairs.items():
        if any(now[level] > was[level] for level in ALARMS):
            yield f"{name} is worse though it is only not known: {dict(was)}, now {dict(now)}"
        fewer = any(now[level] < was[level] for level in (*ALARMS, Level.UNKNOWN))
        if fewer and now[Level.UNKNOWN] <= was[Level.UNKNOWN]:
            yield f"{name} is better though it is only not known: {dict(was)}, now {dict(now)}"


def added(found: dict[str, Counter[Level]], names: Iterable[str]) -> Counter[Level]:
    return sum((found[name] for name in names), Counter())


def is_chosen(*names: str) -> bool:
    return crc32(" ".join(names).encode()) % ONE_IN == 0


async def recorded(source: AnySource, stack: Stack, demo: DemoServer) -> tuple[Tape, Callable[..., Awaitable[Report]]]:
    """What a check was answered, and a function that asks it again with something else in the place of some of it."""
    target = target_of(demo, stack)
    recorder = Recorder(target, limits=Unlimited())
    try:
        await source.fetch(recorder, stack)
    finally:
        await recorder.close()

    async def again(spoiled: dict[int, Asked], metric: str = "") -> Report:
        player: Any = Player(recorder.tape, target, spoiled, metric)
        report: Report = await source.fetch(player, stack)
        return report

    return recorder.tape, again


async def amiss(source: AnySource, stack: Stack, demo: DemoServer) -> list[str]:
    """What is wrong with what a check says of a stack when one thing after the other is left out."""
    tape, again = await recorded(source, stack, demo)
    wanted, whole, found = source.wants(stack), await again({}), []
    alone = isinstance(wanted, Sized) and len(wanted) == 1
    for loss in losses(tape.asked, sorted({metric.label for metric in tape.points})):
        if not is_chosen(source.name, stack.name, loss.name):
            continue
        try:
            report = await again(loss.spoiled, loss.metric)
        except Failure as failure:
            # The only resource cannot be judged, and that is told as what the check has to say.
            if not (alone and failure.problem.kind is ProblemKind.SUSPECT):
                found.append(f"{loss.name}: the whole check fails: {failure}")
        except Exception as error:
            error.add_note(f"{stack.name}: {loss.name}")
            raise
        else:
            found += [f"{loss.name}: {wrong}" for wrong in wrongs(whole, report, loss)]
    return found


async def doubled(source: AnySource, stack: Stack, demo: DemoServer) -> list[str]:
    """Which lists make a check say something else when they have an item twice."""
    tape, again = await recorded(source, stack, demo)
    whole, found = sorted(map(said, (await again({})).findings)), []
    for at, one in enumerate(tape.asked):
        for page, path in lists(one):
            report = await again({at: twice(one, page, path)})
            if (findings := sorted(map(said, report.findings))) != whole:
                more = [text for text in findings if findings.count(text) > whole.count(text)]
                found.append(f"{one.api} {shown(path)}: {more}")
    return found


def said(finding: Finding) -> str:
    return f"{finding.resource}: {finding.level.word} {finding.what} {finding.value}"


@pytest.fixture
def standing_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """One moment for all: nothing comes of age between two looks at the same answers."""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)


def wanting(source: AnySource, stacks: tuple[Stack, ...]) -> list[Stack]:
    found = [stack for stack in stacks if source.wants(stack)]
    assert found, "no stack of the demo has anything for it"
    return found


@every
@pytest.mark.usefixtures("standing_still")
async def test_what_is_left_out_costs_one_fact(source: AnySource, demo: DemoServer, stacks: tuple[Stack, ...]) -> None:
    for stack in wanting(source, stacks):
        assert await amiss(source, stack, demo) == [], stack.name


@every
@pytest.mark.usefixtures("standing_still")
async def test_what_is_listed_twice_is_one(source: AnySource, demo: DemoServer, stacks: tuple[Stack, ...]) -> None:
    for stack in wanting(source, stacks):
        assert await doubled(source, stack, demo) == [], stack.name
