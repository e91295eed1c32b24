"""The journal: what is kept, for whose eyes, and who owns a run."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from console.journal import owner as owners
from console.journal import rows
from console.journal.export import json_line, markdown, shown_outcome, shown_state
from console.journal.filesystem import is_local, network_filesystem
from console.journal.journal import Journal
from console.journal.locks import Locks
from console.journal.owner import Life, life_of, me, who
from console.journal.reconcile import is_adrift, state_of, take_over
from console.journal.records import (
    WATCHED,
    ItemRecord,
    Owner,
    RunFilter,
    RunRecord,
    RunState,
    StepRecord,
    StepState,
    Who,
)
from console.journal.store import JournalError, SqliteStore
from tests.paths import ROOT

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
    who=Who("arn:aws:iam::123456789012:user/me", "ops", "203.0.113.9 50000 22"),
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
    first.change(RUN.id, state=RunState.RUNNING).result()
    first.close()
    again = Journal(tmp_path)
    assert again.runs().result() == (replace(RUN, state=RunState.RUNNING),)
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
    monkeypatch.setattr("console.journal.opening.network_filesystem", lambda folder: "nfs4")
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
    mounts.write_text(f"{mounts.read_text()}32 30 0:42 / {tmp_path} rw - ext4 /dev/sdb1 rw\n")
    assert network_filesystem(tmp_path / "state", mounts) is None, "what is mounted over another one is what is seen"


def test_runs_are_found_by_what_is_asked(journal: Journal) -> None:
    others = [
        replace(RUN, id="1120-0931-bbbb", started=AT + timedelta(minutes=1), stack="bank", state=RunState.DONE),
        replace(
            RUN, id="1120-0932-cccc", started=AT + timedelta(minutes=2), targets=(("db", "arn:db"),), reason="Müll"
        ),
    ]
    for run in (RUN, *others):
        journal.add(run, ()).result()

    def ids(**wanted: object) -> list[str]:
        return [run.id[-4:] for run in journal.runs(RunFilter(**wanted)).result()]  # type: ignore[arg-type]

    assert ids() == ["cccc", "bbbb", "aaaa"]
    assert ids(limit=1) == ["cccc"]
    assert ids(stack="bank") == ids(states=frozenset({RunState.DONE})) == ["bbbb"]
    assert ids(target="arn:web") == ["bbbb", "aaaa"]
    assert ids(since=AT) == ["cccc", "bbbb"]
    assert ids(text="DB") == ids(text="Müll") == ids(text="MÜLL") == ["cccc"]
    assert ids(text="' OR 1=1 --") == ids(text="undone_by") == ids(text="\udcff") == []
    assert [run.id for run in journal.open_runs().result()] == [others[1].id, RUN.id]


def test_a_run_is_named_by_its_id_or_an_end_that_only_it_has(journal: Journal) -> None:
    journal.add(RUN, ()).result()
    journal.add(replace(RUN, id="1120-0931-aabb"), ()).result()
    assert journal.find("1120-0930-aaaa").result() == journal.find("aaaa").result() == RUN
    for name in ("1120", "none"):
        with pytest.raises(LookupError, match=name):
            journal.find(name).result()


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
    assert life_of(mine) is Life.ALIVE
    assert life_of(replace(mine, started="1")) is Life.GONE, "its id was given to another process"
    assert life_of(replace(mine, boot="another")) is Life.GONE, "this machine was restarted"
    assert life_of(Owner("another-machine", "another", 1, "1")) is not Life.GONE, (
        "a shared folder shows runs of other machines"
    )
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    assert life_of(replace(mine, pid=child.pid)) is Life.GONE


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="it is told by ps, which does not show such ones")
def test_a_process_that_has_ended_is_gone_though_nobody_has_taken_note_of_it_yet() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        owner = replace(me(), pid=child.pid, started=owners._started(child.pid) or "")
        assert life_of(owner) is Life.ALIVE
        assert child.stdin is not None
        child.stdin.write(b"\n")
        child.stdin.flush()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and still is there
        assert life_of(owner) is Life.GONE


def test_where_the_system_does_not_tell_whether_a_process_lives_nobody_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = me()
    monkeypatch.setattr(owners, "_started", lambda pid: None)
    assert life_of(mine) is Life.UNTOLD
    assert life_of(replace(mine, boot="another")) is Life.GONE, "that needs no look at processes"


def test_the_name_of_a_machine_may_change_under_a_process() -> None:
    mine = me()
    renamed = replace(mine, host="renamed")
    assert life_of(renamed) is Life.ALIVE
    assert life_of(replace(renamed, started="1")) is Life.GONE
    assert life_of(replace(renamed, boot="another")) is Life.UNTOLD, "restarted as well, or a clone of this machine"


@pytest.mark.parametrize(
    ("changes", "life"),
    [
        ({"namespace": "pid:[1]", "started": "1"}, Life.UNTOLD),  # a container of this machine: its ids are others
        ({"namespace": "pid:[1]", "host": "container", "started": "1"}, Life.UNTOLD),
        ({"machine": "another", "boot": "another"}, Life.UNTOLD),  # two machines of one name
        ({"machine": "", "namespace": "", "started": "1"}, Life.GONE),  # records of version 1
        ({"machine": "", "namespace": "", "host": "container", "started": "1"}, Life.UNTOLD),
        ({"machine": "", "namespace": "", "boot": "another"}, Life.GONE),
        ({"machine": "", "namespace": "", "boot": "", "host": "another"}, Life.UNTOLD),
        ({"boot": ""}, Life.ALIVE),
        ({"started": ""}, Life.UNTOLD),
    ],
)
def test_what_cannot_be_told_from_here_is_not_told(changes: dict[str, str], life: Life) -> None:
    assert life_of(replace(me(), **changes)) is life


def test_where_the_identity_tells_nothing_the_lock_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.journal.locks.is_local", lambda folder: True)
    locks = Locks(tmp_path)
    elsewhere = replace(RUN, owner=replace(me(), host="another", boot="another"))
    dead, alive = replace(RUN, owner=replace(me(), started="1")), replace(RUN, owner=me())
    assert not is_adrift(elsewhere, locks), "without a lock file nothing is known"
    assert is_adrift(dead, locks) and not is_adrift(alive, locks)
    lock = locks.try_run(RUN.id)
    assert lock is not None
    assert not is_adrift(elsewhere, locks)
    assert not is_adrift(dead, locks), "who holds the lock is alive, whatever else there is to see"
    assert state_of(dead, locks) is RunState.CONFIRMED and state_of(dead) is RunState.UNKNOWN
    lock.release()
    assert is_adrift(elsewhere, locks) and state_of(elsewhere, locks) is RunState.UNKNOWN
    assert not is_adrift(alive, locks), "a live process is never called dead"
    assert not is_adrift(elsewhere)
    monkeypatch.setattr("console.journal.locks.is_local", lambda folder: False)
    assert not is_adrift(elsewhere, Locks(tmp_path)), "locks of other machines are not seen on a shared file system"


def test_locks_are_believed_only_on_file_systems_that_no_other_machine_shares(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    for kind, local in (("ext4", True), ("overlay", True), ("nfs4", False), ("virtiofs", False), ("fuse.x", False)):
        mounts.write_text(f"22 1 0:20 / / rw - {kind} /dev/sda1 rw\n")
        assert is_local(tmp_path, mounts) is local
    assert not is_local(tmp_path, tmp_path / "absent")


def test_two_that_look_at_a_lock_do_not_take_each_other_for_its_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.journal.locks.is_local", lambda folder: True)
    locks = Locks(tmp_path)
    lock = locks.try_run(RUN.id)
    assert lock is not None
    lock.release()
    with (locks.folder / f"run-{RUN.id}").open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        assert locks.is_held(RUN.id) is False


def test_waiting_for_a_lock_and_looking_at_it_leaves_no_file_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.journal.locks.is_local", lambda folder: True)
    locks = Locks(tmp_path)
    opened, open_, close = set(), os.open, os.close

    def opening(*args: Any) -> int:
        opened.add(fd := open_(*args))
        return fd

    def closing(fd: int) -> None:
        opened.discard(fd)
        close(fd)

    monkeypatch.setattr("console.journal.locks.os.open", opening)
    monkeypatch.setattr("console.journal.locks.os.close", closing)
    held = locks.try_resource("arn:x"), locks.try_run(RUN.id)
    for _ in range(20):
        assert locks.try_resource("arn:x") is None and locks.try_run(RUN.id) is None
        assert locks.is_held(RUN.id)
    assert len(opened) == 2
    for lock in held:
        assert lock is not None
        lock.release()
    assert not opened


async def test_a_look_at_a_lock_does_not_keep_a_run_from_being_taken_over(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.add(replace(RUN, owner=None), STEPS).result()
    looking = journal.locks.try_run(RUN.id)
    assert looking is not None

    async def pause(seconds: float) -> None:
        looking.release()

    monkeypatch.setattr("console.journal.reconcile.asyncio.sleep", pause)
    lock = await take_over(journal, replace(RUN, owner=None))
    assert lock is not None
    lock.release()


async def test_a_takeover_that_cannot_be_recorded_lets_go_of_the_lock(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = replace(RUN, owner=None)
    journal.add(left, STEPS).result()

    def fails(*_: object) -> bool:
        raise JournalError("The disk is full.")

    monkeypatch.setattr(SqliteStore, "claim", fails)
    with pytest.raises(JournalError):
        await take_over(journal, left)
    lock = journal.locks.try_run(RUN.id)
    assert lock is not None
    lock.release()


@pytest.mark.parametrize(
    ("state", "owned", "adrift", "shown", "word"),
    [
        (RunState.RUNNING, True, False, RunState.RUNNING, "running"),
        (RunState.RUNNING, False, True, RunState.UNKNOWN, "unknown"),
        (RunState.SENT, False, True, RunState.UNKNOWN, "unknown"),
        (RunState.WATCHING, True, False, RunState.WATCHING, "watching"),
        (RunState.WATCHING, False, True, RunState.WATCHING, "unwatched"),
        (RunState.UNKNOWN, False, True, RunState.UNKNOWN, "unknown"),
        (RunState.DONE, False, False, RunState.DONE, "done"),
    ],
)
def test_only_runs_without_an_owner_are_unknown_or_unwatched(
    state: RunState, owned: bool, adrift: bool, shown: RunState, word: str
) -> None:
    gone = replace(me(), started="1")
    for owner in (me(),) if owned else (gone, None):
        run = replace(RUN, state=state, owner=owner)
        assert (is_adrift(run), state_of(run), shown_state(run)) == (adrift, shown, word)


def test_of_what_nobody_watches_the_outcome_says_so_and_how_it_is_watched_on() -> None:
    run = replace(RUN, state=RunState.WATCHING, outcome=WATCHED, words=("--profile", "two words"))
    assert shown_outcome(run, "watching") == "Sent. Watching until AWS is done."
    next_ = "Nobody is watching it. Next: groundskeeper --profile 'two words' watches on."
    assert shown_outcome(run, "unwatched") == f"Sent. {next_}"
    denied = replace(run, outcome="It cannot be settled now: denied.")
    assert shown_outcome(denied, "unwatched") == f"It cannot be settled now: denied. {next_}"
    left = replace(run, owner=None)
    for text in (json_line(left, STEPS), markdown(left, STEPS)):
        assert "unwatched" in text and "Nobody is watching it" in text and "Watching until" not in text


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
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
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


def test_a_search_looks_in_what_is_shown(journal: Journal) -> None:
    owner = Owner("hidden-host", "hidden-boot", 1, "hidden-start", "hidden-machine", "hidden-space")
    context = {"hidden": "context"}
    journal.add(
        replace(RUN, state=RunState.DONE, outcome="Verified.", owner=owner, before={"state": {}, "context": context}),
        (),
    ).result()
    steps = (replace(STEPS[0], title="Tag the tasks", commands=("aws ecs tag-resource",)),)
    journal.add(replace(RUN, id="1120-0931-bbbb", partition="aws-cn", reason="Straße"), steps).result()
    journal.put_items("1120-0931-bbbb", 0, [ItemRecord(0, "/aws/lambda/old-one"), ItemRecord(1, "next")]).result()

    def ids(text: str) -> list[str]:
        return [run.id[-4:] for run in journal.runs(RunFilter(text=text)).result()]

    assert ids("hidden") == []
    for text in ("ecs.scale", "HOW MANY", "desired=3", "shop", "123456789012", "eu-west-1", "arn:web", "203.0.113.9"):
        assert ids(text) == ["bbbb", "aaaa"]
    for text in ("aws-cn", "STRASSE", "tag the", "tag-resource", "/Aws/Lambda/OLD", "0931", "confirmed"):
        assert ids(text) == ["bbbb"]
    assert ids("verified") == ids("done") == ids("aaaa") == ["aaaa"]
    journal.change("1120-0931-bbbb", outcome="Half of it.").result()
    journal.change_step("1120-0931-bbbb", 0, request="8f3c", what="Throttled.").result()
    journal.put_items("1120-0931-bbbb", 0, [ItemRecord(1, "next", "", StepState.DONE, "already gone")]).result()
    assert ids("half") == ids("8F3C") == ids("throttled") == ids("already gone") == ["bbbb"]


def test_a_search_for_a_state_finds_the_one_that_is_shown(journal: Journal) -> None:
    left = replace(RUN, state=RunState.RUNNING, owner=None)
    for run in (left, replace(RUN, id="1120-0931-bbbb", state=RunState.RUNNING)):
        journal.add(run, ()).result()
    assert [run.id for run in journal.runs(RunFilter(text="unknown")).result()] == [left.id]
    assert [run.id for run in journal.runs(RunFilter(text="running")).result()] == ["1120-0931-bbbb"]
    for run in (left, replace(left, id="1120-0931-bbbb", owner=me())):
        journal.change(run.id, state=RunState.WATCHING, owner=run.owner).result()
    assert [run.id for run in journal.runs(RunFilter(text="unwatched")).result()] == [left.id]


def test_whoever_asks_a_journal_that_was_closed_is_told(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.runs().result()
    journal.close()
    with pytest.raises(JournalError, match="closed meanwhile"):
        journal.runs().result()


def test_to_find_one_run_no_other_is_read(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    for at in range(50):
        journal.add(replace(RUN, id=f"11{at:02}-0930-{at:04x}"), ()).result()
    read: list[tuple[object, ...]] = []

    def run_of(row: tuple[object, ...]) -> object:
        read.append(row)
        return rows.run_of(row)

    monkeypatch.setattr("console.journal.store.run_of", run_of)
    for name in ("1107-0930-0007", "0007", "1107"):
        read.clear()
        assert journal.find(name).result().id == "1107-0930-0007"
        assert len(read) == 1
    with pytest.raises(LookupError, match="several runs '11'"):
        journal.find("11").result()
    assert len(read) <= 3
    with pytest.raises(LookupError, match="no run ''"):
        journal.find("").result()


def test_later_changes_are_those_recorded_later_on_the_same_target(journal: Journal) -> None:
    def add(name: str, *arns: str, minutes: int = 0) -> None:
        targets = tuple((arn, arn) for arn in arns)
        journal.add(replace(RUN, id=name, targets=targets, started=AT + timedelta(minutes=minutes)), ()).result()

    add("earlier", "arn:a", "arn:b")
    add("this", "arn:a", "arn:b")
    add("other", "arn:c")
    add("both", "arn:b", "arn:a")
    add("before-the-clock-was-set-back", "arn:b", "arn:c", minutes=-30)
    later = [run.id for run in journal.later_changes("this").result()]
    assert later == ["before-the-clock-was-set-back", "both"]
    assert journal.later_changes("other").result()[0].id == "before-the-clock-was-set-back"
    assert journal.later_changes("none").result() == ()
    since = RunFilter(target="arn:b", since=(AT - timedelta(minutes=1)).astimezone(timezone(timedelta(hours=-8))))
    assert [run.id for run in journal.runs(since).result()] == ["both", "this", "earlier"], "in whatever zone"


def test_a_run_is_taken_back_by_one_run_only(tmp_path: Path) -> None:
    journals = [Journal(tmp_path) for _ in range(4)]
    assert journals[0].add(RUN, ()).result()
    undoing = [replace(RUN, id=f"undo-{at}", undoes=RUN.id) for at in range(len(journals))]
    kept = [journal.add(run, ()) for journal, run in zip(journals, undoing, strict=True)]
    won = [at for at, one in enumerate(kept) if one.result()]
    assert len(won) == 1
    found = journals[0].find(RUN.id).result()
    assert isinstance(found, RunRecord) and found.undone_by == f"undo-{won[0]}"
    assert {run.id for run in journals[0].runs().result()} == {RUN.id, found.undone_by}, "the others are not kept"
    journals[1].give_back(RUN.id, "another").result()
    assert journals[0].find(RUN.id).result() == found
    journals[1].give_back(RUN.id, found.undone_by).result()
    assert journals[0].add(replace(RUN, id="again", undoes=RUN.id), ()).result()
    for journal in journals:
        journal.close()


BULK = replace(STEPS[0], kind="bulk", state=StepState.FAILED)
ITEMS = (
    ItemRecord(0, "a", "v1", StepState.DONE, "already gone"),
    ItemRecord(1, "b*", "", StepState.SENT),
    ItemRecord(2, "c"),
)


def test_the_items_of_a_bulk_are_told_with_what_became_of_them(journal: Journal) -> None:
    run = replace(RUN, state=RunState.PARTLY)
    journal.add(run, (BULK, STEPS[1])).result()
    journal.put_items(run.id, 0, ITEMS).result()
    entry = journal.entry(run).result()
    assert entry.items == {0: ITEMS}
    text = markdown(run, entry.steps, entry.items)
    assert "  Items: 3: 1 done, 1 not begun, 1 unknown." in text
    assert "  1. a (version v1): done. already gone\n  2. b\\*: unknown\n  3. c: not begun\n" in text
    steps = json.loads(json_line(run, entry.steps, entry.items))["steps"]
    assert [item["id"] for item in steps[0]["items"]] == ["a", "b*", "c"] and "items" not in steps[1]
    assert [item["state"] for item in steps[0]["items"]] == ["done", "sent", "waiting"]
    at_work = markdown(replace(run, state=RunState.RUNNING), entry.steps, entry.items)
    assert "2. b\\*: sent" in at_work, "it is being sent now"
    assert "Items: none on record." in markdown(run, entry.steps)


def test_it_is_exported_as_json_lines_and_markdown() -> None:
    run = replace(
        RUN, state=RunState.DONE, outcome="Done *and* verified.", reason="<script>", undone_by="1120-0933-dddd"
    )
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
