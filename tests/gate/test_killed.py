"""A process that is killed or asked to end in the middle of a change: no effect without an intent, none forgotten."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable

import pytest

from console.journal.records import RunState
from console.services.ecs.operations import Scale
from tests.deadlines import SOON
from tests.faults import Fault, Seen
from tests.gate.program import FRONTEND, Program
from tests.gate.world import World
from tests.mutations import changes

GONE_BY = 12
"""Seconds in which a process must have ended."""


def kill_at(world: World, process: Callable[[], int], when: Callable[[list[Seen]], bool], fault: Fault) -> None:
    """Kill a process, as with kill -9, at the first request of which `when` says so; that request meets the fault."""
    pending = True

    def plan(seen: Seen) -> Fault:
        nonlocal pending
        if pending and when(world.proxy.seen):
            pending = False
            os.kill(process(), signal.SIGKILL)
            return fault
        return Fault.NONE

    world.proxy.plan = plan


def killed(world: World, program: Program, when: Callable[[list[Seen]], bool], fault: Fault, desired: int) -> None:
    """Scale in a process that is killed at a request."""
    world.proxy.seen.clear()
    child: list[subprocess.Popen[str]] = []
    started = threading.Event()

    def pid() -> int:
        assert started.wait(SOON)
        return child[0].pid

    kill_at(world, pid, when, fault)
    with program.scale(desired, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        child.append(process)
        started.set()
        assert process.wait(SOON) == -signal.SIGKILL


def settled(world: World, program: Program, before: int, desired: int) -> list[RunState]:
    """Start again: what was left is listed, settled, and told as it is."""
    world.heal()
    sent = len(world.mutations())
    code, shown = program.json("journal")
    assert code == 0
    assert all(run["state"] in ("unknown", "unwatched") for run in shown)
    ends = []
    with world.runner() as runner:
        for outcome in runner.reconcile([world.stack]).result(SOON):
            assert outcome.run is not None
            ends.append(world.wait_for(outcome.run.id, RunState.DONE, RunState.FAILED, RunState.STOPPED))
        assert runner.journal.open_runs().result() == ()
    assert len(world.mutations()) == sent, "settling only reads"
    now = world.observed(Scale(FRONTEND, desired).within(world.stack)).state["desired"]
    assert now == (desired if RunState.DONE in ends else before)
    return ends


def first_change(seen: list[Seen]) -> bool:
    return changes(seen[-1])


def after_the_change(seen: list[Seen]) -> bool:
    return any(changes(one) for one in seen[:-1])


@pytest.mark.parametrize(
    ("when", "fault", "ends"),
    [
        (lambda seen: len(seen) == 5, Fault.NONE, []),
        (first_change, Fault.CLOSE, [RunState.FAILED]),
        (first_change, Fault.NONE, [RunState.DONE]),
        (after_the_change, Fault.NONE, [RunState.DONE]),
    ],
    ids=["observing again", "sent, not carried out", "carried out, no reply", "watching"],
)
def test_killed_it_is_listed_and_settled_at_the_next_start(
    world: World, program: Program, when: Callable[[list[Seen]], bool], fault: Fault, ends: list[RunState]
) -> None:
    before = world.observed(Scale(FRONTEND, 1).within(world.stack)).state["desired"]
    killed(world, program, when, fault, before + 1)
    assert settled(world, program, before, before + 1) == ends


@pytest.mark.scorecard
@pytest.mark.parametrize("fault", [Fault.NONE, Fault.CLOSE], ids=["carried out", "lost"])
@pytest.mark.parametrize("at", range(1, 12))
def test_killed_at_each_request(world: World, program: Program, at: int, fault: Fault) -> None:
    before = world.observed(Scale(FRONTEND, 1).within(world.stack)).state["desired"]
    killed(world, program, lambda seen: len(seen) >= at, fault, before + 1)
    settled(world, program, before, before + 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name)
def test_asked_to_end_it_finishes_the_step_and_records_it(world: World, program: Program, number: int) -> None:
    before = world.observed(Scale(FRONTEND, 1).within(world.stack)).state["desired"]
    arrived, go_on = threading.Event(), threading.Event()

    def hold(seen: Seen) -> Fault:
        if changes(seen):
            arrived.set()
            assert go_on.wait(SOON)
        return Fault.NONE

    world.proxy.plan = hold
    with program.scale(before + 1) as process:
        assert arrived.wait(SOON)
        process.send_signal(number)
        go_on.set()
        assert process.wait(GONE_BY) == 128 + number
    assert len(world.mutations()) == 1
    with world.runner() as runner:
        (run,) = runner.journal.runs().result()
        assert run.state is RunState.WATCHING and run.owner is None
        runner.reconcile([world.stack]).result(SOON)
        assert world.wait_for(run.id, RunState.DONE) is RunState.DONE


@pytest.mark.scorecard
def test_asked_to_end_while_a_reply_never_comes_it_ends_all_the_same(world: World, program: Program) -> None:
    before = world.observed(Scale(FRONTEND, 1).within(world.stack)).state["desired"]
    arrived = threading.Event()

    def stall(seen: Seen) -> Fault:
        if changes(seen):
            arrived.set()
            return Fault.STALL
        return Fault.NONE

    world.proxy.plan = stall
    with program.scale(before + 1) as process:
        assert arrived.wait(SOON)
        process.send_signal(signal.SIGTERM)
        assert process.wait(GONE_BY) != 0
    assert settled(world, program, before, before + 1) == [RunState.FAILED]


def test_a_reader_that_goes_away_stops_nothing(world: World, program: Program) -> None:
    before = world.observed(Scale(FRONTEND, 1).within(world.stack)).state["desired"]
    arrived, go_on = threading.Event(), threading.Event()

    def hold(seen: Seen) -> Fault:
        if changes(seen):
            arrived.set()
            assert go_on.wait(SOON)
        return Fault.NONE

    world.proxy.plan = hold
    with program.scale(before + 1) as process:
        assert arrived.wait(SOON)
        assert process.stdout is not None
        process.stdout.close()
        go_on.set()
        assert process.wait(SOON) == 128 + signal.SIGPIPE
    assert settled(world, program, before, before + 1) == [RunState.DONE]
