"""Faults of AWS and of the journal while something is changed: the second part of line 10."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from console.journal.records import ENDED, RunState
from tests.faults import Fault, Seen
from tests.mutations import changes
from tests.scorecard.mortals import Mortals, mortals
from tests.scorecard.programs.dying import BACK, FAILURES
from tests.scorecard.rig import Rig

READ_RATE, CHANGE_RATE = 0.15, 0.5
"""How many of the requests are struck."""

ROUNDS = 2
KINDS = ("call", "bulk", "all", BACK)
MODES = [fault for fault in Fault if fault is not Fault.NONE]
MOST = 100

GARBLED = {
    "a run that has ended": "UPDATE run SET body = ? WHERE rowid = (SELECT min(rowid) FROM run)",
    "a step of it": "UPDATE step SET body = ? WHERE run = (SELECT id FROM run ORDER BY rowid LIMIT 1)",
    "a run in the middle": "UPDATE run SET body = ? WHERE rowid = (SELECT max(rowid) FROM run)",
    "its step": "UPDATE step SET body = ? WHERE run = (SELECT id FROM run ORDER BY rowid DESC LIMIT 1)",
    "an item of it": "UPDATE item SET body = ? WHERE position = 0",
}
RUBBISH = b"\x00not a record\xff"
MIDDLE = (12, 16, 20)
"""Moments in the middle of a Bulk."""


@dataclass
class Spoilt:
    """What was struck, and what was wrong then."""

    struck: Counter[Fault] = field(default_factory=Counter)
    failed: int = 0
    garbled: int = 0
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"changes: {self.struck.total()} faults of AWS, {self.failed} of the journal, {self.garbled} garbled rows, "
            f"{len(self.notes)} crashes, lost records or false words"
        )


def spoilt_changes(rig: Rig) -> Spoilt:
    """Plan, apply, undo and settle under each fault of AWS, with a journal that fails, and with garbled rows."""
    found = Spoilt()
    with mortals(rig) as consoles:
        for kind in KINDS:
            for mode in MODES:
                for seed in range(ROUNDS):
                    _struck(consoles, kind, mode, seed, found)
        for kind in KINDS:
            for how in FAILURES:
                _failing(consoles, kind, how, found)
        for what in GARBLED:
            for moment in MIDDLE:
                _garbled(consoles, what, moment, found)
        found.notes += consoles.notes
    return found


def _begin(consoles: Mortals, kind: str) -> None:
    """All as before; what is taken back has been made."""
    consoles.fresh()
    if kind == BACK:
        consoles.do("call")


def _struck(consoles: Mortals, kind: str, mode: Fault, seed: int, found: Spoilt) -> None:
    """One change while a part of the requests meet a fault."""
    chance = random.Random(f"{kind} {mode} {seed}")

    def strike(seen: Seen) -> Fault:
        if chance.random() > (CHANGE_RATE if changes(seen) else READ_RATE):
            return Fault.NONE
        found.struck[mode] += 1
        return mode

    _begin(consoles, kind)
    consoles.proxy.plan = strike
    answer = consoles.do(kind)
    consoles.proxy.always(Fault.NONE)
    _told(consoles, f"{kind}, {mode} {seed}", answer, found)


def _failing(consoles: Mortals, kind: str, how: str, found: Spoilt) -> None:
    """The change with a journal that fails from the first transaction on, from the second, until it is done before."""
    for moment in range(1, MOST):
        _begin(consoles, kind)
        answer = consoles.do(kind, moment, how)
        _told(consoles, f"{kind}, journal {how} from {moment}", answer, found)
        if answer["code"] or not answer["found"]["met"]:
            return
        found.failed += 1
    raise AssertionError(f"{kind}: the journal has {MOST} transactions or more")


def _told(consoles: Mortals, where: str, answer: dict[str, Any], found: Spoilt) -> None:
    """What the operator is told must be so, and what the next start makes of it, too."""
    kind = where.partition(",")[0]
    if answer["code"]:
        found.notes.append(f"{where}: it ended with {answer['code']}")
        return
    told, made = answer["found"], consoles.there(kind)
    if told["bug"]:
        found.notes.append(f"{where}: a fault of the program: {told['what']}")
    if told["state"] == RunState.DONE and made != consoles.all_of(kind):
        found.notes.append(f"{where}: told as done, and {sorted(made)} is there: {told['what']}")
    if made and (told["state"] in ("", RunState.STOPPED) or "Nothing was changed" in told["what"]):
        found.notes.append(f"{where}: told as if nothing was changed, and {sorted(made)} is there: {told['what']}")
    consoles.look(where)


def _garbled(consoles: Mortals, what: str, moment: int, found: Spoilt) -> None:
    """A run that has ended, one that was killed in the middle of a Bulk, and a row of one of them that is garbled."""
    consoles.fresh()
    consoles.do("call")
    consoles.as_before()
    consoles.do("bulk", moment)
    with sqlite3.connect(consoles.journal / "journal.db") as db:
        rows = db.execute(GARBLED[what], (RUBBISH,)).rowcount
    db.close()
    found.garbled += rows
    there = consoles.there("bulk")
    answer = consoles.do("")
    where = f"{what} garbled, moment {moment}"
    if not rows or answer["code"]:
        found.notes.append(f"{where}: {rows} rows, the next start ended with {answer['code']}")
        return
    before, after = answer["found"]["before"], answer["found"]["after"]
    if len(before) != 2 or len(after) != 2:
        found.notes.append(f"{where}: {len(before)} runs are listed, then {len(after)}")
        return
    if consoles.count(RUBBISH) != rows:
        found.notes.append(f"{where}: what cannot be read was written over")
    run = after[0]["run"]
    if what.startswith("a run that") or what.startswith("a step"):
        found.notes += [f"{where}: {wrong}" for wrong in consoles.wrong("bulk", there, before[:1], after[:1])]
    elif "why" not in run and (run["state"] in ENDED and not _is_so(run, there)):
        found.notes.append(f"{where}: it is told as {run['state']}, changed {run['changed']}: {run['outcome']}")


def _is_so(run: Any, there: set[str]) -> bool:
    """Whether what is told of a Bulk that cannot be read as a whole does not contradict what it has made."""
    return run["state"] == RunState.PARTLY and bool(there) and run["changed"] is True
