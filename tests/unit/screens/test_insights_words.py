"""What is told of a query of Logs Insights never claims more than is known."""

from __future__ import annotations

from typing import Any

import pytest

from console.logs.insights.query import Estimate, Scan
from console.logs.kinds import LogGroup
from console.text import Clean
from screens.insights.words import QueryRun, run_words

GROUPS = (LogGroup(group="/a"), LogGroup(group="/b"))
EXPECTED = Estimate(10**9, 2 * 10**9)


def told(**run: Any) -> str:
    return "  ".join(words.plain for words in run_words(QueryRun(**run), GROUPS, "1h"))


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ({}, "2 log groups  1h"),
        ({"running": True, "estimate": EXPECTED}, "2 log groups  1h  not sent yet  expected: "),
        ({"running": True, "sent": True, "estimate": EXPECTED}, "2 log groups  1h  running (s stops)  expected: "),
        ({"stopped": True, "estimate": EXPECTED}, "2 log groups  1h  not run  expected: "),
        ({"sent": True, "stopped": True, "scan": Scan(1024, 7)}, "2 log groups  1h  stopped  scanned 1 KiB, 7 rec"),
        ({"sent": True, "rows": 3, "scan": Scan(1024, 7)}, "2 log groups  1h  3 rows  scanned 1 KiB, 7 records: <$"),
    ],
)
def test_how_it_goes(run: dict[str, Any], words: str) -> None:
    assert told(**run).startswith(words)


def test_a_size_that_was_not_told_is_not_nothing() -> None:
    estimate = Estimate(0, 0, (Clean("/a"),))
    assert estimate.large and "and what is in /a, whose size was not told" in told(running=True, estimate=estimate)
