"""Consoles that kill themselves, or whose journal fails, at the n-th moment of a change; each is its own process.

``python -m tests.scorecard.programs.dying`` reads an `Order` of JSON a line, and answers each with the process id of
the console that does it, then with how that ended and what its journal holds. The moments are the begin and the commit
of each transaction of the journal, and both sides of everything that a step does to the world.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import resource
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Annotated, Any

import msgspec

import console.aws.session
import console.journal.store
from console.aws.call import Aws
from console.aws.target import Target
from console.gate.events import AtTheGate
from console.gate.runner import Runner
from console.gate.write_state import WriteState
from console.journal.journal import Journal
from console.journal.records import RunRecord, RunState
from console.journal.store import SqliteStore
from console.operations.bulk import Bulk, BulkItem
from console.operations.fields import choice
from console.operations.local_steps import LocalCommand, LocalFile
from console.operations.operation import NoUndo, Observed, Operation, Resource, TookEffect
from console.operations.plan import Plan
from console.operations.steps import Call, Step, Wait, Waited
from console.problems import Failure, ProblemKind
from console.services.operations import OPERATIONS
from console.stack_files.file import load
from console.text import Clean
from tests.scorecard.processes import adopt_orphans

GROUPS = tuple(f"/scorecard/kill/{number}" for number in range(4))
BEFORE, AFTER = 14, 30
CONTENT = "written\n"
SOON = 60
HURRIED = 20
"""How many times as fast as usual it waits."""

PATIENCE = 1.0
"""Seconds for which an answer of AWS is waited for."""


class Order(msgspec.Struct):
    """What a console is to do: apply a change of a kind and die at a moment (0: at none), or settle what others left.

    With `fails` it does not die: from the n-th transaction on its journal fails in that way. `stack` is a stack file,
    `journal` the journal's folder, `scratch` where a change writes.
    """

    kind: str
    moment: int
    fails: str
    stack: str
    url: str
    config_file: str
    credentials_file: str
    journal: str
    scratch: str

    @property
    def settles(self) -> bool:
        """Whether nothing is applied."""
        return not self.kind


def _retain(number: int, days: int = AFTER) -> Call:
    params = {"logGroupName": GROUPS[number], "retentionInDays": days}
    return Call("logs", "put_retention_policy", params, name=f"{number}")


def _bulk(*numbers: int) -> Bulk:
    items = tuple(BulkItem(GROUPS[n], {"logGroupName": GROUPS[n], "retentionInDays": AFTER}) for n in numbers)
    return Bulk("logs", "put_retention_policy", items)


def _seen(answer: dict[str, Any]) -> Waited:
    group = next(group for group in answer["logGroups"] if group["logGroupName"] == GROUPS[0])
    return Waited(group.get("retentionInDays") == AFTER, Clean("looked"))


def _wait() -> Wait:
    return Wait("logs", "describe_log_groups", {"logGroupNamePrefix": GROUPS[0]}, "logGroups", _seen)


FILE, MARK = Path("file"), Path("mark")
"""What the step that writes a file and the command leave in the scratch folder."""


def _file(folder: Path) -> LocalFile:
    return LocalFile(folder / FILE, CONTENT)


def _command(folder: Path) -> LocalCommand:
    return LocalCommand(("/bin/sh", "-c", 'echo made > "$0"', str(folder / MARK)))


def steps_of(kind: str, folder: Path) -> Plan:
    """The plan of a kind of change."""
    plans: dict[str, tuple[tuple[Step, ...], tuple[Step, ...]]] = {
        "call": ((_retain(0),), ()),
        "calls": ((_retain(0), _retain(1), _retain(2)), ()),
        "bulk": ((_bulk(0, 1, 2, 3),), ()),
        "wait": ((_retain(0), _wait()), ()),
        "file": ((_file(folder),), ()),
        "command": ((_command(folder),), ()),
        "at the end": ((_retain(0),), (_retain(1),)),
        BACK: ((_retain(0, BEFORE),), ()),
        "all": ((_retain(0), _file(folder), _command(folder), _bulk(1, 2, 3), _wait()), ()),
    }
    steps, last = plans[kind]
    return Plan(steps, finally_=last)


BACK = "back"
"""The kind of change that takes a call back."""

KINDS = ("call", "calls", "bulk", "wait", "file", "command", "at the end", "all")


@dataclass(frozen=True)
class Mixed(Operation):
    """Change log groups, a file and what a command makes."""

    name = "scorecard.mixed"
    screen = "health"
    permissions = ()

    kind: Annotated[str, choice(*KINDS, BACK), "which steps"] = "call"

    folder = Path()

    async def observe(self, aws: Aws) -> Observed:
        """Read the groups, the file and the mark."""
        groups = await aws.items("logs", "describe_log_groups", "logGroups", logGroupNamePrefix="/scorecard/kill/")
        days = {group["logGroupName"]: group.get("retentionInDays") for group in groups}
        here = {str(name): (self.folder / name).exists() for name in (FILE, MARK)}
        return Observed({**days, **here}, {}, tuple(Resource(name, f"arn:{name}") for name in days))

    def plan(self, now: Observed) -> Plan:
        """The steps of its kind."""
        del now
        return steps_of(self.kind, self.folder)

    async def verify(self, aws: Aws, before: Observed) -> bool:
        """All of it is there."""
        del before
        return all([await self._is_there(aws, step) for step in steps_of(self.kind, self.folder).all_steps])

    async def happened(self, aws: Aws, before: Observed, intent: str) -> TookEffect:
        """Whether what a step makes is there."""
        del before
        step = next(step for step in steps_of(self.kind, self.folder).all_steps if step.id == intent)
        return TookEffect.YES if await self._is_there(aws, step) else TookEffect.NO

    async def happened_to(self, aws: Aws, before: Observed, item: str) -> TookEffect:
        """Whether the lines of one group expire as was asked."""
        del before
        return TookEffect.YES if (await self.observe(aws)).state[item] == AFTER else TookEffect.NO

    async def _is_there(self, aws: Aws, step: Step) -> bool:
        state = (await self.observe(aws)).state
        return all(state[name] in (True, wanted(self.kind)) for name in makes(step))

    def undo(self, before: Observed) -> Operation | NoUndo:
        """Of a call, the call that sets it as it was."""
        del before
        return Mixed(BACK) if self.kind == "call" else NoUndo("It is a measurement.")


def wanted(kind: str) -> int:
    """The days that a kind of change sets."""
    return BEFORE if kind == BACK else AFTER


def makes(step: Step) -> tuple[str, ...]:
    """What a step changes, as `Mixed.observe` names it; nothing for a wait."""
    if isinstance(step, Bulk):
        return tuple(item.id for item in step.items)
    if isinstance(step, Call):
        return (step.params["logGroupName"],)
    return {LocalFile: (str(FILE),), LocalCommand: (str(MARK),)}.get(type(step), ())


class Moments:
    """Counts the moments of a change, and ends the process at one of them as nothing else does: at once."""

    def __init__(self, last: int) -> None:
        self._left = last

    def one(self) -> None:
        """A moment has come."""
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: object, name: str) -> None:
        """Let both sides of a function be moments."""
        function: Callable[..., Any] = getattr(owner, name)
        if asyncio.iscoroutinefunction(function):

            async def awaited(*given: Any, **named: Any) -> Any:
                self.one()
                answer = await function(*given, **named)
                self.one()
                return answer

            setattr(owner, name, awaited)
            return

        def called(*given: Any, **named: Any) -> Any:
            self.one()
            answer = function(*given, **named)
            self.one()
            return answer

        setattr(owner, name, called)

    def of_journals(self) -> None:
        """Let the begin and the commit of each transaction of a journal be moments."""
        opened = console.journal.store.open_file

        def watched(path: Path) -> Any:
            found = opened(path)
            found.db.set_trace_callback(lambda sql: self.one() if sql.startswith(("BEGIN", "COMMIT")) else None)
            return found

        console.journal.store.open_file = watched

    def everywhere(self) -> None:
        """Let everything be one that a change does to the world or to the journal."""
        self.of_journals()
        self.around(Call, "_send")
        self.around(Wait, "_look")
        self.around(os, "fsync")
        self.around(Path, "replace")
        self.around(asyncio, "create_subprocess_exec")


def fail_journal(how: str, last: int) -> None:
    """Let the journal fail from its n-th transaction on, to the end of the process."""
    begun = SqliteStore._writing
    left = count(last, -1)

    @contextmanager
    def failing(store: SqliteStore, **options: Any) -> Iterator[Any]:
        if next(left) == 1:
            _MET.append(how)
            _fail(store, how)
        with begun(store, **options) as db:
            yield db

    SqliteStore._writing = failing  # type: ignore[method-assign]


def _fail(store: SqliteStore, how: str) -> None:
    db = store._db
    match how:
        case "full":
            resource.setrlimit(
                resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY)
            )  # no file can grow, also none of a step
        case "read-only":
            db.execute("PRAGMA query_only = ON")
        case "locked":
            db.execute("PRAGMA busy_timeout = 50")
            _HOLDERS.append(sqlite3.connect(store._path, isolation_level=None))
            _HOLDERS[-1].execute("BEGIN IMMEDIATE")


FAILURES = ("full", "read-only", "locked")
"""How a journal fails: its disk is full, its file cannot be written, another process holds its lock."""

_MET: list[str] = []
"""How the journal of this process failed, if it did."""

_HOLDERS: list[sqlite3.Connection] = []
"""Who holds the lock of a journal, until this process ends."""


async def hurry(seconds: float) -> None:
    """Sleep for a part of the time."""
    await asyncio.sleep(seconds / HURRIED)


def _runner(order: Order) -> Runner:
    stack = load(Path(order.stack))
    target = Target(stack.profile, stack.region, order.url, Path(order.config_file), Path(order.credentials_file))
    return Runner(lambda _: target, Journal(Path(order.journal)), WriteState(), sleep=hurry, timeout=PATIENCE)


def apply(order: Order) -> dict[str, Any]:
    """Plan and apply; gives what was told. The moments begin when it is confirmed, faults with the plan."""
    stack = load(Path(order.stack))
    with _runner(order) as runner:
        try:
            if order.kind == BACK:
                (done,) = (run for run in runner.journal.runs().result() if isinstance(run, RunRecord))
                planned = runner.plan_undo(done, stack).result(SOON)
            else:
                planned = runner.plan(Mixed(order.kind), stack).result(SOON)
            if order.fails:
                fail_journal(order.fails, order.moment)
            elif order.moment:
                Moments(order.moment).everywhere()
            outcome = runner.apply(planned, planned.confirmation.text).result(SOON)
        except (Failure, AtTheGate) as refused:
            is_bug = isinstance(refused, Failure) and refused.problem.kind is ProblemKind.BUG
            return {"state": "", "what": str(refused), "met": bool(_MET), "bug": is_bug}
        finally:
            runner.close()
            runner.journal.close()
    return {"state": outcome.state, "what": outcome.what, "met": bool(_MET), "bug": False}


def settle(order: Order) -> dict[str, Any]:
    """What the journal holds, and what it holds when all has been settled that was left."""
    with _runner(order) as runner:
        journal = runner.journal
        before = _entries(journal)
        outcomes = runner.reconcile([load(Path(order.stack))]).result(SOON)
        finishing = {
            outcome.run.id
            for outcome in outcomes
            if outcome.run and outcome.state in (RunState.SENT, RunState.WATCHING)
        }
        until = time.monotonic() + SOON
        while any(run.id in finishing for run in journal.open_runs().result()) and time.monotonic() < until:
            time.sleep(0.02)
        after = _entries(journal)
    journal.close()
    return {"before": before, "after": after}


def _entries(journal: Journal) -> list[Any]:
    runs = journal.runs().result()
    return [msgspec.to_builtins(journal.entry(run).result(), str_keys=True) for run in runs]


def main() -> None:
    """Do what is ordered, one after the other."""
    OPERATIONS[Mixed.name] = Mixed
    _import_all()
    console.aws.session.READ_TIMEOUT = PATIENCE  # type: ignore[misc]
    adopt_orphans()
    for line in sys.stdin:
        order = msgspec.json.decode(line, type=Order)
        ours, theirs = os.pipe()
        if not (pid := os.fork()):
            os.close(ours)
            _be(order, theirs)
        os.close(theirs)
        _say({"pid": pid})
        with os.fdopen(ours, "rb") as answer:
            said = answer.read()
        _, status = os.waitpid(pid, 0)
        _reap()
        code = os.waitstatus_to_exitcode(status)
        _say({"code": code, "found": json.loads(said) if said else None})


def _be(order: Order, answer: int) -> None:
    """Be the console of an order, in a process of its own, and end."""
    Mixed.folder = Path(order.scratch)
    try:
        found = settle(order) if order.settles else apply(order)
        with os.fdopen(answer, "w") as file:
            json.dump(found, file)
    except BaseException as error:  # noqa: BLE001 - whatever it is, this process must never go on as its parent does
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


def _import_all() -> None:
    """Import what a client of AWS takes, so that a fork has it."""
    for name in ("aiobotocore.session", "console.aws.login.identity", "console.aws.proof"):
        importlib.import_module(name)


def _reap() -> None:
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


if __name__ == "__main__":
    main()
