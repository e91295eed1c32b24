"""Rows that cannot be read: each is shown as such and stays as it is, and it hides no other one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from console.journal.export import json_line, markdown
from console.journal.journal import Journal
from console.journal.owner import me
from console.journal.reconcile import take_over
from console.journal.records import (
    ItemRecord,
    RunFilter,
    RunState,
    UnreadableItem,
    UnreadableRun,
    UnreadableStep,
)
from console.journal.store import NAME, JournalError, SqliteStore
from tests.unit.journal.test_journal import AT, RUN, STEPS

GOOD = replace(RUN, id="1120-0931-good", started=AT + timedelta(minutes=1), state=RunState.WATCHING)
BODY = msgspec.to_builtins(replace(RUN, state=RunState.RUNNING, owner=None))
DEEP, DEEPER = (b'{"a":' * levels + b"1" + b"}" * levels for levels in (500, 5_000))
UNREADABLE: dict[str, object] = {
    "garbage": b"\x00\xff\x1b[31m garbage",
    "empty": b"",
    "cut short": msgspec.json.encode(BODY)[:200],
    "another kind of JSON": b"[1, 2]",
    "a state of a newer version": {**BODY, "state": "paused"},
    "a field of another type": {**BODY, "targets": {"arn": 1}},
    "a field that is missing": {name: value for name, value in BODY.items() if name != "who"},
    "nested far too deep": msgspec.json.encode(BODY).replace(b'"desired":3', b'"desired":' + DEEPER),
    "nested too deep to be shown": msgspec.json.encode(BODY).replace(b'"desired":3', b'"desired":' + DEEP),
    "a number that no JSON of ours holds": msgspec.json.encode(BODY).replace(b'"desired":3', b'"desired":' + b"9" * 30),
    "a time without a zone": {**BODY, "started": "2026-11-20T09:30:00"},
    "a time that no zone can show": {**BODY, "started": "0001-01-01T00:00:00Z"},
    "another run's body": {**BODY, "id": "1120-0931-good"},
    "an undo that is none": {**BODY, "undo": {"operation": ["x"], "params": {}}},
    "an undo without its parameters": {**BODY, "undo": {"operation": "ecs.scale"}},
    "a state before that is no table": {**BODY, "before": {"state": 3}},
    "no context of what was before": {**BODY, "before": {"state": {}}},
    "a lone surrogate": msgspec.json.encode(BODY).replace(b"Set how", b"\\ud800 how"),
}


def put_run(folder: Path, body: object, **columns: object) -> None:
    """Put a row of a run into the file, past all that looks at it."""
    raw = body if isinstance(body, bytes | None) else msgspec.json.encode(body)
    row = {"id": RUN.id, "started": AT.isoformat(), "state": "running", "stack": "shop", "body": raw, **columns}
    with closing(sqlite3.connect(folder / NAME)) as db, db:
        db.execute("INSERT INTO run VALUES (:id, :started, :state, :stack, :body)", row)
        db.execute("INSERT OR IGNORE INTO target VALUES (?, 'arn:web')", (row["id"],))


def rows_in(folder: Path) -> list[tuple[Any, ...]]:
    """All rows of runs, steps and items as they lie in the file."""
    with closing(sqlite3.connect(folder / NAME)) as db:
        return [row for table in ("run", "step", "item") for row in db.execute(f"SELECT * FROM {table} ORDER BY 1, 2")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A journal with one good run."""
    with closing(SqliteStore(tmp_path)) as store:
        store.add(GOOD, STEPS)
    return tmp_path


@pytest.fixture
def journal(folder: Path) -> Iterator[Journal]:
    found = Journal(folder)
    yield found
    found.close()


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_a_run_that_cannot_be_read_is_shown_and_left_as_it_is(
    body: object, journal: Journal, folder: Path
) -> None:
    put_run(folder, body)
    before = rows_in(folder)
    good, bad = journal.runs().result()
    assert good == GOOD
    assert isinstance(bad, UnreadableRun)
    assert (bad.id, bad.started, bad.stack) == (RUN.id, AT, "shop") and bad.why
    assert journal.find(RUN.id).result() == journal.find("aaaa").result() == bad
    assert journal.find("good").result() == GOOD
    for text in ("aaaa", "SHOP"):
        assert bad in journal.runs(RunFilter(text=text)).result()
    assert journal.runs(RunFilter(states=frozenset({RunState.RUNNING}))).result() == (bad,)
    assert journal.runs(RunFilter(target="arn:web")).result() == (GOOD, bad)
    assert journal.later_changes(GOOD.id).result() == (bad,)
    assert journal.open_runs().result() == (GOOD,), "nobody can settle it"
    for refused in (
        lambda: journal.change(RUN.id, state=RunState.DONE),
        lambda: journal.give_back(RUN.id, "another"),
    ):
        with pytest.raises(JournalError, match="cannot be read"):
            refused().result()
    assert await take_over(journal, replace(RUN, owner=None)) is None
    assert rows_in(folder) == before


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_such_a_run_is_exported_as_what_is_known_of_it(body: object, journal: Journal, folder: Path) -> None:
    put_run(folder, body)
    bad = journal.find(RUN.id).result()
    entry = journal.entry(bad).result()
    shown = json.loads(json_line(bad, entry.steps, entry.items))
    assert shown == {
        "id": RUN.id,
        "started": "2026-11-20T09:30:00Z",
        "stack": "shop",
        "state": "unreadable",
        "why": bad.why,  # type: ignore[union-attr]
        "steps": [],
    }
    text = markdown(bad, entry.steps, entry.items)
    assert text.startswith("## 2026-11-20 09:30:00 UTC: unreadable") and "cannot be read" in text
    assert "\x1b" not in text


def test_a_huge_row_is_not_even_loaded(journal: Journal, folder: Path) -> None:
    put_run(folder, bytes(100_000_000))
    good, bad = journal.runs().result()
    assert good == GOOD and isinstance(bad, UnreadableRun)
    assert bad.why == "its 100,000,000 bytes are more than the 16,777,216 that are read"
    with pytest.raises(JournalError, match="at most"):
        journal.add(replace(RUN, id="1120-0932-cccc", reason="x" * 17_000_000), ()).result()
    assert len(journal.runs().result()) == 2


def test_columns_of_any_type_hide_no_other_row(tmp_path: Path) -> None:
    odd: tuple[object, ...] = (None, 7, 1.5, "text", b"\xff\xfe", "2026-11-20", "9999-12-31T23:59:59+00:00")
    with closing(sqlite3.connect(tmp_path / NAME)) as db, db:
        for table in (
            "run (id PRIMARY KEY, started, state, stack, body)",
            "target (run, arn)",
            "step (run, position, body)",
            "item (run, step, position, body)",
        ):
            db.execute(f"CREATE TABLE {table}")
        for value in odd:
            db.execute("INSERT INTO run VALUES (?1, ?1, ?1, ?1, ?1)", (value,))
            db.execute("INSERT INTO step VALUES (?2, ?1, ?1)", (value, GOOD.id))
            db.execute("INSERT INTO item VALUES (?2, 0, ?1, ?1)", (value, GOOD.id))
        db.execute("INSERT INTO run VALUES ('invalid', CAST(x'ff' AS TEXT), CAST(x'fe' AS TEXT), '', x'7b7d')")
        db.execute("PRAGMA user_version = 1")
    journal = Journal(tmp_path)
    journal.add(GOOD, ()).result()
    found = journal.runs().result()
    assert len(found) == len(odd) + 2 and GOOD in found
    assert {run.started for run in found if isinstance(run, UnreadableRun)} == {None}
    assert GOOD in journal.runs(RunFilter(text="good")).result()
    assert journal.find("invalid").result().id == "invalid"
    assert len(journal.steps(GOOD.id).result()) == len(journal.items(GOOD.id, 0).result()) == len(odd)
    assert all(isinstance(step, UnreadableStep) for step in journal.steps(GOOD.id).result())
    for run in found:
        entry = journal.entry(run).result()
        assert json_line(run, entry.steps, entry.items) and markdown(run, entry.steps, entry.items)
    journal.close()


async def test_one_step_that_cannot_be_read_hides_neither_its_run_nor_the_others(
    journal: Journal, folder: Path
) -> None:
    left = replace(RUN, state=RunState.RUNNING, owner=None)
    journal.add(left, STEPS).result()
    journal.put_items(RUN.id, 0, [ItemRecord(0, "a"), ItemRecord(1, "b")]).result()
    with closing(sqlite3.connect(folder / NAME)) as db, db:
        db.execute("UPDATE step SET body = x'ff' WHERE run = ? AND position = 0", (RUN.id,))
        db.execute("UPDATE item SET body = x'ff' WHERE run = ? AND position = 1", (RUN.id,))
    before = rows_in(folder)
    assert journal.find(RUN.id).result() == left
    entry = journal.entry(left).result()
    first, second = entry.steps
    assert isinstance(first, UnreadableStep) and second == STEPS[1]
    assert isinstance(entry.items[0][1], UnreadableItem) and entry.items[0][0] == ItemRecord(0, "a")
    assert await take_over(journal, left) is None, "what became of it cannot be told without that step"
    with pytest.raises(JournalError, match=r"Step 1 .*cannot be read"):
        journal.change_step(RUN.id, 0, what="x").result()
    assert rows_in(folder) == before
    shown = json.loads(json_line(left, entry.steps, entry.items))
    assert shown["steps"][0]["state"] == "unreadable" and shown["steps"][0]["position"] == 0
    assert shown["steps"][0]["items"][1]["state"] == "unreadable"
    text = markdown(left, entry.steps, entry.items)
    assert "- Step 1: unreadable. It cannot be read:" in text and "1 unreadable" in text
    lock = await take_over(journal, replace(GOOD, owner=me()))
    assert lock is not None
    lock.release()


@st.composite
def corrupted(draw: st.DrawFn, body: bytes) -> bytes:
    """A body with some bytes replaced, left out or put in."""
    for _ in range(draw(st.integers(1, 4))):
        at, end = sorted(draw(st.tuples(st.integers(0, len(body)), st.integers(0, len(body)))))
        end = min(end, at + draw(st.integers(0, 12)))
        pieces = st.sampled_from(
            [b"", b"null", b"{}", b"[]", b"-1", b'""', b"\x00", b"\xff", b"\\u001b", b'"state":"x"']
        )
        body = body[:at] + draw(pieces | st.binary(max_size=12)) + body[end:]
    return body


def test_no_corruption_of_a_body_hides_another_row(folder: Path) -> None:
    item, other = ItemRecord(0, "a", "v1"), ItemRecord(1, "b")
    store = SqliteStore(folder)
    store.add(RUN, STEPS)
    store.put_items(RUN.id, 0, [item, other])
    kinds = [msgspec.json.encode(row) for row in (RUN, STEPS[0], item)]

    @settings(max_examples=200, deadline=None)
    @given(st.tuples(*(corrupted(body) | st.binary() for body in kinds)))
    def look(bodies: tuple[bytes, ...]) -> None:
        store._db.execute("BEGIN")
        store._db.execute("UPDATE run SET body = ? WHERE id = ?", (bodies[0], RUN.id))
        store._db.execute("UPDATE step SET body = ? WHERE run = ? AND position = 0", (bodies[1], RUN.id))
        store._db.execute("UPDATE item SET body = ? WHERE run = ? AND position = 0", (bodies[2], RUN.id))
        try:
            found = store.runs(RunFilter())
            assert [run.id for run in found] == [GOOD.id, RUN.id] and found[0] == GOOD
            assert store.named(RUN.id) == found[1:] and store.named("good") == (GOOD,)
            assert GOOD in store.runs(RunFilter(text="good"))
            steps, items = store.steps(RUN.id), store.items(RUN.id, 0)
            assert [step.position for step in steps] == [0, 1] and steps[1] == STEPS[1]
            assert [one.position for one in items] == [0, 1] and items[1] == other
            assert store.steps(GOOD.id) == STEPS
            assert all(form(found[1], steps, {0: items}) for form in (json_line, markdown))
        finally:
            store._db.execute("ROLLBACK")

    look()
    store.close()
