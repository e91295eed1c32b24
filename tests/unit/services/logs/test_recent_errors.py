"""Errors in logs: counting, the newest line, what was not searched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from console.logs.kinds import LogGroup
from console.problems import Failure, Problem, ProblemKind
from console.readings.source import Level
from console.services.logs.recent_errors import LINE, NEWEST, PAGES, judge_errors, recent_errors, summarise
from console.stack.stack import Stack
from console.text import Clean

GROUP = LogGroup(group="/ecs/web")
STACK = Stack(name="one", parts=(GROUP,))
NOW_MS = 1_800_000_000_000


def events(count: int, first: int = 0) -> list[dict[str, Any]]:
    return [
        {"timestamp": NOW_MS + at, "message": f"ERROR number {at}\n", "logStreamName": f"web/{at % 3}"}
        for at in range(first, first + count)
    ]


@pytest.mark.parametrize(
    ("count", "more", "level", "value", "what"),
    [
        (0, False, Level.OK, "0", "No error in the last hour."),
        (0, True, Level.UNKNOWN, "0+", "No error found so far, but the group is too big to search the whole hour."),
        (1, False, Level.WARN, "1", "number 0"),
        (49, False, Level.WARN, "49", "number 48"),
        (50, False, Level.CRIT, "50", "number 49"),
        (3000, True, Level.CRIT, "3,000+", "number 2999"),
    ],
)
def test_errors(count: int, more: bool, level: Level, value: str, what: str) -> None:
    found = events(count)
    finding = judge_errors(GROUP, summarise(found, more, found), recent_errors.thresholds)
    assert (finding.level, finding.value, finding.what) == (level, value, what)


def test_keeps_the_newest_lines_newest_first() -> None:
    errors = summarise(events(100), False, events(100))
    assert len(errors.newest) == NEWEST and errors.streams == 3
    assert errors.newest[0].text == "ERROR number 99" and errors.newest[0].at > errors.newest[1].at


def test_a_long_line_is_cut_in_the_finding_only() -> None:
    found = [{"timestamp": NOW_MS, "message": "ERROR " + "x" * 5000, "logStreamName": "web"}]
    errors = summarise(found, False, found)
    finding = judge_errors(GROUP, errors, recent_errors.thresholds)
    assert len(finding.what) <= LINE and len(errors.newest[0].text) == 5006
    assert finding.since == errors.newest[0].at


async def test_a_group_of_another_class_is_a_finding_of_its_own_and_the_others_are_judged() -> None:
    class Aws:
        async def call(self, *names: str, logGroupName: str, **params: Any) -> Any:  # noqa: N803 - AWS's own word
            if logGroupName == "/ecs/web":
                return {"events": events(2)}
            what = Clean(f"The log group {logGroupName} is of log-group-class INFREQUENT_ACCESS.")
            raise Failure(Problem(ProblemKind.INVALID, what, code=Clean("InvalidOperationException")))

    rare = LogGroup(group="/rare")
    both = await recent_errors.fetch(
        Aws(),
        Stack(
            name="one",
            parts=(
                GROUP,
                rare,
            ),
        ),
    )  # type: ignore[arg-type]
    alone = await recent_errors.fetch(Aws(), Stack(name="one", parts=(rare,)))  # type: ignore[arg-type]
    assert [finding.level for finding in both.findings] == [Level.WARN, Level.UNKNOWN]
    assert both.findings[1:] == alone.findings
    assert "only Logs Insights reads it" in alone.findings[0].what and alone.findings[0].resource == "/rare"


def test_a_coloured_line_tells_what_happened() -> None:
    found = [{"timestamp": NOW_MS, "message": "\x1b[31mERROR\x1b[39m \x1b[1mno room\x1b[0m", "logStreamName": "web"}]
    errors = summarise(found, False, found)
    assert judge_errors(GROUP, errors, recent_errors.thresholds).what == "no room"


def test_a_hostile_line_is_shown_harmless() -> None:
    found = [{"timestamp": NOW_MS, "message": "ERROR \x1b]0;owned\x07[/red]\nsecond", "logStreamName": "web"}]
    assert summarise(found, False, found).newest[0].text == "ERROR ␛]0;owned␇[/red]␊second"


async def test_follows_tokens_even_past_empty_pages(canned: Callable[..., Any]) -> None:
    pages = iter([{"events": [], "nextToken": "a"}, {"events": events(2), "nextToken": "b"}, {"events": events(1, 2)}])
    aws = canned({"filter_log_events": lambda params: next(pages)})
    report = await recent_errors.fetch(aws, STACK)
    assert [(finding.level, finding.value) for finding in report.findings] == [(Level.WARN, "3")]
    assert [params.get("nextToken") for _, params in aws.asked] == [None, "a", "b"]
    assert {params["filterPattern"] for _, params in aws.asked} == {GROUP.errors}


async def test_asks_for_the_newest_where_not_all_could_be_read(canned: Callable[..., Any]) -> None:
    def answer(params: dict[str, Any]) -> dict[str, Any]:
        whole_hour = params["endTime"] - params["startTime"] > 3_000_000
        return {"events": events(1000), "nextToken": "on"} if whole_hour else {"events": events(1, 9999)}

    aws = canned({"filter_log_events": answer})
    report = await recent_errors.fetch(aws, STACK)
    (finding,) = report.findings
    assert (finding.value, finding.what) == ("3,000+", "number 9999")
    assert len(aws.asked) == PAGES + 1


async def test_a_line_that_comes_with_two_pages_is_one(canned: Callable[..., Any]) -> None:
    told = [event | {"eventId": str(at)} for at, event in enumerate(events(3))]
    pages = iter([{"events": told[:2], "nextToken": "a"}, {"events": told[1:]}])
    report = await recent_errors.fetch(canned({"filter_log_events": lambda params: next(pages)}), STACK)
    assert [finding.value for finding in report.findings] == ["3"]


@pytest.mark.parametrize(
    ("member", "what", "fact", "value"),
    [
        ("logStreamName", "number 1", "Log streams with errors", "unknown"),
        ("message", "a line whose text was not told", "Log streams with errors", "2"),
        ("timestamp", "Of no line it was told when.", "Newest error", "unknown"),
    ],
)
async def test_what_was_not_told_of_lines_does_not_make_them_fewer(
    canned: Callable[..., Any], member: str, what: str, fact: str, value: str
) -> None:
    told = [{key: text for key, text in event.items() if key != member} for event in events(2)]
    report = await recent_errors.fetch(canned({"filter_log_events": {"events": told}}), STACK)
    assert [(finding.level, finding.value, finding.what) for finding in report.findings] == [(Level.WARN, "2", what)]
    assert dict(report.details[0].facts)[fact] == value
