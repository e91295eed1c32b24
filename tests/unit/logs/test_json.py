"""JSON lines: whatever they hold and whatever is asked of them; digits, order and doubled keys as they were written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.logs import json_lines, json_text
from console.logs.event import LogLine
from console.logs.json_lines import ExpressionProblem
from console.logs.levels import LogLevel, level_of
from console.logs.lines.colours import uncoloured
from console.services.logs.message import message_of
from console.text import clean
from widgets.log.detail import LogDetail

PIECES = st.sampled_from(
    """a b . [ ] { } ( ) | || && ! & @ * ? , : < <= == != > >= 0 1 -1 99999999999999999999 'x' "a" `1` `"x"` `[]`
    [?a > 'x'] [::0] [0:1:0] length( to_number( sort( sort_by( max_by( ceil( floor( abs( sum( avg( join( map( merge(
    reverse( keys( values( contains( to_string( not_null( zip( type( `1e400` `NaN` 'nan'""".split()
)
EXPRESSIONS = st.text(max_size=40) | st.lists(PIECES, max_size=12).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4) | st.just("a"), inner, max_size=4),
    max_leaves=12,
)
DEEP = [f'{{"a":{"[" * n}{"]" * n}}}' for n in (199, 201, 950, 1020, 8000)]
DEEP += ['{"a":' * n + "1" + "}" * n for n in (199, 201, 950, 8000)]
NASTY = [
    *DEEP,
    "{" * 16_000,
    '{"a":' + "9" * 16_000 + "}",
    '{"a":1e999999}',
    '{"a":NaN}',
    '{"a":"\\ud800"}',
    '{"a":"\ud800"}',
]


def whole(text: str) -> None:
    """Everything that is done with one line."""
    found = json_lines.split(text)
    if found:
        json_text.laid_out(found[0])
        json_lines.pretty(found[1])
        [json_lines.cell(column, found[1]) for column in json_lines.columns([found[1]])]
    for raw in (False, True):
        detail = LogDetail()
        detail._line, detail.raw = LogLine(1, 0, 0, 0, text), raw
        assert detail.content(20)
    level_of(text)
    message_of(clean(text))
    uncoloured(text)


@given(EXPRESSIONS, st.dictionaries(st.text(max_size=4) | st.just("a"), VALUES, max_size=4))
def test_an_expression_finds_something_or_is_an_expression_problem(text: str, value: dict[str, Any]) -> None:
    try:
        found = json_lines.search(json_lines.expression(text), value)
    except ExpressionProblem as problem:
        assert "\n" not in str(problem) and len(str(problem)) < 300
    else:
        json_lines.pretty(found)
    try:
        (column,) = json_lines.chosen([text], [value])
    except ExpressionProblem:
        return
    json_lines.cell(column, value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("status >= '500'", "cannot be used here: '>=' not supported"),
        ("a[::0]", "cannot be used here: slice step cannot be zero"),
        ("floor(`1e400`)", "cannot be used here: cannot convert float infinity"),
        ("(" * 3000 + "a" + ")" * 3000, "Not a JMESPath expression yet: it nests too deep."),
        ("`{", "Not a JMESPath expression yet"),
    ],
)
def test_errors_of_python_are_told_as_what_cannot_be_used(text: str, says: str) -> None:
    value = {"status": 503, "a": [1, 2]}
    with pytest.raises(ExpressionProblem, match=says.replace("(", "\\(").replace("[", "\\[")):
        json_lines.search(json_lines.expression(text), value)


@given(st.text() | VALUES.map(lambda value: f"INFO {json.dumps({'a': value})}"))
def test_any_line_can_be_shown_in_every_manner(text: str) -> None:
    whole(text)


@pytest.mark.parametrize("text", NASTY, ids=lambda text: f"{text[:8]!a}... {len(text)}")
def test_so_can_a_line_of_another_purpose(text: str) -> None:
    whole(text)
    assert json_lines.parse(text) is None or len(text) < 16_100


@given(VALUES)
def test_a_value_laid_out_is_the_same_value(value: Any) -> None:
    text = json.dumps({"a": value})
    assert repr(json.loads("".join(json_text._lines(text)))) == repr(json.loads(text))
    assert repr(json.loads(json_text.dumps(json_text.loads(text)))) == repr(json.loads(text))


LINE = (
    '{"price": 1.00, "n": 12345678901234567890, "big": 1e400, "price": 1.0, "z": -0, "empty": {}, '
    '"x": [1.10, "\\u00e9"]}'
)


def test_digits_order_and_doubled_keys_stay_as_they_were_written() -> None:
    assert json_text.laid_out(LINE) == [
        "{",
        '  "price": 1.00,',
        '  "n": 12345678901234567890,',
        '  "big": 1e400,',
        '  "price": 1.0,',
        '  "z": -0,',
        '  "empty": {},',
        '  "x": [',
        "    1.10,",
        '    "é"',
        "  ]",
        "}",
    ]


@pytest.mark.parametrize(
    ("text", "wanted"), [("n", "12345678901234567890"), ("big", "1e400"), ("x[0]", "1.10"), ("x", '[1.10, "é"]')]
)
def test_columns_and_what_an_expression_finds_keep_their_digits(text: str, wanted: str) -> None:
    found = json_lines.parse(f"INFO {LINE}")
    assert found is not None
    (column,) = json_lines.chosen([text], [found])
    assert json_lines.cell(column, found) == wanted
    assert json_lines.search(json_lines.expression("x[?@ == `1.1`] | length(@)"), found) == 1


def test_a_long_value_is_laid_out_as_far_as_somebody_reads() -> None:
    lines = json_text.laid_out(json.dumps({"a": list(range(10_000))}))
    assert len(lines) == json_text.MOST_LINES + 1 and lines[-1].startswith("…")


def test_a_column_is_found_under_any_key() -> None:
    key = 'a"b.[\\' + "x" * 3000
    (column,) = json_lines.columns([{key: 5}])
    assert json_lines.cell(column, {key: 5}) == "5" and json_lines.cell(column, {}) == ""


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("\x1b[31mERROR\x1b[39m payment failed", LogLevel.ERROR),
        ("\x1b[33mWARN\x1b[0m: slow", LogLevel.WARN),
        ("\x1b[31merror\x1b[39m: card declined", LogLevel.ERROR),
        ("\x1b[0;31mValueError: z", LogLevel.ERROR),
        ("\x1b[38;2;9;9;9m" * 40 + "ERROR x", LogLevel.ERROR),
    ],
)
def test_colours_hide_no_level(text: str, level: LogLevel) -> None:
    assert level_of(text) is level_of(clean(text)) is level
