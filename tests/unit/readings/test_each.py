"""One resource that fails does not hide the others."""

from __future__ import annotations

import asyncio

import pytest

from console.problems import Failure, Problem, ProblemKind
from console.readings.each import AT_ONCE, each
from console.readings.source import Finding, Level, Report
from console.services.dynamodb.kinds import Table
from console.text import Clean


def fails(kind: ProblemKind) -> Failure:
    return Failure(Problem(kind, Clean(f"It is {kind}.")))


async def read(resource: str | Failure) -> Report:
    if isinstance(resource, Failure):
        raise resource
    return Report((Finding("x.y", Clean(resource), Level.OK, Clean("Good.")),))


async def all_of(*resources: str | Failure) -> Report:
    return await each("x.y", resources, lambda resource: f"name of {resource!s:.20}", read)


async def test_it_keeps_the_order_and_judges_the_others() -> None:
    report = await all_of("a", fails(ProblemKind.NOT_FOUND), "c", fails(ProblemKind.THROTTLED))
    assert [finding.level for finding in report.findings] == [Level.OK, Level.CRIT, Level.OK, Level.UNKNOWN]
    assert report.findings[1].value == "MISSING"
    assert "throttled" in report.findings[3].what


@pytest.mark.parametrize("kind", [ProblemKind.DENIED, ProblemKind.LOGIN, ProblemKind.SKEW])
async def test_what_concerns_all_is_raised(kind: ProblemKind) -> None:
    with pytest.raises(Failure) as raised:
        await all_of("a", fails(ProblemKind.THROTTLED), fails(kind))
    assert raised.value.problem.kind is kind


async def test_it_raises_where_every_resource_failed() -> None:
    with pytest.raises(Failure):
        await all_of(fails(ProblemKind.NETWORK), fails(ProblemKind.NETWORK))


async def test_missing_resources_are_no_failure_of_the_check() -> None:
    report = await all_of(fails(ProblemKind.NOT_FOUND), fails(ProblemKind.NOT_FOUND))
    assert [finding.level for finding in report.findings] == [Level.CRIT, Level.CRIT]


async def test_what_a_resource_cannot_be_judged_without_costs_that_resource_alone() -> None:
    async def read(name: str) -> Report:
        return Report((Finding("shop.things", Clean({"b": "b"}[name]), Level.OK, Clean("It is there.")),))

    bad, good = (await each("shop.things", ("a", "b"), str, read)).findings
    assert (bad.level, good.level) == (Level.UNKNOWN, Level.OK)
    assert "lacks 'a'" in bad.what


async def test_an_empty_list_where_the_resource_must_be_costs_that_resource_alone() -> None:
    async def read(name: str) -> Report:
        return Report((Finding("shop.things", Clean(["b"][name == "a"]), Level.OK, Clean("It is there.")),))

    bad, good = (await each("shop.things", ("a", "b"), str, read)).findings
    assert (bad.level, good.level) == (Level.UNKNOWN, Level.OK)
    assert "lists nothing" in bad.what


async def test_what_a_stack_file_names_twice_is_read_once() -> None:
    read: list[str] = []

    async def one(table: Table) -> Report:
        read.append(table.table)
        return Report()

    await each("shop.things", (Table(table="a"), Table(table="b"), Table(table="a")), lambda table: table.table, one)
    assert read == ["a", "b"]


async def test_nothing_to_read_is_an_empty_report() -> None:
    assert await all_of() == Report()


async def test_thousands_of_resources_are_read_some_at_a_time() -> None:
    at_once = most = 0

    async def read(number: int) -> Report:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1
        return Report(total=number)

    await each("shop.things", range(2000), str, read)
    assert 1 < most <= AT_ONCE
