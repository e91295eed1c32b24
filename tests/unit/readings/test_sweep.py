"""Every check once: one that fails, however it does, hides no other one, and is never well."""

from __future__ import annotations

from typing import Any

import pytest

from console.problems import Failure, Problem, ProblemKind
from console.readings.source import Report, Source
from console.readings.sweep import connect_problem, sweep
from console.stack.stack import Stack
from console.text import Clean

STACK = Stack(name="shop")
LOGIN = Failure(Problem(ProblemKind.LOGIN, Clean("No credentials.")))


class Connected:
    """A connection of which every question fails with what a test says."""

    def __init__(self, fails: Exception | None = None) -> None:
        self.fails = fails

    async def aws(self, stack: Stack) -> object:
        if self.fails is not None:
            raise self.fails
        return self

    get = aws

    def target(self, stack: Stack) -> Any:
        return type("Target", (), {"profile": "ops"})


def source(name: str, answer: Report | Exception) -> Source[Report]:
    async def fetch(aws: object, stack: Stack) -> Report:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Source(name, name, name, fetch, 30.0, (), lambda stack: True)


async def test_one_that_fails_hides_no_other_one() -> None:
    good, bad, odd = source("good", Report(total=1)), source("bad", LOGIN), source("odd", KeyError("services"))
    connections: Any = Connected()
    found = await sweep(connections, STACK, (bad, good, odd))
    assert list(found) == [bad, good, odd]
    assert found[good].value == Report(total=1) and found[good].at is not None and found[good].problem is None
    for failed, kind in ((bad, ProblemKind.LOGIN), (odd, ProblemKind.BUG)):
        problem = found[failed].problem
        assert problem is not None and problem.kind is kind
        assert found[failed].value is None and found[failed].at is None


@pytest.mark.parametrize("fails", [LOGIN, ValueError("odd profile")])
async def test_without_a_connection_each_says_why_and_so_does_the_look_ahead(fails: Exception) -> None:
    connections: Any = Connected(fails)
    found = await sweep(connections, STACK, (source("one", Report()),))
    assert all(reading.problem is not None and reading.value is None for reading in found.values())
    assert await connect_problem(connections, STACK) is not None
    assert await connect_problem(Connected(), STACK) is None  # type: ignore[arg-type]
