"""Changes by consoles in processes of their own that die or fail, and whether what is told of them then is true."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from console.journal.records import RunState, StepState
from tests.bench.server import ROOT
from tests.children import child
from tests.conftest import DemoServer
from tests.faults import FaultProxy
from tests.scorecard.programs.dying import (
    BACK,
    BEFORE,
    CONTENT,
    FILE,
    GROUPS,
    MARK,
    Order,
    makes,
    steps_of,
    wanted,
)
from tests.scorecard.rig import Rig


@contextmanager
def mortals(rig: Rig) -> Iterator[Mortals]:
    """The program that makes consoles, behind a proxy, and the log groups that they change."""
    logs = DemoServer(rig.demo, rig.environment).client("logs")
    for group in GROUPS:
        logs.create_log_group(logGroupName=group)
    try:
        command = [sys.executable, "-m", "tests.scorecard.programs.dying"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with (
            FaultProxy(rig.demo.url) as proxy,
            child(command, env=rig.bare(rig.fresh("mortals")), cwd=ROOT, text=True, **pipes) as process,
        ):
            yield Mortals(rig, logs, proxy, process)
            process.stdin.close()
            process.wait(30)
    finally:
        for group in GROUPS:
            logs.delete_log_group(logGroupName=group)


class Mortals:
    """Has consoles do what may go wrong, one at a time, and looks at what they leave and what the next makes of it.

    `recorded` is how many left a run on record, `notes` what was wrong.
    """

    def __init__(self, rig: Rig, logs: Any, proxy: FaultProxy, process: subprocess.Popen[str]) -> None:
        self.proxy = proxy
        self.recorded = 0
        self.notes: list[str] = []
        self.journal = Path()
        self._rig = rig
        self._logs = logs
        self._process = process
        self._scratch = Path()

    def fresh(self) -> None:
        """All as before, and an empty journal."""
        self._scratch, self.journal = self._rig.fresh("mortal-scratch"), self._rig.fresh("mortal-journal")
        self.as_before()

    def as_before(self) -> None:
        """The groups as before."""
        for group in GROUPS:
            self._logs.put_retention_policy(logGroupName=group, retentionInDays=BEFORE)

    def do(
        self, kind: str, moment: int = 0, fails: str = "", begun: Callable[[int], None] = lambda pid: None
    ) -> dict[str, Any]:
        """Have a console do an order; `begun` is told its process id. Gives how it ended and what it said."""
        assert self._process.stdin and self._process.stdout
        demo = self._rig.demo
        stack = next(path for path in demo.stack_files if path.stem == "mra-mines")
        order = Order(
            kind, moment, fails, str(stack), self.proxy.url, str(demo.config_file), str(demo.credentials_file),
            str(self.journal), str(self._scratch),
        )  # fmt: skip
        self._process.stdin.write(msgspec.json.encode(order).decode() + "\n")
        self._process.stdin.flush()
        begun(json.loads(self._process.stdout.readline())["pid"])
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def look(self, where: str) -> None:
        """What happened must have its intent on record; and what is told of it after the next start must be true."""
        kind = where.partition(",")[0]
        there = self.there(kind)
        answer = self.do("")
        if answer["code"]:
            self.notes.append(f"{where}: the next start ended with {answer['code']}")
            return
        before, after = answer["found"]["before"], answer["found"]["after"]
        if kind == BACK:
            before, after = before[:-1], after[:-1]  # all but the call that is taken back
        self.recorded += bool(before)
        self.notes += [f"{where}: {what}" for what in self.wrong(kind, there, before, after)]
        if self.there(kind) != there:
            self.notes.append(f"{where}: settling changed something")

    def there(self, kind: str) -> set[str]:
        """What has been made, as the operation names it."""
        groups = self._logs.describe_log_groups(logGroupNamePrefix="/scorecard/kill/")["logGroups"]
        made = {group["logGroupName"] for group in groups if group.get("retentionInDays") == wanted(kind)}
        made |= {str(MARK)} if (self._scratch / MARK).exists() else set()
        file = self._scratch / FILE
        made |= {str(FILE)} if file.exists() and file.read_text() == CONTENT else set()
        return made & self.all_of(kind)

    def all_of(self, kind: str) -> set[str]:
        """What a kind of change makes when all of it is done."""
        return {name for step in steps_of(kind, self._scratch).all_steps for name in makes(step)}

    def wrong(self, kind: str, there: set[str], before: list[Any], after: list[Any]) -> list[str]:
        """What of a run's record, before it was settled and after, does not fit what was made."""
        return list(_wrong(kind, there, before, after, self._scratch))

    def count(self, body: bytes) -> int:
        """How many rows of the journal have this as their body."""
        db = sqlite3.connect(self.journal / "journal.db")
        query = " UNION ALL ".join(f"SELECT body FROM {table}" for table in ("run", "step", "item"))
        (found,) = db.execute(f"SELECT count(*) FROM ({query}) WHERE body = ?", (body,)).fetchone()
        db.close()
        return int(found)


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
    ends = {RunState.DONE} if all(made) else {RunState.PARTLY} if any(made) else {RunState.STOPPED, RunState.FAILED}
    if steps[-1].kind == "wait" and after[0]["steps"][-1]["state"] == StepState.FAILED:
        ends = {RunState.FAILED}  # AWS would not say how far it is
    run = after[0]["run"]
    if run["state"] not in ends:
        yield f"the run is {run['state']}, with {sum(made)} of {len(made)} made: {run['outcome']}"
    if run["changed"] is not any(made):
        yield f"changed is {run['changed']}, with {sum(made)} of {len(made)} made"


def _state(entry: Any, at: int, name: str) -> str:
    """The state of what makes something: of an item of a Bulk its own."""
    items = entry["items"].get(str(at), [])
    return next((item["state"] for item in items if item["id"] == name), entry["steps"][at]["state"])
