"""Search in log lines: what is typed, expressions over many lines at once, filters in slices, hunts for a line."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from console.logs.event import LogEvent
from console.logs.lines.buffer import LogBuffer
from console.logs.lines.chunk import LINES, Chunk
from console.logs.lines.pattern import PatternProblem, compiled, over_lines
from console.logs.lines.query import LineQuery, Term
from console.logs.lines.search import Hunt, LineFilter
from console.text import Clean

LINE = st.text('aAbB1 "\\[]é€İ', max_size=8)
WORDS = r"""
    a B 1 " é . \s \S \d \D \w \W \b \B [^a] [^]a] []a] [aB] [A-Z] [^A-B] [\s1] \. \[ ^ $ a+ b* .* [^"]* \s+ (?:ab)?
    (a|B) (?i:b) (?!a) (?<=a) a{1,2} a++ (a)\1 \x41 |
"""
PIECES = st.sampled_from([*WORDS.split(), " "])
PATTERNS = st.lists(PIECES, min_size=1, max_size=5).map("".join)


def chunk(lines: list[str]) -> Chunk:
    count = len(lines)
    return Chunk(range(count), range(count), [0] * count, [0] * count, lines).seal()


def buffer_of(texts: list[str]) -> LogBuffer:
    buffer = LogBuffer()
    buffer.append([LogEvent("", at, 0, Clean(text)) for at, text in enumerate(texts)])
    return buffer


def found(query: LineQuery, lines: list[str]) -> list[str]:
    return [lines[index] for index in query.lines(chunk(lines))]


# Expressions over joined lines


@given(PATTERNS, st.lists(LINE, min_size=1, max_size=6), st.booleans())
@example(r"\s+a", ["b ", " a"], False)
@example('[^"]*"', ["a", '"'], False)
@example("^$", ["", "a", ""], False)
@settings(deadline=None, max_examples=600)
def test_over_joined_lines_an_expression_finds_what_it_finds_in_each(
    source: str, lines: list[str], capitals: bool
) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(source)
        term = Term(source, regex=True, capitals=capitals)
    except (re.error, FutureWarning, PatternProblem):
        assume(False)
    text = "\n".join(lines)
    small = text if capitals else text.lower()
    flags = 0 if capitals else re.IGNORECASE
    each = lines if capitals or term.over_lines is None else small.split("\n")
    wanted = [number for number, line in enumerate(each) if re.search(source, line, flags)]
    assert term.lines(text, small) == wanted


@pytest.mark.parametrize(
    "source", ["timeout", r"items/97[0-3] 2", r"GET\s+/maps", 'msg="[^"]+"', r"\b5\d\d\b", "a|b", "^x.*y$"]
)
def test_common_expressions_are_searched_in_joined_lines(source: str) -> None:
    assert over_lines(source, small=True) is not None


@pytest.mark.parametrize("source", ["(?i)a", "(?=a)", r"\n", r"[\s]", r"\1", r"\x41", "a++", r"\Aa", "(?P<a>b)"])
def test_an_expression_that_means_something_else_there_is_not(source: str) -> None:
    assert over_lines(source, small=False) is None


@pytest.mark.parametrize("source", ["(", "[", "*", "a{2,1}", "(?P<1>a)", "(" * 5000])
def test_what_is_no_expression_is_told_in_a_sentence(source: str) -> None:
    with pytest.raises(PatternProblem, match="Not a regular expression yet"):
        compiled(source)


@pytest.mark.parametrize("source", ["(a+)+", r"(\w+\s?)*x", "(?:a*)*", "([ab]+)+$", "(a+){2,}"])
def test_a_repeat_of_repeats_is_refused(source: str) -> None:
    with pytest.raises(PatternProblem, match="for ever"):
        compiled(source)


@pytest.mark.parametrize("source", [r"(\d+\.)+", "(ab)+", "(a|b)+", r"\(a+\)+", "(a+)", "(a+)?"])
def test_other_groups_are_not(source: str) -> None:
    compiled(source)


# What is typed

LINES_OF_A_SERVICE = ["INFO GET /health 200", "ERROR GET /maps 503", "warn slow GET /maps", "info 50% done"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", [0, 1, 2, 3]),
        ("get", [0, 1, 2]),
        ("get maps", [1, 2]),
        ('"get /maps"', [1, 2]),
        ('"get /maps', [1, 2]),
        ("get -maps", [0]),
        ("-get", [3]),
        ("-", [0, 1, 2, 3]),
        (r"%50\d|slow%", [1, 2]),
        (r"%50\d", [1]),
        (r"get -%50\d%", [0, 2]),
        ("%.*done%", [3]),
        ("50%", [3]),
        ("%", [0, 1, 2, 3]),
        ("nothing", []),
    ],
)
def test_words_phrases_expressions_and_exclusions(text: str, wanted: list[int]) -> None:
    query = LineQuery.parse(text)
    assert found(query, LINES_OF_A_SERVICE) == [LINES_OF_A_SERVICE[index] for index in wanted]
    assert [index for index, line in enumerate(LINES_OF_A_SERVICE) if query.matches(line)] == wanted


def test_capitals_count_where_asked() -> None:
    assert len(found(LineQuery.parse("info"), LINES_OF_A_SERVICE)) == 2
    assert found(LineQuery.parse("info", capitals=True), LINES_OF_A_SERVICE) == ["info 50% done"]
    assert found(LineQuery.parse("%I[N]FO%", capitals=True), LINES_OF_A_SERVICE) == ["INFO GET /health 200"]


def test_spans_are_of_the_included_terms() -> None:
    assert sorted(LineQuery.parse("get %/m\\w+% -x").spans("GET /maps get")) == [(0, 3), (4, 9), (10, 13)]


@pytest.mark.parametrize(
    ("narrow", "wide", "does"),
    [("time", "tim", True), ("time out", "time", True), ("Time", "time", True), ("time -x", "time", True),
     ("tim", "time", False), ("time", "time -x", False), ("%time%", "%tim%", False), ("a", "", True)],
)  # fmt: skip
def test_a_query_narrows_another(narrow: str, wide: str, does: bool) -> None:
    assert LineQuery.parse(narrow).narrows(LineQuery.parse(wide)) is does


# Filters in slices


def texts_of(buffer: LogBuffer, filter_: LineFilter) -> list[str]:
    return [part.text(index) for part in buffer.chunks for index in filter_.lines(part)]


def run(filter_: LineFilter, buffer: LogBuffer) -> None:
    while not filter_.advance(buffer.chunks, 0):
        pass


def test_a_filter_finds_all_and_the_nearest_first() -> None:
    buffer = buffer_of([f"line {number}" for number in range(9 * LINES)])
    filter_ = LineFilter(LineQuery.parse("line"))
    assert not filter_.advance(buffer.chunks, len(buffer.chunks) - 1, seconds=60, enough=10)
    assert texts_of(buffer, filter_)[-1] == f"line {9 * LINES - 1}"
    assert not filter_.lines(buffer.chunks[0])
    run(filter_, buffer)
    assert len(texts_of(buffer, filter_)) == 9 * LINES


def test_a_filter_goes_on_with_what_comes_also_late_and_dropped() -> None:
    buffer = LogBuffer(most_lines=2000)
    filter_ = LineFilter(LineQuery.parse("odd"))
    for start in range(0, 6000, 300):
        at = range(start, start + 300)
        buffer.append([LogEvent("", number, 0, Clean("odd" if number % 2 else "even")) for number in at])
        buffer.append([LogEvent("", start - 150, 0, Clean("odd late"), True)])
        run(filter_, buffer)
        everything = [text for part in buffer.chunks for text in part.texts()]
        assert texts_of(buffer, filter_) == [text for text in everything if "odd" in text]


def test_gaps_are_let_through_by_every_filter() -> None:
    buffer = buffer_of(["a", "b"])
    buffer.add_gap(1, Clean("2 min missing"))
    filter_ = LineFilter(LineQuery.parse("nothing"))
    run(filter_, buffer)
    assert texts_of(buffer, filter_) == ["2 min missing"]


@given(st.lists(st.text("abc ", max_size=6), min_size=1, max_size=80), st.lists(st.sampled_from("abc -"), max_size=6))
@settings(deadline=None)
def test_narrowing_letter_by_letter_ends_where_a_fresh_search_does(lines: list[str], letters: list[str]) -> None:
    buffer = buffer_of(lines)
    filter_ = None
    for end in range(len(letters) + 1):
        query = LineQuery.parse("".join(letters[:end]))
        filter_ = LineFilter(query, filter_)
        run(filter_, buffer)
        assert texts_of(buffer, filter_) == [line for line in lines if query.matches(line)]


# Hunts


def hunt(buffer: LogBuffer, text: str, start: tuple[int, int], step: int) -> str | None:
    shown = [(part, range(len(part))) for part in buffer.chunks]
    one = Hunt(LineQuery.parse(text), shown, start, step)
    while not one.advance():
        pass
    return one.found.text if one.found else None


def test_a_hunt_goes_one_way_and_not_over_its_start() -> None:
    lines = [f"line {number} {'x' if number % 1500 == 7 else ''}" for number in range(5 * LINES)]
    buffer = buffer_of(lines)
    assert hunt(buffer, "x", (0, 0), 1) == "line 7 x"
    assert hunt(buffer, "x", (0, 7), 1) == "line 1507 x"
    assert hunt(buffer, "x", (0, 7), -1) is None
    last = len(buffer.chunks) - 1
    assert hunt(buffer, "x", (last, len(buffer.chunks[last]) - 1), -1) == f"line {5 * LINES // 1500 * 1500 + 7} x"


def test_a_hunt_sees_only_what_is_shown() -> None:
    part = chunk(["x 0", "x 1", "x 2"])
    one = Hunt(LineQuery.parse("x"), [(part, [0, 2])], (0, 0), 1)
    assert one.advance()
    assert one.found is not None
    assert one.found.text == "x 2"
