"""Filter patterns against the behaviour that the CloudWatch Logs user guide documents, and against chance."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from console.filter_pattern import LONGEST, Pattern, PatternError, parse, quote

TERMS = (
    "[ERROR 400] BAD REQUEST",
    "[ERROR 401] UNAUTHORIZED REQUEST",
    "[ERROR 419] MISSING ARGUMENTS",
    "[ERROR 420] INVALID ARGUMENTS",
    "[INFO] REQUEST FAILED",
    "[ERROR 500] INTERNAL SERVER ERROR",
)
TRAIL = json.dumps(
    {
        "eventType": "UpdateTrail",
        "sourceIPAddress": "111.111.111.111",
        "arrayKey": ["value", "another value"],
        "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
        "SomeObject": None,
        "cluster.name": "c",
        "number": [1000, 0.5],
        "bandwidth": 80,
        "errorCode": 404,
        "code": "404",
        "ok": True,
        "failed": False,
        "detail-type": "x",
    }
)
USERS = json.dumps(
    {
        "user": {"id": 1, "email": "John.Stiles@example.com"},
        "users": [{"id": 2, "email": "John.Doe@example.com"}, {"id": 3, "email": "Jane.Doe@example.com"}],
        "actions": ["GET", "PUT", "DELETE"],
        "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
    }
)
APACHE = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'
WORDS = (
    "INFO 09/25/2014 12:00:00 GET /service/resource/67 1200",
    "INFO 09/25/2014 12:00:01 POST /service/resource/67/part/111 1310",
    "WARNING 09/25/2014 12:00:02 Invalid user request",
    "ERROR 09/25/2014 12:00:02 Failed to process request",
)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", "123456"),
        ("  ", "123456"),
        ('" "', "123456"),
        ("ERROR", "12346"),
        ("error", ""),
        ("ERROR ARGUMENTS", "34"),
        ("?ERROR ?ARGUMENTS", "12346"),
        ("?BAD ?FAILED", "15"),
        ("?ERROR ?ARGUMENTS REQUEST", "125"),
        ("?ERROR -REQUEST", "346"),
        ('"INTERNAL SERVER ERROR"', "6"),
        ("ERROR -ARGUMENTS", "126"),
        ('ERROR -"BAD REQUEST"', "2346"),
        ("-ERROR", "5"),
        ("%AUTHORIZED%", "2"),
        (r"%ERROR 4[02]\d%", "124"),
        ("%^.ERROR 50{2}%", "6"),
        ("%INVALID|MISSING%", "34"),
        (r"%\x5BINFO\]%", "5"),
        ("ERROR -%4..%", "6"),
    ],
)
def test_terms_match_as_documented(pattern: str, expected: str) -> None:
    found = "".join(str(number) for number, message in enumerate(TERMS, 1) if parse(pattern).matches(message))
    assert found == expected


def test_optional_terms_beside_others_come_with_a_note() -> None:
    assert parse("?ERROR ?WARN").note == ""
    assert "no effect" in parse("?ERROR ?WARN REQUEST").note


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.eventType = "UpdateTrail" }',
        "{$.eventType=UpdateTrail}",
        "{ $.sourceIPAddress != 123.123.* }",
        '{ $.arrayKey[0] = "value" }',
        "{ $.eventType = %Trail% }",
        "{ $.arrayKey[*] = %val.{2}% }",
        r"{ $.* = %111\.111\.111\.1[0-9]{1,2}% }",
        "{ $.['cluster.name'] = \"c\" }",
        "{ $.SomeObject IS NULL }",
        "{ $.SomeOtherObject NOT EXISTS }",
        "{ $.number[0] = 1e+3 }",
        "{ $.number[0] != 1e-3 }",
        "{ $.bandwidth > 75 }",
        "{ $.bandwidth >= 80 && $.bandwidth <= 80 }",
        "{ $.errorCode = 4* }",
        "{ $.errorCode != 500 }",
        "{ $.code = 404 }",
        "{ $.errorCode = * }",
        "{ $.ok IS TRUE && $.failed IS FALSE }",
        "{ $.objectList[*].id = 2 }",
        '{ $.detail-type = "x" }',
    ],
)
def test_json_patterns_match_as_documented(pattern: str) -> None:
    assert parse(pattern).matches(TRAIL)


@pytest.mark.parametrize(
    "pattern",
    [
        '{ $.eventType = "updatetrail" }',
        '{ $.eventType = "Trail" }',
        "{ $.SomeObject NOT EXISTS }",
        "{ $.SomeOtherObject IS NULL }",
        '{ $.missing != "x" }',
        '{ $.objectList = "a" }',
        '{ $.objectList != "a" }',
        "{ $.eventType > 5 }",
        "{ $.ok IS NULL }",
        "{ $.arrayKey[2] = * }",
        "{ $.bandwidth < 80 || $.bandwidth > 80 }",
    ],
)
def test_json_patterns_do_not_match_what_is_not_there(pattern: str) -> None:
    assert not parse(pattern).matches(TRAIL)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ('{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', True),
        (
            '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch" '
            '&& $.actions[2] = "nonmatch" }',
            True,
        ),
        (
            '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch") '
            '&& $.actions[2] = "nonmatch" }',
            False,
        ),
        ('{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', False),
    ],
)
def test_and_binds_closer_than_or(pattern: str, expected: bool) -> None:
    assert parse(pattern).matches(USERS) is expected


@pytest.mark.parametrize("message", ["not JSON", "{broken", '[{"v": 1}]', "", '"v"'])
def test_json_patterns_pass_over_other_messages(message: str) -> None:
    assert not parse("{ $.v NOT EXISTS }").matches(message)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"[ip=%127\.0\.0\.[1-9]%, user, username, timestamp, request =*.html*, status_code = 4*, bytes]", True),
        ("[ip, user, username, timestamp, request =*.html*, status_code = 404 || status_code = 410, bytes]", True),
        ("[..., request =*.html*, status_code = 4*, bytes]", True),
        ("[ip, ..., bytes > 1000]", True),
        ("[ip=127.0.0.1, ...]", True),
        ("[ip, user, username, timestamp = 10/Oct/2000*, ...]", True),
        ("[..., status_code >= 400 && status_code < 500, bytes]", True),
        ("[..., status_code = 4*]", False),
        ("[..., status_code = 500, bytes]", False),
        ("[ip, user, username, timestamp, request, status_code, bytes, more]", False),
    ],
)
def test_field_patterns_match_an_access_log(pattern: str, expected: bool) -> None:
    assert parse(pattern).matches(APACHE) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("[w1=ERROR, w2]", "4"),
        ("[w1=ERROR || w1=WARNING, w2]", "34"),
        ("[w1!=ERROR&&w1!=WARNING, w2]", "12"),
        ("[w1=ERROR]", ""),
        ("[logLevel, date, time, method, url=%/service/resource/[0-9]+$%, response_time]", "1"),
        ("[logLevel, date, time, method, url=%/service/resource/[0-9]+/part/[0-9]+$%, response_time]", "2"),
        ("[level, date, time, method, url, ms > 1250]", "2"),
        ("[]", "1234"),
    ],
)
def test_the_last_field_is_the_rest_of_the_line(pattern: str, expected: str) -> None:
    found = "".join(str(number) for number, message in enumerate(WORDS, 1) if parse(pattern).matches(message))
    assert found == expected


@pytest.mark.parametrize(
    ("pattern", "position", "found"),
    [
        ("foo*", 4, "'*'"),
        ("hello-world", 6, "'-'"),
        ("?Status: timeout", 8, "':'"),
        ("10.0.0.1", 3, "'.'"),
        ('ERROR "BAD', 7, 'a " that is never closed'),
        ("%abc", 1, "a % that is never closed"),
        ("%hello!%", 7, "'!'"),
        ("%(a|b)%", 2, "'('"),
        ("%café%", 5, "'é'"),
        (r"%\bERROR%", 2, r"'\\b'"),
        ("%[abc%", 2, "a regular expression that is wrong"),
        ("{ $.a }", 7, "'}'"),
        ("{ $.v EXISTS }", 7, "'E'"),
        ("{ $.v IS NOT NULL }", 10, "'N'"),
        ("{ $.v == 1 }", 8, "'='"),
        ('{ $.v > "Alpha" }', 9, "Alpha"),
        ("{ $.a.*.b[*] = 1 }", 10, "a second wildcard"),
        ("{ $..a = 1 }", 5, "'.'"),
        ("{ $.arr[-1] = 1 }", 9, "'-'"),
        ('{ $."a-b" = 1 }', 5, "'\"'"),
        ("{ $.a = 1 AND $.b = 2 }", 11, "'A'"),
        ("{ $.a = 1", 10, "the end of the pattern"),
        ("{ $.a = 1 } x", 13, "'x'"),
        ("{ ($.a = 1 }", 12, "'}'"),
        ("{ $.a = %x% || $.a = %y% || $.a = %z% }", 35, "a third regular expression"),
        ("[a, ..., b, ...]", 13, "a second ..."),
        ("[w1=ERROR AND w2]", 11, "'A'"),
        ("[a = 1 && b = 2]", 11, "'b'"),
        ("[a", 3, "the end of the pattern"),
    ],
)
def test_errors_say_where_and_what(pattern: str, position: int, found: str) -> None:
    with pytest.raises(PatternError) as caught:
        parse(pattern)
    assert caught.value.position == position
    assert found in caught.value.found
    assert str(caught.value).startswith(f"At character {position}: found ")
    assert caught.value.allowed in str(caught.value)


def test_a_pattern_is_at_most_1024_characters() -> None:
    parse("a" * LONGEST)
    with pytest.raises(PatternError, match="at most 1024"):
        parse("a" * (LONGEST + 1))


def test_deep_parentheses_are_refused_and_not_a_crash() -> None:
    with pytest.raises(PatternError, match="deep"):
        parse("{" + "(" * 500)


SIGNS = st.sampled_from([*'{}[]()$.*?-%"\\&|=!<>, \t\nIS NULL NOT EXISTS', "...", "&&", "||", "$.a", "a", "1", "%a%"])


@given(st.one_of(st.text(max_size=60), st.lists(SIGNS, max_size=30).map("".join)), st.text(max_size=60))
@example("%[[a]%", "a")
@example("%[a--b]%", "a")
@example("%[a||b]%", "a")
@example("%a{99999999999}%", "a")
def test_any_text_is_a_pattern_or_a_pattern_error(text: str, message: str) -> None:
    try:
        pattern = parse(text)
    except PatternError as error:
        assert 1 <= error.position <= len(text) + 1
    else:
        assert isinstance(pattern, Pattern)
        assert pattern.matches(message) in (True, False)


@given(st.text(min_size=1, max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_a_quoted_text_finds_itself(text: str, before: str, after: str) -> None:
    assert parse(quote(text)).matches(before + text + after)
    assert parse(quote(text)).matches(after) is (not text.strip() or text in after)


KEYS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True)
VALUES = st.one_of(st.integers(-(10**9), 10**9), st.text(max_size=20).filter(lambda text: "*" not in text))


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4))
def test_an_object_meets_the_conjunction_of_its_own_values(event: dict[str, int | str]) -> None:
    conditions = " && ".join(
        f"$.{key} = {value if isinstance(value, int) else quote(value)}" for key, value in event.items()
    )
    message = json.dumps(event)
    assert parse(f"{{ {conditions} }}").matches(message)
    first = next(iter(event))
    assert not parse(f"{{ ({conditions}) && $.{first} NOT EXISTS }}").matches(message)


@given(st.lists(st.from_regex(r"[A-Za-z0-9]{1,8}", fullmatch=True), min_size=2, max_size=8))
def test_a_line_meets_the_pattern_of_its_own_words(words: list[str]) -> None:
    fields = ", ".join(f'w{number} = "{word}"' for number, word in enumerate(words))
    assert parse(f"[{fields}]").matches(" ".join(words))
    assert parse(f"[..., {fields}]").matches(" ".join(["before", *words]))
    assert not parse(f"[{fields}]").matches(" ".join(words[:-1]))
