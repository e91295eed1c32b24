"""Lines of several groups put in order for those who can only go forward."""

from __future__ import annotations

from console.logs.event import LogEvent
from console.logs.tailing.ordered import Ordered
from console.text import Clean


def event(at_ms: int, text: str) -> LogEvent:
    return LogEvent(text, at_ms, 0, Clean(text))


def texts(events: list[LogEvent]) -> list[str]:
    return [found.text for found in events]


def test_lines_are_held_until_no_older_one_is_to_be_expected() -> None:
    now = 10.0
    ordered = Ordered(3.0, lambda: now)
    ordered.put([event(7500, "c"), event(9000, "e")])
    ordered.put([event(6900, "a"), event(7500, "d"), event(7000, "b")])
    assert texts(ordered.due()) == ["a", "b"]
    now = 10.5
    assert texts(ordered.due()) == ["c", "d"], "those of one moment in the order in which they came"
    ordered.put([event(5000, "late")])
    assert texts(ordered.due()) == ["late"]
    now = 12.0
    assert texts(ordered.due()) == ["e"]
    assert ordered.due() == []
