"""CloudWatch Logs Insights: what a query would cost, its run, its results as a table and as curves."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from console.logs.groups import GroupInfo, describe
from console.logs.kinds import LogGroup
from console.problems import Failure, Problem, ProblemKind
from console.text import Clean, clean

if TYPE_CHECKING:
    from console.aws.call import Aws

PRICE: Final = 0.005
"""US dollars a GB that a query scans (CloudWatch pricing, us-east-1)."""

COMPRESSION: Final = 0.15
"""Stored bytes are those after compression; to what share of what is scanned, the AWS Pricing Calculator assumes."""

LARGE: Final = 20 * 10**9
"""Bytes beyond which a scan is warned of: ten cents."""

MOST_GROUPS: Final = 50
"""Log groups of one query (StartQuery in the CloudWatch Logs API reference)."""

MOST_ROWS: Final = 10_000
_TOO_MANY: Final = "LimitExceededException"
_WHEN_OTHERS_END: Final = Clean(
    "Next: ask again when other queries of this account and region have ended; dashboards and schedules have some, too."
)
"""What helps against "Account maximum query concurrency limit of [30] reached" (StartQuery in the API reference)."""

_POINTER: Final = "@ptr"
_PAUSES: Final = (0.25, 0.5, 1.0)
_STATISTICS: Final = ("bytesScanned", "recordsScanned", "recordsMatched")
_GOING_ON: Final = frozenset({"Scheduled", "Running"})
_PASSES: Final = frozenset({ProblemKind.THROTTLED, ProblemKind.NETWORK, ProblemKind.SUSPECT})


@dataclass(frozen=True, slots=True)
class InsightsQuery:
    """A query over groups of one region, from `start` to `end` in epoch seconds; `limit` rows at most."""

    groups: tuple[LogGroup, ...]
    text: str
    start: int
    end: int
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class Scan:
    """What a query has read: bytes, records, and those records that matched."""

    bytes: int = 0
    records: int = 0
    matched: int = 0

    @property
    def dollars(self) -> float:
        """What the scan costs, in US dollars (`PRICE`)."""
        return self.bytes / 10**9 * PRICE


@dataclass(frozen=True, slots=True)
class QueryResults:
    """The results of a query: a table of texts, a cell empty where a row has nothing; not `done` while it runs."""

    columns: tuple[Clean, ...] = ()
    rows: tuple[tuple[Clean, ...], ...] = ()
    scan: Scan = Scan()
    done: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a query will scan, by the stored bytes of its groups and the share of their time that it covers.

    `least` counts stored bytes as they are, `most` as much more as compression may have saved; in bytes.
    Groups whose size was `untold` are in neither.
    """

    least: int
    most: int
    untold: tuple[Clean, ...] = ()

    @property
    def dollars(self) -> float:
        """What it costs at most."""
        return self.most / 10**9 * PRICE

    @property
    def large(self) -> bool:
        """Whether to warn before it is run."""
        return self.most > LARGE or bool(self.untold)


async def estimate(aws: Aws, question: InsightsQuery) -> Estimate:
    """What a question would scan. Raises `Failure`."""
    known = await describe(aws, question.groups)
    now, stored = time.time(), 0.0
    for info in known.values():
        stored += (info.stored_bytes or 0) * _covered(info, question, now)
    untold = tuple(info.label for info in known.values() if info.stored_bytes is None)
    return Estimate(int(stored), int(stored / COMPRESSION), untold)


def _covered(info: GroupInfo, question: InsightsQuery, now: float) -> float:
    """Which part of a group's time a question covers; all of it where its age was not told."""
    if info.created_ms is None:
        return 1.0
    born = max(info.created_ms / 1000, now - info.retention * 86_400 if info.retention else 0)
    covered = min(question.end, now) - max(question.start, born)
    return min(1.0, max(0.0, covered) / max(1.0, now - born))


async def ask(
    aws: Aws, question: InsightsQuery, tell: Callable[[QueryResults], None] = lambda answer: None
) -> QueryResults:
    """Run a query and give its results; `tell` is given what is known so far.

    To stop it cancel the task: AWS is told, and no more is scanned. Raises `Failure`, with AWS's words and the place
    for a query that it does not understand.
    """
    region = _region(question)
    try:
        answer = await aws.call(
            "logs",
            "start_query",
            expect="queryId",
            region=region,
            logGroupNames=[group.group for group in question.groups],
            queryString=question.text,
            startTime=question.start,
            endTime=question.end,
            limit=question.limit,
        )
    except Failure as failure:
        if failure.problem.code != _TOO_MANY:
            raise
        raise Failure(replace(failure.problem, hint=_WHEN_OTHERS_END)) from failure
    query = answer["queryId"]
    try:
        return await _follow(aws, query, region, tell)
    except asyncio.CancelledError:
        with suppress(Failure):
            await asyncio.shield(aws.call("logs", "stop_query", expect=None, region=region, queryId=query))
        raise


async def _follow(aws: Aws, query: str, region: str | None, tell: Callable[[QueryResults], None]) -> QueryResults:
    looks = failures = 0
    while True:
        await asyncio.sleep(_PAUSES[min(looks, len(_PAUSES) - 1)])
        looks += 1
        try:
            found = await aws.call("logs", "get_query_results", expect="results", region=region, queryId=query)
        except Failure as failure:
            failures += 1
            if failure.problem.kind not in _PASSES or failures > 5:
                raise
            continue
        status = found.get("status", "Unknown")
        if status not in ("Complete", *_GOING_ON):
            words = {"Timeout": "It ran for longer than 60 minutes", "Cancelled": "It was stopped"}
            what = Clean(f"The query did not end well: {words.get(status, clean(status))}.")
            raise Failure(Problem(ProblemKind.CONFLICT, what, Clean("Next: a shorter range, or fewer log groups.")))
        answer = read_answer(found)
        if answer.done:
            aws.meter.charge(answer.scan.dollars)
            return answer
        tell(answer)


def read_answer(found: dict[str, Any]) -> QueryResults:
    """The answer of GetQueryResults as a table."""
    statistics = found.get("statistics", {})
    records: list[dict[str, str]] = [
        {cell["field"]: cell.get("value", "") for cell in row if cell["field"] != _POINTER} for row in found["results"]
    ]
    columns = tuple(dict.fromkeys(name for record in records for name in record))
    scanned, read, matched = (int(statistics.get(name, 0)) for name in _STATISTICS)
    return QueryResults(
        tuple(clean(name) for name in columns),
        tuple(tuple(_cell(record.get(name, "")) for name in columns) for record in records),
        Scan(scanned, read, matched),
        found.get("status") == "Complete",
    )


def _cell(value: str) -> Clean:
    return clean(value.rstrip("\r\n"), multiline=True)


def _region(question: InsightsQuery) -> str | None:
    regions: Sequence[str | None] = sorted({group.region for group in question.groups}, key=str)
    if len(regions) > 1 or not 0 < len(question.groups) <= MOST_GROUPS:
        what = Clean(f"A query takes 1 to {MOST_GROUPS} log groups of one region.")
        raise Failure(Problem(ProblemKind.INVALID, what, Clean("Next: choose other groups.")))
    return regions[0]
