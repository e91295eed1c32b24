"""What the gate makes of records that this version cannot read or make an operation of."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from msgspec.structs import replace

from console.gate.events import AtTheGate
from console.journal.records import RunRecord, RunState, UnreadableRun
from console.journal.store import NAME
from console.services.ecs.operations import Scale
from tests.gate.scripted import Script
from tests.gate.world import SOON, World
from tests.unit.journal.test_journal import RUN, STEPS


def test_what_this_version_has_no_operation_for_is_not_taken_back(world: World) -> None:
    params = {"service": "web", "desired": 2}
    undo = {"operation": Scale.name, "params": params}
    run = replace(RUN, operation="ecs.of-a-later-version", undo=undo, stack=world.stack.name, state=RunState.DONE)
    with world.runner() as runner:
        runner.journal.add(run, STEPS).result()
        with pytest.raises(AtTheGate, match=r"no operation ecs\.of-a-later-version"):
            runner.plan_undo(run, world.stack).result(SOON)


def test_settling_leaves_what_cannot_be_read_as_it_is_and_settles_the_others(world: World, script: Script) -> None:
    left = replace(RUN, operation="none", stack=world.stack.name, state=RunState.RUNNING, owner=None)
    with world.runner() as runner:
        for name in ("1120-0930-aaaa", "1120-0931-bbbb", "1120-0932-cccc"):
            runner.journal.add(replace(left, id=name), STEPS).result()
        with closing(sqlite3.connect(world.folder / NAME)) as db, db:
            db.execute("UPDATE run SET body = x'ff' WHERE id = '1120-0931-bbbb'")
            db.execute("UPDATE step SET body = x'ff' WHERE run = '1120-0932-cccc' AND position = 0")
            before = db.execute("SELECT * FROM run WHERE id <> '1120-0930-aaaa'").fetchall()
        (settled,) = runner.reconcile([world.stack]).result(SOON)
        assert settled.run is not None and settled.run.id == "1120-0930-aaaa"
        found = runner.journal.runs().result()
        assert [type(run) for run in found] == [RunRecord, UnreadableRun, RunRecord]
        with closing(sqlite3.connect(world.folder / NAME)) as db:
            assert db.execute("SELECT * FROM run WHERE id <> '1120-0930-aaaa'").fetchall() == before
