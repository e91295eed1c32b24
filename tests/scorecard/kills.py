"""Consoles that are killed in the middle of a change: line 12."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from console.journal.records import State, StepState
from tests.bench.server import ROOT
from tests.children import child
from tests.conftest import DemoServer
from tests.faults import Fault, FaultProxy, Seen
from tests.mutations import changes
from tests.scorecard.card import Outcome, line, with_notes
from tests.scorecard.gate import suite
from tests.scorecard.programs.dying import AFTER, BEFORE, CONTENT, FILE, GROUPS, KINDS, MARK, Order, makes, steps_of
from tests.scorecard.rig import Rig

MOST = 200
"""Moments after which a change must have come to its end."""


@line(12, "kill -9 at every moment, every kind of step", "listed, settled truly; 0 effects without an intent", 2400)
def killed(rig: Rig) -> Outcome:
    """Kill at each transaction and effect of each kind of change, and at each request that changes something."""
    demo = DemoServer(rig.demo, rig.environment)
    logs = demo.client("logs")
    for group in GROUPS:
        logs.create_log_group(logGroupName=group)
    try:
        with FaultProxy(rig.demo.url) as proxy, Mortals(rig, logs, proxy).started() as mortals:
            for kind in KINDS:
                mortals.at_each_moment(kind)
                mortals.at_each_request(kind)
    finally:
        for group in GROUPS:
            logs.delete_log_group(logGroupName=group)
    requests = suite("kills", "tests/gate/test_killed.py", "-k", "killed_at_each_request or killed_it_is_listed")
    figure = (
        f"{mortals.kills} kills of {len(KINDS)} kinds of change, {mortals.recorded} of them on record, "
        f"{len(mortals.notes)} wrong; at each request of the program {requests.figure}"
    )
    return with_notes(Outcome(requests.met and mortals.kills > 0, figure, requests.notes), mortals.notes)


class Mortals:
    """Has consoles made that die, and looks at what they leave and what the next one makes of it."""

    def __init__(self, rig: Rig, logs: Any, proxy: FaultProxy) -> None:
        self.kills = self.recorded = 0
        self.notes: list[str] = []
        self._rig = rig
        self._logs = logs
        self._proxy = proxy
        self._process: subprocess.Popen[str] | None = None
        self._scratch = Path()
        self._journal = Path()

    @contextmanager
    def started(self) -> Iterator[Mortals]:
        """The program that makes them runs."""
        command = [sys.executable, "-m", "tests.scorecard.programs.dying"]
        environment = self._rig.bare(self._rig.fresh("kills"))
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with child(command, env=environment, cwd=ROOT, text=True, **pipes) as process:
            self._process = process
            yield self
            process.stdin.close()
            process.wait(30)

    def at_each_moment(self, kind: str) -> None:
        """Kill at the first moment of a change, then at the second, until one comes to its end."""
        for moment in count(1):
            self._fresh()
            code = self._do(kind, moment)["code"]
            self._look(f"{kind}, moment {moment}")
            if code != -signal.SIGKILL:
                self.notes += [f"{kind}, moment {moment}: it ended with {code}"] * (code != 0)
                return
            self.kills += 1
            if moment > MOST:
                raise AssertionError(f"{kind}: it has more than {MOST} moments")

    def at_each_request(self, kind: str) -> None:
        """Kill while each request that changes something is under way, which is then carried out, or lost."""
        for fault in (Fault.NONE, Fault.CLOSE):
            for number in count(1):
                self._fresh()
                if not self._killed_at(kind, number, fault):
                    break
                self.kills += 1
                self._look(f"{kind}, request {number}, {fault}")

    def _killed_at(self, kind: str, number: int, fault: Fault) -> bool:
        pid: list[int] = []
        known, over = threading.Event(), threading.Event()
        sent = count(1)

        def plan(seen: Seen) -> Fault:
            if changes(seen) and next(sent) == number:
                known.wait(30)
                os.kill(pid[0], signal.SIGKILL)
                return fault
            return Fault.NONE

        def begun(found: int) -> None:
            pid.append(found)
            known.set()

        self._proxy.plan = plan
        self._proxy.answered = lambda seen: over.set() if changes(seen) else None
        try:
            code = self._do(kind, 0, begun)["code"]
            over.wait(30)
        finally:
            self._proxy.always(Fault.NONE)
            self._proxy.answered = lambda seen: None
        return bool(code == -signal.SIGKILL)

    def _fresh(self) -> None:
        """All as before, and an empty journal."""
        self._scratch, self._journal = self._rig.fresh("kill-scratch"), self._rig.fresh("kill-journal")
        for group in GROUPS:
            self._logs.put_retention_policy(logGroupName=group, retentionInDays=BEFORE)

    def _do(self, kind: str, moment: int, begun: Callable[[int], None] = lambda pid: None) -> dict[str, Any]:
        assert self._process is not None and self._process.stdin and self._process.stdout
        demo = self._rig.demo
        stack = next(path for path in demo.stack_files if path.stem == "mra-mines")
        order = Order(
            kind, moment, str(stack), self._proxy.url, str(demo.config_file), str(demo.credentials_file),
            str(self._journal), str(self._scratch),
        )  # fmt: skip
        self._process.stdin.write(msgspec.json.encode(order).decode() + "\n")
        self._process.stdin.flush()
        begun(json.loads(self._process.stdout.readline())["pid"])
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def _look(self, where: str) -> None:
        """What happened must have its intent on record; and what is told of it after the next start must be true."""
        there = self._there()
        answer = self._do("", 0)
        if answer["code"]:
            self.notes.append(f"{where}: the next start ended with {answer['code']}")
            return
        before, after = answer["found"]["before"], answer["found"]["after"]
        self.recorded += bool(before)
        kind = where.partition(",")[0]
        self.notes += [f"{where}: {what}" for what in _wrong(kind, there, before, after, self._scratch)]
        if self._there() != there:
            self.notes.append(f"{where}: settling changed something")

    def _there(self) -> set[str]:
        """What has been made, as the operation names it."""
        groups = self._logs.describe_log_groups(logGroupNamePrefix="/scorecard/kill/")["logGroups"]
        made = {group["logGroupName"] for group in groups if group.get("retentionInDays") == AFTER}
        made |= {str(MARK)} if (self._scratch / MARK).exists() else set()
        file = self._scratch / FILE
        return made | ({str(FILE)} if file.exists() and file.read_text() == CONTENT else set())


def _wrong(kind: str, there: set[str], before: list[Any], after: list[Any], scratch: Path) -> Iterator[str]:
    """What of a run's record does not fit what was made, before it is settled and after."""
    if len(before) > 1 or len(after) != len(before):
        yield f"{len(before)} runs on record, {len(after)} after settling"
    if not before:
        if there:
            yield f"{sorted(there)} without a run on record"
        return
    steps = steps_of(kind, scratch).all_steps
    for at, step in enumerate(steps):
        for name in makes(step):
            then, now = _state(before[0], at, name), _state(after[0], at, name)
            if name in there and then == StepState.WAITING:
                yield f"{name} was made without an intent"
            right = StepState.DONE if name in there else StepState.FAILED
            if now not in (right, StepState.WAITING) or (now == StepState.WAITING and then != now):
                yield f"step {at + 1} {name}: {then}, then {now}; it is {right}"
    made = [name in there for step in steps for name in makes(step)]
    wanted = {State.DONE} if all(made) else {State.PARTLY} if any(made) else {State.STOPPED, State.FAILED}
    run = after[0]["run"]
    if run["state"] not in wanted:
        yield f"the run is {run['state']}, with {sum(made)} of {len(made)} made: {run['outcome']}"
    if run["changed"] is not any(made):
        yield f"changed is {run['changed']}, with {sum(made)} of {len(made)} made"


def _state(entry: Any, at: int, name: str) -> str:
    """The state of what makes something: of an item of a Bulk its own."""
    items = entry["items"].get(str(at), [])
    return next((item["state"] for item in items if item["id"] == name), entry["steps"][at]["state"])
