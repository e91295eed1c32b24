"""The journal's file: its versions, and what is done about one that cannot be written or read."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from console.journal import opening
from console.journal.journal import Journal
from console.journal.opening import Opened
from console.journal.records import ItemRecord, RunFilter, RunState, StepState, UnreadableRun
from console.journal.schema import MIGRATIONS, VERSION, migrate, teach, version_of
from console.journal.store import NAME, JournalError, SqliteStore
from tests.paths import ROOT
from tests.unit.journal.test_journal import AT, RUN, STEPS

FIRST = """
CREATE TABLE run (id TEXT PRIMARY KEY, started TEXT NOT NULL, state TEXT NOT NULL, stack TEXT NOT NULL,
                  body BLOB NOT NULL) STRICT;
CREATE INDEX run_started ON run (started);
CREATE INDEX run_state ON run (state);
CREATE TABLE target (run TEXT NOT NULL REFERENCES run, arn TEXT NOT NULL, PRIMARY KEY (arn, run)) STRICT;
CREATE TABLE step (run TEXT NOT NULL REFERENCES run, position INTEGER NOT NULL, body BLOB NOT NULL,
                   PRIMARY KEY (run, position)) STRICT;
CREATE TABLE item (run TEXT NOT NULL REFERENCES run, step INTEGER NOT NULL, position INTEGER NOT NULL,
                   body BLOB NOT NULL, PRIMARY KEY (run, step, position)) STRICT;
PRAGMA user_version = 1;
"""
RECORDED = (
    b'{"id":"1120-0930-aaaa","operation":"ecs.scale","title":"Set how many tasks","params":{"service":"web",'
    b'"desired":3},"stack":"shop","account":"123456789012","region":"eu-west-1","targets":[["web","arn:web"]],'
    b'"danger":"change","digest":"0000000000000000","before":{"state":{"desired":2},"context":{}},"undo":{"operation":'
    b'"ecs.scale","params":{"service":"web","desired":2}},"who":{"arn":"arn:me","login":"ops","ssh":""},'
    b'"started":"2026-11-20T09:30:00Z","owner":{"host":"h","boot":"b","pid":1,"started":"1"},"reason":"","undoes":"",'
    b'"undone_by":"","state":"done","outcome":"Done and verified.","ended":null}'
)
TABLES = ("run", "target", "step", "item")


def first_version(folder: Path) -> Path:
    """A file as version 1 left it: a run with a step and an item, and one that cannot be read."""
    with closing(sqlite3.connect(folder / NAME)) as db:
        db.executescript(FIRST)
        with db:
            put = "INSERT INTO run VALUES (?, '2026-11-20T09:30:00+00:00', 'done', 'shop', ?)"
            db.executemany(put, [(RUN.id, RECORDED), ("1120-0931-bbbb", b"\xff")])
            db.execute("INSERT INTO target VALUES (?, 'arn:web')", (RUN.id,))
            step = msgspec.json.encode(replace(STEPS[0], kind="bulk", what="Throttled."))
            db.execute("INSERT INTO step VALUES (?, 0, ?)", (RUN.id, step))
            db.execute("INSERT INTO item VALUES (?, 0, 0, ?)", (RUN.id, msgspec.json.encode(ItemRecord(0, "old-one"))))
    return folder / NAME


def rows_in(file: Path) -> dict[str, list[Any]]:
    """Every row of the tables of version 1."""
    with closing(sqlite3.connect(file)) as db:
        return {table: db.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in TABLES}


def ids(store: SqliteStore, text: str) -> list[str]:
    return [run.id for run in store.runs(RunFilter(text=text))]


def test_a_file_of_the_first_version_is_brought_up_to_date_and_no_row_of_it_is_touched(tmp_path: Path) -> None:
    file = first_version(tmp_path)
    before = rows_in(file)
    with closing(SqliteStore(tmp_path)) as store:
        assert store._db.execute("PRAGMA user_version").fetchone() == (VERSION,) != (1,)
        run, bad = store.runs(RunFilter())[::-1]
        assert run.id == RUN.id and isinstance(bad, UnreadableRun)
        for text in ("how many", "throttled", "old-one"):
            assert ids(store, text) == [RUN.id]
        assert ids(store, "bbbb") == [bad.id]
        assert rows_in(file) == before
        # A console of the first version that is still open goes on recording.
        store._db.execute("INSERT INTO run VALUES ('1120-0932-cccc', ?, 'running', 'shop', ?)", (AT.isoformat(), b"{}"))
        store._db.execute("INSERT OR REPLACE INTO item VALUES (?, 0, 1, ?)", (RUN.id, b'{"position":1,"id":"b"}'))
        assert [item.id for item in store.items(RUN.id, 0)] == ["old-one", "b"]
        store.change(RUN.id, outcome="Taken back.")
        assert ids(store, "taken back") == [RUN.id]


def test_every_version_is_one_transaction(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = first_version(tmp_path)
    before = rows_in(file)
    broken = (MIGRATIONS[0], "CREATE TABLE half (a); CREATE TABLE run (a)")
    monkeypatch.setattr("console.journal.schema.MIGRATIONS", broken)
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        with pytest.raises(sqlite3.OperationalError, match="already exists"):
            migrate(db)
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'half'").fetchone()
    monkeypatch.undo()
    SqliteStore(tmp_path).close()
    assert rows_in(file) == before


@pytest.mark.parametrize("old", [True, False], ids=["an old file", "none yet"])
def test_of_processes_that_start_at_once_each_finds_it_up_to_date(tmp_path: Path, old: bool) -> None:
    if old:
        first_version(tmp_path)
    code = (
        "import sys, pathlib; from console.journal.records import RunFilter\n"
        "from console.journal.store import SqliteStore\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        f"store = SqliteStore(pathlib.Path({str(tmp_path)!r}))\n"
        "print(len(store.runs(RunFilter())), store.note)"
    )
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    starting = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, **pipes) for _ in range(4)]
    assert [child.stdout.readline() for child in starting] == ["ready\n"] * 4  # type: ignore[union-attr]
    for child in starting:
        child.stdin.write("\n")  # type: ignore[union-attr]
        child.stdin.flush()  # type: ignore[union-attr]
    said = [child.communicate()[0] for child in starting]
    assert said == ["2 \n" if old else "0 \n"] * 4
    assert [child.returncode for child in starting] == [0] * 4


def test_a_process_that_comes_second_does_nothing_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = first_version(tmp_path)
    seen: list[int] = []

    def seen_late(db: sqlite3.Connection) -> int:
        version = version_of(db)
        seen.append(version)
        if len(seen) == 1:
            with monkeypatch.context() as other:
                other.setattr("console.journal.schema.version_of", version_of)
                SqliteStore(tmp_path).close()
        return version

    monkeypatch.setattr("console.journal.schema.version_of", seen_late)
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        teach(db)
        migrate(db)
    assert seen == [1, VERSION, VERSION], "between the look and the lock another process was faster"


def kept_elsewhere(folder: Path) -> int:
    """How many runs another process finds in the journal, which opens it and ends."""
    code = (
        "import pathlib; from console.journal.records import RunFilter; from console.journal.store import SqliteStore\n"
        f"store = SqliteStore(pathlib.Path({str(folder)!r}))\n"
        "print(len(store.runs(RunFilter()))); store.close()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    return int(done.stdout)


def test_whoever_opens_it_twice_loses_nothing_when_another_process_ends(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path)) as recorded:
        recorded.add(RUN, STEPS)
        with closing(SqliteStore(tmp_path)) as shown:
            assert kept_elsewhere(tmp_path) == 1
            recorded.add(replace(RUN, id="1120-0931-bbbb"), STEPS)
            assert (kept_elsewhere(tmp_path), len(shown.runs(RunFilter()))) == (2, 2)
    assert kept_elsewhere(tmp_path) == 2


def newer_version(folder: Path) -> Path:
    """A file as a later version might leave it: a column, a table and a state that this one does not know."""
    with closing(SqliteStore(folder)) as store:
        store.add(RUN, STEPS)
        store.add(replace(RUN, id="1120-0931-bbbb"), STEPS)
    with closing(sqlite3.connect(folder / NAME)) as db, db:
        db.execute("ALTER TABLE run ADD COLUMN team TEXT DEFAULT ''")
        db.execute("CREATE TABLE note (a)")
        body = msgspec.json.encode({**msgspec.to_builtins(RUN), "id": "1120-0931-bbbb", "state": "paused", "x": 1})
        db.execute("UPDATE run SET body = ?, state = 'paused' WHERE id = '1120-0931-bbbb'", (body,))
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    return folder / NAME


def test_a_file_of_a_newer_version_is_read_and_never_written(tmp_path: Path) -> None:
    file = newer_version(tmp_path)
    before = file.read_bytes()
    journal = Journal(tmp_path)
    bad, run = journal.runs().result()
    assert run == RUN
    assert isinstance(bad, UnreadableRun) and "'paused'" in bad.why
    assert journal.steps(RUN.id).result() == STEPS
    assert journal.find("aaaa").result() == RUN
    assert [found.id for found in journal.runs(RunFilter(text="how many")).result()] == [bad.id, RUN.id]
    changes: list[Callable[[], Any]] = [
        lambda: journal.add(replace(RUN, id="new"), STEPS),
        lambda: journal.change(RUN.id, state=RunState.DONE),
        lambda: journal.change_step(RUN.id, 0, what="x"),
        lambda: journal.put_items(RUN.id, 0, [ItemRecord(0, "a")]),
        lambda: journal.claim(RUN.id, RUN.owner, RUN.owner),  # type: ignore[arg-type]
        lambda: journal.give_back(RUN.id, "another"),
    ]
    for change in changes:
        with pytest.raises(JournalError, match=r"newer Groundskeeper: this one only reads it\. Next: "):
            change().result()
    assert "newer Groundskeeper" in journal.note().result() == journal.refusal().result()
    journal.close()
    assert file.read_bytes() == before


def test_a_console_that_meets_a_newer_one_ends_what_it_has_begun_and_begins_nothing(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path)) as store:
        store.add(RUN, STEPS)
        newer_version_of = sqlite3.connect(tmp_path / NAME)
        with closing(newer_version_of) as db, db:
            db.execute("ALTER TABLE run ADD COLUMN team TEXT DEFAULT ''")
            db.execute(f"PRAGMA user_version = {VERSION + 1}")
        store.change_step(RUN.id, 0, state=StepState.DONE)
        assert store.change(RUN.id, state=RunState.DONE).state is RunState.DONE
        for begin in (
            lambda: store.add(replace(RUN, id="1120-0931-bbbb"), STEPS),
            lambda: store.claim(RUN.id, RUN.owner, RUN.owner),  # type: ignore[arg-type]
        ):
            with pytest.raises(JournalError, match="newer Groundskeeper"):
                begin()
        assert len(store.runs(RunFilter())) == 1


def a_directory(file: Path) -> None:
    file.mkdir()


def a_pipe(file: Path) -> None:
    os.mkfifo(file)


def no_database(file: Path) -> None:
    file.write_bytes(b"not a database, but long enough to be looked at" * 100)


def cut_short(file: Path) -> None:
    made(file)
    file.write_bytes(file.read_bytes()[:5000])


def overwritten(file: Path) -> None:
    made(file)
    raw = file.read_bytes()
    file.write_bytes(raw[:4096] + b"\xff" * (len(raw) - 4096))


def another_program(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        db.execute("CREATE TABLE run (a)")


def made(file: Path) -> None:
    with closing(SqliteStore(file.parent)) as store:
        for at in range(50):
            store.add(replace(RUN, id=f"1120-0930-{at:04}"), STEPS)


@pytest.mark.parametrize("make", [a_directory, a_pipe, no_database, cut_short, overwritten, another_program])
def test_a_file_that_cannot_be_used_is_told_of_in_a_sentence_and_left_as_it_is(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    file = tmp_path / NAME
    make(file)
    before = file.read_bytes() if file.is_file() else file.stat().st_mode
    journal = Journal(tmp_path)
    reads: list[Callable[[], Any]] = [
        journal.runs,
        lambda: journal.runs(RunFilter(text="web")),
        journal.open_runs,
        lambda: journal.find("0001"),
        lambda: journal.steps("1120-0930-0001"),
        lambda: journal.items("1120-0930-0001", 0),
        lambda: journal.add(RUN, STEPS),
    ]
    for read in reads:
        with pytest.raises(JournalError, match=rf"{file} cannot be used: .*\. .*Next: "):
            read().result()
    assert (file.read_bytes() if file.is_file() else file.stat().st_mode) == before
    for path in tmp_path.glob(f"{NAME}*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    journal.add(RUN, STEPS).result()
    assert journal.runs().result() == (RUN,), "once it is moved aside a new one is begun, also without a restart"
    journal.close()


@pytest.mark.parametrize("version", [1, VERSION])
def test_a_file_that_may_only_be_read_is_read_and_written_as_soon_as_it_may_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    first_version(tmp_path)
    if version > 1:
        SqliteStore(tmp_path).close()
    before = (tmp_path / NAME).read_bytes()

    def denied(path: Path, *_: object) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    with monkeypatch.context() as forbidden:
        forbidden.setattr("console.journal.opening.os.open", denied)
        journal = Journal(tmp_path)
        assert [run.id for run in journal.runs().result()] == ["1120-0931-bbbb", RUN.id]
        assert [run.id for run in journal.runs(RunFilter(text="OLD-ONE")).result()] == [RUN.id]
        assert journal.find("aaaa").result().id == RUN.id
        with pytest.raises(JournalError, match=r"can only be read: Permission denied\. .*Next: "):
            journal.change(RUN.id, outcome="x").result()
        assert "Permission denied" in journal.refusal().result()
        assert (tmp_path / NAME).read_bytes() == before
    assert journal.change(RUN.id, outcome="Now it can be.").result().outcome == "Now it can be."
    assert journal.refusal().result() == journal.note().result() == ""
    journal.close()


@pytest.mark.parametrize("logged", [True, False])
def test_a_file_whose_log_cannot_be_read_is_not_read_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logged: bool
) -> None:
    """What stands in the log alone is what was recorded last: without it a change would be shown as not made."""
    made(tmp_path / NAME)
    log = tmp_path / f"{NAME}-wal"
    if logged:
        log.write_bytes(b"x")
    look, tried = opening._looked_at, []

    def without_rights(address: str) -> sqlite3.Connection:
        tried.append(address)
        if "immutable" not in address:
            raise sqlite3.OperationalError("unable to open database file")
        return look(address)

    def denied(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(opening, "_make", denied)
    monkeypatch.setattr(opening, "_looked_at", without_rights)
    journal = Journal(tmp_path)
    if logged:
        with pytest.raises(JournalError, match="cannot be used"):
            journal.runs().result()
        assert not any("immutable" in address for address in tried)
    else:
        assert len(journal.runs().result()) == 50
    journal.close()


class Full:
    """A connection whose next COMMIT fails, as on a disk without room."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.full = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        if statement == "COMMIT" and self.full:
            self.full = False
            raise sqlite3.OperationalError("database or disk is full")
        return self._db.execute(statement, *values)


def test_a_commit_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path)) as store:
        store._opened = Opened(Full(store._db))  # type: ignore[arg-type]
        with pytest.raises(JournalError, match="disk is full"):
            store.add(RUN, STEPS)
        assert store.runs(RunFilter()) == ()
        store.add(RUN, STEPS)
        assert store.runs(RunFilter()) == (RUN,)
