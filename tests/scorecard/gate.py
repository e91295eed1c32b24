"""Lines 2, 11, 13 and 14: what the gate promises."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata
from datetime import UTC, datetime
from itertools import product

from console.aws.target import Target
from console.gate.confirm import as_typed
from console.gate.place import Place
from console.gate.planned import Planned
from console.operations.operation import Danger, NoUndo, Observed, Resource
from console.operations.plan import Effect, Plan
from console.operations.preview import Shell
from console.services.ecs.operations import Scale
from console.stack.stack import Stack
from console.text import clean
from tests.bench.server import ROOT
from tests.hostile import HOSTILE
from tests.scorecard.card import Outcome, line
from tests.scorecard.rig import Rig
from widgets.plan_view import plan_lines

STACKS = (Stack(name="shop", production=False), Stack(name="shop"))
"""One that is said to be harmless, where the name is typed, and one that nothing is said of."""

_PASSED = re.compile(r"(\d+) passed")


def suite(what: str, *words: str) -> Outcome:
    """Run tests that are too slow for every day, and those of their kind that are not."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    passed = _PASSED.search(done.stdout)
    notes = [text for text in done.stdout.splitlines() if text.startswith(("FAILED", "ERROR"))]
    figure = f"{passed.group(1) if passed else 0} {what}"
    return Outcome(done.returncode == 0 and passed is not None, figure, tuple(notes))


def _planned(name: str, stack: Stack) -> Planned:
    """A plan that destroys something of a name, as an operator is shown it."""
    before = Observed({"desired": 2}, targets=(Resource(name, f"arn:aws:ecs:eu-west-1:1:service/{name}"),))
    plan = Plan(effects=(Effect(clean(name), clean(name), clean(name)),), warnings=(clean(name),))
    return Planned(
        Scale(name, 0), stack, Place("1", "eu-west-1"), "", before, plan, Danger.DESTROY, NoUndo(name), "",
        datetime.now(UTC), Shell(Target()),
    )  # fmt: skip


@line(2, "hostile names in every confirmation", "none confirmed by a look-alike; 0 crashes")
def look_alikes(rig: Rig) -> Outcome:
    """Type what each hostile name looks like, and everything else that it could be taken for."""
    del rig
    notes = []
    tried = 0
    for hostile, stack in product(HOSTILE, STACKS):
        name = hostile.text
        planned = _planned(name, stack)
        for width in (60, 120):
            list(plan_lines(planned, ((name, name, name),), width))
        wanted = planned.confirmation.text
        if not (wanted.isascii() and wanted.isprintable()):
            notes.append(f"{hostile.name}: what is to be typed is not printable ASCII")
        look_alikes = {
            clean(name),
            name,
            name.strip(),
            unicodedata.normalize("NFKC", name),
            name.lower(),
            "",
            wanted + " ",
        }
        visible = "".join(char for char in name if char.isascii() and char.isprintable())
        for typed in (look_alikes | {visible}) - {wanted}:
            tried += 1
            if planned.confirmation.accepts(typed):
                notes.append(f"{hostile.name}: confirmed by {typed!a}")
        if wanted != as_typed(f"{stack.name}/{name}" if stack.guarded else name):
            notes.append(f"{hostile.name}: {wanted!r} is not its typed form")
    return Outcome(
        not notes,
        f"{len(HOSTILE)} names on {len(STACKS)} stacks, {tried} look-alikes, {len(notes)} confirmed",
        tuple(notes),
    )


@line(11, "withheld reply on each mutation", "exactly 1 request, unknown, reconciled right", 600)
def withheld(rig: Rig) -> Outcome:
    """Withhold the reply to each operation's change, carried out and not."""
    del rig
    return suite("cases", "tests/contract/test_operations.py", "tests/gate/test_gate.py", "-k", "reply")


@line(13, "resource changed between plan and apply", "refused every time", 600)
def stale(rig: Rig) -> Outcome:
    """Change what each plan rests on, past the program, before each look of the gate, and right after the last."""
    del rig
    words = (
        "tests/contract/test_changed_by_others.py",
        "tests/contract/test_operations.py",
        "tests/gate/test_gate.py",
        "tests/gate/test_moment.py",
        "tests/pilot/test_gate.py",
    )
    return suite("cases", *words, "-k", "stale or changed or no_longer_true")


@line(14, "read-only and not armed: every key, entry, plan, command", "0 mutating requests at the proxy", 2400)
def read_only(rig: Rig) -> Outcome:
    """Press everything on every screen, and confirm every operation exactly, where a console may only read."""
    del rig
    return suite(
        "walks of keys and entries, and confirmations", "tests/pilot/test_read_only.py", "tests/cli/test_read_only.py"
    )
