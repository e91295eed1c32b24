"""What a reading says where it could not be made anew, and how old is too old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from console.problems import Problem, ProblemKind
from console.readings.freshness import PATIENCE, findings, is_known
from console.readings.source import Finding, Level, Reading, Report, Source
from console.text import Clean

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = Finding("shop.things", Clean("web"), Level.OK, Clean("As it should be."))
THROTTLED = Problem(ProblemKind.THROTTLED, Clean("Too often."), Clean("Wait."))


async def _never(aws: object, stack: object) -> Report:
    raise NotImplementedError


SOURCE = Source("shop.things", "Things", "Things.", _never, 60.0, (), lambda stack: True)


def before(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "reading, said",
    [
        (Reading(Report((GOOD,)), before(119)), None),
        (Reading(Report((GOOD,)), before(120), asked=before(60), fetching=True), None),
        (
            Reading(Report((GOOD,)), before(480), asked=before(420), fetching=True),
            "Asked 7 min ago, and not answered yet: last read 8 min ago.",
        ),
        # nobody watched it for a while: it was asked a moment ago
        (Reading(Report((GOOD,)), before(900), asked=before(PATIENCE), fetching=True), None),
        # asked again at its time, or for want of a key: told by the panel, and no fault
        (Reading(Report((GOOD,)), before(500), asked=before(501)), None),
        (Reading(asked=before(PATIENCE), fetching=True), None),
        (Reading(asked=before(PATIENCE + 1), fetching=True), "Asked 61 s ago, and not answered yet."),
        (Reading(Report((GOOD,)), before(10), THROTTLED), "Too often. Wait."),
        (Reading(problem=THROTTLED), "Too often. Wait."),
    ],
)
def test_what_could_not_be_read_in_time_is_unknown(reading: Reading[Report], said: str | None) -> None:
    told = [found.what for found in findings(SOURCE, reading, NOW) if found.level is Level.UNKNOWN]
    assert told == ([said] if said else [])
    assert (GOOD in findings(SOURCE, reading, NOW)) == (reading.value is not None)


@pytest.mark.parametrize(
    "reading, known",
    [
        (Reading(), False),
        (Reading(Report(), before(120)), True),
        (Reading(Report(), before(121)), False),
        (Reading(Report(), before(500), THROTTLED, asked=before(120)), True),
        (Reading(Report(), before(1), THROTTLED, asked=before(121)), False),
    ],
)
def test_a_reading_tells_something_for_two_periods(reading: Reading[Report], known: bool) -> None:
    assert is_known(SOURCE, reading, NOW) is known
