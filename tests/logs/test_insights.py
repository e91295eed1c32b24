"""Logs Insights: estimates, runs, stopping, tables, curves, saved queries; on the embedded AWS."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from console.aws.call import Aws
from console.logs.insights import query
from console.logs.insights.curves import curves
from console.logs.insights.query import InsightsQuery, QueryResults, Scan, ask, estimate, read_answer
from console.logs.insights.saved import keep, own_folder, saved_queries
from console.logs.kinds import LogGroup
from console.problems import Failure, Problem, ProblemKind
from console.text import Clean
from tests.conftest import DemoServer
from tests.deadlines import SOON
from tests.faults import Fault, FaultProxy

LAMBDA = LogGroup(group="/aws/lambda/mra-mines-input-handler-staging")
FRONTEND = LogGroup(group="/ecs/mra-mines-frontend-staging")
BIG = LogGroup(group="/aws/lambda/mra-mines-notify-staging")
GROUPS = (LAMBDA, FRONTEND, BIG)


def question(text: str, *groups: LogGroup, hours: float = 24) -> InsightsQuery:
    now = int(time.time())
    return InsightsQuery(groups or GROUPS, text, now - int(3600 * hours), now)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's queries take a hundredth of the time."""
    monkeypatch.setattr(query, "_PAUSES", (0.02,))


LINES = [
    "ERROR: connection refused",
    '203.0.113.7 - - [20/Nov/2026:09:00:00 +0000] "GET /api/maps?page=2 HTTP/1.1" 502 157 "-" "curl/8"',
    '203.0.113.7 - - [20/Nov/2026:09:00:00 +0000] "GET /fine HTTP/1.1" 200 157 "-" "curl/8"',
    '{"level":"error","req":{"method":"GET","url":"/api/items"},"res":{"statusCode":503},"responseTime":900.5}',
    "Nov 20 09:00:00 ip-172-31-20-5 web[3210]: POST /login 500 1200.250 ms - 90",
    "REPORT RequestId: 8f507cfc-1111-4697-b07a-ac58fc914c95\tDuration: 1500.00 ms\tBilled Duration: 1500 ms\t"
    "Memory Size: 256 MB\tMax Memory Used: 90 MB\tInit Duration: 250.50 ms\t\n",
    "REPORT RequestId: 8f507cfd-1111-4697-b07a-ac58fc914c95\tDuration: 20.00 ms\tBilled Duration: 20 ms\t"
    "Memory Size: 256 MB\tMax Memory Used: 91 MB\t\n",
    "java.lang.IllegalStateException: broken",
]
FOUND = {
    "errors-by-5-minutes": ("count()", ["1", "1"]),
    "connection-lines-by-hour": ("count()", ["1", "1"]),
    "report-durations": ("max(@duration)", ["1500", "1500"]),
    "cold-starts": ("cold", ["1", "1"]),
    "errors-by-stream": ("errors", ["6"]),
    "5xx-by-path": ("path", ["/api/items", "/api/maps", "/login"]),
    "slowest-requests": ("ms", ["1500", "1500", "1200.250", "1200.250", "900.5", "900.5", "20", "20"]),
}
"""What each saved query finds in these lines, written twice: one column of it."""


@pytest.mark.parametrize("query", saved_queries()[0], ids=lambda query: query.name)
async def test_every_saved_query_finds_what_it_promises(query: Any, aws: Aws, new_group: Any) -> None:
    client, name = new_group("/test/insights"), "/test/insights"
    for hours in (5, 2):
        events = [{"timestamp": int((time.time() - 3600 * hours) * 1000), "message": line} for line in LINES]
        client.put_log_events(logGroupName=name, logStreamName="s0", logEvents=events)
    answer = await ask(aws, question(query.text, LogGroup(group=name)))
    column, expected = FOUND[query.name]
    found = [row[answer.columns.index(column)] for row in answer.rows]
    assert (sorted(found) if column == "path" else found) == expected
    assert query.title and query.help and answer.done
    assert all(len(row) == len(answer.columns) for row in answer.rows)
    assert answer.scan.records == 2 * len(LINES) and answer.scan.bytes == 2 * len("".join(LINES))
    assert bool(curves(answer)) == (" by bin(" in query.text)


def test_the_queries_of_the_operations_guide_are_there() -> None:
    texts = {query.name: query.text.splitlines()[1:] for query in saved_queries()[0]}
    assert texts["errors-by-5-minutes"] == ["| filter @message like /ERROR/", "| stats count() by bin(5m)"]
    assert texts["report-durations"][1] == "| stats avg(@duration), max(@duration), min(@duration) by bin(5m)"
    assert texts["connection-lines-by-hour"][1] == "| stats count() by bin(1h)"


async def test_what_it_costs_is_counted(aws: Aws) -> None:
    answer = await ask(aws, question("fields @message", LAMBDA))
    assert aws.meter.dollars == pytest.approx(answer.scan.dollars) and answer.scan.dollars > 0
    assert Scan(bytes=200 * 10**9).dollars == 1.0


async def test_the_estimate_rests_on_stored_bytes_and_the_share_of_time(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = time.time() + 10 * 86_400  # the demo's groups are as old as its server
    monkeypatch.setattr(query, "time", SimpleNamespace(time=lambda: later))
    monkeypatch.setattr("tests.logs.test_insights.time", SimpleNamespace(time=lambda: later))
    day = await estimate(aws, question("fields @message", BIG, hours=24 * 3650))
    hour = await estimate(aws, question("fields @message", BIG, hours=1))
    assert day.least > 10**9 and day.large and day.dollars == pytest.approx(day.least / 0.15 / 10**9 * 0.005)
    assert 0 < hour.least < day.least / 100
    gone = await estimate(aws, question("fields @message", LogGroup(group="/gone")))
    assert (gone.least, gone.large, gone.untold) == (0, False, ())


async def test_a_query_that_is_not_understood_is_told_with_its_place(aws: Aws) -> None:
    with pytest.raises(Failure) as caught:
        await ask(aws, question("fields @message | nonsense"))
    assert caught.value.problem.kind is ProblemKind.INVALID
    assert "position" in str(caught.value.problem)


async def test_stopped_it_is_stopped_at_aws_too(aws: Aws, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch) -> None:
    told = asyncio.Event()
    monkeypatch.setattr(query, "_PAUSES", (0.0, 60.0))
    call = aws.call

    async def noted(service: str, operation: str, **params: Any) -> Any:
        answer = await call(service, operation, **params)
        if operation == "get_query_results":
            told.set()
            return {**answer, "status": "Running"}  # however long it took to ask
        return answer

    monkeypatch.setattr(aws, "call", noted)
    task = asyncio.create_task(ask(aws, question("fields @message")))
    await asyncio.wait_for(told.wait(), SOON)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [seen.operation for seen in proxy.seen][-1] == "StopQuery"


async def test_results_that_do_not_come_at_once_are_asked_for_again(aws: Aws, proxy: FaultProxy) -> None:
    faults = iter([Fault.HTML_200, Fault.CUT_200, Fault.BAD_JSON])
    proxy.plan = lambda seen: next(faults, Fault.NONE) if seen.operation == "GetQueryResults" else Fault.NONE
    assert (await ask(aws, question("fields @message", LAMBDA))).rows


async def test_too_many_queries_at_once_are_told_with_what_helps() -> None:
    """What StartQuery says then, as people quote it: it passes by itself, and is no quota to be raised first."""

    async def call(service: str, operation: str, **params: Any) -> Any:
        what = Clean("LimitExceededException: Account maximum query concurrency limit of [30] reached.")
        raise Failure(Problem(ProblemKind.THROTTLED, what, Clean("Asked less often."), Clean("LimitExceededException")))

    with pytest.raises(Failure) as failed:
        await ask(SimpleNamespace(call=call), question("fields @message"))  # type: ignore[arg-type]
    problem = failed.value.problem
    assert "limit of [30]" in problem.what and "when other queries of this account and region" in problem.hint


async def test_groups_of_two_regions_are_refused(aws: Aws) -> None:
    with pytest.raises(Failure, match="1 to 50 log groups of one region"):
        await ask(aws, question("fields @message", LAMBDA, LogGroup(group="/x", region="us-east-1")))


def _answer(*rows: dict[str, str]) -> QueryResults:
    found = [[{"field": name, "value": value} for name, value in row.items()] for row in rows]
    return read_answer({"status": "Complete", "results": found})


def test_a_table_has_all_columns_of_all_rows_and_nothing_that_is_unsafe() -> None:
    answer = _answer({"a": "1", "@ptr": "x"}, {"b": "\x1b[31mred\n"}, {"a": "one\n  two\n"})
    assert answer.columns == ("a", "b")
    assert answer.rows == (("1", ""), ("", "␛[31mred"), ("one\n  two", ""))


def test_curves_are_one_for_each_number_and_group() -> None:
    at = ["2026-11-20 09:00:00.000", "2026-11-20 09:05:00.000"]
    plain = curves(_answer({"bin(5m)": at[1], "count()": "3"}, {"bin(5m)": at[0], "count()": "1"}))
    assert [(curve.label, curve.step, [value for _, value in curve.points]) for curve in plain] == [
        ("count()", 300, [1, 3])
    ]
    many = curves(
        _answer(
            *(
                {"t": moment, "@log": group, "n": "1", "ms": ms}
                for moment in at
                for group, ms in (("a", "5"), ("b", ""))
            )
        )
    )
    assert {curve.label: len(curve.points) for curve in many} == {"a n": 2, "b n": 2, "a ms": 2}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"path": "/a", "count": "3"}],
        [{"newest": "2026-11-20 09:00:00.250", "n": "1"}, {"newest": "2026-11-20 09:00:11.500", "n": "1"}],
        [{"bin(5m)": "2026-11-20 09:00:00.000", "count()": "3"}],
        *(
            [{"bin(5m)": f"2026-11-20 09:0{at}:00.000", "what": number} for at in (0, 5)]
            for number in ("nan", "inf", "1e999", "-1e200")
        ),
        [{"bin(5m)": "2026-11-20 09:00:00.000", "what": "x"}, {"bin(5m)": "2026-11-20 09:05:00.000", "what": "y"}],
    ],
)
def test_what_is_no_curve(rows: list[dict[str, str]]) -> None:
    assert curves(_answer(*rows)) == ()


def test_own_queries_come_first_and_a_broken_file_hides_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDSKEEPER_CONFIG_DIR", str(tmp_path))
    text = 'fields @message\n| filter @message like /"a\\b"/'
    assert keep("mine", text, "Mine") == own_folder() / "mine.toml"
    keep("cold-starts", "fields 1")
    (own_folder() / "broken.toml").write_text("query = 3")
    (own_folder() / "odd.toml").write_text("title = 'x'\nquery = ''\nspan = 3")
    found, wrong = saved_queries()
    assert [(query.name, query.own) for query in found[:2]] == [("cold-starts", True), ("mine", True)]
    assert found[1].text == text and found[1].title == "Mine"
    assert len(found) == 8 and len({query.name for query in found}) == 8
    assert len(wrong) == 2 and "broken.toml" in wrong[0] and "Allowed: query, title, help" in wrong[1]
    with pytest.raises(ValueError, match="small letters"):
        keep("../up", text)


def test_the_demo_says_how_much_is_stored(demo: DemoServer) -> None:
    """The group whose scan must be warned of is in the demo, so that the warning can be seen."""
    client = demo.client("logs")
    found = client.describe_log_groups(logGroupNamePrefix=BIG.group)["logGroups"]
    assert json.dumps(found[0]["storedBytes"]) and found[0]["storedBytes"] > query.LARGE
    client.close()
