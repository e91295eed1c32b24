"""Consoles that are killed in the middle of a change: line 12."""

from __future__ import annotations

import os
import signal
import threading
from itertools import count

from tests.faults import Fault, Seen
from tests.mutations import changes
from tests.scorecard.card import Outcome, line, with_notes
from tests.scorecard.gate import suite
from tests.scorecard.mortals import Mortals, mortals
from tests.scorecard.programs.dying import KINDS
from tests.scorecard.rig import Rig

MOST = 200
"""Moments after which a change must have come to its end."""


@line(12, "kill -9 at every moment, every kind of step", "listed, settled truly; 0 effects without an intent", 2400)
def killed(rig: Rig) -> Outcome:
    """Kill at each transaction and effect of each kind of change, and at each request that changes something."""
    with mortals(rig) as consoles:
        kills = sum(at_each_moment(consoles, kind) + at_each_request(consoles, kind) for kind in KINDS)
    requests = suite("kills", "tests/gate/test_killed.py", "-k", "killed_at_each_request or killed_it_is_listed")
    figure = (
        f"{kills} kills of {len(KINDS)} kinds of change, {consoles.recorded} of them on record, "
        f"{len(consoles.notes)} wrong; at each request of the program {requests.figure}"
    )
    return with_notes(Outcome(requests.met and kills > 0, figure, requests.notes), consoles.notes)


def at_each_moment(consoles: Mortals, kind: str) -> int:
    """Kill at the first moment of a change, then at the second, until one comes to its end; gives how often."""
    for moment in range(1, MOST):
        consoles.fresh()
        code = consoles.do(kind, moment)["code"]
        consoles.look(f"{kind}, moment {moment}")
        if code != -signal.SIGKILL:
            consoles.notes += [f"{kind}, moment {moment}: it ended with {code}"] * (code != 0)
            return moment - 1
    raise AssertionError(f"{kind}: it has {MOST} moments or more")


def at_each_request(consoles: Mortals, kind: str) -> int:
    """Kill while each request that changes something is under way, which is then carried out, or lost."""
    kills = 0
    for fault in (Fault.NONE, Fault.CLOSE):
        for number in count(1):
            consoles.fresh()
            if not _killed_at(consoles, kind, number, fault):
                break
            kills += 1
            consoles.look(f"{kind}, request {number}, {fault}")
    return kills


def _killed_at(consoles: Mortals, kind: str, number: int, fault: Fault) -> bool:
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

    proxy = consoles.proxy
    proxy.plan = plan
    proxy.answered = lambda seen: over.set() if changes(seen) else None
    try:
        code = consoles.do(kind, begun=begun)["code"]
        over.wait(30)
    finally:
        proxy.always(Fault.NONE)
        proxy.answered = lambda seen: None
    return bool(code == -signal.SIGKILL)
