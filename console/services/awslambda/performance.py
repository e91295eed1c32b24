"""AWS Lambda: how long functions take, how full their memory is and how often they start cold, from REPORT lines."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from console.logs.groups import GroupInfo, describe
from console.logs.insights.query import MOST_GROUPS, InsightsQuery, ask
from console.logs.kinds import LogGroup
from console.readings.each import chunks, joined
from console.readings.gauge import shown
from console.readings.numbers import HOUR
from console.readings.source import Detail, Finding, Level, Report, check
from console.services.awslambda.kinds import FUNCTION, Function
from console.stack.stack import Stack
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

SPAN: Final = 3 * HOUR
"""Seconds that are looked at."""

QUERY: Final = """\
filter @type = "REPORT"
| stats count(*) as runs, pct(@duration, 50) as p50, pct(@duration, 95) as p95, max(@duration) as longest,
    max(@maxMemoryUsed) as used, max(@memorySize) as size, count(@initDuration) as cold, avg(@initDuration) as start
  by @log
"""
_FEW: Final = 50


@dataclass(frozen=True, slots=True)
class Performance:
    """A function's invocations: how many, durations in milliseconds, memory in bytes, how many started cold."""

    runs: float
    p50: float
    p95: float
    longest: float
    used: float
    size: float
    cold: float
    start: float

    @property
    def memory(self) -> float:
        """The most memory that was used, in percent of what is configured."""
        return 100 * self.used / self.size if self.size else 0.0

    @property
    def cold_share(self) -> float:
        """Percent of invocations that had to start the function first."""
        return 100 * self.cold / self.runs if self.runs else 0.0


@check(
    "lambda.performance",
    on_demand=True,
    period=900,
    permissions=("logs:DescribeLogGroups", "logs:GetQueryResults", "logs:StartQuery", "logs:StopQuery"),
    wants=lambda stack: stack.of(Function),
    thresholds={"p95_warn_ms": 3000, "memory_warn": 90, "cold_warn": 20},
)
async def performance(aws: Aws, stack: Stack) -> Report:
    """Lambda functions are fast enough, have memory to spare and seldom start cold.

    Of the last three hours: a warning above 3000 ms in 5 % of invocations, above 90 % of the configured memory, and
    where more than 20 % of at least 50 invocations started cold. It runs a query of Logs Insights over the functions'
    log groups, which costs $0.005 a GB that is scanned (CloudWatch pricing, us-east-1).
    """
    limits = performance.limits(stack)
    reports = []
    for region in dict.fromkeys(function.region for function in stack.of(Function)):
        here = [function for function in stack.of(Function) if function.region == region]
        groups = await describe(aws, [_group(function) for function in here])
        known: dict[str, Performance] = {}
        for part in chunks(tuple(groups.values()), MOST_GROUPS):
            known |= await _measured(aws, part)
        reports += [_report(function, groups, known.get(_group(function).group), limits) for function in here]
    return joined(reports)


async def _measured(aws: Aws, groups: Sequence[GroupInfo]) -> dict[str, Performance]:
    """The figures of each log group in which something ran."""
    now = int(time.time())
    answer = await ask(aws, InsightsQuery(tuple(info.group for info in groups), QUERY, now - int(SPAN), now))
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    return {
        row[Clean("@log")].partition(":")[2]: Performance(
            *(float(row.get(Clean(name)) or 0) for name in Performance.__slots__)
        )
        for row in rows
    }


def _report(
    function: Function, groups: Mapping[str, GroupInfo], measured: Performance | None, limits: Mapping[str, float]
) -> Report:
    name, group = clean(function.function), _group(function).group
    if measured is None:
        what = "It has not run in the last 3 hours." if group in groups else f"There is no log group {clean(group)}."
        return Report((Finding(performance.name, name, Level.OK, Clean(what), Clean("0 invocations")),))
    detail = Detail(name, FUNCTION, facts=tuple(_facts(measured)), logs=(clean(group),))
    return Report(tuple(judge(name, measured, limits)), (detail,))


def judge(name: Clean, measured: Performance, limits: Mapping[str, float]) -> Iterator[Finding]:
    """The verdicts on what ran."""
    slow, full, cold = limits["p95_warn_ms"], limits["memory_warn"], limits["cold_warn"]
    level = Level.WARN if measured.p95 > slow else Level.OK
    what = Clean("One in twenty invocations takes long." if level else "Invocations are fast enough.")
    value = Clean(f"{shown(measured.p95, 'ms')}, p95")
    yield Finding(performance.name, name, level, what, value, Clean(f"warn > {slow:g} ms"))
    level = Level.WARN if measured.memory > full else Level.OK
    what = Clean("Its memory is nearly full: give it more." if level else "It has memory to spare.")
    value = Clean(f"{measured.memory:.0f} % of {measured.size / 10**6:.0f} MB")
    yield Finding(performance.name, name, level, what, value, Clean(f"warn > {full:g} %"))
    level = Level.WARN if measured.cold_share > cold and measured.runs >= _FEW else Level.OK
    what = Clean("Many invocations start cold." if level else "Few invocations start cold, or there are few.")
    value = Clean(f"{measured.cold_share:.1f} % of {measured.runs:,.0f}")
    yield Finding(performance.name, name, level, what, value, Clean(f"warn > {cold:g} %"))


def _facts(measured: Performance) -> Iterator[tuple[str, Clean]]:
    yield "Invocations, last 3 h", Clean(f"{measured.runs:,.0f}")
    yield "Duration, p50", shown(measured.p50, "ms")
    yield "Duration, p95", shown(measured.p95, "ms")
    yield "Longest", shown(measured.longest, "ms")
    yield "Memory used at most", Clean(f"{measured.used / 10**6:.0f} MB of {measured.size / 10**6:.0f} MB")
    yield "Cold starts", Clean(f"{measured.cold:,.0f} ({measured.cold_share:.1f} %)")
    if measured.cold:
        yield "Time of a cold start", shown(measured.start, "ms")


def _group(function: Function) -> LogGroup:
    """The log group that a function writes to, where it does not name another."""
    return LogGroup(group=FUNCTION.log_group.format(function.function), region=function.region)
