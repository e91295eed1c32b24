"""What log lines say: levels, stack traces, short names of streams, JSON, times that are typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from console.logs.json_lines import ExpressionProblem, cell, chosen, columns, expression, parse, pretty, search
from console.logs.levels import ERROR_PATTERN, LogLevel, level_of
from console.logs.lines.query import Term
from console.logs.lines.stacktrace import Folder
from console.logs.lines.streams import MOST, Stream, Streams, short_names
from console.moments import MomentProblem, moment
from console.text import Clean

# Levels

LEVELS = {
    LogLevel.ERROR: [
        "2015-10-18 18:01:47,978 ERROR [main] org.apache.hadoop.Foo: failed",
        "[Sun Dec 04 04:47:44 2005] [error] mod_jk child workerEnv in error state 6",
        '{"level":"error","msg":"x"}',
        '{"time":1,"level":50,"msg":"pino"}',
        '{"severity": "CRITICAL"}',
        'ts=1 level=error msg="x"',
        "Error: connect ECONNREFUSED 10.0.1.12:6379",
        "java.lang.IllegalStateException: No stock",
        "Traceback (most recent call last):",
        "2026-11-20T14:05:12.000Z 8f507cfc Task timed out after 3.00 seconds",
        '10.0.1.17 - - [20/Nov/2026:14:05:01 +0000] "GET /api HTTP/1.1" 503 12',
        '10.11.10.1 "GET /v2/servers HTTP/1.1" status: 500 len: 12',
        "Dec 10 11:04:41 LabSZ sshd[25534]: error: Received disconnect from 103.99.0.122",
        "REPORT RequestId: 1 Duration: 3000.00 ms Status: timeout",
        "2026/11/20 14:05:01 [crit] 7#7: *1 connect() failed",
    ],
    LogLevel.WARN: ["2015-10-18 18:10:52,155 WARN [LeaseRenewer] x", '{"level":40}', "warning: deprecated", "[warn] x"],
    LogLevel.INFO: ["INFO retrying after ERROR", "[notice] workerEnv.init() ok", '{"level":"info","err":"ERROR"}'],
    LogLevel.DEBUG: ["DEBUG x", '{"lvl":"trace"}', "level=debug error=none"],
    LogLevel.NONE: [
        "",
        "GET /errors/list HTTP/1.1",
        '10.0.1.17 "GET /api HTTP/1.1" 200 503',
        "terror and information",
        "NoErrorHere",
        "REPORT RequestId: 8f507cfc Duration: 1204.51 ms",
    ],
}


@pytest.mark.parametrize(("level", "text"), [(level, text) for level, texts in LEVELS.items() for text in texts])
def test_a_line_has_the_level_that_it_names_first(level: LogLevel, text: str) -> None:
    assert level_of(text) is level


@pytest.mark.parametrize("text", LEVELS[LogLevel.ERROR])
def test_the_search_for_errors_misses_none(text: str) -> None:
    assert Term(ERROR_PATTERN, regex=True).lines(text, text.lower()) == [0]


# Stack traces

JAVA = """\
ERROR c.e.OrderController : Cannot place order
java.lang.IllegalStateException: No stock
    at com.example.Stock.take(Stock.java:88)
    at com.example.Order.place(Order.java:41)
Caused by: java.sql.SQLException: gone
    at com.zaxxer.Pool.get(Pool.java:696)
    ... 48 more
INFO next
"""
PYTHON = """\
INFO about to fail
Traceback (most recent call last):
  File "/app/worker.py", line 31, in handle
    store.put(item)
store.Full: no room

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/worker.py", line 33, in handle
KeyError: 7
INFO next
"""
LOGGED = """\
ERROR:root:failed
Traceback (most recent call last):
  File "/app/worker.py", line 31, in handle
ValueError: bad
ERROR:root:again
"""
NODE = """\
Error: connect ECONNREFUSED
    at TCPConnectWrap.afterConnect (node:net:1187:16) {
  errno: -111,
}

listening
"""


def folds(text: str) -> str:
    lines = text.splitlines()
    found = Folder().continues(range(len(lines)), [0] * len(lines), lines)
    return "".join(".+"[more] for more in found)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [(JAVA, "..+++++."), (PYTHON, "..+++++++++."), (LOGGED, ".+++."), (NODE, ".++++."), ("a\n\nb\n", "...")],
)
def test_frames_continue_the_line_that_raised(text: str, wanted: str) -> None:
    assert folds(text) == wanted


def test_streams_do_not_mix_and_time_ends_a_trace() -> None:
    folder = Folder()
    assert folder.continues([0, 1, 2, 3], [0, 1, 0, 1], ["Error: a", "INFO b", "  at a", "  at b"]) == [
        False, False, True, True,
    ]  # fmt: skip
    assert folder.continues([5000, 5001], [0, 0], ["  at a", "  at a"]) == [False, True]


# Streams


def streams(*names: tuple[str, str]) -> list[Stream]:
    return [Stream(Clean(group), Clean(name)) for group, name in names]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ([("/ecs/web", "web/app/2b88b7d4c1f04e0e9a3a2b88b7d4c1f0")], ["2b88b7"]),
        (
            [("/ecs/web", "web/app/2b88b7d4c1f04e0e9a3a"), ("/ecs/web", "web/proxy/2b88b7d4c1f04e0e9a3a")],
            ["app 2b88b7", "proxy 2b88b7"],
        ),
        (
            [("/ecs/mra-mines-frontend-staging", "a/b/1"), ("/ecs/mra-mines-processor-staging", "a/b/1")],
            ["frontend", "processor"],
        ),
        ([("/aws/lambda/api", "x"), ("/aws/ecs/api", "y")], ["lambda", "ecs"]),
        ([("/aws/lambda/api", "2026/11/20/[$LATEST]8f507cfcaa11")], ["8f507c"]),
        ([("/aws/lambda/api", "2026/11/20/[7]8f507cfcaa11")], ["7 8f507c"]),
        ([("g", "i-0123456789abcdef0"), ("g", "i-0fedcba9876543210")], ["i-012345", "i-0fedcb"]),
        ([("i-0123456789abcdef0", "/var/log/web"), ("i-0fedcba9876543210", "/var/log/web")], ["012345", "0fedcb"]),
        ([("g", "8f507cfcaa11aa"), ("g", "8f507cfcbb22bb")], ["8f507cfcaa11aa", "8f507cfcbb22bb"]),
    ],
)  # fmt: skip
def test_short_names_tell_streams_apart(given: list[tuple[str, str]], wanted: list[str]) -> None:
    assert short_names(streams(*given)) == wanted


def test_a_stream_keeps_its_index() -> None:
    table = Streams()
    first = table.index(Clean("g"), Clean("a"))
    assert table.short(first) == "a"
    second = table.index(Clean("g"), Clean("b/a"))
    assert (first, second, table.index(Clean("g"), Clean("a"))) == (0, 1, 0)
    assert [stream.name for stream in table] == ["a", "b/a"]
    assert table.short(0) != table.short(1)
    assert table.short(9) == ""


def test_more_streams_than_can_be_told_apart_share_the_last() -> None:
    table = Streams()
    for number in range(MOST + 10):
        index = table.index(Clean("g"), Clean(str(number)))
    assert index == MOST - 1
    assert len(table) == MOST


# JSON


def test_json_is_found_also_after_a_prefix() -> None:
    assert parse('{"a": 1}') == parse('2026-11-20 INFO {"a": 1} ') == {"a": 1}
    assert parse("[1]") is parse("{a}") is parse('{"a": 1') is parse("") is None


def test_columns_have_the_level_first_the_message_last_and_no_times() -> None:
    objects = [
        {"time": 1, "msg": "done", "level": "info", "path": f"/{number}", "user": {"id": 1}} for number in range(10)
    ]
    objects[9]["rare"] = 1
    found = columns(objects)
    assert [column.title for column in found] == ["level", "path", "msg"]
    assert [cell(column, objects[3]) for column in found] == ["info", "/3", "done"]
    assert columns([]) == ()


def test_what_a_request_asked_for_and_got_are_columns_too() -> None:
    line = {
        "level": "info",
        "req": {"id": "8f", "method": "GET", "url": "/health"},
        "res": {"statusCode": 200, "headers": {"path": "/"}},
        "upstream": {"url": "http://10.0.0.1/"},
        "msg": "done",
    }
    found = columns([line] * 3)
    assert [column.title for column in found] == ["level", "method", "req.url", "statusCode", "upstream.url", "msg"]
    assert [cell(column, line) for column in found] == ["info", "GET", "/health", "200", "http://10.0.0.1/", "done"]


def test_odd_keys_are_columns_too() -> None:
    found = columns([{"a.b": 1, 'c"d': 2, "[x]": 3}])
    assert sorted(cell(column, {"a.b": 1, 'c"d': 2, "[x]": 3}) for column in found) == ["1", "2", "3"]


def test_columns_may_be_chosen() -> None:
    (column,) = chosen(["user.roles[0]"], [{"user": {"roles": ["admin"]}}])
    assert cell(column, {"user": {"roles": ["admin"]}}) == "admin"
    assert cell(column, {}) == ""
    (broken,) = chosen(["length(user)"], [])
    assert cell(broken, {"user": 1}) == "?"


def test_an_expression_that_is_none_says_so() -> None:
    for text in ("a[", "||", "a b"):
        with pytest.raises(ExpressionProblem, match="JMESPath"):
            expression(text)
    with pytest.raises(ExpressionProblem):
        search(expression("length(a)"), {"a": 1})


def test_values_are_shown_without_control_characters() -> None:
    (column,) = chosen(["a"], [])
    assert cell(column, {"a": "x\x1b[2Jy"}) == "x␛[2Jy"
    assert pretty({"a": ["ü\x1b"]}) == ["{", '  "a": [', '    "ü\\u001b"', "  ]", "}"]


# Times that are typed

NOW = datetime(2026, 11, 20, 14, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("14:05", "2026-11-20T14:05:00"),
        ("14:06", "2026-11-19T14:06:00"),
        ("14:05:09.250", "2026-11-20T14:05:09.250000"),
        ("19 Nov 14:05", "2026-11-19T14:05:00"),
        ("Nov 19 14:05:01", "2026-11-19T14:05:01"),
        ("25 Dec 09:00", "2025-12-25T09:00:00"),
        ("29 Feb 09:00", None),
        ("2026-11-19T14:05Z", "2026-11-19T14:05:00"),
        ("2026-11-19 14:05", "2026-11-19T14:05:00"),
        ("2026-11-19T14:05+02:00", "2026-11-19T12:05:00"),
        ("-10m", "2026-11-20T13:55:12"),
        ("-1.5 h", "2026-11-20T12:35:12"),
        ("yesterday", None),
        ("", None),
        ("25:00", None),
    ],
)
def test_times_as_people_write_them(text: str, wanted: str | None) -> None:
    if wanted is None:
        with pytest.raises(MomentProblem, match="Write a time as"):
            moment(text, NOW, UTC)
    else:
        assert moment(text, NOW, UTC).astimezone(UTC) == datetime.fromisoformat(wanted).replace(tzinfo=UTC)


def test_a_time_is_of_the_zone_that_is_shown() -> None:
    zone = timezone(timedelta(hours=2))
    assert moment("14:05", NOW, zone) == datetime(2026, 11, 20, 12, 5, tzinfo=UTC)
