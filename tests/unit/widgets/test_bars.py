"""Header, modes, keys, panel age and detail as text of a width."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.naming.resource_kind import ResourceKind
from console.problems import Problem, ProblemKind
from console.readings.source import Detail, Event, Finding, Level, Reading
from console.services.ecs.kinds import SERVICE
from console.stack.standing import Standing
from console.text import clean
from widgets.detail_lines import detail_lines, fact_lines
from widgets.footer import FooterKey, keys_line, unique
from widgets.header import HeaderState, header_line
from widgets.level import level_cell, tally
from widgets.mode_bar import Mode, modes_line
from widgets.panel import age_text, problem_lines
from widgets.text_view import hang

NOW = datetime(2026, 11, 20, 14, 5, 12, tzinfo=UTC)
PRODUCTION = HeaderState(
    stack="operations",
    environment="production",
    standing=Standing.PRODUCTION,
    account="123456789012",
    region="us-east-1",
    identity="assumed-role/operator/marvin",
    armed_until=NOW + timedelta(minutes=29, seconds=10),
    read_only=False,
    calls_per_minute=142,
    dollars_per_hour=0.11,
    credentials_until=NOW + timedelta(minutes=52),
    watches=1,
    unknown=2,
)
MODES = [Mode(key, title) for key, title in zip("1234", ["Health", "Logs", "Emergencies", "Journal"], strict=True)]


def test_a_level_is_a_symbol_and_a_word() -> None:
    said = [level_cell(level).plain for level in Level]
    assert said == ["● ok", "▲ warn", "? unknown", "✗ crit"]
    assert tally([Level.OK, Level.CRIT, Level.OK]).plain == "✗ 1 crit  ● 2 ok"


def test_a_wide_header_tells_all() -> None:
    line = header_line(PRODUCTION, 200, NOW).plain
    for part in ("PRODUCTION", "operations", "123456789012", "us-east-1", "marvin", "? 2 unknown", "1 watching",
                 "142/min", "$0.11/h", "credentials 52 min", "WRITE 29:10"):  # fmt: skip
        assert part in line


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_the_environment_and_the_stack_are_never_dropped(width: int) -> None:
    line = header_line(PRODUCTION, width, NOW)
    assert line.cell_length <= width
    assert "■ PRODUCTION ■" in line.plain
    assert "operations" in line.plain


@pytest.mark.parametrize(
    ("standing", "environment", "badge"),
    [
        (Standing.PRODUCTION, "eu", " ■ PRODUCTION eu ■ "),
        (Standing.UNSAID, "staging", " ? staging, production not said "),
        (Standing.UNSAID, "unknown", " ? production not said "),
        (Standing.CONTRADICTORY, "prod", " ? prod, production in doubt "),
        (Standing.HARMLESS, "staging", " staging "),
    ],
)
def test_the_header_tells_production_harmless_and_doubtful_apart(
    standing: Standing, environment: str, badge: str
) -> None:
    state = PRODUCTION._replace(standing=standing, environment=environment)
    for width in (60, 120):
        assert header_line(state, width, NOW).plain.startswith(f"{badge}  operations")


def test_what_is_over_is_not_shown_as_armed() -> None:
    over = NOW + timedelta(minutes=29, seconds=10)
    assert "READ-ONLY" in header_line(PRODUCTION, 120, over).plain
    harmless = PRODUCTION._replace(standing=Standing.HARMLESS, environment="staging")
    assert "WRITE" not in header_line(harmless, 120, over).plain and " write " in header_line(harmless, 120, over).plain


def test_where_nothing_else_fits_the_environment_still_comes_first() -> None:
    assert header_line(PRODUCTION, 10, NOW).plain.startswith(" ■ PRODUCTION ■   operations")


def test_at_80_columns_what_can_do_harm_is_there() -> None:
    line = header_line(PRODUCTION, 80, NOW).plain
    assert "WRITE 29:10" in line
    assert "? 2 unknown" in line
    assert "$0.11/h" not in line


def test_an_endpoint_that_is_not_aws_is_named_as_simulated() -> None:
    state = HeaderState(stack="expo", environment="demo", endpoint="127.0.0.1:5000", simulated=True)
    line = header_line(state, 80, NOW).plain
    assert "endpoint 127.0.0.1:5000, simulated" in line
    assert "READ-ONLY" in line


def test_expired_credentials_come_to_the_front() -> None:
    state = HeaderState(stack="expo", environment="demo", credentials_until=NOW - timedelta(seconds=1))
    assert "✗ credentials expired" in header_line(state, 60, NOW).plain


@given(stack=st.text(max_size=30), environment=st.text(max_size=9), region=st.text(max_size=9))
def test_any_header_fits_wide_screens(stack: str, environment: str, region: str) -> None:
    state = HeaderState(stack=stack, environment=environment, region=region)
    assert header_line(state, 120, NOW).cell_length <= 120


def test_modes_mark_the_present_one_and_shrink_the_longest() -> None:
    assert modes_line(MODES, "1", 80).plain == "[1 Health]  2 Logs  3 Emergencies  4 Journal"
    assert modes_line(MODES, "1", 43).plain == "[1 Health] 2 Logs 3 Emergencies 4 Journal"
    assert modes_line(MODES, "1", 38).plain == "[1 Health] 2 Logs 3 Emergen… 4 Journal"
    assert modes_line(MODES, "3", 22).plain == " 1 2 [3 Emergencies] 4"
    assert "▲" in modes_line([Mode("1", "Health", Level.WARN)], "1", 80).plain


def test_keys_that_do_not_fit_go_but_help_and_back_stay() -> None:
    keys = [FooterKey(char, "does something") for char in "abcdefgh"]
    line = keys_line(keys, 60)
    assert line.cell_length == 60
    assert line.plain.startswith(" a does something  b does something")
    assert line.plain.endswith("? help  q back ")
    assert "d does" not in line.plain
    assert keys_line(keys, 16).plain.strip() == "? help  q back"


def test_two_keys_for_one_thing_are_shown_once() -> None:
    keys = unique(
        [FooterKey("j", "down", "move(1)"), FooterKey("down", "down", "move(1)"), FooterKey("k", "up", "move(-1)")]
    )
    assert [key.key for key in keys] == ["j", "k"]


@pytest.mark.parametrize(
    ("seconds", "said"), [(3, "now"), (59, "50 s ago"), (120, "2 min ago"), (121, "▲ stale 2 min ago")]
)
def test_a_value_is_stale_after_twice_its_period(seconds: int, said: str) -> None:
    assert age_text(Reading(1, NOW - timedelta(seconds=seconds)), 60, NOW).plain == said


def test_a_problem_says_its_kind_what_to_do_and_when_it_is_tried_again() -> None:
    problem = Problem(ProblemKind.THROTTLED, clean("Too many requests."), clean("Wait."))
    reading: Reading[int] = Reading(None, None, problem, next_at=NOW + timedelta(seconds=44))
    text = " ".join(line.plain.strip() for line in problem_lines(reading, 80, NOW))
    assert text == "? throttled: Too many requests. Wait. Tried again in 40 s."
    assert problem_lines(Reading(1, NOW), 80, NOW) == []
    assert age_text(reading, 60, NOW).plain == "no answer"


def test_wrapped_text_hangs_under_its_beginning() -> None:
    assert [line.plain for line in hang("one two three", 11, "Name  ")] == ["Name  one", "      two", "      three"]
    assert [line.plain for line in hang("one two three", 11, "Name  ", 2)] == ["Name  one", "  two three"]
    assert [line.plain for line in hang("", 11, "Name  ")] == ["Name  "]


def test_facts_stand_in_two_columns_and_long_names_above() -> None:
    lines = [line.plain for line in fact_lines([("Status", "ACTIVE"), ("Running", ""), ("x" * 30, "y")], 60)]
    assert lines == [f"{'Status':<28}  ACTIVE", f"{'Running':<28}  –", "x" * 30, f"{'':<28}  y"]


def test_a_detail_begins_with_what_is_worst_and_its_newest_event() -> None:
    detail = Detail(
        clean("web"),
        SERVICE,
        facts=(("Status", clean("ACTIVE")),),
        events=(
            Event(NOW - timedelta(hours=3), clean("older and so long that it is wrapped " * 4)),
            Event(NOW - timedelta(minutes=5), clean("newer"), Level.WARN),
        ),
        logs=(clean("/ecs/web"),),
    )
    findings = [
        Finding("ecs", clean("web"), Level.OK, clean("Fine.")),
        Finding("ecs", clean("web"), Level.CRIT, clean("No task."), clean("0"), clean("2")),
    ]
    text = "\n".join(line.plain for line in detail_lines(detail, findings, 80, NOW, UTC))
    order = [
        "ECS service  web",
        "✗ crit",
        "is 0, limit 2",
        "● ok",
        "Facts",
        "Events 2",
        "▲ newer",
        "older",
        "≡ /ecs/web",
    ]
    places = [text.index(word) for word in order]
    assert places == sorted(places)
    assert "14:00:12" in text
    assert "5 min ago" in text


@given(st.text(st.characters(), max_size=200), st.integers(8, 120))
def test_any_detail_fits_any_width(text: str, width: int) -> None:
    known = clean(text)
    detail = Detail(
        known, ResourceKind("thing"), known, ((text[:40], known),), (Event(NOW, known),), (), (known,), (known,)
    )
    finding = Finding("s", known, Level.WARN, known, known, known)
    lines = detail_lines(detail, [finding], width, NOW, UTC)
    assert lines
