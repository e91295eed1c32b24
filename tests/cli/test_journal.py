"""The journal on the command line: what is in it, what of it cannot be read, and a file that cannot be used."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from console.journal.records import WATCHED, RunState
from console.journal.store import NAME, SqliteStore
from tests.cli.test_cli import empty, run, written
from tests.unit.journal.test_journal import BULK, ITEMS, RUN, STEPS

__all__ = ["empty"]

BAD = "1120-0931-bbbb"
SHOP = 'name = "shop"\nenvironment = "staging"\nregion = "eu-west-1"\n'


@pytest.fixture
def state(empty: dict[str, str]) -> Path:
    """A journal with a Bulk that was done in part, and a run that cannot be read."""
    folder = Path(empty["GROUNDSKEEPER_STATE_DIR"])
    with closing(SqliteStore(folder)) as store:
        store.add(replace(RUN, state=RunState.PARTLY, outcome="One failed."), (BULK, STEPS[1]))
        store.put_items(RUN.id, 0, ITEMS)
        store.add(replace(RUN, id=BAD), STEPS)
    with closing(sqlite3.connect(folder / NAME)) as db, db:
        db.execute("UPDATE run SET body = x'7b7d' WHERE id = ?", (BAD,))
    return folder


def test_a_run_that_cannot_be_read_has_a_line_of_its_own(state: Path, empty: dict[str, str]) -> None:
    done = run("journal", env=empty)
    assert (done.returncode, done.stderr) == (0, "")
    bad, good = done.stdout.splitlines()
    assert bad.split()[:4] == [BAD, "2026-11-20", "09:30", "unreadable"]
    assert "shop" in bad and "cannot be read" in bad and "missing required field" in bad
    assert good.startswith(RUN.id) and "One failed." in good


def test_in_json_it_has_a_shape_of_its_own_and_items_are_told(state: Path, empty: dict[str, str]) -> None:
    done = run("journal", "--json", env=empty)
    assert done.returncode == 0
    bad, good = json.loads(done.stdout)
    assert set(bad) == {"id", "started", "stack", "state", "why", "steps"}
    assert (bad["id"], bad["state"]) == (BAD, "unreadable")
    assert [step["id"] for step in bad["steps"]] == ["one", "two"], "its steps can be read"
    assert [item["state"] for item in good["steps"][0]["items"]] == ["done", "sent", "waiting"]


def test_one_run_is_shown_with_the_items_of_its_bulks(state: Path, empty: dict[str, str]) -> None:
    done = run("journal", RUN.id, env=empty)
    assert "  Items: 3: 1 done, 1 not begun, 1 unknown." in done.stdout
    assert "3. c: not begun" in done.stdout
    assert "unreadable" in run("journal", BAD, env=empty).stdout
    exported = run("journal", "--export", "jsonl", env=empty).stdout.splitlines()
    assert [json.loads(line)["state"] for line in exported] == ["unreadable", "partly"]


def test_a_change_that_nobody_watches_any_more_says_so(state: Path, empty: dict[str, str]) -> None:
    with closing(SqliteStore(state)) as store:
        left = replace(RUN, id="1120-0932-cccc", state=RunState.WATCHING, outcome=WATCHED, owner=None)
        store.add(replace(left, words=("--profile", "work")), STEPS)
    told = "Sent. Nobody is watching it. Next: groundskeeper --profile work watches on."
    newest = run("journal", "--limit", "1", env=empty).stdout
    assert newest.split()[3] == "unwatched" and told in newest
    (shown,) = json.loads(run("journal", left.id, "--json", env=empty).stdout)
    assert (shown["state"], shown["outcome"]) == ("unwatched", told)
    assert told in run("journal", left.id, env=empty).stdout.replace("\\", "")


def test_what_cannot_be_read_is_not_taken_back(state: Path, empty: dict[str, str]) -> None:
    written(empty["GROUNDSKEEPER_CONFIG_DIR"], SHOP)
    before = (state / NAME).read_bytes()
    done = run("undo", BAD, "--json", env=empty)
    assert done.returncode == 4
    assert f"Run {BAD} cannot be undone. It cannot be read:" in done.stderr and "Next: " in done.stderr
    assert json.loads(done.stdout)["reason"] == "refused"
    assert (state / NAME).read_bytes() == before


@pytest.mark.parametrize("broken", ["no database", "a directory"])
def test_a_journal_that_cannot_be_used_is_a_sentence_and_keeps_nothing_else_from_working(
    empty: dict[str, str], broken: str
) -> None:
    file = Path(empty["GROUNDSKEEPER_STATE_DIR"]) / NAME
    file.parent.mkdir(parents=True)
    written(empty["GROUNDSKEEPER_CONFIG_DIR"], SHOP)
    file.mkdir() if broken == "a directory" else file.write_bytes(b"x" * 5000)
    for words in (["journal"], ["journal", "--json"], ["journal", "aaaa"], ["undo", "aaaa"]):
        done = run(*words, env=empty)
        assert done.returncode in (2, 4) and done.stdout == ""
        assert done.stderr.startswith(f"groundskeeper: The journal {file} cannot be used: ")
        assert "Next: " in done.stderr and "Traceback" not in done.stderr
    health = run("health", env=empty)
    assert "journal" not in health.stderr and "Traceback" not in health.stderr
    assert run("stacks", env=empty).returncode == 0


def test_a_journal_of_a_newer_version_is_shown_with_a_word_on_it(state: Path, empty: dict[str, str]) -> None:
    with closing(sqlite3.connect(state / NAME)) as db, db:
        db.execute("PRAGMA user_version = 99")
    done = run("journal", env=empty)
    assert done.returncode == 0
    assert "newer Groundskeeper" in done.stdout.splitlines()[0] and RUN.id in done.stdout
