"""Logs Insights queries, run over log events as the user guide documents it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.demo.insights import QueryError, parse
from console.demo.query.lexer import tokens
from console.demo.query.rows import Row, discover
from console.demo.query.values import Time, compare, order, show

START = 1_795_165_200  # 2026-11-20 09:00:00 UTC
ID = "8f507cfc-1111-4697-b07a-ac58fc914c95"


def _report(number: int) -> str:
    init = "Init Duration: 250.50 ms\t" if number == 0 else ""
    return (
        f"REPORT RequestId: {ID}\tDuration: {100 + number}.50 ms\tBilled Duration: {101 + number} ms\t"
        f"Memory Size: 256 MB\tMax Memory Used: {90 + number} MB\t{init}"
    )


def _json(number: int) -> str:
    level = "error" if number % 3 == 0 else "info"
    event = {
        "level": level,
        "res": {"status": 500 + number},
        "msg": f"user=u{number % 2}, took:{number}",
        "tags": ["a", "b"],
    }
    return json.dumps(event)


MESSAGES = [*(_report(number) for number in range(6)), *(_json(number) for number in range(6)), "plain ERROR line"]


def _rows() -> list[Row]:
    return [
        {
            "@timestamp": Time(START + 60 * index),
            "@message": message,
            "@logStream": "s1",
            "@log": "1:/g",
            "@ptr": f"p{index}",
            **discover(message),
        }
        for index, message in enumerate(MESSAGES)
    ]


def _run(query: str) -> list[dict[str, str]]:
    return [dict(row) for row in parse(query).run(_rows()).rows]


def _column(query: str, name: str) -> list[str]:
    return [row[name] for row in _run(query)]


def test_without_commands_for_it_the_newest_comes_first_with_time_message_and_pointer() -> None:
    rows = _run("filter level = 'error'")
    assert [list(row) for row in rows] == [["@timestamp", "@message", "@ptr"]] * 2
    assert [row["@timestamp"] for row in rows] == ["2026-11-20 09:09:00.000", "2026-11-20 09:06:00.000"]


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("@message like /ERROR/", 1),
        ("@message like /(?i)error/", 3),
        ("@message like 'level'", 6),
        ("@message not like /REPORT/", 7),
        ("@message =~ /^plain/", 1),
        ("@type = 'REPORT'", 6),
        ('@type != "REPORT"', 0),
        ("level = 'error' or @type = 'REPORT'", 8),
        ("level = 'error' and res.status >= 503", 1),
        ("not level = 'error'", 11),
        ("not (level = 'error' or level = 'info')", 7),
        ("res.status in [500, 505]", 2),
        ("level in ['info']", 4),
        ("level not in ['info']", 2),
        ("ispresent(level)", 6),
        ("not isPresent(level)", 7),
        ("strcontains(@message, 'ERROR')", 1),
        ("res.status > 502 and res.status < 505", 2),
        ("(res.status - 500) * 2 = 4", 1),
        ("@maxMemoryUsed / 1000 / 1000 > 94", 1),
        ("tags.0 = 'a'", 6),
        ("@duration > 100 and @initDuration > 1", 1),
        ("nothing > 1", 0),
        ("`res.status` = 500", 1),
        ("strlen(@message) < 20", 1),
        (f"@requestId = '{ID}'", 6),
    ],
)
def test_filters(condition: str, count: int) -> None:
    answer = parse(f"fields @timestamp | filter {condition}").run(_rows())
    assert (len(answer.rows), answer.matched) == (count, count)


def test_the_saved_queries_of_the_guides() -> None:
    errors = _run("fields @timestamp, @message\n| filter @message like /ERROR/\n| stats count() by bin(5m)")
    assert errors == [{"bin(5m)": "2026-11-20 09:10:00.000", "count()": "1"}]
    times = _run(
        'fields @timestamp, @duration | filter @type = "REPORT" '
        "| stats avg(@duration), max(@duration), min(@duration) by bin(5m)"
    )
    assert times == [
        {
            "bin(5m)": "2026-11-20 09:05:00.000",
            "avg(@duration)": "105.5",
            "max(@duration)": "105.5",
            "min(@duration)": "105.5",
        },
        {
            "bin(5m)": "2026-11-20 09:00:00.000",
            "avg(@duration)": "102.5",
            "max(@duration)": "104.5",
            "min(@duration)": "100.5",
        },
    ]


def test_lambda_figures() -> None:
    found = _run(
        "filter @type = 'REPORT' | stats count(*) as calls, count(@initDuration) / count(*) * 100 as cold, "
        "pct(@duration, 50) as p50, sum(@billedDuration), max(@maxMemoryUsed / 1000 / 1000) as used, max(@memorySize)"
    )
    assert found == [
        {
            "calls": "6",
            "cold": "16.6667",
            "p50": "103",
            "sum(@billedDuration)": "621",
            "used": "95",
            "max(@memorySize)": "256000000",
        }
    ]


def test_groups_by_several_fields_and_distinct_values() -> None:
    query = (
        "filter ispresent(level) | parse msg 'user=*, took:*' as user, took "
        "| stats count(*) as n, count_distinct(took) as d by level, user | sort n desc, user asc"
    )
    assert [(row["level"], row["user"], row["n"], row["d"]) for row in _run(query)] == [
        ("info", "u0", "2", "2"),
        ("info", "u1", "2", "2"),
        ("error", "u0", "1", "1"),
        ("error", "u1", "1", "1"),
    ]


def test_parse_by_regular_expression_leaves_what_does_not_match() -> None:
    rows = _run(r"parse @message /took:(?<took>\d+)/ | display took, @logStream | sort took desc | limit 7")
    assert [row.get("took") for row in rows] == ["5", "4", "3", "2", "1", "0", None]
    assert list(rows[0]) == ["took", "@logStream", "@ptr"]


def test_fields_compute_and_are_named() -> None:
    row = _run(
        "filter @type = 'REPORT' | fields @duration / 1000 as seconds, toupper(@type), concat(@log, '#', 1) | limit 1"
    )[0]
    assert row == {"seconds": "0.1055", "toupper(@type)": "REPORT", "concat(@log, '#', 1)": "1:/g#1", "@ptr": "p5"}


def test_sort_limit_and_dedup() -> None:
    assert _column("fields @duration | sort @duration | filter ispresent(@duration) | limit 2", "@duration") == [
        "100.5",
        "101.5",
    ]
    assert _column("fields level | dedup level", "level") == ["info", "error"]
    assert _column("fields level, res.status | sort res.status asc | dedup level", "res.status") == ["500", "501"]
    assert len(_run("fields @message | limit 3")) == 3


def test_stats_of_nothing_is_one_row() -> None:
    assert _run("filter nothing = 1 | stats count(*) as n, avg(@duration) as a") == [{"n": "0"}]
    assert _run("filter nothing = 1 | stats count(*) as n by level") == []


def test_stats_of_stats() -> None:
    query = "filter ispresent(level) | stats count(*) as n by level | stats max(n) as most, sum(n) as all"
    assert _run(query) == [{"most": "4", "all": "6"}]


def test_comments_and_line_ends_are_passed_over() -> None:
    assert len(_run("# errors only\nfields @message # and the message\n| filter level = 'error'")) == 2


@pytest.mark.parametrize(
    ("query", "problem", "place"),
    [
        ("", "end of query", 0),
        ("fields", "end of query", 6),
        ("fields @message |", "end of query", 17),
        ("fields @message | grep x", "grep", 18),
        ("filter level >", "end of query", 14),
        ("filter level like 5", "5", 18),
        ("filter @message like /(/", "invalid regular expression", 21),
        ("filter level in ['a'", "end of query", 20),
        ("filter level in [b]", "b", 17),
        ("stats foo(x)", "unknown function foo", 6),
        ("stats pct(x)", "wrong number of arguments", 6),
        ("stats count(*) by bin(5q)", "5q", 22),
        ("parse @message 'a*b*' as c", "2 \\* but 1 names", 15),
        ("parse @message /abc/", "no named group", 15),
        ("limit 0", "from 1 to 10000", 6),
        ("fields @timestamp ; x", ";", 18),
        ("fields " + "(" * 60, "too deeply", 57),
    ],
)
def test_errors_say_where(query: str, problem: str, place: int) -> None:
    with pytest.raises(QueryError, match=problem) as caught:
        parse(query)
    assert caught.value.place == place


SIGNS = st.sampled_from(
    ["fields ", "filter ", "stats ", "sort ", "limit 3", "parse ", "dedup ", "|", "@message", "level", " like ", "/a/",
     "'x'", "count(*)", " by ", "bin(5m)", "(", ")", "=", ">", "5", ",", " as ", "not ", " and ", "[", "]", "desc",
     "avg("]
)  # fmt: skip


@given(st.one_of(st.lists(SIGNS, max_size=12).map("".join), st.text(max_size=40)))
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    try:
        query = parse(text)
    except QueryError as error:
        assert 0 <= error.place <= len(text)
    else:
        assert all(isinstance(value, str) for row in query.run(_rows()).rows for _, value in row)


def test_what_is_discovered() -> None:
    assert discover(f"START RequestId: {ID} Version: 3") == {"@type": "START", "@requestId": ID}
    assert discover(f"2026-11-20T09:00:00.000Z\t{ID}\tINFO\tdone") == {"@requestId": ID}
    assert discover('{"a": {"b": [1, {"c": null, "d": true}]}}') == {"a.b.0": 1, "a.b.1.d": True}
    assert discover(_report(0))["@memorySize"] == 256_000_000.0
    assert discover("{broken") == discover("text") == {}
    assert len(discover(json.dumps({str(number): number for number in range(300)}))) == 200


@pytest.mark.parametrize(
    ("value", "text"),
    [(Time(START + 0.25), "2026-11-20 09:00:00.250"), (5.0, "5"), (2 / 3, "0.6667"), (True, "1"), (7, "7"), ("x", "x")],
)
def test_values_print_as_in_query_results(value: object, text: str) -> None:
    assert show(value) == text


def test_values_compare_as_numbers_where_both_are() -> None:
    assert compare("<", "9", 10) and not compare("<", "9", "10x")
    assert not compare("=", None, 1) and not compare("!=", None, 1)
    assert sorted(["b", 10, None, "2"], key=order) == [None, "2", 10, "b"]


def test_a_slash_divides_or_begins_a_regular_expression() -> None:
    kinds = [token.kind for token in tokens("filter a / b / c | filter m like /x y/ | parse @m /z/")]
    assert kinds.count("regex") == 2
