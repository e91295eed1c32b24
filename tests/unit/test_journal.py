"""The journal: what is kept, for whose eyes, and who owns a run."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from console.journal.export import json_line, markdown
from console.journal.filesystem import network_filesystem
from console.journal.journal import Journal
from console.journal.locks import Locks
from console.journal.owner import is_gone, me, who
from console.journal.reconcile import is_adrift, state_of, take_over
from console.journal.records import Filter, ItemRecord, Owner, RunRecord, State, StepRecord, StepState
from console.journal.store import NAME, JournalError, SqliteStore

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
RUN = RunRecord(
    id="1120-0930-aaaa",
    operation="ecs.scale",
    title="Set how many tasks",
    params={"service": "web", "desired": 3},
    stack="shop",
    account="123456789012",
    region="eu-west-1",
    targets=(("web", "arn:web"),),
    danger="change",
    digest="0" * 16,
    before={"state": {"desired": 2}, "context": {}},
    undo={"operation": "ecs.scale", "params": {"service": "web", "desired": 2}},
    who=who("arn:aws:iam::123456789012:user/me"),
    started=AT,
    owner=me(),
)
STEPS = tuple(
    StepRecord(position=at, id=name, kind="call", title=name, commands=(f"aws {name}",))
    for at, name in enumerate(("one", "two"))
)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    found = Journal(tmp_path / "state")
    yield found
    found.close()


def test_what_is_recorded_is_there_for_the_next_process(tmp_path: Path) -> None:
    first = Journal(tmp_path)
    first.add(RUN, STEPS).result()
    first.change_step(RUN.id, 0, state=StepState.SENT, started=AT).result()
    first.put_items(RUN.id, 0, [ItemRecord(0, "a", "v1"), ItemRecord(1, "b")]).result()
    first.put_items(RUN.id, 0, [ItemRecord(1, "b", "", StepState.DONE)]).result()
    first.change(RUN.id, state=State.RUNNING).result()
    first.close()
    again = Journal(tmp_path)
    assert again.runs().result() == (replace(RUN, state=State.RUNNING),)
    assert [step.state for step in again.steps(RUN.id).result()] == [StepState.SENT, StepState.WAITING]
    assert [item.state for item in again.items(RUN.id, 0).result()] == [StepState.WAITING, StepState.DONE]
    again.close()


def test_it_is_for_this_users_eyes_only_and_safe_against_a_cut_of_the_power(journal: Journal, tmp_path: Path) -> None:
    journal.add(RUN, STEPS).result()
    folder = tmp_path / "state"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    store = SqliteStore(folder)
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._db.execute("PRAGMA synchronous").fetchone() == (2,)
    store.close()


def test_on_a_network_file_system_it_uses_another_mode_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.journal.store.network_filesystem", lambda folder: "nfs4")
    store = SqliteStore(tmp_path)
    assert store._db.execute("PRAGMA journal_mode").fetchone() == ("truncate",)
    assert "nfs4" in store.note
    store.close()


def test_the_file_system_is_that_of_the_nearest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 0:20 / / rw - ext4 /dev/sda1 rw\n"
        f"30 22 0:40 / {tmp_path} rw,relatime shared:1 - nfs4 server:/home rw\n"
        f"31 30 0:41 / {tmp_path}/my\\040own rw - tmpfs tmpfs rw\n"
    )
    assert network_filesystem(tmp_path / "state", mounts) == "nfs4"
    assert network_filesystem(tmp_path / "my own" / "state", mounts) is None
    assert network_filesystem(Path("/"), mounts) is None
    assert network_filesystem(tmp_path, tmp_path / "absent") is None
    assert network_filesystem(tmp_path) is None


def test_runs_are_found_by_what_is_asked(journal: Journal) -> None:
    others = [
        replace(RUN, id="1120-0931-bbbb", started=AT + timedelta(minutes=1), stack="bank", state=State.DONE),
        replace(
            RUN, id="1120-0932-cccc", started=AT + timedelta(minutes=2), targets=(("db", "arn:db"),), reason="Müll"
        ),
    ]
    for run in (RUN, *others):
        journal.add(run, ()).result()

    def ids(**wanted: object) -> list[str]:
        return [run.id[-4:] for run in journal.runs(Filter(**wanted)).result()]  # type: ignore[arg-type]

    assert ids() == ["cccc", "bbbb", "aaaa"]
    assert ids(limit=1) == ["cccc"]
    assert ids(stack="bank") == ids(states=frozenset({State.DONE})) == ["bbbb"]
    assert ids(target="arn:web") == ["bbbb", "aaaa"]
    assert ids(since=AT) == ["cccc", "bbbb"]
    assert ids(text="DB") == ids(text="Müll") == ["cccc"]
    assert ids(text="' OR 1=1 --") == ids(text="undone_by") == []
    assert [run.id for run in journal.open_runs().result()] == [others[1].id, RUN.id]


def test_a_run_is_named_by_its_id_or_an_end_that_only_it_has(journal: Journal) -> None:
    journal.add(RUN, ()).result()
    journal.add(replace(RUN, id="1120-0931-aabb"), ()).result()
    assert journal.find("1120-0930-aaaa").result() == journal.find("aaaa").result() == RUN
    for name in ("1120", "none"):
        with pytest.raises(LookupError, match=name):
            journal.find(name).result()


def test_a_newer_or_broken_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    SqliteStore(tmp_path).close()
    with sqlite3.connect(tmp_path / NAME) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(JournalError, match="newer Groundskeeper"):
        SqliteStore(tmp_path)
    (tmp_path / NAME).write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(JournalError, match="Next"):
        SqliteStore(tmp_path)


def test_many_processes_may_write_at_once(tmp_path: Path) -> None:
    journals = [Journal(tmp_path) for _ in range(4)]
    futures = [
        journal.add(replace(RUN, id=f"{number}-{at}"), STEPS)
        for at in range(20)
        for number, journal in enumerate(journals)
    ]
    for future in futures:
        future.result()
    assert len(journals[0].runs().result()) == 80
    for journal in journals:
        journal.close()


def test_only_a_process_that_has_surely_ended_is_gone() -> None:
    mine = me()
    assert not is_gone(mine)
    assert is_gone(replace(mine, started="1")), "its id was given to another process"
    assert is_gone(replace(mine, boot="another"))
    assert not is_gone(Owner("another-machine", "another", 1, "1")), "a shared folder shows runs of other machines"
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    assert is_gone(replace(mine, pid=child.pid))


@pytest.mark.parametrize(
    ("state", "owned", "adrift", "shown"),
    [
        (State.RUNNING, True, False, State.RUNNING),
        (State.RUNNING, False, True, State.UNKNOWN),
        (State.SENT, False, True, State.UNKNOWN),
        (State.WATCHING, False, True, State.WATCHING),
        (State.UNKNOWN, False, True, State.UNKNOWN),
        (State.DONE, False, False, State.DONE),
    ],
)
def test_only_runs_without_an_owner_are_unknown(state: State, owned: bool, adrift: bool, shown: State) -> None:
    gone = replace(me(), started="1")
    for owner in (me(),) if owned else (gone, None):
        run = replace(RUN, state=state, owner=owner)
        assert (is_adrift(run), state_of(run)) == (adrift, shown)


async def test_of_two_consoles_one_takes_a_run_over(tmp_path: Path) -> None:
    one, other = Journal(tmp_path), Journal(tmp_path)
    left = replace(RUN, owner=None)
    one.add(left, STEPS).result()
    lock = await take_over(one, left)
    assert lock is not None
    assert await take_over(other, left) is None, "its lock is held"
    lock.release()
    assert await take_over(other, left) is None, "it has another owner by now"
    one.close()
    other.close()


def test_a_lock_goes_with_its_process_however_that_ends(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from console.journal.locks import Locks\n"
        f"lock = Locks(pathlib.Path({str(tmp_path)!r})).try_resource('arn:x')\n"
        "print('held' if lock else 'free', flush=True); sys.stdin.read()"
    )
    locks = Locks(tmp_path)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": Path(__file__).parents[2]}
    with subprocess.Popen([sys.executable, "-c", code], **pipes) as child:  # type: ignore[call-overload]
        assert child.stdout.readline() == "held\n"
        assert locks.try_resource("arn:x") is None
        assert locks.try_resource("arn:y") is not None
        child.send_signal(signal.SIGKILL)
        child.wait()
    lock = locks.try_resource("arn:x")
    assert lock is not None
    assert locks.try_resource("arn:x") is None, "also within one process"
    lock.release()
    lock.release()
    assert locks.try_resource("arn:x") is not None


def test_all_is_written_in_one_thread_in_order(journal: Journal) -> None:
    journal.add(RUN, ()).result()
    for number in range(50):
        journal.change(RUN.id, outcome=str(number))
    assert journal.find(RUN.id).result().outcome == "49"
    assert sum(thread.name.startswith("journal") for thread in threading.enumerate()) == 1


def test_it_is_exported_as_json_lines_and_markdown() -> None:
    run = replace(RUN, state=State.DONE, outcome="Done *and* verified.", reason="<script>", undone_by="1120-0933-dddd")
    line = json_line(run, STEPS)
    assert "\n" not in line
    read = json.loads(line)
    assert read["state"] == "done" and [step["id"] for step in read["steps"]] == ["one", "two"]
    text = markdown(run, STEPS)
    assert text.startswith("## 2026-11-20 09:30:00 UTC ecs.scale: done")
    assert "Done \\*and\\* verified." in text and "\\<script\\>" in text and "  aws two" in text


def test_who_is_the_caller_the_login_and_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CLIENT", "203.0.113.9 50000 22\x1b]0;x\x07")
    found = who("arn:aws:iam::1:user/me")
    assert found.arn.endswith("user/me") and found.login
    assert found.ssh.startswith("203.0.113.9") and "\x1b" not in found.ssh
    assert os.environ["SSH_CLIENT"]
