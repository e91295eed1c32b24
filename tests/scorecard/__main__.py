"""``make scorecard``: what safety promises, measured: ``python -m tests.scorecard [NUMBER ...] [--soak-minutes N]``."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.scorecard.card import Line, Outcome, with_notes
from tests.scorecard.lines import LINES
from tests.scorecard.processes import adopt_orphans, end_strays
from tests.scorecard.rig import Rig


def main() -> int:
    """Measure all lines, or those that are named; gives 1 where one fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.scorecard", description=__doc__)
    parser.add_argument("numbers", nargs="*", type=int, choices=[*LINES, []], metavar="NUMBER", help="only these lines")
    parser.add_argument("--soak-minutes", type=float, default=5.0, help="length of the soak (default 5)")
    chosen = parser.parse_args()
    lines = [line for number, line in LINES.items() if not chosen.numbers or number in chosen.numbers]
    adopt_orphans()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gk-scorecard-") as folder:
        with Rig(Path(folder), chosen.soak_minutes * 60) as rig:
            _head(lines)
            met = [_measured(line, rig, lines) for line in lines]
        strays = end_strays()
    _say(f"{sum(met)} of {len(met)} pass, {len(strays)} processes left behind, {time.monotonic() - begun:.0f} s")
    return 0 if all(met) and not strays else 1


def _measured(line: Line, rig: Rig, lines: list[Line]) -> bool:
    begun = time.monotonic()
    outcome = line.run(rig)
    outcome = with_notes(outcome, rig.tidy())
    _row(line, outcome, time.monotonic() - begun, lines)
    return outcome.met


def _head(lines: list[Line]) -> None:
    item, passes = _widths(lines)
    _say(f" #  {'item':<{item}}  {'passes with':<{passes}}        figure")


def _row(line: Line, outcome: Outcome, seconds: float, lines: list[Line]) -> None:
    item, passes = _widths(lines)
    verdict = "pass" if outcome.met else "FAIL"
    figure = f"{outcome.figure}  [{seconds:.0f} s]"
    _say(f"{line.number:>2}  {line.item:<{item}}  {line.passes:<{passes}}  {verdict}  {figure}")
    for note in outcome.notes:
        for part in note.splitlines():
            _say(f"      {part[:400]}")


def _widths(lines: list[Line]) -> tuple[int, int]:
    return max(len(line.item) for line in lines), max(len(line.passes) for line in lines)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
